"""The simulated runner: consistent physics, and someone who answers the beats."""

import numpy as np
import pytest

from livecoach.simulation import Responder, RunnerParams, SimulatedRunner

STEADY = RunnerParams(variation_ratio=0.0, asymmetry_ratio=0.0)


def test_the_forces_carry_the_body_and_neither_speed_up_nor_slow_down() -> None:
    runner = SimulatedRunner(STEADY, np.random.default_rng(0))
    samples = [runner.update() for _ in range(60 * 100)]
    assert np.mean([s.acc_z for s in samples]) == pytest.approx(9.80665, abs=0.05)
    assert np.mean([s.acc_x for s in samples]) == pytest.approx(0.0, abs=0.05)


def test_the_speed_lost_is_the_speed_asked_for() -> None:
    runner = SimulatedRunner(STEADY, np.random.default_rng(0))
    step = runner.step
    body = [runner.update() for _ in range(int(step.contact_time_s / 2 * 100) + 1)]
    lost = -sum(s.acc_x for s in body) / 100
    assert lost == pytest.approx(STEADY.speed_loss_mps, rel=0.05)


def steps_with_beats(
    rate_spm: float, silent_after_s: float, end_s: float
) -> list[tuple[float, float]]:
    """(time, step rate) of a runner who hears beats from 5 s until ``silent_after_s``."""
    responder = Responder(RunnerParams(), np.random.default_rng(3))
    t, beat, out = 0.0, 5.0, []
    while t < end_s:
        while beat <= t and beat < silent_after_s:
            responder.hear(beat)
            beat += 60 / rate_spm
        step = responder.update(t)
        out.append((t, 60 / step))
        t += step
    return out


def mean(steps: list[tuple[float, float]], a: float, b: float) -> float:
    return float(np.mean([rate for t, rate in steps if a <= t < b]))


def test_the_runner_follows_after_a_delay_and_drifts_back_in_silence() -> None:
    steps = steps_with_beats(172.0, 60.0, 400.0)
    assert mean(steps, 0, 5) == pytest.approx(164, abs=2)
    assert mean(steps, 20, 60) == pytest.approx(172, abs=1)
    assert mean(steps, 65, 80) > 168
    assert mean(steps, 360, 400) == pytest.approx(164, abs=1.5)


def test_the_same_seed_is_the_same_runner() -> None:
    a, b = (SimulatedRunner(RunnerParams(), np.random.default_rng(7)) for _ in range(2))
    assert [a.update() for _ in range(500)] == [b.update() for _ in range(500)]
