"""The bars for the drift detector, on fixed seeds: synthetic step rates and recorded ones."""

import os
from pathlib import Path

import pytest

from tests.benchmarks import policies
from tests.benchmarks.policies import Score, Stream
from tests.rigs import require_rig

SYNTHETIC = policies.synthetic()


def holds(result: Score) -> bool:
    """At most half a false cue in ten minutes, 12 s at -4 %, 8 s at -7 %, nothing missed."""
    return (
        result.false_cues <= 0.5
        and result.median_s(0.04) <= 12.0
        and result.median_s(0.07) <= 8.0
        and not any(result.missed_ratio.values())
    )


@pytest.mark.parametrize("name", SYNTHETIC)
def test_ours_holds_every_bar_at_once(name: str) -> None:
    result = policies.score(policies.ours, SYNTHETIC[name], seeds=20)
    assert holds(result), result


@pytest.mark.parametrize("peer", policies.PEERS)
def test_no_peer_does(peer: str) -> None:
    stream = SYNTHETIC["a reading a second, AR(1), SD 2/min"]
    assert not holds(policies.score(policies.POLICIES[peer], stream, seeds=8))


@pytest.fixture(scope="module")
def recordings() -> dict[str, Stream]:
    """Noise of recorded steps and pods."""
    data = os.environ.get("LIVECOACH_DATA")
    require_rig(data is not None, "LIVECOACH_DATA")
    assert data is not None
    return policies.recorded(Path(data))


def test_ours_holds_them_on_recorded_step_rates_too(recordings: dict[str, Stream]) -> None:
    assert len(recordings) == 3
    for name, stream in recordings.items():
        result = policies.score(policies.ours, stream, seeds=20)
        assert holds(result), (name, result)
