"""The command line: every mistake is one line and an exit code; help is quick and lazy."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commandline import fails_in_one_line, livecoach
from tests.session.recordings import imu_file, pod_file

COMMANDS = (
    "analyze",
    "demo",
    "drill",
    "explain",
    "export",
    "import",
    "metrics",
    "monitor",
    "plan",
    "replay",
    "report",
    "run",
    "sessions",
    "sweep",
)


@pytest.mark.parametrize("command", [(), *((c,) for c in COMMANDS)])
def test_help_names_what_there_is(command: tuple[str, ...]) -> None:
    result = livecoach(*command, "--help")
    assert result.returncode == 0
    assert "Usage: livecoach" in result.stdout


def test_help_loads_neither_numpy_nor_sound_nor_rich() -> None:
    code = (
        "import sys\nfrom livecoach.__main__ import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print([m for m in ('numpy', 'rich', 'sounddevice', 'asyncio') if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "--taget", "176"), "No such option"),
        (("run", "--source", "sim:", "--target", "fast"), "neither steps per minute"),
        (("run", "--source", "sim:", "--target", "+50%"), "more than 10 %"),
        (("run", "--source", "sim:", "--mount", "elbow"), "elbow"),
        (("run", "--source", "sim:", "--speed", "99kmh"), "people run at"),
        (("run", "--source", "sim:", "--seconds", "-1"), "seconds"),
        (("run", "nowhere.toml"), "nowhere.toml: no such configuration file"),
        (("analyze",), "FILES"),
        (("dance",), "No such command"),
        (("run",), "--source file:"),
        (("run", "--source", "foot:1"), "unknown kind"),
        (("run", "--source", "sim:?speed=3"), "speed"),
        (("run", "--source", "sim:?step_rate_spm=fast"), "step_rate_spm"),
        (("run", "--source", "sim:", "--source", "sim:"), "named twice"),
        (("run", "--source", "sim:", "--seconds", "inf"), "seconds"),
        (("analyze", "x.imu.csv", "-o", ""), "name a file"),
        (("analyze", "x.imu.csv", "-o", "-", "--json"), "leave out -o -"),
        (("run", "--source", "sim:", "--pace", "max", "--audio", "speakers"), "faster than sound"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(arguments: tuple[str, ...], words: str) -> None:
    assert words in fails_in_one_line(livecoach(*arguments), 2)


def test_a_misspelt_key_names_file_and_key(tmp_path: Path) -> None:
    path = tmp_path / "my.toml"
    path.write_text("[coach]\ntargt = '+5%'\n")
    line = fails_in_one_line(livecoach("run", path, "--source", "sim:"), 2)
    assert f"{path}: unknown key `coach.targt`; did you mean `target`?" in line


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("file:nowhere.imu.csv", "nowhere.imu.csv: no such file"),
        ("file:.", "is a directory"),
    ],
)
def test_a_source_that_is_not_there_is_one_line_and_exit_1(source: str, words: str) -> None:
    result = livecoach("run", "--source", source, "--audio", "null")
    assert words in fails_in_one_line(result, 1)


def test_an_unknown_session_names_the_way_out() -> None:
    assert "livecoach sessions" in fails_in_one_line(livecoach("replay", "20990101"), 1)


def test_the_output_may_not_be_the_recording(tmp_path: Path) -> None:
    recording = imu_file(tmp_path, 5.0)
    before = recording.read_bytes()
    assert "choose another name" in fails_in_one_line(
        livecoach("analyze", recording, "-o", recording), 2
    )
    assert recording.read_bytes() == before


def test_a_pipe_without_a_writer_is_no_recording(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.imu.csv")
    line = fails_in_one_line(livecoach("analyze", tmp_path / "x.imu.csv", timeout_s=20), 1)
    assert "no regular file" in line


def test_a_tilde_in_quotes_is_expanded() -> None:
    assert "no such file" in fails_in_one_line(livecoach("analyze", "~/nowhere.imu.csv"), 1)
    assert "nosuchuser" in fails_in_one_line(livecoach("analyze", "~nosuchuser/x.imu.csv"), 1)


@pytest.mark.parametrize("shell", [">/dev/full", ">&-"])
def test_an_output_that_is_full_or_closed_is_no_traceback(shell: str) -> None:
    result = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m livecoach metrics {shell}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "Traceback" not in result.stderr
    assert len(result.stderr.splitlines()) <= 1


def test_an_output_that_cannot_be_written(tmp_path: Path) -> None:
    out = tmp_path / "not" / "there.csv"
    result = livecoach("analyze", imu_file(tmp_path, 5.0), "-o", out)
    assert "cannot be written" in fails_in_one_line(result, 1)


def test_a_session_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = livecoach("run", "--source", "sim:", "--session", tmp_path / "file")
    assert "file" in fails_in_one_line(result, 2)


def test_metrics_as_json_and_as_a_table() -> None:
    assert json.loads(livecoach("metrics", "--json").stdout)[0]["name"] == "step_rate_spm"
    assert "pelvis_swing_mps" in livecoach("metrics").stdout


def test_no_sessions_yet_says_how_to_make_one(tmp_path: Path) -> None:
    result = livecoach("sessions", "--session", tmp_path / "none")
    assert result.returncode == 0
    assert "livecoach run makes one" in " ".join(result.stdout.split())
    assert json.loads(livecoach("sessions", "--session", tmp_path / "none", "--json").stdout) == []


def test_analyze_to_standard_output_is_only_csv(tmp_path: Path) -> None:
    result = livecoach("analyze", pod_file(tmp_path), "-o", "-")
    lines = result.stdout.splitlines()
    assert lines[0] == "t,step_rate_spm,speed_mps,step_length_m,state"
    assert lines[-1].split(",")[1] == "170"
    assert "mean step rate 170.0/min" in result.stderr


def test_a_reader_who_goes_away_is_no_error(tmp_path: Path) -> None:
    recording = imu_file(tmp_path, 60.0)
    line = f"{sys.executable} -m livecoach analyze {recording} -o - | head -n 1"
    result = subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, check=False, timeout=60
    )
    assert result.stdout.startswith("t_contact_s")
    assert "Traceback" not in result.stderr
    assert "BrokenPipe" not in result.stderr
