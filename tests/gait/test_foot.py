"""A foot sensor: speed without being told, landings without a slap, robustness."""

import math
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from livecoach.gait.foot_params import FootParams, ZuptParams
from livecoach.gait.impact import Impact
from livecoach.gait.zupt import Strides
from livecoach.model import BodySample, ImuSample
from tests.gait.recordings import (
    G,
    contacts,
    f1,
    read,
    recordings,
    run,
    score,
    steps,
    true_contacts,
)

FEET = ("davis/*_foot_left", "davis/*_foot_right", "rbds/*_foot_left", "rbds/*_foot_right")

Change = Callable[[Sequence[ImuSample]], list[ImuSample]]


def turned(samples: Sequence[ImuSample], degrees: float) -> list[ImuSample]:
    """Return the samples of a sensor turned about its y axis."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    out = []
    for x in samples:
        assert x.gyr_x is not None
        assert x.gyr_z is not None
        out.append(
            replace(
                x,
                acc_x=c * x.acc_x + s * x.acc_z,
                acc_z=c * x.acc_z - s * x.acc_x,
                gyr_x=c * x.gyr_x + s * x.gyr_z,
                gyr_z=c * x.gyr_z - s * x.gyr_x,
            )
        )
    return out


def rolled(samples: Sequence[ImuSample], degrees: float) -> list[ImuSample]:
    """Return the samples of a sensor turned about its x axis."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    out = []
    for x in samples:
        assert x.gyr_y is not None
        assert x.gyr_z is not None
        out.append(
            replace(
                x,
                acc_y=c * x.acc_y - s * x.acc_z,
                acc_z=s * x.acc_y + c * x.acc_z,
                gyr_y=c * x.gyr_y - s * x.gyr_z,
                gyr_z=s * x.gyr_y + c * x.gyr_z,
            )
        )
    return out


def clipped(samples: Sequence[ImuSample], g: float) -> list[ImuSample]:
    """Return the samples of a sensor whose range ends at ``g``."""
    end = g * G

    def cut(x: float) -> float:
        return max(-end, min(end, x))

    return [replace(s, acc_x=cut(s.acc_x), acc_y=cut(s.acc_y), acc_z=cut(s.acc_z)) for s in samples]


