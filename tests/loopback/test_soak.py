"""A minute of ramping beats under load: none lost, none extra, each where it belongs."""

import tempfile
from pathlib import Path

import pytest

from tests.loopback.audio_rig import pulse_rig, rig_present
from tests.loopback.soak import HEADER, Result, soak
from tests.rigs import require_rig

pytestmark = pytest.mark.rig
_TRIES = 4


def _whole(result: Result) -> bool:
    return (result.lost, result.extra, result.underflows) == (0, 0, 0) and result.beats > 160


@pytest.mark.timeout(400)
def test_a_minute_under_load(tmp_path: Path) -> None:
    """Once in four within the bars; where the server itself was starved each time, within 25 ms."""
    require_rig(rig_present(), "pulseaudio, pulseaudio-utils, libasound2-plugins, libportaudio2")
    results: list[Result] = []
    for _ in range(_TRIES):
        folder = Path(tempfile.mkdtemp(dir=tmp_path))
        with pulse_rig(folder) as rig:
            results.append(soak(rig, "rtmixer", 60.0, folder, loaded=True))
        result = results[-1]
        assert result.held_ms >= 60.0
        if _whole(result) and result.p99_ms <= 0.5 and result.max_ms <= 2.0:
            return
    rows = "\n".join([HEADER, *(result.row() for result in results)])
    assert all(result.disturbed for result in results), rows
    assert any(_whole(result) and result.max_ms <= 25.0 for result in results), rows
