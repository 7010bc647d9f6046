"""Targets: the cap holds, the ramp holds, the baseline is the runner's own."""

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livecoach.coach import Coach, CoachParams
from livecoach.coach.params import CAP_RATIO
from livecoach.coach.steady import Pace
from livecoach.coach.target import TargetKeeper
from livecoach.model import Baseline, Command, Profile, Target


def keeper(target: str, *baselines: Baseline, **settings: Any) -> TargetKeeper:  # noqa: ANN401 (any setting)
    params = CoachParams(target=target, **settings)
    return TargetKeeper(params, Profile("x", baselines))


def run(k: TargetKeeper, rate: float, speed: float | None, seconds: int, start: int = 0) -> None:
    for t in range(start, start + seconds):
        k.learn(float(t), rate, speed, 1.0)
        k.update(float(t))


def test_a_relative_target_waits_for_the_baseline_and_says_so() -> None:
    k = keeper("+5%")
    assert k.update(30.0)[0].reason == "watching your own step rate first"
    assert k.target_spm is None
    run(k, 160.0, 3.0, 400)
    (own,) = k.measured
    assert own.step_rate_spm == pytest.approx(160.0)
    assert own.speed_mps == pytest.approx(3.0)
    assert k.target_spm == pytest.approx(168.0)


def test_a_stored_baseline_at_this_speed_is_used_and_another_speed_is_not() -> None:
    k = keeper("+5%", Baseline(160.0, 3.1, 900))
    run(k, 164.0, 3.0, 25)
    assert k.baseline == Baseline(160.0, 3.1, 900)
    other = keeper("+5%", Baseline(160.0, 4.0, 900))
    run(other, 164.0, 3.0, 25)
    assert other.baseline is None


def test_unknown_speed_only_meets_unknown_speed() -> None:
    k = keeper("+5%", Baseline(160.0, 3.0, 900), Baseline(170.0, None, 900))
    run(k, 164.0, None, 25)
    assert k.baseline == Baseline(170.0, None, 900)


def test_an_absolute_target_is_capped_by_the_own_baseline() -> None:
    k = keeper("190", Baseline(160.0, 3.0, 900))
    run(k, 160.0, 3.0, 600)
    assert k.target_spm == pytest.approx(176.0)


def test_a_constant_metronome_has_its_tempo_from_the_first_moment() -> None:
    k = keeper("180", beats="constant")
    k.update(0.0)
    assert k.target_spm == 180.0


def test_a_change_of_speed_chooses_the_baseline_anew() -> None:
    k = keeper("+5%", Baseline(160.0, 3.0, 900), Baseline(172.0, 4.0, 900))
    run(k, 160.0, 3.0, 60)
    assert k.baseline == Baseline(160.0, 3.0, 900)
    run(k, 172.0, 4.0, 60, start=60)
    assert k.baseline == Baseline(172.0, 4.0, 900)
    assert k.target_spm is not None
    assert k.target_spm >= 172.0


def test_without_a_baseline_the_grace_stands_in_for_it_in_the_cap() -> None:
    k = keeper("200")
    run(k, 160.0, 3.0, 2000)
    assert k.target_spm == pytest.approx(176.0)


def test_an_own_rate_once_measured_is_known_again_at_that_speed() -> None:
    k = keeper("+5%", baseline_s=30.0)
    run(k, 160.0, 3.0, 60)
    run(k, 170.0, 4.0, 100, start=60)
    run(k, 160.0, 3.0, 40, start=160)
    assert k.baseline == k.measured[0]
    assert len(k.measured) == 2


def test_what_was_coached_is_not_measured_at_another_speed_but_estimated() -> None:
    k = keeper("+5%", Baseline(160.0, 3.0, 900))
    run(k, 160.0, 3.0, 60)
    k.coached()
    run(k, 176.0, 3.6, 400, start=60)
    assert k.measured == []
    assert k.baseline is not None
    assert k.baseline.step_rate_spm == pytest.approx(160.0 * 1.2**0.15, rel=0.02)
    assert "(estimated from 160.0 at 3.00 m/s)" in k.ask(460.0, "+5%").reason


def test_unsteady_running_is_not_measured() -> None:
    k = keeper("+5%", baseline_s=30.0)
    for t in range(100):
        k.learn(float(t), 190.0, 3.0, 1.0, "unsteady")
        k.update(float(t))
    assert (k.measured, k.target_spm) == ([], None)


def test_the_first_target_is_near_what_the_runner_does() -> None:
    k = keeper("+5%", Baseline(170.0, 3.0, 900))
    run(k, 150.0, 3.0, 30)
    assert k.target_spm is not None
    assert k.target_spm <= 150.0 * 1.03 * (1.0 + 0.01 / 30.0) ** 30


def test_the_ramp_rests_while_nobody_runs() -> None:
    k = keeper("+5%", Baseline(160.0, 3.0, 900))
    run(k, 160.0, 3.0, 60)
    before = k.target_spm
    k.update(62.0)
    for t in range(63, 600):
        k.update(float(t))
    assert before is not None
    assert k.target_spm is not None
    assert k.target_spm < before * 1.002


