"""A trunk sensor turned about the vertical: found from the sway, and set right."""

from collections.abc import Iterable, Sequence
from math import cos, fsum, pi, radians, sin
from pathlib import Path

import pytest
from msgspec.structs import replace

from livecoach.gait import SensorTracker
from livecoach.gait.params import DEFAULT, GaitParams, YawParams
from livecoach.gait.tracker import ASKEW
from livecoach.gait.yaw import Yaw
from livecoach.model import ImuSample, Notice, Step
from tests.gait.recordings import read, recordings, run, steps
from tests.simulation.recorded import runner

KNOWN_S = 8.3
"""By then 20 pairs of steps have been seen."""


def turned(samples: Iterable[ImuSample], deg: float) -> list[ImuSample]:
    """Return what the sensor would say, turned about the vertical."""
    c, s = cos(radians(deg)), sin(radians(deg))
    out = []
    for x in samples:
        acc = {"acc_x": c * x.acc_x + s * x.acc_y, "acc_y": c * x.acc_y - s * x.acc_x}
        gyr = {}
        if x.gyr_x is not None and x.gyr_y is not None:
            gyr = {"gyr_x": c * x.gyr_x + s * x.gyr_y, "gyr_y": c * x.gyr_y - s * x.gyr_x}
        out.append(replace(x, **acc, **gyr))
    return out


def usual(found: Sequence[Step], field: str, since_s: float) -> float:
    """Return a value's mean over the steps from ``since_s`` on."""
    values = [getattr(s, field) for s in found if s.t >= since_s]
    assert len(values) >= 3
    return fsum(values) / len(values)


@pytest.mark.parametrize("deg", [-30, -15, 15, 30])
@pytest.mark.parametrize(
    ("pattern", "field"),
    [
        ("davis/*_chest", "speed_loss_mps"),
        ("davis/*_chest", "propulsion_mps"),
        ("davis/*_back", "speed_loss_mps"),
        ("davis/*_back", "propulsion_mps"),
        ("davis/*_waist", "pelvis_swing_mps"),
        ("rbds/*_waist", "pelvis_swing_mps"),
    ],
)
def test_a_turned_sensor_says_what_it_said_before(
    data_dir: Path, pattern: str, field: str, deg: float
) -> None:
    (path,) = recordings(data_dir, pattern)
    info, samples = read(path)
    since_s = samples[0].t + KNOWN_S
    before = usual(steps(run(info, samples)), field, since_s)
    after = usual(steps(run(info, turned(samples, deg))), field, since_s)
    assert after == pytest.approx(before, rel=0.04)


@pytest.mark.parametrize("deg", [-30, 30])
@pytest.mark.parametrize("mount", ["chest", "back"])
def test_a_turned_sensor_leans_as_before(data_dir: Path, mount: str, deg: float) -> None:
    (path,) = recordings(data_dir, f"davis/*_{mount}")
    info, samples = read(path)
    since_s = samples[0].t + KNOWN_S
    before = usual(steps(run(info, samples)), "trunk_lean_deg", since_s)
    after = usual(steps(run(info, turned(samples, deg))), "trunk_lean_deg", since_s)
    assert after == pytest.approx(before, abs=0.5)


@pytest.mark.parametrize("pattern", ["davis/*_[cbw]*", "rbds/*_waist", "alcantara/*s+0"])
def test_as_declared_nothing_is_turned(data_dir: Path, pattern: str) -> None:
    never = GaitParams(yaw=YawParams(least_pairs=1_000_000))
    soon = GaitParams(yaw=YawParams(least_pairs=10))
    for path in recordings(data_dir, pattern):
        info, samples = read(path)
        trackers = [SensorTracker(info, params) for params in (never, soon)]
        plain, corrected = ([e for s in samples for e in t.update(s)] for t in trackers)
        assert plain == corrected, path.name


@pytest.mark.parametrize("deg", [-30.0, 20.0, 30.0])
def test_a_simulated_lean_and_loss_are_found_turned(deg: float) -> None:
    found = {}
    for yaw in (0.0, deg):
        someone = runner(lean_deg=8.0, mount_yaw_deg=yaw)
        found[yaw] = steps(run(someone.info, someone.record(30)[0]))
    for field, within in (("speed_loss_mps", 0.003), ("trunk_lean_deg", 0.3)):
        expected = usual(found[0.0], field, 12.0)
        assert usual(found[deg], field, 12.0) == pytest.approx(expected, abs=within)