CHANGES: dict[str, Change] = {
    "as it is": list,
    "50 Hz": lambda s: list(s[::4]),
    "one in five lost": lambda s: [x for i, x in enumerate(s) if i * 7 % 5],
    "35 degrees": lambda s: turned(s, 35.0),
    "rolled in": lambda s: rolled(s, 35.0),
    "rolled out": lambda s: rolled(s, -35.0),
    "16 g": lambda s: clipped(s, 16.0),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("pattern", FEET)
def test_speed_is_found_without_being_told(data_dir: Path, pattern: str, change: str) -> None:
    (path,) = recordings(data_dir, pattern)
    sensor, samples = read(path)
    assert sensor.speed_mps is not None
    found = steps(run(replace(sensor, speed_mps=None), CHANGES[change](samples)))
    speeds = [s.speed_mps for s in found if s.speed_mps is not None]
    assert len(speeds) > 0.8 * len(found)
    assert statistics.mean(speeds) == pytest.approx(sensor.speed_mps, rel=0.03)
    for step in found:
        if step.speed_mps is not None:
            assert step.step_length_m == pytest.approx(step.speed_mps * step.step_time_s)


@pytest.mark.parametrize("pattern", FEET)
@pytest.mark.parametrize("change", [lambda s: s[::8], lambda s: clipped(s, 2.0)])
def test_speed_is_unknown_where_it_cannot_be_known(
    data_dir: Path, pattern: str, change: Change
) -> None:
    (path,) = recordings(data_dir, pattern)
    sensor, samples = read(path)
    found = steps(run(replace(sensor, speed_mps=None), change(samples)))
    assert found
    assert {s.speed_mps for s in found} == {None}


@pytest.mark.parametrize("degrees", [-35.0, 35.0])
@pytest.mark.parametrize("pattern", FEET)
def test_a_rolled_sensor_finds_the_same_footfalls(
    data_dir: Path, pattern: str, degrees: float
) -> None:
    (path,) = recordings(data_dir, pattern)
    sensor, samples = read(path)
    found = [c.t for c in contacts(run(sensor, rolled(samples, degrees)))]
    true = true_contacts(path, "left" if "left" in path.name else "right")
    assert f1(found, true, max(samples[0].t + 1.5, true[0]), true[-1] - 0.3) == 1.0
    late = [min(found, key=lambda c: abs(c - t)) - t for t in true if t > samples[0].t + 1.5]
    assert statistics.stdev(x for x in late if abs(x) < 0.12) < 0.006


def test_a_told_speed_stands(data_dir: Path) -> None:
    (path,) = recordings(data_dir, FEET[0])
    sensor, samples = read(path)
    found = steps(run(replace(sensor, speed_mps=3.0), samples))
    assert {s.speed_mps for s in found} == {3.0}


@pytest.mark.parametrize("pattern", FEET)
def test_a_contact_is_known_within_thirty_five_milliseconds(data_dir: Path, pattern: str) -> None:
    (path,) = recordings(data_dir, pattern)
    side = "left" if "left" in path.name else "right"
    found = contacts(run(*read(path)))
    true = [t for t in true_contacts(path, side) if found[2].t < t < found[-1].t]
    late = [min(c.t_known - t for c in found if abs(c.t - t) < 0.12) for t in true]
    assert max(late) < 0.035


def test_turns_stops_and_backward_steps(data_dir: Path) -> None:
    paths = [p for p in recordings(data_dir, "pyshoe/*") if "11-27-11" in p.name]
    scores = {path.name[7:26]: score(path, "right") for path in paths}
    assert statistics.mean(scores.values()) > 0.97, scores
    assert sum(x == 1.0 for x in scores.values()) >= 5, scores


def test_walking_is_told_from_running(data_dir: Path) -> None:
    (walk,) = recordings(data_dir, "pyshoe/*11-26-05*")
    found = steps(run(*read(walk)))
    assert sum(s.activity == "walk" for s in found) >= 0.9 * len(found)
    for pattern in FEET:
        (path,) = recordings(data_dir, pattern)
        assert {s.activity for s in steps(run(*read(path)))} == {"run"}


@pytest.mark.parametrize("pattern", FEET)
def test_a_shoe_without_gyroscope_finds_the_same_footfalls(data_dir: Path, pattern: str) -> None:
    (path,) = recordings(data_dir, pattern)
    sensor, samples = read(path)
    mute = [replace(s, gyr_x=None, gyr_y=None, gyr_z=None) for s in samples]
    true = true_contacts(path, "left" if "left" in path.name else "right")
    found = [c.t for c in contacts(run(sensor, mute))]
    assert f1(found, true, max(samples[0].t + 1.5, true[0]), true[-1] - 0.3) == 1.0


def stride(t: float, length_m: float) -> float:
    """Return the forward acceleration of a foot that moves ``length_m`` in 0.4 s and rests."""
    share = (t - 0.2) / 0.4
    if not 0.0 < share < 1.0:
        return 0.0
    return length_m / 0.4 * math.tau / 0.4 * math.sin(math.tau * share)


@pytest.mark.parametrize("tilt", [0.0, 0.6])
def test_the_integral_of_a_known_stride(tilt: float) -> None:
    strides, length = Strides(ZuptParams()), 1.8
    c, s = math.cos(tilt), math.sin(tilt)
    for n in range(401):
        t = n / 200.0
        ahead = stride(t % 0.7, length)
        sample = BodySample(t, c * ahead - s * G, 0.3, c * G + s * ahead, 0.0, 0.0, 0.0)
        strides.update(sample, stance=t % 0.7 < 0.15)
    assert strides.speed_mps == pytest.approx(length / 0.7, rel=0.01)


def test_a_foot_that_never_rests_has_no_speed() -> None:
    strides = Strides(ZuptParams())
    for n in range(401):
        t = n / 200.0
        sample = BodySample(t, stride(t % 0.7, 1.8), 0.0, G, 0.0, 3.0, 0.0)
        strides.update(sample, stance=t % 0.7 < 0.15)
        assert strides.speed_mps is None


@pytest.mark.parametrize("rate_hz", [25, 50, 100, 200, 500])
def test_a_jolt_is_seen_at_every_rate(rate_hz: int) -> None:
    impact = Impact(FootParams())
    for n in range(rate_hz):
        t = n / rate_hz
        impact.update(BodySample(t, 0.0, 0.0, 6.0 * G if 0.5 <= t < 0.56 else G))
    assert impact.onset_s == pytest.approx(0.5, abs=0.5 / rate_hz + 0.011)