def test_a_wish_changes_the_goal_by_the_ramp_only() -> None:
    k = keeper("+5%", Baseline(160.0, 3.0, 900))
    run(k, 160.0, 3.0, 400)
    told = k.ask(400.0, "172")
    assert told.reason == "172 as asked"
    assert told.target_spm == pytest.approx(168.0, abs=0.1)
    run(k, 168.0, 3.0, 200, start=400)
    assert k.target_spm == pytest.approx(172.0)
    assert k.ask(600.0, "+2%").reason == "+2 % of your own 160.0"
    assert k.ask(601.0, "").target_spm is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("177", "177 is more than 10 % above your own 160.0"),
        ("230", "230 is outside 120 to 220 steps/min"),
        ("+12%", "more than 10 % away"),
        ("faster", "neither steps per minute (176) nor relative (+5%)"),
        ("nan", "neither"),
    ],
)
def test_a_wish_out_of_bounds_is_refused_with_the_reason(text: str, why: str) -> None:
    k = keeper("+5%", Baseline(160.0, 3.0, 900))
    run(k, 160.0, 3.0, 400)
    told = k.ask(400.0, text)
    assert why in told.reason
    assert told.reason.endswith("still +5 % of your own 160.0")
    assert told.target_spm == k.target_spm == pytest.approx(168.0)
    assert k.update(400.1) == []


def test_a_wish_reaches_the_coach_as_a_command() -> None:
    coach = Coach(CoachParams(target=""), Profile("x", (Baseline(160.0, 3.0, 900),)))
    (yes,) = coach.update(Command(0, 1.0, "target", "+5%"))
    (no,) = coach.update(Command(1, 2.0, "target", "900"))
    assert isinstance(yes, Target)
    assert isinstance(no, Target)
    assert yes.reason == "watching your own step rate first"
    assert no.reason.startswith("refused: 900 is outside")


def test_no_step_is_above_three_per_cent_however_long_nothing_came() -> None:
    k = keeper("160", beats="constant")
    k.update(0.0)
    k.ask(0.0, "200")
    k.update(600.0)
    assert k.target_spm == pytest.approx(160.0 * 1.03)


def test_a_constant_metronome_relative_to_nothing_known_is_silent_until_it_is_measured() -> None:
    k = keeper("+5%", beats="constant", baseline_s=30.0)
    run(k, 160.0, 3.0, 20)
    assert k.target_spm is None
    run(k, 160.0, 3.0, 20, start=20)
    assert k.target_spm == pytest.approx(168.0)


WISHES = st.sampled_from(["", "130", "176", "200", "219", "+10%", "-10%", "+5%", "+11%", "300"])
PACES = st.sampled_from(["steady", "steady", "steady", "grace", "unsteady"])
SPEEDS = st.none() | st.floats(1.5, 6.0)
MOMENTS = st.one_of(
    st.tuples(st.just("run"), st.floats(0.05, 3.0), st.floats(120, 220), SPEEDS, PACES),
    st.tuples(st.just("runs"), st.integers(5, 60), st.floats(120, 220), SPEEDS, PACES),
    st.tuples(st.just("wait"), st.floats(0.0, 600.0)),
    st.tuples(st.just("ask"), WISHES),
    st.tuples(st.just("coached")),
)


class Watcher:
    """Feeds a keeper anything and checks after each moment what must always hold."""

    def __init__(self, k: TargetKeeper, ramp_ratio_per_s: float) -> None:
        self.k, self.ramp = k, ramp_ratio_per_s
        self.t, self.t_before, self.most_spm = 0.0, 0.0, 0.0
        self.before: float | None = None

    def moment(self, x: tuple[Any, ...]) -> None:
        """Let something happen."""
        match x:
            case ("run", gap, rate, speed, pace):
                self.learn(gap, rate, speed, pace)
            case ("runs", count, rate, speed, pace):
                for _ in range(count):
                    self.learn(1.0, rate, speed, pace)
            case ("wait", gap):
                self.t += gap
            case ("ask", text):
                self.k.ask(self.t, text)
            case _:
                self.k.coached()
        self.check()

    def learn(self, gap: float, rate: float, speed: float | None, pace: Pace) -> None:
        """Run on."""
        self.t += gap
        self.most_spm = max(self.most_spm, rate)
        self.k.learn(self.t, rate, speed, gap, pace)
        if self.k.target_spm is None:
            self.before = None
        self.check()

    def check(self) -> None:
        """Check the cap and the ramp."""
        self.k.update(self.t)
        target, own = self.k.target_spm, self.k.baseline
        cap = math.inf if own is None else own.step_rate_spm * (1.0 + CAP_RATIO)
        if target is not None:
            assert target <= min(cap, max(self.most_spm, cap if own else 0.0) * 1.1) + 1e-9
        if target is not None and self.before is not None:
            moved = target / self.before - 1.0
            allowed = min(self.ramp * (self.t - self.t_before), 0.03) + 1e-9
            assert moved <= allowed
            assert moved >= -allowed or target == pytest.approx(cap)
        self.before, self.t_before = target, self.t


@settings(max_examples=300)
@given(
    st.lists(MOMENTS, max_size=40),
    WISHES.filter(lambda w: w not in {"+11%", "300"}),
    st.lists(st.tuples(st.floats(120, 200), st.none() | st.floats(1.5, 6.0)), max_size=3),
)
def test_nothing_ever_brings_a_target_above_the_cap_or_a_faster_ramp(
    moments: list[tuple[Any, ...]], wish: str, known: list[tuple[float, float | None]]
) -> None:
    baselines = [Baseline(rate, speed, 900) for rate, speed in known]
    watcher = Watcher(keeper(wish, *baselines, baseline_s=20.0, grace_s=5.0), 0.01 / 30.0)
    for moment in moments:
        watcher.moment(moment)
