"""Coach and simulated runner, each answering the other."""

from itertools import pairwise

import numpy as np
import pytest

from livecoach.coach import CoachParams
from livecoach.model import Baseline, Profile
from livecoach.simulation import RunnerParams
from tests.session.closed_loop import Loop, by_footfalls, by_samples

OWN_SPM = 164.0
GOAL_SPM = 1.05 * OWN_SPM
OWN = Profile("x", (Baseline(OWN_SPM, None, 900),))
PLUS_5 = CoachParams(target="+5%", plan="off")
HALF_HOUR_S = 1800.0
REACHED_S = 300.0
KEEPS = RunnerParams(forget_s=600.0)


def tempi_spm(loop: Loop) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the tempo of every interval within a burst."""
    return np.array([60 / (b - a) for a, b in pairwise(loop.beats) if b - a < 1.0])


@pytest.mark.parametrize("seed", range(4))
def test_a_responder_comes_to_the_target_and_stays(seed: int) -> None:
    loop = by_footfalls(KEEPS, PLUS_5, OWN, HALF_HOUR_S, seed)
    five_minutes = loop.rates_spm(REACHED_S, HALF_HOUR_S - 1, 300.0)
    assert np.abs(five_minutes / GOAL_SPM - 1).max() < 0.015
    # Between two bursts the rate may sink as far as the detector lets it.
    assert loop.rates_spm(REACHED_S, HALF_HOUR_S - 1, 60.0).min() > 0.97 * GOAL_SPM
    assert len(loop.spoken) <= 8
    assert max(t.target_spm or 0.0 for t in loop.targets) <= GOAL_SPM + 0.01


@pytest.mark.parametrize("gain", [0.0, 0.1, 0.2])
@pytest.mark.parametrize("asynchrony_s", [-0.03, 0.0])
def test_with_beats_always_the_rate_is_held_and_the_phase_settles(
    gain: float, asynchrony_s: float
) -> None:
    params = CoachParams(target="+5%", beats="always", phase_gain=gain)
    runner = RunnerParams(asynchrony_s=asynchrony_s)
    loop = by_footfalls(runner, params, OWN, 900.0)
    held = loop.rates_spm(REACHED_S, 899.0, 30.0)
    assert np.abs(held / GOAL_SPM - 1).max() < 0.015
    assert loop.rate_spm(REACHED_S, 899.0) == pytest.approx(GOAL_SPM, rel=0.002)
    leads = loop.leads(REACHED_S, 899.0)
    assert np.median(leads) == pytest.approx(asynchrony_s * GOAL_SPM / 60, abs=0.03)
    assert leads.std() < 0.1
    assert loop.spoken == []


def test_to_raise_the_rate_beats_stay_before_the_footfall() -> None:
    loop = by_footfalls(RunnerParams(asynchrony_s=0.0), PLUS_5, OWN, HALF_HOUR_S)
    assert 0.02 < np.median(loop.leads(REACHED_S, HALF_HOUR_S)) < 0.08


@pytest.mark.parametrize("beats", ["bandwidth", "always"])
def test_a_non_responder_is_neither_nagged_nor_chased(beats: str) -> None:
    params = CoachParams(target="+5%", beats="always" if beats == "always" else "bandwidth")
    loop = by_footfalls(RunnerParams(follows=False), params, OWN, HALF_HOUR_S)
    assert len(loop.spoken) <= 6
    assert len([c for c in loop.spoken if c.t_decided > HALF_HOUR_S / 2]) <= 2
    after = [b - a for a, b in pairwise(loop.beats) if a > REACHED_S and b - a < 1.0]
    assert np.array(after) == pytest.approx(60 / GOAL_SPM, rel=0.001)
    if beats == "bandwidth":
        assert len(loop.beats) < 0.15 * len(loop.contacts)


def test_half_the_beats_unheard_is_enough() -> None:
    loop = by_footfalls(RunnerParams(ignore_ratio=0.5, forget_s=600.0), PLUS_5, OWN, HALF_HOUR_S)
    assert loop.rate_spm(REACHED_S, HALF_HOUR_S - 1) == pytest.approx(GOAL_SPM, rel=0.015)


@pytest.mark.parametrize("target", ["+10%", "200"])
@pytest.mark.parametrize("runner", [KEEPS, RunnerParams(phase_gain=0.5, period_gain=0.3)])
def test_neither_beats_nor_runner_go_beyond_the_cap(target: str, runner: RunnerParams) -> None:
    cap_spm = 1.1 * OWN_SPM
    for beats in ("bandwidth", "always"):
        params = CoachParams(target=target, beats="always" if beats == "always" else "bandwidth")
        loop = by_footfalls(runner, params, OWN, 900.0)
        assert max(t.target_spm or 0.0 for t in loop.targets) <= cap_spm + 1e-9
        assert tempi_spm(loop).max() <= cap_spm + 1e-6
        # The runner's own unsteadiness is nobody's doing: 1 % over half a minute without beats.
        assert loop.rates_spm(0.0, 899.0, 30.0).max() <= 1.01 * cap_spm
        assert loop.rates_spm(0.0, 899.0, 300.0).max() <= 1.001 * cap_spm


def test_the_same_seed_is_the_same_run() -> None:
    a, b = (by_footfalls(KEEPS, PLUS_5, OWN, 300.0, 5) for _ in range(2))
    assert a.cues == b.cues


def test_the_whole_way_from_samples_to_a_runner_on_target() -> None:
    """Chest sensor, estimator, coach; the ramp is quicker than in life, to be short."""
    quick = CoachParams(target="+5%", beats="always", ramp_ratio_per_s=0.002)
    own = Profile("x", (Baseline(OWN_SPM, 3.0, 900),))
    loop = by_samples(RunnerParams(), quick, own, 150.0)
    assert loop.rate_spm(75.0, 149.0) == pytest.approx(GOAL_SPM, rel=0.015)
    placed = [c.reason for c in loop.cues if c.kind == "beat"]
    assert sum("in phase" in reason for reason in placed) > 0.8 * len(placed)
