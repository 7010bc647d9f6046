"""A whole live run into a sound card: ``livecoach run`` as it stands, recorded from outside."""

import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

from livecoach.model import CuePlayed
from livecoach.sound.beats import beat
from livecoach.store.reader import SessionFile
from tests.commandline import command
from tests.loopback.audio_rig import RATE_HZ, pulse_rig, rig_present
from tests.rigs import require_rig
from tests.session.recordings import imu_file

pytestmark = pytest.mark.rig


def test_a_live_run_plays_its_beats_through_the_sound_card(tmp_path: Path) -> None:
    require_rig(rig_present(), "pulseaudio, pulseaudio-utils, libasound2-plugins, libportaudio2")
    folder = tmp_path / "rig"
    folder.mkdir()
    recording = imu_file(tmp_path, 8.0)
    with pulse_rig(folder) as rig:
        since = time.monotonic()
        subprocess.run(
            command(
                *("run", "--source", f"file:{recording}", "--target", "180"),
                *("--beats", "constant", "--session", tmp_path / "sessions"),
            ),
            env=rig.env,
            check=True,
            capture_output=True,
            timeout=60,
        )
        time.sleep(0.3)
        heard = rig.recording.times_of(beat("neutral", RATE_HZ)[:, 0], since)
    (session,) = (tmp_path / "sessions").glob("*.db")
    with SessionFile(session) as file:
        played = [e for e in file.events("cue_played") if isinstance(e, CuePlayed)]
    assert len(played) >= 15
    assert abs(len(heard) - len(played)) <= 1
    assert np.median(np.diff(heard)) == pytest.approx(1 / 3, abs=0.004)
    assert np.median([abs(p.late_s) for p in played]) < 0.005
