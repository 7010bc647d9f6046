"""The simulated heart: least at its best rate, late, and no trouble to a runner without one."""

import itertools
import statistics

import numpy as np
import pytest

from livecoach.coach import CoachParams
from livecoach.model import HeartRate, Link, Payload, Profile
from livecoach.session import Pipeline
from livecoach.simulation import Heart, RunnerParams, SimulatedRunner
from livecoach.sources.simulator import HEART, SimulatorDoor

CALM = RunnerParams(
    heart_rate_bpm=150.0, best_rate_spm=170.0, heart_noise_bpm=0.0, heart_drift_bpm_per_h=0.0
)


def heart(**changes: float) -> Heart:
    values = {f: getattr(CALM, f) for f in CALM.__struct_fields__} | changes
    return Heart(RunnerParams(**values), np.random.default_rng(1))


def settled_bpm(rate_spm: float, **changes: float) -> float:
    one = heart(**changes)
    return [one.update(float(t), rate_spm) for t in range(1, 301)][-1]


def test_it_is_least_at_the_best_rate_and_bends_by_its_ratio_10_percent_off() -> None:
    assert settled_bpm(170.0) == pytest.approx(150.0, abs=0.01)
    assert settled_bpm(187.0) == pytest.approx(153.75, abs=0.01)
    assert settled_bpm(153.0) == pytest.approx(153.75, abs=0.01)


def test_it_follows_with_its_time_constant_and_drifts() -> None:
    one = heart(step_rate_spm=170.0)
    for t in range(1, 31):
        bpm = one.update(float(t), 187.0)
    assert bpm == pytest.approx(150.0 + 3.75 * (1.0 - np.exp(-1.0)), abs=0.01)
    assert settled_bpm(170.0, heart_drift_bpm_per_h=12.0) == pytest.approx(150.9, abs=0.01)


def test_its_noise_has_the_size_it_is_given() -> None:
    one = heart(heart_noise_bpm=2.0)
    values = [one.update(float(t), 170.0) for t in range(1, 20_000)]
    assert statistics.stdev(values) == pytest.approx(2.0, rel=0.1)


def test_a_heart_that_is_not_there_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="heart_rate_bpm"):
        Heart(RunnerParams(), np.random.default_rng(1))


def test_a_heart_changes_nothing_else_of_a_runner() -> None:
    plain = SimulatedRunner(RunnerParams(), np.random.default_rng(4))
    worn = SimulatedRunner(CALM, np.random.default_rng(4))
    for t in range(500):
        assert plain.update() == worn.update()
        assert plain.heart_rate_bpm(float(t)) is None
        assert worn.heart_rate_bpm(float(t)) is not None


def test_the_door_lets_it_in_once_a_second_as_a_strap_would() -> None:
    door = SimulatorDoor("heart_rate_bpm=150", 1)
    pipeline, beats = Pipeline(CoachParams(), Profile()), []
    for x in itertools.islice(door.inputs(), 1010):
        beats += [e for e in pipeline.update(x) if isinstance(e, HeartRate)]
    assert [b.t_known for b in beats] == pytest.approx(range(10), abs=0.02)
    assert all(b.worn and b.source == HEART for b in beats)
    without = list(itertools.islice(SimulatorDoor("", 1).inputs(), 1000))
    assert all(x.source == "simulator" for x in without if isinstance(x, Link | Payload))
