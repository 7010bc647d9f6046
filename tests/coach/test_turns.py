"""Silent during turns: a bend that costs steps is one, a running track is none."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecoach.coach import CoachParams
from livecoach.coach.steady import Pace, Steadiness

_STEP_S = 0.35


def _paces(turns: list[tuple[float, float]]) -> list[tuple[float, Pace]]:
    """Run 60 s straight on, then (seconds, deg/s) each."""
    steady, found = Steadiness(CoachParams()), []
    t = 0.0
    for seconds, rate in [(60.0, 0.0), *turns]:
        end = t + seconds
        while t < end:
            t += _STEP_S
            found.append((t, steady.update(t, 3.5, rate)))
    return [(t, pace) for t, pace in found if t > 60.0]


@pytest.mark.parametrize(("radius_m", "speed_mps"), [(36.5, 3.5), (36.5, 6.0), (17.2, 4.0)])
def test_a_running_track_is_no_turn(radius_m: float, speed_mps: float) -> None:
    bend = math.degrees(speed_mps / radius_m)
    bend_s = math.pi * radius_m / speed_mps
    assert {pace for _, pace in _paces([(bend_s, bend), (bend_s, 0.0)] * 3)} == {"steady"}


@pytest.mark.parametrize(("degrees", "seconds"), [(90.0, 2.0), (180.0, 2.0), (60.0, 1.2)])
def test_a_corner_is_a_turn_and_settles_as_a_change_of_speed_does(
    degrees: float, seconds: float
) -> None:
    paces = _paces([(seconds, degrees / seconds), (30.0, 0.0)])
    unsteady = [t - 60.0 for t, pace in paces if pace == "unsteady"]
    assert min(unsteady) <= seconds + _STEP_S
    assert 10.0 - _STEP_S <= max(unsteady) - seconds <= 13.0 + _STEP_S
    assert paces[-1][1] == "steady"


@given(st.lists(st.tuples(st.floats(0.5, 4.0), st.floats(-14.0, 14.0)), max_size=8))
def test_what_no_gyroscope_nor_sway_exceeds_is_no_turn(bends: list[tuple[float, float]]) -> None:
    assert all(pace == "steady" for _, pace in _paces(bends))
