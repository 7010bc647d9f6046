"""The drift detector on synthetic cadence: the noise of real running, drops of known size."""

import numpy as np
import pytest

from livecoach.coach import CoachParams
from livecoach.coach.drift import DriftDetector

TARGET = 176.0
QUIET_S, AFTER_S, SEEDS = 600, 120, 60


def cadence(seed: int, drop: float) -> list[float]:
    """Per-second cadence: on target for ten minutes, then a drop; AR(1), SD 2, rho 0.7."""
    rng = np.random.default_rng(seed)
    noise, out = 0.0, []
    for k in range(QUIET_S + AFTER_S):
        noise = 0.7 * noise + 2.0 * np.sqrt(1 - 0.49) * rng.standard_normal()
        out.append(TARGET * (1 - drop * (k >= QUIET_S)) + noise)
    return out


@pytest.mark.parametrize(("drop", "median_s"), [(0.04, 12.0), (0.07, 8.0)])
def test_few_false_alarms_and_a_quick_true_one(drop: float, median_s: float) -> None:
    false, delays = 0, []
    for seed in range(SEEDS):
        detector, before = DriftDetector(CoachParams()), "on"
        found = None
        for k, rate in enumerate(cadence(seed, drop)):
            side = detector.update(rate, TARGET, 1.0)
            if k < QUIET_S:
                false += side != "on" and before == "on"
            elif found is None and side == "low":
                found = k - QUIET_S
            before = side
        assert found is not None
        delays.append(found)
    assert false / SEEDS <= 0.5
    assert np.median(delays) <= median_s


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
    sides = [detector.update(176.0, TARGET, 1.0) for _ in range(30)]
    assert sides[0] == "low"
    assert sides[-1] == "on"
