"""The score of a time without cues: right numbers, or unknown and why."""

import pytest

from livecoach.coach.hearing import Reading
from livecoach.coach.retention import RetentionBlock
from livecoach.model import Baseline, Retention

OWN = Baseline(160.0, 3.0, 900)


def block(end_s: float = 0.0) -> RetentionBlock:
    return RetentionBlock(1000.0, 3, 300.0, end_s, 0.015)


def fed(
    scored: RetentionBlock, rate: float, seconds: int, start: int = 0, own: Baseline | None = OWN
) -> list[Retention]:
    """Run for so long; return what was scored."""
    out = []
    for k in range(start, start + seconds):
        scored.add(Reading(1000.0 + k, rate, 3.0, 1.0), own, 168.0)
        found = scored.update(1000.0 + k + 1.0)
        out += [] if found is None else [found]
    return out


@pytest.mark.parametrize(
    ("rate", "kept", "on"),
    [(160.0, 0.0, 0.0), (164.0, 0.5, 0.0), (168.0, 1.0, 1.0), (156, -0.5, 0)],
)
def test_the_share_of_the_gain(rate: float, kept: float, on: float) -> None:
    (*_, newest) = fed(block(), rate, 300)
    assert newest.kept_ratio == pytest.approx(kept)
    assert newest.on_target_ratio == pytest.approx(on)
    assert newest.session == 3
    assert f"{rate:.1f}/min without cues, own 160.0, target 168.0" in newest.reason


def test_it_is_scored_each_minute_then_each_five_and_at_the_known_end() -> None:
    assert [r.lasted_s for r in fed(block(), 168.0, 1000)] == [60, 120, 180, 240, 300, 600, 900]
    lasted = [r.lasted_s for r in fed(block(1200.5), 168.0, 201)]
    assert lasted == [60.0, 120.0, 180.0, 201.0]


def test_the_first_five_minutes_and_the_whole() -> None:
    scored = block()
    fed(scored, 168.0, 301)
    newest = fed(scored, 160.0, 300, 301)[-1]
    assert newest.kept_ratio == pytest.approx(1.0)
    assert newest.whole_kept_ratio == pytest.approx(0.5, abs=0.01)
    assert newest.whole_on_target_ratio == pytest.approx(0.5, abs=0.01)


def test_unknown_says_why() -> None:
    (nobody,) = fed(block(), 164.0, 60, own=None)
    assert (nobody.kept_ratio, nobody.on_target_ratio) == (None, None)
    assert "own step rate is not known" in nobody.reason
    changed = block()
    fed(changed, 164.0, 40)
    found = fed(changed, 164.0, 40, 40, Baseline(163.0, 3.6, 900))[-1]
    assert found.kept_ratio is None
    assert "speed has changed" in found.reason
    few = block()
    fed(few, 164.0, 20)
    standing = few.update(1060.0)
    assert standing is not None
    assert standing.kept_ratio is None
    assert "only 20 s" in standing.reason
    (near,) = fed(block(), 168.0, 60, own=Baseline(167.0, 3.0, 900))
    assert near.kept_ratio is None
    assert near.on_target_ratio == 1.0
    assert "too near" in near.reason
