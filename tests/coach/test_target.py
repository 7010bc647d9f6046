"""Targets: the cap holds, the ramp holds, the baseline is the runner's own."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecoach.coach import CoachParams
from livecoach.coach.params import CAP_RATIO
from livecoach.coach.target import TargetKeeper
from livecoach.model import Baseline, Profile


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


@given(
    st.floats(140, 190),
    st.floats(120, 220),
    st.lists(st.tuples(st.floats(0.05, 3.0), st.floats(120, 220)), min_size=5, max_size=80),
)
def test_no_target_above_the_cap_and_no_ramp_faster_than_stated(
    own: float, wanted: float, readings: list[tuple[float, float]]
) -> None:
    k = keeper(f"{wanted:.1f}", Baseline(own, 3.0, 900), grace_s=1.0)
    t, before = 0.0, None
    for gap, rate in readings:
        t += gap
        k.learn(t, rate, 3.0, gap)
        k.update(t)
        if k.target_spm is not None:
            assert k.target_spm <= own * (1 + CAP_RATIO) + 1e-9
            if before is not None:
                assert abs(k.target_spm / before - 1) <= 0.01 / 30 * gap + 1e-9
        before = k.target_spm
