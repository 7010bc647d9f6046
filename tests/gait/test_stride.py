"""Step rate over strides."""

import pytest

from livecoach.gait.stride import Strides
from livecoach.model import Step


def step(t: float, step_time_s: float) -> Step:
    return Step(t=t, t_known=t + 1, step_time_s=step_time_s, activity="run", quality=1.0)


def test_a_limp_is_no_change_of_pace() -> None:
    strides, t, rates = Strides(), 0.0, []
    for k in range(20):
        step_time = 0.34 if k % 2 else 0.44
        rates.append(strides.update(step(t, step_time)).step_rate_spm)
        t += step_time
    assert rates[0] == pytest.approx(60 / 0.44)
    assert rates[1:] == pytest.approx([120 / 0.78] * 19)


def test_a_gap_begins_a_new_stride() -> None:
    strides = Strides()
    strides.update(step(0.0, 0.4))
    assert strides.update(step(0.4, 0.4)).stride_time_s == 0.8
    assert strides.update(step(2.0, 0.4)).stride_time_s is None


def test_a_stride_that_was_measured_stays() -> None:
    foot = Step(t=0.0, t_known=1.0, step_time_s=0.4, stride_time_s=0.8, activity="run", quality=1.0)
    assert Strides().update(foot) is foot
