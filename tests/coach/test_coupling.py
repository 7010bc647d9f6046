"""Beats beside footfalls: the lead, the bounds, letting go, and no oscillation for any gains."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livecoach.coach.beats import BeatPlan
from livecoach.coach.coupling import FORGET, REACH, Coupling
from livecoach.gait.phase import Rhythm
from livecoach.gait.phase_params import PhaseParams
from livecoach.model import Phase

T = 60 / 170


def steady(
    plan: BeatPlan, offset: float, lead: float, beats: int, step_s: float = T
) -> list[float]:
    """Play beside a runner who never varies; return every beat."""
    due: list[float] = []
    tick = 0
    while len(due) < beats:
        t = tick / 10
        last = offset + int((t - offset) / step_s) * step_s
        due += plan.update(t, T, Phase(last, step_s, 0.0, 0.004, t), lead)
        tick += 1
    return due


@pytest.mark.parametrize("lead", [0.05, 0.0, -0.05])
@pytest.mark.parametrize("steps", [1, 2])
def test_beats_begin_with_their_lead_and_keep_it(lead: float, steps: int) -> None:
    plan = BeatPlan(0.35, steps=steps)
    assert plan.start(0.0, T, Phase(-0.1, T, 0.0, 0.004, 0.0), lead)
    for beat in steady(plan, -0.1, lead, 200):
        before = -(beat + 0.1) / T
        assert before - round(before - lead) == pytest.approx(lead, abs=1e-6)
    assert plan.lock == "phase"


@given(st.floats(-0.19, 0.19), st.sampled_from([0.05, 0.0, -0.05]), st.sampled_from([1, 2]))
def test_a_beat_beside_the_footfall_comes_to_its_lead_slowly_and_without_overshoot(
    start: float, lead: float, steps: int
) -> None:
    plan = BeatPlan(0.35, steps=steps)
    plan.start(0.0, T, Phase(-0.1, T, 0.0, 0.004, 0.0), lead + start)
    due = steady(plan, -0.1, lead, 100)
    before = np.array([-(beat + 0.1) / T for beat in due])
    off = before - np.round(before - lead) - lead
    assert abs(off[-1]) < 0.01
    assert np.all(np.diff(np.abs(off)) <= 1e-6)
    for a, b in pairwise(due):
        assert abs(b - a - steps * T) <= 0.02 * T + 1e-9


@pytest.mark.parametrize("ratio", [0.9, 0.95, 0.97, 1.03, 1.1])
def test_who_does_not_come_along_is_not_chased(ratio: float) -> None:
    plan = BeatPlan(0.35)
    plan.start(0.0, T, Phase(-0.1, T * ratio, 0.0, 0.004, 0.0), 0.05)
    assert np.diff(steady(plan, -0.1, 0.05, 300, T * ratio)) == pytest.approx(T)
    assert plan.lock == "tempo"


@given(st.floats(0.98, 1.02), st.floats(0.0, 0.2), st.floats(0.0, 0.03))
def test_who_is_nearly_there_never_bends_the_tempo(ratio: float, gain: float, slew: float) -> None:
    plan = BeatPlan(0.35, Coupling(gain, slew))
    plan.start(0.0, T, Phase(-0.1, T * ratio, 0.0, 0.004, 0.0), 0.05)
    due = steady(plan, -0.1, 0.05, 1000, T * ratio)
    most = REACH * (2.0 + FORGET * 1000)
    assert abs(due[-1] - due[0] - 999 * T) <= most * T


def test_beats_are_never_quicker_than_the_cap() -> None:
    plan = BeatPlan(0.35)
    plan.start(0.0, T, Phase(-0.1, T, 0.0, 0.004, 0.0), -0.1)
    plan.shortest_s = T
    assert min(np.diff(steady(plan, -0.1, 0.1, 100))) >= T - 1e-9


@given(
    st.lists(
        st.tuples(
            st.floats(0.27, 0.5),
            st.one_of(st.none(), st.tuples(st.floats(-3, 0.2), st.floats(0.27, 0.5))),
            st.floats(0.0, 0.03),
        ),
        min_size=1,
        max_size=60,
    ),
    st.sampled_from([1, 2]),
)
def test_whatever_the_footfalls_an_interval_is_within_a_tenth_of_the_tempo(
    runs: list[tuple[float, tuple[float, float] | None, float]], steps: int
) -> None:
    plan = BeatPlan(0.35, Coupling(0.2, 0.03), steps)
    plan.start(0.0, 0.36, None)
    last, number = None, 0
    for k in range(4 * len(runs)):
        t, (period_s, seen, sd_s) = k / 10, runs[k // 4]
        if steps == 2:
            period_s = 0.33 + period_s / 10  # a stride outlasts the horizon: no jumps, as in life
        phase = None if seen is None else Phase(t + seen[0], seen[1], 0.01, sd_s, t)
        for beat in plan.update(t, period_s, phase, 0.05):
            number += 1
            assert beat > t
            if last is not None:
                assert abs((beat - last) / (steps * period_s) - 1.0) <= 0.1
            last = beat
    assert number >= (0.4 * len(runs)) / (1.1 * steps * 0.5) - 2


@settings(max_examples=40, deadline=None)
@given(
    gain=st.floats(0.0, 0.2),
    slew=st.floats(0.0, 0.03),
    human=st.floats(0.05, 0.5),
    habit=st.floats(0.02, 0.2),
    asynchrony=st.floats(-0.04, 0.04),
    begins=st.floats(0.97, 1.03),
)
def test_runner_and_beats_settle_whatever_the_gains(
    gain: float, slew: float, human: float, habit: float, asynchrony: float, begins: float
) -> None:
    """A person without noise who corrects phase and period; the tracker that runs in real life."""
    plan, rhythm = BeatPlan(0.35, Coupling(gain, slew)), Rhythm(PhaseParams())
    heard, contact, period_s, phase = list[float](), 0.0, T * begins, None
    contacts = [contact]
    for tick in range(1, 1500):
        t = tick / 10
        while contact + 0.06 <= t:
            phase = rhythm.update(contact, contact + 0.06, None) or phase
            past = [b for b in heard[-8:] if b <= contact]
            late = 0.0
            if len(past) > 3:
                period_s += habit * (past[-1] - past[-2] - period_s)
                late = (contact - asynchrony - past[-1] + T / 2) % T - T / 2
            contact += period_s - human * late
            contacts.append(contact)
        if tick == 50:
            plan.start(t, T, phase, 0.05)
        heard += plan.update(t, T, phase, 0.05)
    times = np.array(contacts)
    late_beats = np.array([b for b in heard if 100.0 < b < 149.0])
    lead = np.array([(times[np.abs(times - b).argmin()] - b) / T for b in late_beats])
    # The tempo is the coach's, but for what the account allows; neither swings round the other.
    most = 2.0 * REACH / len(late_beats) + REACH * FORGET
    assert np.mean(np.diff(late_beats)) == pytest.approx(T, rel=most)
    assert np.abs(np.diff(late_beats) / T - 1.0).max() < 0.005
    assert np.ptp(lead[-60:]) < 0.05
    rates = 60.0 / np.diff(times[times > 100.0])
    assert np.abs(rates / 170.0 - 1.0).max() < 0.01
