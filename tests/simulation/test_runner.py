"""The simulated runner: consistent physics, and someone who answers the beats."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from livecoach.simulation import Responder, RunnerParams, SimulatedRunner
from tests.simulation.recorded import runner


def steps_with_beats(
    rate_spm: float,
    silent_after_s: float,
    end_s: float,
    **params: Any,  # noqa: ANN401 (as the URI gives them)
) -> list[tuple[float, float]]:
    """(time, step rate) of a runner who hears beats from 5 s until ``silent_after_s``."""
    responder = Responder(RunnerParams(**params), np.random.default_rng(3))
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


def test_another_seed_is_another_runner() -> None:
    assert runner(1).record(5) != runner(2).record(5)


def test_some_do_not_follow_and_some_do_not_hear_every_beat() -> None:
    assert mean(steps_with_beats(172.0, 60.0, 60.0, follows=False), 20, 60) < 166.5
    assert mean(steps_with_beats(172.0, 60.0, 60.0, ignore_ratio=0.3), 30, 60) > 169
    assert mean(steps_with_beats(172.0, 60.0, 60.0, ignore_ratio=1.0), 20, 60) < 166.5


def test_a_slow_reaction_follows_later() -> None:
    usual = mean(steps_with_beats(180.0, 60.0, 14.0), 8, 13)
    late = mean(steps_with_beats(180.0, 60.0, 14.0, reaction_s=2.5), 8, 13)
    assert late < usual - 1.5


def test_a_tired_runner_slows_down() -> None:
    steps = steps_with_beats(172.0, 0.0, 1200.0, fatigue_ratio_per_h=0.15, variation_ratio=0.0)
    assert mean(steps, 1190, 1200) == pytest.approx(164 / 1.05, abs=0.3)


@pytest.mark.parametrize(("variation", "asymmetry"), [(0.01, 0.0), (0.017, 0.05)])
def test_step_times_vary_as_asked_and_drift_slowly(variation: float, asymmetry: float) -> None:
    someone = runner(4, variation_ratio=variation, asymmetry_ratio=asymmetry, rate_hz=25)
    someone.record(1500)
    contacts = [row.t_contact_s for row in someone.truth()]
    times = np.array([b - a for a, b in pairwise(contacts)])
    left, right = times[0::2], times[1::2]
    assert abs(right.mean() - left.mean()) / times.mean() == pytest.approx(asymmetry, abs=0.002)
    strides = np.concatenate([left - left.mean(), right - right.mean()])
    assert strides.std() / times.mean() == pytest.approx(variation, rel=0.15)
    # pink: the mean of 64 steps still varies half as much as a step; white: an eighth
    blocks = times[: len(times) // 64 * 64].reshape(-1, 64).mean(1)
    assert blocks.std() / times.mean() > 0.3 * variation


def test_standing_comes_first_when_asked() -> None:
    someone = runner(still_s=3.0)
    ((*samples,),) = someone.record(5)
    standing = [s.acc_z for s in samples if s.t < 3.0]
    assert len(standing) == 300
    assert max(abs(z - 9.80665) for z in standing) < 0.3
    assert someone.truth()[0].t_contact_s == 3.0


def test_what_is_long_past_is_forgotten_and_says_so() -> None:
    someone = runner(rate_hz=25, still_s=0.0)
    steps = someone._steps
    steps.at(20_001)
    with pytest.raises(LookupError, match="no longer remembered"):
        steps.at(1)
