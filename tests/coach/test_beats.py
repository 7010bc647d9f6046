"""Beats: continuous over any change of tempo, in phase when the footfalls are known."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecoach.coach.beats import BeatPlan, foot_of
from livecoach.model import Phase


@given(st.lists(st.floats(0.28, 0.5), min_size=1, max_size=40), st.floats(0, 1000))
def test_every_interval_is_a_period_in_force_nothing_doubled_or_dropped(
    periods: list[float], t0: float
) -> None:
    plan = BeatPlan(0.35)
    plan.start(t0, periods[0], None)
    due: list[float] = []
    for k in range(len(periods) * 10):
        due += plan.update(t0 + k / 10, periods[k // 10])
    assert due[0] == pytest.approx(t0 + 0.35)
    for a, b in pairwise(due):
        assert min(abs(b - a - p) for p in periods) < 1e-9
    assert due[-1] > t0 + len(periods) - 0.1 + 0.35 - max(periods) - 1e-9


def test_no_error_piles_up_within_a_tempo() -> None:
    plan = BeatPlan(0.35)
    plan.start(0.0, 1 / 3, None)
    due = [b for k in range(36_000) for b in plan.update(k / 10, 1 / 3)]
    assert [round(48_000 * (b - due[0])) for b in due] == [16_000 * k for k in range(len(due))]


def test_beats_begin_in_phase_with_a_footfall_two_or_more_ahead() -> None:
    phase = Phase(10.0, 0.36, 0.01, 0.005, 10.02)
    plan = BeatPlan(0.35)
    assert plan.start(10.1, 0.35, phase)
    first = plan.update(10.7, 0.35)[0]
    assert first in [phase.predict(n) for n in (2, 3)]


def test_an_uncertain_phase_is_not_used() -> None:
    plan = BeatPlan(0.35)
    assert not plan.start(10.1, 0.35, Phase(10.0, 0.36, 0.0, 0.05, 10.02))
    assert plan.update(10.1, 0.35) == [pytest.approx(10.45)]


def test_a_beat_carries_a_foot_only_when_the_sensor_knows_it() -> None:
    phase = Phase(10.0, 0.4, 0.0, 0.005, 10.02, "left")
    assert foot_of(10.8, phase) == "left"
    assert foot_of(11.2, phase) == "right"
    assert foot_of(11.0, phase) is None  # halfway: it belongs to neither
    assert foot_of(10.8, Phase(10.0, 0.4, 0.0, 0.005, 10.02)) is None


def test_restarting_never_overlaps_what_was_committed() -> None:
    plan = BeatPlan(0.35)
    plan.start(0.0, 0.35, None)
    last = plan.update(0.0, 0.35)[-1]
    plan.stop()
    assert plan.update(0.1, 0.35) == []
    plan.start(0.1, 0.3, None)
    assert plan.update(1.0, 0.3)[0] >= last + 0.3 - 1e-9


@given(st.integers(5, 200), st.floats(0.3, 0.45), st.sampled_from([1.05, 0.95, 1.01]))
def test_a_new_tempo_is_heard_within_the_horizon_and_one_interval(
    ticks: int, period_s: float, faster: float
) -> None:
    plan, told_s, new_s = BeatPlan(0.35), ticks / 10, period_s / faster
    plan.start(0.0, period_s, None)
    due = [b for k in range(ticks) for b in plan.update(k / 10, period_s)]
    due += [b for k in range(ticks, ticks + 30) for b in plan.update(k / 10, new_s)]
    first = next(b for a, b in pairwise(due) if b - a == pytest.approx(new_s, abs=1e-9))
    assert first <= told_s + 0.35 + new_s