def swaying(
    yaw: Yaw, pairs: int, deg: float, *, sway: float = 3.0, bend: float = 0.0
) -> tuple[float, float]:
    """Run pure fore-aft and left-right swings past; return what it takes for forward and left."""
    c, s, dt, per = cos(radians(deg)), sin(radians(deg)), 0.01, 36
    for n in range(per * (pairs + 2)):
        ahead, left = 4.0 * sin(2 * pi * n / per), bend + sway * sin(pi * n / per)
        yaw.update(n * dt, c * ahead + s * left, c * left - s * ahead)
        if n % per == per - 1:
            yaw.close(n * dt, runs=True)
    return yaw.ahead(c, -s), yaw.ahead(s, c)


def test_it_waits_until_it_knows() -> None:
    few = swaying(Yaw(DEFAULT.yaw, 0.06), 15, 20.0)
    assert few == pytest.approx((cos(radians(20)), sin(radians(20))))
    many = swaying(Yaw(DEFAULT.yaw, 0.06), 25, 20.0)
    assert many == pytest.approx((1.0, 0.0), abs=0.02)


@pytest.mark.parametrize(("deg", "left"), [(4.0, 4.0), (40.0, 5.0), (60.0, 60.0), (-90.0, -90.0)])
def test_little_is_left_and_much_is_bounded_and_more_is_not_believed(
    deg: float, left: float
) -> None:
    _, sideways = swaying(Yaw(DEFAULT.yaw, 0.06), 30, deg)
    assert sideways == pytest.approx(sin(radians(left)), abs=0.02)


def test_without_a_sway_nothing_is_turned() -> None:
    forward, sideways = swaying(Yaw(DEFAULT.yaw, 0.06), 30, 20.0, sway=0.0)
    assert (forward, sideways) == pytest.approx((cos(radians(20)), sin(radians(20))))


def test_a_sway_along_the_line_of_running_is_not_believed() -> None:
    yaw = Yaw(DEFAULT.yaw, 0.06)
    c, s = cos(radians(20)), sin(radians(20))
    for n in range(36 * 40):
        size = 4.0 * sin(2 * pi * n / 36) + 3.0 * sin(pi * n / 36) + 2.0
        yaw.update(0.01 * n, s * size, c * size)
        if n % 36 == 35:
            yaw.close(0.01 * n, runs=True)
    assert yaw.ahead(1.0, 0.0) == 1.0
    assert not yaw.askew


def test_a_bend_changes_nothing() -> None:
    assert swaying(Yaw(DEFAULT.yaw, 0.06), 30, 20.0, bend=5.0) == pytest.approx(
        swaying(Yaw(DEFAULT.yaw, 0.06), 30, 20.0), abs=1e-6
    )


@pytest.mark.parametrize("pattern", ["davis/*_back", "davis/*_waist", "rbds/*_waist"])
def test_swapped_forward_and_left_are_noticed_and_said_nothing_of(
    data_dir: Path, pattern: str
) -> None:
    (path,) = recordings(data_dir, pattern)
    info, samples = read(path)
    since_s = samples[0].t + KNOWN_S
    events = run(replace(info, forward="-y", left="+x"), samples)
    assert [e.text for e in events if isinstance(e, Notice)] == [f"{info.name}: {ASKEW}"]
    late = [s for s in steps(events) if s.t > since_s]
    assert late
    for field in ("speed_loss_mps", "propulsion_mps", "pelvis_swing_mps", "trunk_lean_deg"):
        assert all(getattr(s, field) is None for s in late)
    assert all(s.quality > 0.5 for s in late)
    assert not [e for e in run(info, samples) if isinstance(e, Notice)]


def test_a_hole_costs_its_own_steps_and_no_more() -> None:
    yaw = Yaw(DEFAULT.yaw, 0.06)
    c, s = cos(radians(20)), sin(radians(20))
    for n in range(36 * 40):
        ahead, left = 4.0 * sin(2 * pi * n / 36), 3.0 * sin(pi * n / 36)
        if not 100 < n < 120:
            yaw.update(0.01 * n, c * ahead + s * left, c * left - s * ahead)
        if n % 36 == 35:
            yaw.close(0.01 * n, runs=True)
    assert yaw.ahead(s, c) == pytest.approx(0.0, abs=0.02)


def test_what_is_no_pair_of_running_steps_teaches_nothing() -> None:
    yaw = Yaw(DEFAULT.yaw, 0.06)
    for n in range(4000):
        if n % 100 < 90:
            yaw.update(0.01 * n, sin(pi * n / 36), 3 * sin(pi * n / 36))
        if n % 36 == 35:
            yaw.close(0.01 * n, runs=n % 72 < 36)
    assert yaw.ahead(1.0, 0.0) == 1.0
