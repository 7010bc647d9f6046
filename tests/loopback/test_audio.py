"""Beats through PortAudio into a recorded null sink: each arrives, once, when it is due."""

import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from livecoach.sound.beats import beat
from tests.loopback.audio_rig import RATE_HZ, Rig, pulse_rig, rig_present
from tests.rigs import require_rig

pytestmark = pytest.mark.rig
_SECONDS = 11.0
_BEAT = beat("neutral", RATE_HZ)[:, 0]
_NEEDED = "pulseaudio, pulseaudio-utils, libasound2-plugins, libportaudio2"


@pytest.fixture
def rigs(tmp_path: Path) -> Iterator[Callable[[], Rig]]:
    """Give a fresh server at every call: PulseAudio itself sometimes dies under a null sink."""
    require_rig(rig_present(), _NEEDED)
    with ExitStack() as running:

        def fresh() -> Rig:
            running.close()
            folder = Path(tempfile.mkdtemp(dir=tmp_path))
            return running.enter_context(pulse_rig(folder))

        yield fresh


@pytest.mark.parametrize(
    ("backend", "interval_s", "worst_s"),
    [
        ("rtmixer", 0.002, 0.002),
        # The server's estimate of its own delay can wander for seconds after the stream's start.
        ("callback", 0.005, 0.020),
    ],
)
def test_every_beat_arrives_when_it_is_due(
    rigs: Callable[[], Rig], tmp_path: Path, backend: str, interval_s: float, worst_s: float
) -> None:
    """Best of three: what counts is the backend, not a neighbour's load on this machine."""
    best = (1.0, 1.0, 1.0)
    for _ in range(3):
        rig = rigs()
        try:
            report = rig.play(backend, _SECONDS, tmp_path)
        except subprocess.CalledProcessError:
            assert rig.server.poll() is not None, "the player failed beside a living server"
            continue
        time.sleep(0.3)  # the last beat's way through the recorder
        due = np.array(report["due"])
        heard = rig.recording.times_of(_BEAT, report["origin"]) - report["origin"]
        assert [token for token, _ in report["played"]] == list(range(len(due)))
        late = np.array([t for _, t in report["played"]]) - due
        if len(heard) == len(due):
            error = heard - due
            error -= np.median(error)  # the rig's own latency is not known
            worst = (np.abs(np.diff(error)).max(), np.abs(error).max(), np.abs(late).max())
            best = min(best, worst)
        if best[0] <= interval_s and best[1] <= worst_s and best[2] <= interval_s:
            return
    pytest.fail(f"{backend}: interval, absolute and reported error at best {best} s")


@pytest.mark.parametrize("backend", ["rtmixer", "callback"])
def test_stop_is_obeyed_within_one_step(
    rigs: Callable[[], Rig], tmp_path: Path, backend: str
) -> None:
    stop_s = 2.6
    rig = rigs()
    report = rig.play(backend, 4.0, tmp_path, flush_s=stop_s)
    time.sleep(0.3)
    assert "error" not in report
    expected = [n for n, t in enumerate(report["due"]) if t < stop_s]
    tokens = [token for token, _ in report["played"]]
    assert tokens[: len(expected)] == expected
    assert all(t <= stop_s + report["latency_s"] + 0.1 for _, t in report["played"])
    assert len(rig.recording.times_of(_BEAT, report["origin"])) == len(tokens)


@pytest.mark.parametrize("backend", ["rtmixer", "callback"])
def test_a_device_that_goes_away_is_an_audio_error(tmp_path: Path, backend: str) -> None:
    require_rig(rig_present(), _NEEDED)
    with pulse_rig(tmp_path) as rig:
        unplug = threading.Thread(target=_unplug_while_playing, args=(rig,))
        unplug.start()
        report = rig.play(backend, 12.0, tmp_path)
        unplug.join()
    assert report["error"].endswith("the audio device went away")
    assert 1.0 < report["error_s"] < 12.0
    assert len(report["played"]) >= 1


def _unplug_while_playing(rig: Rig) -> None:
    deadline = time.monotonic() + 20.0
    while not rig.recording.sounding() and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(1.0)
    rig.server.kill()
