"""Means and their margins: what they hold, on runners whose steps are alike."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecoach.report.blocks import FEWEST, Floats, Mean, change, mean_of, student

STEP_S = 0.35
STEPS = 900


def alike(rng: np.random.Generator, memory: float) -> Floats:
    """Return steps that each keep ``memory`` of the one before."""
    shocks = rng.normal(0.0, 1.0, STEPS + 200)
    values = np.zeros(len(shocks))
    for k in range(1, len(shocks)):
        values[k] = memory * values[k - 1] + shocks[k]
    return values[200:]


def coverage(memory: float) -> tuple[float, float]:
    """Return how many intervals hold the true mean: ours, and the usual ones."""
    rng = np.random.default_rng(1)
    t, weights = STEP_S * np.arange(float(STEPS)), np.full(STEPS, STEP_S)
    ours = usual = 0
    for _ in range(300):
        values = alike(rng, memory)
        mean = mean_of(t, values, weights)
        assert mean is not None
        assert mean.margin is not None
        ours += abs(mean.value) <= mean.margin
        usual += abs(mean.value) <= 1.96 * np.std(values) / np.sqrt(STEPS)
    return ours / 300, usual / 300


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.9])
def test_about_nine_in_ten_intervals_hold_the_mean_although_steps_are_alike(memory: float) -> None:
    ours, _ = coverage(memory)
    assert ours >= 0.87


def test_the_usual_error_would_be_far_too_small() -> None:
    _, usual = coverage(0.9)
    assert usual < 0.5


def test_a_change_that_is_not_there_is_rarely_called_clear() -> None:
    rng = np.random.default_rng(2)
    t, weights = STEP_S * np.arange(STEPS / 2), np.full(STEPS // 2, STEP_S)
    clear = 0
    for _ in range(300):
        values = alike(rng, 0.8)
        before, after = mean_of(t, values[: len(t)], weights), mean_of(t, values[len(t) :], weights)
        assert before is not None
        assert after is not None
        clear += change(after, before).clear
    assert clear / 300 < 0.1


def test_the_mean_of_rates_over_time_is_steps_over_time() -> None:
    step_s = np.random.default_rng(3).uniform(0.3, 0.4, 500)
    mean = mean_of(np.cumsum(step_s), 60.0 / step_s, step_s)
    assert mean is not None
    assert mean.value == pytest.approx(60.0 * 500 / np.sum(step_s))


def test_what_is_short_has_a_mean_and_no_margin() -> None:
    t = np.arange(30.0)
    mean = mean_of(t, np.full(30, 2.0), np.ones(30))
    assert mean == Mean(2.0, None, 2, 30.0)
    assert change(Mean(3.0, 0.1, FEWEST, 80.0), Mean(2.0, None, 2, 30.0)).margin is None


def test_nothing_known_is_no_mean() -> None:
    assert mean_of(np.arange(9.0), np.full(9, np.nan), np.ones(9)) is None
    assert mean_of(np.array([]), np.array([]), np.array([])) is None


@given(st.lists(st.one_of(st.just(float("nan")), st.floats(-5, 5)), min_size=1, max_size=300))
def test_the_unknown_changes_nothing(values: list[float]) -> None:
    t, given_ = np.arange(len(values), dtype=float), np.array(values)
    known = np.isfinite(given_)
    whole = mean_of(t, given_, np.ones(len(t)))
    assert whole == mean_of(t[known], given_[known], np.ones(int(known.sum())))
    if whole is not None:
        assert given_[known].min() - 1e-9 <= whole.value <= given_[known].max() + 1e-9


def test_students_t_never_grows() -> None:
    points = [student(k) for k in range(1, 200)]
    assert points == sorted(points, reverse=True)
    assert 1.96 < points[-1] < 1.98
