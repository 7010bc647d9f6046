"""A belt's speed on the way: the same steps as a typed-in one, and gone when it falls silent."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from livecoach.gait import Gait, GaitEvent
from livecoach.gait.treadmill import BeltSpeed, Disagreement
from livecoach.model import ImuSample, SensorInfo, Step
from tests.gait.recordings import bouncing, info, read, recordings, steps

Belt = tuple[float, float | None, float | None]


def run(
    sensors: dict[str, tuple[SensorInfo, Iterable[ImuSample]]], belt: Iterable[Belt] = ()
) -> list[GaitEvent]:
    """Return the events of sensors whose belt speaks now and then."""
    gait, told, out = Gait(), list(belt), []
    for name, (about, _) in sensors.items():
        gait.add(name, about)
    rows = sorted((s.t, name, s) for name, (_, samples) in sensors.items() for s in samples)
    for t, name, sample in rows:
        while told and told[0][0] <= t:
            gait.belt(*told.pop(0))
        out += gait.update(name, sample)
    return out


def every(a: float, b: float, speed: float | None, incline: float | None = 0.0) -> list[Belt]:
    """Return what a belt says that speaks once a second."""
    return [(a + k, speed, incline) for k in range(int(b - a) + 1)]


@settings(max_examples=20, deadline=None)
@given(st.floats(0.5, 6.0), st.floats(-3.0, 12.0), st.sampled_from(["waist", "chest"]))
def test_a_belt_and_a_typed_speed_give_the_same_steps(
    speed: float, incline: float, mount: str
) -> None:
    samples = bouncing(10.0)
    typed = info(mount, speed_mps=speed, incline_percent=incline)
    expected = run({"s": (typed, samples)})
    assert run({"s": (info(mount), samples)}, every(0.0, 10.0, speed, incline)) == expected
    other = replace(typed, speed_mps=1.0, incline_percent=1.0)
    assert run({"s": (other, samples)}, every(0.0, 10.0, speed, incline)) == expected
    assert any(s.step_length_m for s in steps(expected))


@pytest.mark.parametrize("pattern", ["davis/*_waist", "rbds/*_foot_left"])
def test_a_belt_and_a_typed_speed_give_the_same_steps_on_recordings(
    data_dir: Path, pattern: str
) -> None:
    for path in recordings(data_dir, pattern):
        about, samples = read(path)
        end = samples[-1].t
        speed, incline = about.speed_mps, about.incline_percent
        bare = replace(about, speed_mps=None, incline_percent=None)
        told = every(samples[0].t, end, speed, incline)
        assert run({"s": (bare, samples)}, told) == run({"s": (about, samples)})


def lengths(events: Iterable[GaitEvent]) -> dict[float, Step]:
    """Return the steps by when they were known."""
    return {s.t_known: s for s in steps(events)}


def test_a_belt_that_falls_silent_is_unknown_after_5_s_and_typed_speed_is_back() -> None:
    samples = bouncing(30.0)
    told = every(3.0, 12.0, 4.0)
    for typed in (None, 2.0):
        found = run({"s": (info("waist", speed_mps=typed), samples)}, told)
        speeds = {t: s.speed_mps for t, s in lengths(found).items()}
        assert {v for t, v in speeds.items() if t < 3.0} <= {typed}
        assert {v for t, v in speeds.items() if 3.5 < t < 17.0} == {4.0}
        assert {v for t, v in speeds.items() if t > 17.5} == {typed}


def test_a_change_of_belt_speed_costs_no_step_and_steepness_silences_braking() -> None:
    samples = bouncing(30.0)
    told = [*every(0.0, 9.0, 3.0), *every(10.0, 19.0, 4.0), *every(20.0, 30.0, 4.0, 5.0)]
    found = run({"s": (info("waist"), samples)}, told)
    plain = run({"s": (info("waist"), samples)})
    assert len(steps(found)) == len(steps(plain)) > 70
    last = {t: s for t, s in lengths(found).items() if t > 21.0}
    assert all(s.expected_braking_mps is None and s.speed_mps == 4.0 for s in last.values())
    slow = [s for t, s in lengths(found).items() if 5.0 < t < 10.0]
    fast = [s for t, s in lengths(found).items() if 12.0 < t < 20.0]
    assert all(s.expected_braking_mps for s in slow + fast)
    assert (slow[-1].contact_time_s or 0) > (fast[-1].contact_time_s or 1) + 0.002


def test_a_standing_belt_is_no_speed() -> None:
    belt = BeltSpeed()
    belt.update(0.0, 0.0, 2.0)
    assert belt.at(1.0) == (None, 2.0)
    belt.update(2.0, 3.0, None)
    assert belt.at(5.0) == (3.0, 2.0)
    assert belt.at(7.0) == (3.0, None)
    assert belt.at(7.1) == (None, None)


def test_a_packet_that_leaves_the_speed_out_does_not_make_it_unknown() -> None:
    belt = BeltSpeed()
    belt.update(0.0, 3.0, None)
    belt.update(1.0, None, 1.0)
    assert belt.at(5.0) == (3.0, 1.0)


def test_speeds_that_agree_or_are_unknown_are_not_told_of() -> None:
    apart = Disagreement()
    assert not any(apart.update(float(t), 3.0, 3.2) for t in range(60))
    assert not any(apart.update(float(t), None, 9.0) for t in range(60))
    assert sum(apart.update(float(t), 3.0, 3.3) for t in range(60)) == 1
