"""A live run whose sound card is unplugged, suspended or missing at first goes on by itself."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from livecoach.model import Cue, CuePlayed, Sound
from livecoach.sound.beats import beat
from livecoach.store.reader import SessionFile
from tests.commandline import command
from tests.loopback.audio_rig import RATE_HZ, Rig, pulse_rig, recorded, rig_present
from tests.rigs import require_rig

pytestmark = pytest.mark.rig
_SINK = ("module-null-sink", "sink_name=rig", "rate=48000", "channels=2", "format=float32le")
_NEEDED = "pulseaudio, pulseaudio-utils, libasound2-plugins, libportaudio2"


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    require_rig(rig_present(), _NEEDED)
    folder = tmp_path / "rig"
    folder.mkdir()
    with pulse_rig(folder) as running:
        yield running


@contextmanager
def _run(rig: Rig, folder: Path, seconds: float) -> Iterator[Callable[[], dict[str, object]]]:
    """Run a metronome in real time; the given function waits for its end and returns its JSON."""
    options = ("--target", "180", "--beats", "constant", "--session", folder, "--json")
    process = subprocess.Popen(
        command("run", "--source", "sim:?step_rate_spm=175", "--seconds", str(seconds), *options),
        env=rig.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )

    def end() -> dict[str, object]:
        out, err = process.communicate(timeout=seconds + 30)
        assert process.returncode == 0, err
        result: dict[str, object] = json.loads(out)
        return result

    try:
        yield end
    finally:
        process.kill()
        process.wait()


def _pactl(rig: Rig, *words: str) -> None:
    subprocess.run(["pactl", *words], env=rig.env, check=True, capture_output=True)


def _story(folder: Path) -> tuple[list[Sound], list[float], list[str]]:
    """Return what happened to the sound, when beats were heard, and what was said."""
    (path,) = folder.glob("*.db")
    with SessionFile(path) as file:
        sounds = [x for x in file.inputs() if isinstance(x, Sound)]
        heard = [e.t for e in file.events("cue_played") if isinstance(e, CuePlayed)]
        cues = [e for e in file.events("cue") if isinstance(e, Cue)]
    return sounds, heard, [c.phrase for c in cues if c.kind == "speech"]


def test_a_sink_that_is_removed_and_made_again_plays_again_by_itself(
    rig: Rig, tmp_path: Path
) -> None:
    folder = tmp_path / "sessions"
    with _run(rig, folder, 16.0) as end:
        time.sleep(5.0)
        _pactl(rig, "unload-module", "module-null-sink")
        time.sleep(2.0)
        _pactl(rig, "load-module", *_SINK)
        with recorded(rig.env) as recording:  # without one a null sink wakes every two seconds
            made_s = time.monotonic()
            result = end()
        beats = recording.times_of(beat("neutral", RATE_HZ)[:, 0], made_s)
    sounds, heard, said = _story(folder)
    assert [s.state for s in sounds] == ["open", "lost", "back"]
    assert said == ["Sound is back."]
    assert result["problems"] == []
    assert beats[0] - made_s < 2.0 + 1.0  # back within two seconds, then the next beats
    assert np.median(np.diff(beats)) == pytest.approx(1 / 3, abs=0.004)
    assert max(heard) > 15.0


def test_a_suspended_sink_is_noticed_and_taken_up_again(rig: Rig, tmp_path: Path) -> None:
    folder = tmp_path / "sessions"
    with _run(rig, folder, 14.0) as end:
        time.sleep(5.0)
        _pactl(rig, "suspend-sink", "rig", "1")
        time.sleep(3.0)
        _pactl(rig, "suspend-sink", "rig", "0")
        end()
    sounds, _, said = _story(folder)
    assert [s.state for s in sounds] == ["open", "lost", "back"]
    assert 3.0 - 1.0 < sounds[2].t - sounds[1].t < 3.0 + 2.5
    assert said == ["Sound is back."]


def test_a_card_that_comes_later_takes_over_from_the_file(rig: Rig, tmp_path: Path) -> None:
    folder = tmp_path / "sessions"
    _pactl(rig, "unload-module", "module-null-sink")
    with _run(rig, folder, 10.0) as end:
        time.sleep(5.0)
        _pactl(rig, "load-module", *_SINK)
        result = end()
    sounds, heard, _ = _story(folder)
    assert [s.state for s in sounds] == ["open", "back"]
    assert sounds[0].device.endswith(".wav")
    assert result["sound"] == sounds[1].device
    assert next(folder.glob("*.wav")).stat().st_size > 48_000
    assert max(heard) > 9.0
