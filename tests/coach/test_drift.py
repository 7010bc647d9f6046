"""The drift detector: fast for big errors, slow for small, deaf to single readings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecoach.coach import CoachParams
from livecoach.coach.drift import DriftDetector

TARGET = 176.0


def delay_s(error: float, dt_s: float = 0.35) -> float | None:
    """Return how long a constant error goes unsaid, None for five minutes and more."""
    detector = DriftDetector(CoachParams())
    for k in range(1, int(300 / dt_s)):
        if detector.update(TARGET * (1.0 + error), TARGET, dt_s) != "on":
            return k * dt_s
    return None


def test_the_bigger_the_error_the_sooner_but_never_at_once() -> None:
    delays = [delay_s(-error) for error in (0.02, 0.025, 0.03, 0.045, 0.3)]
    assert delays == pytest.approx([42.0, 21.0, 14.0, 7.0, 7.0], abs=0.5)
    assert delay_s(-0.0149) is None


@pytest.mark.parametrize("error", [-0.03, -0.04, -0.07, 0.05])
def test_it_does_not_matter_how_often_readings_come(error: float) -> None:
    assert delay_s(error, 1.0) == pytest.approx(delay_s(error, 0.1), abs=1.0)


@given(st.floats(20.0, 600.0), st.floats(0.2, 1.5))
def test_a_single_reading_however_wrong_is_nothing(rate: float, dt_s: float) -> None:
    detector = DriftDetector(CoachParams())
    sides = [detector.update(r, TARGET, dt_s) for r in (TARGET, rate, rate, TARGET, TARGET)]
    assert set(sides) == {"on"}


def test_it_tells_too_fast_from_too_slow() -> None:
    detector = DriftDetector(CoachParams())
    for _ in range(30):
        detector.update(185.0, TARGET, 1.0)
    assert detector.side == "high"
    assert detector.error_ratio == pytest.approx(185 / TARGET - 1, abs=0.001)


def test_it_comes_back_when_the_runner_does_and_not_before() -> None:
    detector = DriftDetector(CoachParams())
    for _ in range(30):
        detector.update(168.0, TARGET, 1.0)
    sides = [detector.update(173.0, TARGET, 1.0) for _ in range(60)]
    assert set(sides) == {"low"}
    sides = [detector.update(176.0, TARGET, 1.0) for _ in range(30)]
    assert sides[0] == "low"
    assert sides[-1] == "on"
