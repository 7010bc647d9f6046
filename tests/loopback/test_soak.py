"""A minute of ramping beats under load: none lost, none extra, each where it belongs."""

import tempfile
from pathlib import Path

import pytest

from tests.loopback.audio_rig import pulse_rig, rig_present
from tests.loopback.soak import HEADER, soak
from tests.rigs import require_rig

pytestmark = pytest.mark.rig
_SURVIVED_MS = 150.0
"""The engine is made to survive a stall of the event loop this long."""


@pytest.mark.timeout(400)
def test_a_minute_under_load(tmp_path: Path) -> None:
    """Best of three: what counts is the engine, not a neighbour's load on this machine."""
    require_rig(rig_present(), "pulseaudio, pulseaudio-utils, libasound2-plugins, libportaudio2")
    rows = []
    for _ in range(3):
        folder = Path(tempfile.mkdtemp(dir=tmp_path))
        with pulse_rig(folder) as rig:
            result = soak(rig, "rtmixer", 60.0, folder, loaded=True)
        rows.append(result.row() + ("  stalled" if result.stall_ms > _SURVIVED_MS else ""))
        whole = (result.lost, result.extra, result.underflows) == (0, 0, 0)
        if whole and result.p99_ms <= 0.5 and result.max_ms <= 2.0:
            assert result.beats > 160
            assert result.held_ms >= 60.0
            return
    pytest.fail("\n".join([HEADER, *rows]))
