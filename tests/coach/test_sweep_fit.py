"""The parabola and its interval: right as often as it says, and open about what it cannot know."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecoach.coach.sweep_fit import Level, SweepResult, costs, judged

RATIOS = (0.04, -0.08, 0.12, 0.0, -0.12, 0.08, -0.04)
OWN = 165.0


def levels(
    best: float, noise: float = 0.0, seed: int = 0, drift: float = 0.0, **more: float
) -> tuple[Level, ...]:
    rng = np.random.default_rng(seed)
    out = []
    for n, ratio in enumerate(RATIOS):
        rate = OWN * (1.0 + ratio)
        heart = 150.0 * (1.0 + 2.5 * (rate / best - 1.0) ** 2) + drift * n
        heart += noise * float(rng.standard_normal())
        out.append(Level(rate, rate, 3.0, {"heart_rate_bpm": heart, **more}))
    return tuple(out)


def judge(of: tuple[Level, ...]) -> SweepResult:
    return judged(OWN, 3.0, of)


@given(st.floats(0.92, 1.08), st.floats(-1.0, 1.0))
def test_without_noise_the_lowest_point_is_exact_whatever_the_drift(
    ratio: float, drift: float
) -> None:
    found = judge(levels(OWN * ratio, drift=drift)).best
    assert found is not None
    assert found.best_spm == pytest.approx(OWN * ratio, abs=0.01)


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    """95 % of all intervals; a sweep that is refused claims nothing, and is counted apart."""
    results = [judge(levels(168.0, noise=0.4, seed=seed)) for seed in range(600)]
    given_ = [r.best for r in results if r.best is not None]
    right = sum(b.low_spm <= 168.0 <= b.high_spm for b in given_)
    assert len(given_) > 300
    # refusing the wide ones leaves those whose scatter happened to look small
    assert right / len(given_) > 0.90


def test_noise_widens_the_interval_until_there_is_no_answer() -> None:
    answers = [
        sum(judge(levels(168.0, noise, seed)).best is not None for seed in range(100))
        for noise in (0.1, 0.5, 1.0, 4.0)
    ]
    assert answers == sorted(answers, reverse=True)
    assert answers[0] == 100
    assert answers[-1] <= 5


def test_a_bend_the_other_way_is_not_convex() -> None:
    upside_down = tuple(
        Level(x.asked_spm, x.run_spm, 3.0, {"heart_rate_bpm": 300.0 - x.costs["heart_rate_bpm"]})
        for x in levels(OWN)
    )
    assert "not convex" in judge(upside_down).refused


@pytest.mark.parametrize("best", [140.0, 205.0])
def test_a_lowest_point_beyond_the_levels_is_no_answer(best: float) -> None:
    found = judge(levels(best))
    assert found.best is None
    side = "quicker" if best > OWN else "slower"
    assert "outside the levels" in found.refused
    assert side in found.refused


def test_what_one_level_does_not_know_is_left_out_of_all() -> None:
    some = list(levels(OWN, vertical_oscillation_m=0.06))
    some[3] = Level(some[3].asked_spm, some[3].run_spm, 3.0, levels(OWN)[3].costs)
    assert judge(tuple(some)).by == ("heart rate",)
    assert np.array_equal(costs(tuple(some)), costs(levels(OWN)))


def test_three_measures_of_landing_do_not_outvote_the_heart() -> None:
    def with_landing(*names: str) -> tuple[Level, ...]:
        return tuple(
            Level(x.asked_spm, x.run_spm, 3.0, x.costs | dict.fromkeys(names, 50.0 / x.run_spm))
            for x in levels(OWN)
        )

    one = with_landing("expected_braking_mps")
    three = with_landing("expected_braking_mps", "vertical_oscillation_m", "speed_loss_mps")
    assert np.allclose(costs(one), costs(three))


def test_what_was_run_counts_not_what_was_asked() -> None:
    lazy = tuple(
        Level(x.asked_spm, OWN + 0.75 * (x.asked_spm - OWN), 3.0, x.costs) for x in levels(170.0)
    )
    found = judge(lazy).best
    assert found is not None
    assert found.best_spm == pytest.approx(OWN + 0.75 * 5.0, abs=0.1)
