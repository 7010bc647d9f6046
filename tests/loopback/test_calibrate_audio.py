"""``livecoach calibrate audio`` for real: a sound card heard 200 ms late, an ear, a tapping person.

Sound goes into the rig's sink; another sink gets the same 200 ms later, like Bluetooth headphones.
"""

import json
import os
import pty
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from livecoach.model import CuePlayed, Sound
from livecoach.sound.beats import beat
from livecoach.store.places import profile_path
from livecoach.store.reader import SessionFile
from tests.commandline import command
from tests.loopback.audio_rig import RATE_HZ, Recording, Rig, pulse_rig, rig_present
from tests.rigs import require_rig
from tests.session.recordings import imu_file

pytestmark = pytest.mark.rig
_FAR_S = 0.2
_FAR = (
    f"module-null-sink sink_name=far rate={RATE_HZ} channels=2 format=float32le",
    f"module-loopback latency_msec={1e3 * _FAR_S:.0f} source=rig.monitor sink=far",
)
_PERIOD_S = 0.6
# The program as it stands, saying when its session time began.
_TELLING = """
import sys
from livecoach.__main__ import main
from livecoach.session.pacing import RealTime
begin = RealTime.__init__
def told(self, clock):
    begin(self, clock)
    print("origin", self._start, file=sys.stderr)
RealTime.__init__ = told
main()
"""
# The same, saying when the beats are due.
_TELLING_BEATS = """
import sys
import time
from livecoach.__main__ import main
from livecoach.commands.calibrate_audio import _Pattern
begin = _Pattern.begin
def told(self, *how):
    begin(self, *how)
    first_s = time.monotonic() - self.clock() + self._due[0]
    print("first", first_s, file=sys.stderr, flush=True)
_Pattern.begin = told
main()
"""


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    require_rig(rig_present(), "pulseaudio, pulseaudio-utils, libasound2-plugins, libportaudio2")
    folder = tmp_path / "rig"
    folder.mkdir()
    with pulse_rig(folder, *_FAR) as running:
        yield running


