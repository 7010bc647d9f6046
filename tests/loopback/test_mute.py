"""``livecoach run`` in a terminal, its sound recorded from outside: a key, and it is silent."""

import os
import pty
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from livecoach.commands.replay import compare
from livecoach.model import Command, Cue, CueDropped, CuePlayed
from livecoach.store.reader import SessionFile
from tests.commandline import command
from tests.loopback.audio_rig import RATE_HZ, Floats, Recording, Rig, pulse_rig, rig_present
from tests.rigs import require_rig

pytestmark = pytest.mark.rig
_STEP_S = 0.3
_LATENCY_S = {"rtmixer": 0.1, "callback": 0.2}
_SPEAKS = """
[coach]
target = "+5%"
beats = "off"
grace_s = 3.0
ramp_ratio_per_s = 0.05
[runner]
baseline = { step_rate_spm = 164.0, speed_mps = 3.0, steps = 400 }
"""


class _Terminal:
    """A run in a terminal of its own."""

    def __init__(self, args: list[str], env: dict[str, str]) -> None:
        self._ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            args, env=env, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
        )
        os.close(theirs)
        self._shown: list[bytes] = []
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        try:
            while part := os.read(self._ours, 1 << 16):
                self._shown.append(part)
        except OSError:  # the other end is closed
            pass

    @property
    def shown(self) -> str:
        return b"".join(self._shown).decode(errors="replace")

    def press(self, key: str) -> float:
        """Press a key; return when."""
        at = time.monotonic()
        os.write(self._ours, key.encode())
        return at

    def end(self) -> None:
        """Make sure that it is over."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._thread.join()
        os.close(self._ours)


@contextmanager
def _running(rig: Rig, folder: Path, backend: str, *args: str | Path) -> Iterator[_Terminal]:
    env = {**rig.env, "TERM": "xterm"}
    if backend == "callback":
        (folder / "rtmixer.py").write_text("raise ImportError\n")
        env["PYTHONPATH"] = os.pathsep.join([str(folder), str(Path.cwd())])
    terminal = _Terminal(command("run", *args, "--session", folder / "sessions"), env)
    try:
        yield terminal
    finally:
        terminal.end()


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    require_rig(rig_present(), "pulseaudio, pulseaudio-utils, libasound2-plugins, libportaudio2")
    folder = tmp_path / "rig"
    folder.mkdir()
    with pulse_rig(folder) as rig:
        yield rig


def _until(true: Callable[[], bool], run: _Terminal, most_s: float = 30.0) -> None:
    deadline = time.monotonic() + most_s
    while not true():
        assert time.monotonic() < deadline, run.shown
        time.sleep(0.05)


def _sounds(recording: Recording) -> Floats:
    """Return when sound arrived, in host time, sample by sample."""
    raw = b"".join(recording._parts)
    frames = np.frombuffer(raw[: len(raw) // 8 * 8], "<f4").reshape(-1, 2)
    at, count = np.array(recording._arrivals).T
    loud = np.flatnonzero(np.abs(frames).max(axis=1) > 1e-4)
    # The last frame of a part arrived with it, the ones before it as much earlier as they are.
    part = np.searchsorted(count, loud, side="right").clip(max=len(count) - 1)
    return np.asarray(at[part] - (count[part] - loud) / RATE_HZ)


@pytest.mark.parametrize("backend", ["rtmixer", "callback"])
def test_a_key_silences_the_beats_within_a_step_and_brings_them_back(
    rig: Rig, tmp_path: Path, backend: str
) -> None:
    args = ("--source", "sim:?mount=waist", "--target", "176", "--beats", "constant")
    with _running(rig, tmp_path, backend, *args) as run:
        _until(rig.recording.sounding, run)
        time.sleep(2.0)
        muted = run.press("m")
        time.sleep(3.0)
        unmuted = run.press("m")
        time.sleep(3.0)
        stopped = run.press("q")
        assert run.process.wait(20.0) == 0, run.shown
        time.sleep(0.5)
        sounds = _sounds(rig.recording)
        assert "Muted: nothing is heard" in run.shown
    most_s = _STEP_S + _LATENCY_S[backend]
    before = sounds[(sounds > muted - 1.0) & (sounds < muted)]
    late = sounds[(sounds > muted) & (sounds < unmuted)]
    assert len(before)
    assert late.max(initial=muted) - muted < most_s
    again = sounds[(sounds > unmuted) & (sounds < stopped)]
    assert len(again)
    assert again.min() - unmuted < 1.0
    assert sounds.max() - stopped < most_s
    (session,) = (tmp_path / "sessions").glob("*.db")
    with SessionFile(session) as file:
        events = list(file.events())
        pressed = [x.name for x in file.inputs() if isinstance(x, Command)]
        assert file.summary is not None
        assert file.summary.reason == "done"
    assert pressed == ["mute", "mute", "stop"]
    cues = {e.number for e in events if isinstance(e, Cue)}
    played = {e.cue for e in events if isinstance(e, CuePlayed)}
    dropped = {e.cue for e in events if isinstance(e, CueDropped) and e.reason == "muted"}
    assert dropped
    assert played | dropped == cues
    assert compare(session).identical


@pytest.mark.parametrize("backend", ["rtmixer", "callback"])
def test_a_key_cuts_a_phrase_short(rig: Rig, tmp_path: Path, backend: str) -> None:
    config = tmp_path / "speaks.toml"
    config.write_text(_SPEAKS)
    source = "sim:?step_rate_spm=164&speed_mps=3.0"
    with _running(rig, tmp_path, backend, config, "--source", source) as run:
        _until(rig.recording.sounding, run, 60.0)
        time.sleep(0.1)
        muted = run.press("m")
        time.sleep(2.5)
        run.press("q")
        assert run.process.wait(20.0) == 0, run.shown
        sounds = _sounds(rig.recording)
    late = sounds.max() - muted
    assert late < _STEP_S + _LATENCY_S[backend]
    (session,) = (tmp_path / "sessions").glob("*.db")
    with SessionFile(session) as file:
        events = list(file.events())
    (phrase, *_) = [e for e in events if isinstance(e, Cue) and e.kind == "speech"]
    told = [e.reason for e in events if isinstance(e, CueDropped) and e.cue == phrase.number]
    assert told == ["cut short: muted"]
    assert compare(session).identical
