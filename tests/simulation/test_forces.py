"""Forces that balance, and a truth that agrees with the signal."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from livecoach.gait.braking import expected_braking_mps
from livecoach.simulation import RunnerParams, Truth
from livecoach.simulation.forces import (
    ANCHOR_CONTACT_S,
    ANCHOR_SPEED_MPS,
    ForceModel,
    impact,
    specific_force,
)
from livecoach.simulation.trunk import tissue
from tests.simulation.recorded import POINT, STEADY, G, integral, runner, signal


def truths(seconds: float = 30.0, **params: Any) -> list[Truth]:  # noqa: ANN401 (as the URI gives them)
    someone = runner(**params)
    someone.record(seconds)
    return someone.truth()


def mean(rows: list[Truth], field: str) -> float:
    return float(np.mean([getattr(row, field) for row in rows]))


@pytest.mark.parametrize("incline", [-9.0, 0.0, 9.0])
@pytest.mark.parametrize("impact_g", [0.0, 0.7])
def test_a_step_carries_the_body_and_neither_speeds_it_up_nor_slows_it_down(
    incline: float, impact_g: float
) -> None:
    step = runner(incline_percent=incline, impact_g=impact_g).step
    t = np.linspace(0.0, step.step_time_s, 20_001)
    ahead, _, up = (integral(t, row)[-1] for row in specific_force(step, t))
    assert up / step.step_time_s == pytest.approx(G, rel=1e-4)
    assert ahead == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize("mount", ["chest", "waist", "back", "foot_left"])
def test_in_the_mean_a_runner_feels_gravity(mount: str) -> None:
    _, acc, gyr = signal(60, mount=mount, yaw_rms_deg=0.0, roll_rms_deg=0.0, pitch_rms_deg=0.0)
    if mount != "foot_left":
        assert acc.mean(1) == pytest.approx([0.0, 0.0, G], abs=0.06)
    assert gyr.mean(1) == pytest.approx([0.0, 0.0, 0.0], abs=0.03)


def test_the_truth_is_what_the_signal_integrates_to() -> None:
    someone = runner(**POINT)
    ((*samples,),) = someone.record(20)
    t = np.array([s.t for s in samples])
    ahead, up = (np.array([getattr(s, f) for s in samples]) for f in ("acc_x", "acc_z"))
    rows = someone.truth()
    for row, after in pairwise(rows[2:]):
        here = (t >= row.t_contact_s) & (t <= after.t_contact_s)
        speed = integral(t[here], ahead[here])
        assert -speed.min() == pytest.approx(row.braking_mps, abs=0.004)
        assert speed[-1] - speed.min() == pytest.approx(row.propulsion_mps, abs=0.004)
        rise = integral(t[here], up[here] - up[here].mean())
        height = integral(t[here], rise - rise.mean())
        assert np.ptp(height) == pytest.approx(row.vertical_oscillation_m, abs=0.001)
        air = t[here] > row.t_toe_off_s
        assert np.abs(up[here][air]).max() == pytest.approx(0.0, abs=1e-9)
    assert [row.foot for row in rows[:4]] == ["left", "right", "left", "right"]


@pytest.mark.parametrize("asked", [0.1, 0.2, 0.35])
def test_the_braking_is_the_one_asked_for(asked: float) -> None:
    rows = truths(speed_loss_mps=asked, **STEADY)
    assert mean(rows, "braking_mps") == pytest.approx(asked)
    assert mean(rows, "propulsion_mps") == pytest.approx(asked)


def test_unasked_the_braking_is_the_expected_one() -> None:
    someone = runner(**STEADY)
    step = someone.step
    expected = expected_braking_mps(someone.info, step.step_time_s, step.contact_time_s)
    assert step.speed_loss_mps == pytest.approx(expected)


def test_overstride_brakes_and_reaches_ahead_and_changes_nothing_else() -> None:
    usual, far = truths(), truths(overstride_ratio=1.5)
    for a, b in zip(usual, far, strict=True):
        assert (a.t_contact_s, a.t_toe_off_s) == (b.t_contact_s, b.t_toe_off_s)
        assert b.braking_mps == pytest.approx(1.5 * a.braking_mps)
        assert b.foot_ahead_m == pytest.approx(1.5 * a.foot_ahead_m)
        assert b.vertical_oscillation_m == pytest.approx(a.vertical_oscillation_m)


@pytest.mark.parametrize("loss", [None, 0.25])
def test_quicker_steps_brake_less_bounce_less_and_land_nearer(loss: float | None) -> None:
    params = RunnerParams(speed_loss_mps=loss, **STEADY)
    model = ForceModel(params, np.random.default_rng(0))
    a, b = (model.update(0.0, 60 / rate, "left").truth() for rate in (164.0, 172.2))
    assert b.braking_mps / a.braking_mps == pytest.approx(1.05**-1.59)
    assert b.t_toe_off_s / a.t_toe_off_s == pytest.approx(1.05**-0.59)
    assert b.foot_ahead_m / a.foot_ahead_m == pytest.approx(1 / 1.05)
    assert b.vertical_oscillation_m < 0.95 * a.vertical_oscillation_m


def test_contact_time_by_speed_and_as_given() -> None:
    for speed, contact in zip(ANCHOR_SPEED_MPS, ANCHOR_CONTACT_S, strict=True):
        step = runner(speed_mps=speed, step_rate_spm=165.0, **STEADY).step
        assert step.contact_time_s == pytest.approx(contact)
    given = runner(step_rate_spm=180.0, contact_time_s=0.25, **STEADY).step
    assert given.contact_time_s == pytest.approx(0.25)


def test_soft_tissue_passes_the_whole_impact_on_and_rings() -> None:
    t = np.arange(0.0, 0.4, 0.0005)
    assert integral(t, tissue(t))[-1] == pytest.approx(integral(t, impact(t))[-1], rel=0.02)
    crossings = t[1:][np.diff(np.sign(tissue(t))) != 0]
    assert np.diff(crossings[1:4]) == pytest.approx([1 / 28, 1 / 28], abs=0.003)


def test_uphill_pushes_more_than_it_brakes() -> None:
    up, down = truths(incline_percent=8.0), truths(incline_percent=-8.0)
    assert mean(up, "propulsion_mps") > 2 * mean(up, "braking_mps")
    assert mean(down, "braking_mps") > 2 * mean(down, "propulsion_mps")
