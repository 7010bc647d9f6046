"""Whole runs as a user starts them: sound on the sample, files that replay, clean ends."""

import csv
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from livecoach.model import Cue, CuePlayed, Event, Step, Target
from livecoach.session.history import list_sessions
from livecoach.store.reader import SessionFile
from tests.commandline import command, livecoach
from tests.session.recordings import imu_file, pod_file


def sound(path: Path) -> tuple[NDArray[np.int16], int]:
    """Return the frames of a WAV file, shape (n, 2), and its rate."""
    with wave.open(str(path)) as file:
        frames = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return frames.reshape(-1, file.getnchannels()), file.getframerate()


def onsets(frames: NDArray[np.int16]) -> list[int]:
    """Return where sound begins after at least 100 ms of digital silence."""
    loud = np.flatnonzero(np.abs(frames.astype(int)).max(axis=1) > 0)
    first = np.diff(loud, prepend=-10_000) > 4_800
    return [int(k) for k in loud[first]]


def only_session(folder: Path) -> Path:
    (path,) = folder.glob("*.db")
    return path


def events(path: Path) -> list[Event]:
    with SessionFile(path) as session:
        return list(session.events())


def coached(recording: Path, out: Path, *more: str) -> dict[str, Any]:
    """Run as fast as it goes with a metronome at 180; return what ``--json`` says."""
    arguments = ("--target", "180", "--beats", "constant", "--pace", "max", "--json")
    result = livecoach(
        "run",
        *("--source", f"file:{recording}"),
        *arguments,
        *("--audio", out / "out.wav", "--session", out / "sessions"),
        *more,
    )
    assert result.returncode == 0, result.stderr
    said: dict[str, Any] = json.loads(result.stdout)
    return said


