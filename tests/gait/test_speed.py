"""A foot's own speed, and what one known speed makes of it."""

from collections.abc import Iterable
from math import fsum
from pathlib import Path

import pytest
from msgspec.structs import replace

from livecoach.gait import Gait, GaitEvent
from livecoach.gait.speed import STRIDES_LEAST, Scale, Speedometer, refusal, scale
from livecoach.model import Calibration, ImuSample
from tests.gait.recordings import read, recordings, run, steps


def test_a_few_strides_gone_wrong_do_not_count() -> None:
    found = scale([1.02 + 0.01 * (-1) ** k for k in range(30)] + [3.0, 0.2, 5.0])
    assert found.ratio == pytest.approx(1.02, abs=0.005)
    assert found.strides == 33
    assert refusal(found) is None


@pytest.mark.parametrize(
    ("found", "word"),
    [
        (Scale(1.0, 0.01, STRIDES_LEAST - 1), "only 19 strides"),
        (Scale(1.0, 0.12, 40), "scatters by 12 %"),
        (Scale(1.6, 0.01, 40), "unit"),
        (scale([]), "only 0 strides"),
    ],
)
def test_what_can_t_be_relied_on_is_refused(found: Scale, word: str) -> None:
    assert word in (refusal(found) or "")


def test_the_profile_s_scale_holds_until_the_run_has_taught_a_better_one() -> None:
    meter = Speedometer(None, 1.1)
    assert meter.update(3.0) == pytest.approx(3.3)
    assert meter.update(None) is None
    meter.told(3.0)
    for _ in range(STRIDES_LEAST - 1):
        assert meter.update(2.5) == 3.0
    meter.told(None)
    assert meter.update(3.0) == pytest.approx(3.3)
    meter.told(3.0)
    meter.update(2.5)
    meter.told(None)
    assert meter.update(2.5) == pytest.approx(3.0)


def test_a_speed_in_the_wrong_unit_teaches_nothing() -> None:
    meter = Speedometer(10.5, 1.05)
    for _ in range(50):
        meter.update(2.9)
    meter.told(None)
    assert meter.update(2.0) == pytest.approx(2.1)


def dull(samples: Iterable[ImuSample], acc: float, gyr: float) -> list[ImuSample]:
    """Return what a sensor would say whose scales are wrong."""
    return [
        replace(
            s,
            acc_x=acc * s.acc_x,
            acc_y=acc * s.acc_y,
            acc_z=acc * s.acc_z,
            gyr_x=gyr * (s.gyr_x or 0.0),
            gyr_y=gyr * (s.gyr_y or 0.0),
            gyr_z=gyr * (s.gyr_z or 0.0),
        )
        for s in samples
    ]


def speeds(events: Iterable[GaitEvent]) -> list[float]:
    """Return the speeds of the steps that have one."""
    return [s.speed_mps for s in steps(events) if s.speed_mps is not None]


def mean(x: list[float]) -> float:
    """Return the mean."""
    return fsum(x) / len(x)


@pytest.mark.parametrize(("acc", "gyr"), [(1.0, 1.0), (1.06, 1.0), (0.94, 1.0), (1.03, 0.97)])
def test_one_known_stretch_sets_the_rest_of_the_run(data_dir: Path, acc: float, gyr: float) -> None:
    for path in recordings(data_dir, "rbds/*_foot_*"):
        about, samples = read(path)
        made = dull(samples, acc, gyr)
        middle = next(k for k, s in enumerate(made) if s.t > samples[0].t + 18.5)
        gait = Gait()
        gait.add("foot", about)
        known = [e for s in made[:middle] for e in gait.update("foot", s)]
        assert set(speeds(known)) == {2.5}
        gait.add("foot", replace(about, speed_mps=None))
        rest = speeds([e for s in made[middle:] for e in gait.update("foot", s)])
        assert len(rest) >= 10
        assert mean(rest) == pytest.approx(2.5, rel=0.03)


@pytest.mark.parametrize("trial", ["davis/*_foot", "rbds/*_foot"])
def test_a_foot_set_by_its_other_foot_s_scale_is_within_3_percent(
    data_dir: Path, trial: str
) -> None:
    (left,), (right,) = (
        recordings(data_dir, f"{trial}_left"),
        recordings(data_dir, f"{trial}_right"),
    )
    about, samples = read(left)
    known = about.speed_mps or 0.0
    own = speeds(run(replace(about, speed_mps=None), samples))
    assert mean(own) == pytest.approx(known, rel=0.05)
    calibration = Calibration("foot_right", speed_scale_ratio=scale([known / x for x in own]).ratio)
    about, samples = read(right)
    gait = Gait(calibrations=(calibration,))
    gait.add("foot", replace(about, speed_mps=None))
    set_ = speeds([e for s in samples for e in gait.update("foot", s)])
    assert mean(set_) == pytest.approx(known, rel=0.03)
