"""How far the runner turns: a made-up foot that swings, recordings, and what cannot know."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from livecoach.gait.turn import Heading
from livecoach.model import BodySample
from tests.gait.recordings import read, recordings, run, steps

_RATE_HZ = 100
_STRIDE_S = 0.7


@dataclass
class _Sway:
    pitch_deg: float
    roll_deg: float
    yaw_deg: float
    tilt_deg: float


def _strides(turn_dps: float, sway: _Sway, count: int = 6) -> list[BodySample]:
    """Return a sensor that swings about every axis with each stride while its heading turns."""
    t = np.arange(round(count * _STRIDE_S * _RATE_HZ) + 2) / _RATE_HZ
    phase = 2 * math.pi * t / _STRIDE_S
    angles = np.stack(
        [
            turn_dps * t + sway.yaw_deg * np.sin(phase),
            sway.tilt_deg + sway.pitch_deg * np.sin(phase + 1.0),
            sway.roll_deg * np.sin(phase + 2.0),
        ],
        axis=1,
    )
    there = Rotation.from_euler("ZYX", angles, degrees=True)
    step = (there[:-1].inv() * there[1:]).as_rotvec() * _RATE_HZ
    rates = np.vstack([step[:1], 0.5 * (step[:-1] + step[1:])])
    force = there[: len(rates)].inv().apply([0.0, 0.0, 9.81])
    return [
        BodySample(float(at), *map(float, a), *map(float, w))
        for at, a, w in zip(t, force, rates, strict=False)
    ]


def _turns(samples: list[BodySample], parts: int) -> list[float | None]:
    heading, found, every = Heading(parts, 0.06), [], round(_STRIDE_S * _RATE_HZ / parts)
    for k, sample in enumerate(samples):
        heading.update(sample)
        if k % every == every - 1:
            found.append(heading.close())
    return found


@pytest.mark.parametrize("parts", [1, 2])
@settings(max_examples=25, deadline=None)
@given(
    turn_dps=st.floats(-90.0, 90.0),
    sway=st.builds(
        _Sway,
        st.floats(0.0, 50.0),
        st.floats(0.0, 15.0),
        st.floats(0.0, 15.0),
        st.floats(-30.0, 30.0),
    ),
)
def test_the_turn_comes_out_whatever_the_sensor_does_within_a_stride(
    turn_dps: float, sway: _Sway, parts: int
) -> None:
    known = [x for x in _turns(_strides(turn_dps, sway), parts) if x is not None]
    assert len(known) >= 4
    assert known == pytest.approx([turn_dps * _STRIDE_S / 2.0] * len(known), abs=1.5)


def test_a_hole_or_no_gyroscope_is_unknown() -> None:
    samples = _strides(30.0, _Sway(20.0, 5.0, 5.0, 0.0))
    with_hole = [s for s in samples if not 1.5 < s.t < 1.6]
    assert None in _turns(with_hole, 1)[1:]
    mute = [BodySample(s.t, s.acc_ap, s.acc_ml, s.acc_v) for s in samples]
    assert set(_turns(mute, 2)) == {None}


def _rates(path: Path) -> list[float]:
    return [x for s in steps(run(*read(path))) if (x := s.turn_rate_dps) is not None]


@pytest.mark.parametrize("pattern", ["davis/*", "rbds/*"])
def test_running_straight_ahead_is_no_turn(data_dir: Path, pattern: str) -> None:
    for path in recordings(data_dir, pattern):
        rates = _rates(path)
        assert len(rates) >= 12
        assert max(map(abs, rates)) < 15.0, path.name
        assert abs(float(np.mean(rates))) < 1.5, path.name


def test_jogging_round_an_arena_is_turning(data_dir: Path) -> None:
    for path in recordings(data_dir, "pyshoe/*"):
        turning = [abs(x) > 25.0 for x in _rates(path)]
        assert np.mean(turning) > 0.6, path.name