def listened(rig: Rig, source: str) -> dict[str, Any]:
    """Measure with a microphone at ``source``, without a terminal, and return what is said."""
    said = subprocess.run(
        command("calibrate", "audio", "--mic", "--json"),
        env={**rig.env, "PULSE_SOURCE": source},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    found: dict[str, Any] = json.loads(said.stdout)
    return found


def test_a_microphone_finds_the_delay_and_a_run_makes_up_for_it(rig: Rig, tmp_path: Path) -> None:
    near = listened(rig, "rig.monitor")
    far = listened(rig, "far.monitor")
    assert far["device"] == near["device"] == "default (rig)"
    assert far["offset_s"] - near["offset_s"] == pytest.approx(_FAR_S, abs=0.010)
    assert abs(near["offset_s"]) < 0.015
    # The recorder has a delay of its own: a run that allows for nothing shows it.
    plain, _, line = ran(rig, tmp_path / "plain", "[audio]\noffset_s = 0.0")
    assert line == ""
    early, sound, line = ran(rig, tmp_path / "early", "")
    assert sound.offset_s == far["offset_s"]
    assert f"{1e3 * far['offset_s']:.0f} ms" in line
    assert early["rig"] - plain["rig"] == pytest.approx(-far["offset_s"], abs=0.010)
    assert early["far"] - plain["rig"] == pytest.approx(0.0, abs=0.020)


def ran(rig: Rig, folder: Path, told: str) -> tuple[dict[str, float], Sound, str]:
    """Run a session; return how late its beats are at each sink, its sound, and what it says."""
    folder.mkdir()
    (folder / "my.toml").write_text(told)
    arguments = ("--source", f"file:{imu_file(folder, 8.0)}", "--target", "180")
    ears = {"rig": rig.recording, "far": Recording(rig.env, "far")}
    since = time.monotonic()
    try:
        done = subprocess.run(
            [
                *(sys.executable, "-c", _TELLING, "run", folder / "my.toml", *arguments),
                *("--beats", "constant", "--session", folder),
            ],
            env=rig.env,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        time.sleep(0.5)
    finally:
        ears["far"].stop()
    (path,) = folder.glob("*.db")
    with SessionFile(path) as file:
        (sound,) = [x for x in file.inputs() if isinstance(x, Sound)]
        played = np.array([e.t for e in file.events("cue_played") if isinstance(e, CuePlayed)])
    assert len(played) >= 15
    origin_s = float(done.stderr.split("origin ")[1].split()[0])
    template = beat("neutral", RATE_HZ)[:, 0]
    late = {
        name: middle(ear.times_of(template, since) - origin_s, played) for name, ear in ears.items()
    }
    said = [x for x in done.stdout.splitlines() if "than it says" in x]
    return late, sound, "".join(said)


def middle(heard: np.ndarray[Any, np.dtype[np.float64]], played: np.ndarray[Any, Any]) -> float:
    """Return the median distance of what was heard from the nearest beat said to be heard."""
    apart = heard[:, None] - played
    # Beats are a third of a second apart; the recorder hears them a little early.
    apart = np.where(np.abs(apart + _FAR_S / 2) < 1 / 6, apart, np.nan)
    return float(np.nanmedian(apart))


@contextmanager
def at_a_terminal(rig: Rig) -> Iterator[tuple[subprocess.Popen[str], int, int]]:
    """Run the command on a terminal of its own; yield it and the terminal's two ends."""
    hand, terminal = pty.openpty()
    program = subprocess.Popen(
        ["setsid", "--ctty", sys.executable, "-c", _TELLING_BEATS, "calibrate", "audio", "--json"],
        env=rig.env,
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield program, hand, terminal
    finally:
        program.kill()
        program.communicate()
        os.close(hand)
        os.close(terminal)


def wait_for(ready: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.02)


def key_by_key(terminal: int) -> bool:
    return not termios.tcgetattr(terminal)[3] & termios.ICANON


def test_a_person_who_taps_140_ms_after_each_beat_hears_it_180_ms_late(rig: Rig) -> None:
    rng = np.random.default_rng(3)
    with at_a_terminal(rig) as (program, hand, terminal):
        before = termios.tcgetattr(terminal)
        assert program.stderr is not None
        line = next(x for x in program.stderr if x.startswith("first"))
        assert key_by_key(terminal)
        first_s = float(line.split()[1])
        for n, late_s in enumerate(rng.normal(0.180 - 0.040, 0.015, 24)):
            time.sleep(max(0.0, first_s + n * _PERIOD_S + late_s - time.monotonic()))
            if n != 11:  # a beat is missed now and then
                os.write(hand, b" " if n % 2 else b"\r")
        out, err = program.communicate(timeout=30)
        after = termios.tcgetattr(terminal)
    assert program.returncode == 0, err
    found = json.loads(out)
    assert found["offset_s"] == pytest.approx(0.180, abs=0.010)
    assert found["spread_s"] == pytest.approx(0.015, abs=0.012)
    assert after == before
    said = subprocess.run(
        command("calibrate", "audio", "--list", "--json"),
        env=rig.env,
        check=True,
        capture_output=True,
    )
    (kept,) = json.loads(said.stdout)
    assert kept["offset_s"] == found["offset_s"]


@pytest.mark.parametrize("how", ["ctrl-c", "terminate", "hang up"])
def test_interrupted_it_leaves_the_terminal_as_it_was_and_keeps_nothing(rig: Rig, how: str) -> None:
    with at_a_terminal(rig) as (program, hand, terminal):
        before = termios.tcgetattr(terminal)
        wait_for(lambda: key_by_key(terminal))
        time.sleep(0.5)
        os.write(hand, b"   ")
        if how == "ctrl-c":
            os.write(hand, b"\x03")
        else:
            program.send_signal(signal.SIGTERM if how == "terminate" else signal.SIGHUP)
        _, err = program.communicate(timeout=40)
        after = termios.tcgetattr(terminal)
    assert program.returncode == 130
    assert "Traceback" not in err
    assert "interrupted" in err.splitlines()[-1]
    assert after == before
    assert not profile_path().exists()


@pytest.mark.timeout(300)
def test_without_a_terminal_or_with_nothing_to_hear_it_says_so(rig: Rig) -> None:
    def said(*arguments: str) -> str:
        done = subprocess.run(
            command("calibrate", "audio", *arguments),
            env=rig.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode in {1, 2}
        return done.stderr.splitlines()[-1]

    assert "needs a terminal to tap in; or listen with --mic" in said()
    assert "is not an input; there is:" in said("--input", "the neighbour's")
    with nothing_to_hear(rig):
        # A busy machine may starve the sound server for the half second that counts as gone.
        told = next((x for x in (said("--mic") for _ in range(3)) if "went away" not in x), "")
        assert "only 0 of 12 beats" in told
    assert not profile_path().exists()


@contextmanager
def nothing_to_hear(rig: Rig) -> Iterator[None]:
    """Let the default input hear another, empty sink."""

    def pactl(*words: str) -> None:
        subprocess.run(["pactl", *words], env=rig.env, check=True, capture_output=True)

    pactl("load-module", "module-null-sink", "sink_name=void")
    pactl("set-default-source", "void.monitor")
    yield
    pactl("set-default-source", "rig.monitor")