@pytest.mark.parametrize("kind", ["made", "waist real"])
def test_a_metronome_of_180_has_every_onset_on_its_sample(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if kind == "made":
        recording = imu_file(tmp_path)
    else:
        folder: Path = request.getfixturevalue("data_dir")
        recording = folder / "alcantara" / "alcantara_03_v3.33_s+0.imu.csv"
    said = coached(recording, tmp_path)
    frames, rate = sound(tmp_path / "out.wav")
    found = onsets(frames)
    due = [e.t_due for e in events(only_session(tmp_path / "sessions")) if isinstance(e, Cue)]
    played = [round(t * rate) for t in due]
    assert found == [k for k in played if k < len(frames)]
    assert set(np.diff(found)) == {rate // 3}
    assert len(found) >= 12
    assert said["beats"] == len(due)


def test_what_was_heard_comes_back_as_an_input_and_an_event(tmp_path: Path) -> None:
    coached(imu_file(tmp_path), tmp_path)
    heard = [e for e in events(only_session(tmp_path / "sessions")) if isinstance(e, CuePlayed)]
    assert len(heard) > 80
    assert max(abs(e.late_s) for e in heard) <= 0.5 / 48_000


@pytest.mark.parametrize("make", [imu_file, pod_file], ids=["imu", "pod"])
def test_replay_is_identical_and_a_session_is_a_source(
    make: Callable[[Path], Path], tmp_path: Path
) -> None:
    config = tmp_path / "my.toml"
    config.write_text(
        "[coach]\ntarget = '178'\ngrace_s = 2.0\nramp_ratio_per_s = 0.02\n[audio]\nspeech = false\n"
    )
    first, second = tmp_path / "first", tmp_path / "second"
    wav = tmp_path / "out.wav"
    result = livecoach(
        *("run", config, "--source", f"file:{make(tmp_path)}", "--pace", "max"),
        *("--audio", wav, "--session", first),
    )
    assert result.returncode == 0, result.stderr
    path = only_session(first)
    recorded = events(path)
    assert {"beat", "speech"} <= {e.kind for e in recorded if isinstance(e, Cue)}
    assert any(isinstance(e, Target) for e in recorded)

    again = json.loads(livecoach("replay", path, "--json").stdout)
    assert again["identical"]
    assert again["events"] == len(recorded)

    source = f"file:{path}"
    repeat = livecoach("run", "--source", source, "--pace", "max", "--session", second)
    assert repeat.returncode == 0, repeat.stderr
    assert events(only_session(second)) == recorded


def test_a_tampered_session_does_not_replay(tmp_path: Path) -> None:
    coached(imu_file(tmp_path, 10.0), tmp_path)
    path = only_session(tmp_path / "sessions")
    with sqlite3.connect(path) as db:
        db.execute("DELETE FROM events WHERE id = (SELECT min(id) FROM events WHERE kind = 'step')")
    db.close()
    result = livecoach("replay", path)
    assert result.returncode == 1
    assert "Not identical" in result.stdout


def test_both_paces_find_the_same_steps(tmp_path: Path) -> None:
    recording = imu_file(tmp_path, 4.0)
    for pace in ("max", "realtime"):
        result = livecoach(
            *("run", "--source", f"file:{recording}", "--pace", pace),
            *("--audio", "null", "--session", tmp_path / pace),
        )
        assert result.returncode == 0, result.stderr
    fast, real = (
        [e for e in events(only_session(tmp_path / pace)) if isinstance(e, Step)]
        for pace in ("max", "realtime")
    )
    assert len(fast) > 5
    assert fast == real


def start_real_run(tmp_path: Path, recording: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        command(
            *("run", "--source", f"file:{recording}", "--target", "180", "--beats", "constant"),
            *("--audio", tmp_path / "out.wav", "--session", tmp_path / "sessions"),
        ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    )


def wait_for_session(tmp_path: Path) -> None:
    end = time.monotonic() + 20.0
    while not list((tmp_path / "sessions").glob("*.db")):
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.parametrize("after_s", [0.0, 0.3, 2.0])
@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_closes_the_session_cleanly(tmp_path: Path, after_s: float, sig: int) -> None:
    with start_real_run(tmp_path, imu_file(tmp_path, 30.0)) as process:
        wait_for_session(tmp_path)
        time.sleep(after_s)
        process.send_signal(sig)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in errors
    (row,) = list_sessions(tmp_path / "sessions")
    assert row.state == "interrupted"
    assert not list((tmp_path / "sessions").glob("*-wal"))
    assert sound(tmp_path / "out.wav")[1] == 48_000


def test_kill_9_loses_at_most_two_seconds(tmp_path: Path) -> None:
    with start_real_run(tmp_path, imu_file(tmp_path, 30.0)) as process:
        wait_for_session(tmp_path)
        time.sleep(5.0)
        process.kill()
        process.communicate(timeout=20)
    result = livecoach("sessions", "--session", tmp_path / "sessions", "--json")
    (row,) = json.loads(result.stdout)
    assert row["state"] == "cut off"
    assert row["duration_s"] > 5.0 - 2.0
    assert row["steps"] >= 5
    replayed = livecoach("replay", row["path"])
    assert replayed.returncode == 0, replayed.stdout
    frames, _ = sound(tmp_path / "out.wav")
    assert len(onsets(frames)) >= 5


def test_a_runner_s_baseline_is_kept_only_from_real_time_and_used_again(tmp_path: Path) -> None:
    config = tmp_path / "my.toml"
    config.write_text("[coach]\ntarget = '+5%'\nbaseline_s = 2.0\ngrace_s = 2.0\n")
    recording = imu_file(tmp_path, 6.0)
    for pace, expected in (("max", "watching"), ("realtime", "watching"), ("max", "+5 %")):
        folder = tmp_path / f"{pace} {expected}"
        result = livecoach(
            *("run", config, "--source", f"file:{recording}", "--pace", pace),
            *("--audio", "null", "--session", folder),
        )
        assert result.returncode == 0, result.stderr
        targets = [e for e in events(only_session(folder)) if isinstance(e, Target)]
        assert targets[-1].baseline_spm == pytest.approx(164, abs=2)
        if expected == "+5 %":
            # the grace is two seconds from the first stride, not from the first sample
            assert targets[1].t_known < 3.5


def test_a_reader_who_goes_away_does_not_end_a_run(tmp_path: Path) -> None:
    program = " ".join(str(part) for part in command("run"))
    arguments = "--source sim: --seconds 15 --target 170 --audio null --pace max"
    line = f"{program} {arguments} --session {tmp_path} | head -n 1"
    subprocess.run(["bash", "-c", line], capture_output=True, check=False, timeout=60)
    (row,) = list_sessions(tmp_path)
    assert row.state == "done"
    assert row.duration_s == pytest.approx(15.0, abs=0.1)


def test_a_terminal_without_our_signs_does_not_end_a_run(tmp_path: Path) -> None:
    arguments = ("--source", "sim:", "--seconds", "12", "--target", "170", "--audio", "null")
    result = subprocess.run(
        command("run", *arguments, "--pace", "max", "--session", tmp_path),
        capture_output=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert result.returncode == 0, result.stderr
    assert b"0:10" in result.stdout


def test_a_full_disk_is_told_and_does_not_end_the_run(tmp_path: Path) -> None:
    """The whole process may write 400 kB to any one file: raw data stop, steps go on."""
    limited = (
        "import resource, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))\n"
        "from livecoach.__main__ import main\nmain()\n"
    )
    arguments = ("--seconds", "120", "--target", "170", "--pace", "max", "--json")
    places = ("--audio", tmp_path / "out.wav", "--session", tmp_path / "sessions")
    result = subprocess.run(
        [sys.executable, "-c", limited, "run", "--source", "sim:", *arguments, *map(str, places)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    said = json.loads(result.stdout)
    assert said["duration_s"] == pytest.approx(120.0, abs=0.1)
    told = " ".join(said["problems"])
    assert "sensor data are no longer recorded" in told
    assert "The sound is gone" in told
    with SessionFile(Path(said["file"])) as session:
        assert session.raw_end is not None
        assert session.raw_end.t < 60.0
        assert max(e.t for e in session.events() if isinstance(e, Step)) > 115.0
    replayed = json.loads(livecoach("replay", said["file"], "--json").stdout)
    assert replayed["identical"]
    assert replayed["raw_end_s"] == session.raw_end.t
    assert 0 < replayed["events"] == replayed["recorded_events"]
    assert replayed["stored_only_events"] > 300
    analyzed = livecoach("analyze", said["file"])
    assert "sensor data of this session end at 0:" in analyzed.stdout
    source = ("--source", f"file:{said['file']}", "--pace", "max", "--session", tmp_path / "again")
    again = livecoach("run", *source)
    assert "its sensor data end at 0:" in again.stderr


@pytest.mark.parametrize("wild", [63.0, 1e9, -50.0])
@pytest.mark.parametrize("row", [1, 500])
def test_one_wild_time_stamp_costs_one_row(tmp_path: Path, wild: float, row: int) -> None:
    recording = imu_file(tmp_path, 10.0)
    whole = livecoach("analyze", recording, "-o", tmp_path / "whole.csv")
    lines = recording.read_text().splitlines()
    lines[row] = f"{wild}," + lines[row].split(",", 1)[1]
    recording.write_text("\n".join(lines) + "\n")
    result = livecoach("analyze", recording, "-o", tmp_path / "wild.csv")
    assert whole.returncode == result.returncode == 0
    assert f"1 row left out; first: made.imu.csv, line {row + 1}: time" in result.stdout
    counts = [len((tmp_path / f"{n}.csv").read_text().splitlines()) for n in ("whole", "wild")]
    assert abs(counts[0] - counts[1]) <= 1


def test_a_wild_stamp_in_a_capture_is_counted(tmp_path: Path) -> None:
    capture = pod_file(tmp_path, 30)
    lines = capture.read_text().splitlines()
    lines[10] = lines[10].replace(lines[10].split(",")[0], "700.0")
    capture.write_text("\n".join(lines) + "\n")
    result = livecoach("analyze", capture, "-o", tmp_path / "pods.csv")
    assert "1 row left out; first: made.ble.csv, line 11: time jumps ahead" in result.stdout
    assert len((tmp_path / "pods.csv").read_text().splitlines()) in {29, 30, 31}


def test_line_numbers_count_blank_lines_and_long_ones_once(tmp_path: Path) -> None:
    recording = imu_file(tmp_path, 5.0)
    lines = recording.read_text().splitlines()
    lines[100] = "x" * 50_000
    lines[1:1] = [""] * 10
    recording.write_text("\n".join(lines) + "\n")
    result = livecoach("analyze", recording, "-o", tmp_path / "x.csv")
    assert "1 row left out; first: made.imu.csv, line 111: the row has 1 cells" in result.stdout


def test_no_filled_cell_changes_when_more_is_read(tmp_path: Path) -> None:
    recording = imu_file(tmp_path, 12.0)
    livecoach("analyze", recording, "-o", tmp_path / "whole.csv")
    with (tmp_path / "whole.csv").open() as file:
        whole = {r["t_contact_s"]: r for r in csv.DictReader(file)}
    lines = recording.read_text().splitlines()
    for cut in (150, 333, 512, 777, 1001):
        recording.write_text("\n".join(lines[:cut]) + "\n")
        livecoach("analyze", recording, "-o", tmp_path / "part.csv")
        with (tmp_path / "part.csv").open() as file:
            part = list(csv.DictReader(file))
        assert len(part) >= 1
        for row in part:
            same = whole[row["t_contact_s"]]
            assert all(same[name] == cell for name, cell in row.items() if cell)


def test_two_files_of_one_name_are_two_sensors(tmp_path: Path) -> None:
    folders = [tmp_path / side for side in ("left", "right")]
    for folder in folders:
        folder.mkdir()
    files = [imu_file(folder, 10.0, name="run") for folder in folders]
    results = [livecoach("analyze", *order, "-o", "-") for order in (files, files[::-1])]
    assert results[0].returncode == 0, results[0].stderr
    assert results[0].stdout == results[1].stdout
