"""Sites, seats and everything that is wrong with a sensor."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livecoach.simulation import RunnerParams, SensorParams, SimulatedRunner
from tests.simulation.recorded import POINT, QUIET, STEADY, G, columns, integral, runner, signal


def test_lean_is_the_mean_direction_of_gravity() -> None:
    _, acc, _ = signal(60, lean_deg=8.0)
    ahead, _, up = acc.mean(1)
    assert np.degrees(np.arctan2(-ahead, up)) == pytest.approx(8.0, abs=0.5)


def test_the_gyroscope_turns_gravity_as_the_accelerometer_sees_it() -> None:
    t, acc, gyr = signal(4, rate_hz=500, still_s=600, lean_deg=10.0, **QUIET)
    assert acc[:, 0] == pytest.approx([-G * np.sin(np.radians(10)), 0, G * np.cos(np.radians(10))])
    assert np.abs(gyr).max() == 0.0
    # running: the angle of the pitch is the integral of its rate
    t, _, gyr = signal(20, **(POINT | STEADY | {"pitch_rms_deg": 1.45}))
    pitch = np.degrees(integral(t, gyr[1]))
    assert np.std(pitch) == pytest.approx(1.45, abs=0.03)


@pytest.mark.parametrize(("yaw", "pitch", "roll"), [(7.9, 1.45, 2.7), (20, 10, 10)])
def test_the_vertical_is_the_same_however_the_trunk_sways(
    yaw: float, pitch: float, roll: float
) -> None:
    sway = {"yaw_rms_deg": yaw, "pitch_rms_deg": pitch, "roll_rms_deg": roll, "lean_deg": 8.0}
    t, acc, gyr = signal(20, **(POINT | sway | {"pitch_phase_deg": 90.0}))
    _, level, _ = signal(20, **POINT)
    # at the first contact only the lean tips the trunk; from there the gyroscope leads on
    up = np.array([-np.sin(np.radians(8)), 0.0, np.cos(np.radians(8))])
    for k in range(len(t) - 1):
        assert acc[:, k] @ up == pytest.approx(level[2, k], abs=0.3)
        w = 0.5 * (gyr[:, k] + gyr[:, k + 1]) / 500
        up = up + np.cross(up + 0.5 * np.cross(up, w), w)


def test_each_site_moves_as_it_should_and_the_centre_of_mass_not() -> None:
    swing = {}
    for mount in ("waist", "chest", "back"):
        on_site = POINT | STEADY | {"site_ratio": 1.0, "mount": mount}
        t, site, _ = signal(10, **on_site)
        _, com, _ = signal(10, **(on_site | {"site_ratio": 0.0}))
        assert site[1:] == pytest.approx(com[1:])
        swing[mount] = np.ptp(integral(t, site[0] - com[0]))
    assert swing["waist"] == pytest.approx(0.53, abs=0.05)
    assert swing["chest"] == swing["back"] == pytest.approx(0.10, abs=0.02)


def test_the_site_can_be_given() -> None:
    given = POINT | STEADY | {"site_ratio": 1.0, "site_1_mps": 0.1, "site_1_deg": 90.0}
    t, acc, _ = signal(10, speed_loss_mps=0.0, **(given | {"site_2_mps": 0.0}))
    assert np.ptp(integral(t, acc[0])) == pytest.approx(0.2, abs=0.003)


def test_a_skew_seat_is_a_turn_of_everything() -> None:
    _, straight, rates = signal(5, **QUIET)
    _, skew, skew_rates = signal(5, mount_yaw_deg=90.0, **QUIET)
    assert skew == pytest.approx(np.stack([straight[1], -straight[0], straight[2]]))
    assert skew_rates == pytest.approx(np.stack([rates[1], -rates[0], rates[2]]))
    _, tipped, _ = signal(5, mount_pitch_deg=20.0, mount_roll_deg=-10.0, **QUIET)
    assert np.linalg.norm(tipped, axis=0) == pytest.approx(np.linalg.norm(straight, axis=0))


def test_clip_bias_and_noise() -> None:
    _, acc, gyr = signal(10, acc_limit_g=1.5, gyr_limit_dps=60.0)
    assert np.abs(acc).max() == 1.5 * G
    assert np.degrees(np.abs(gyr).max()) == pytest.approx(60.0)
    _, acc, gyr = signal(30, still_s=60, gyr_bias_dps=3.0, acc_noise_mps2=0.2)
    assert np.degrees(gyr.mean(1)) == pytest.approx([3.0, 3.0, 3.0], abs=0.1)
    assert acc.std(1) == pytest.approx([0.2, 0.2, 0.2], rel=0.1)


def test_a_fast_clock_stamps_ahead() -> None:
    late, exact = runner(clock_ppm=20_000, **QUIET), runner(**QUIET)
    (fast,), (right,) = late.record(60), exact.record(60)
    assert len(fast) == 6120
    assert len(right) == 6000
    assert late.truth() == exact.truth()
    assert late.sensors[0].arrived_s == pytest.approx(60.0, abs=0.02)
    true = np.array([s.t for s in fast]) / 1.02
    same = np.interp([s.t for s in right], true, [s.acc_z for s in fast])
    assert np.corrcoef(same, [s.acc_z for s in right])[0, 1] > 0.99


def test_packets_are_lost_whole_and_arrive_with_their_last_sample() -> None:
    someone = runner(batch_samples=5, loss_ratio=0.2)
    sensor = someone.sensors[0]
    numbers = [round(sensor.update().t * 100) for _ in range(8000)]
    packets = np.unique(np.array(numbers) // 5)
    assert len(packets) * 5 == pytest.approx(len(numbers), abs=5)
    assert 1 - len(packets) / (packets[-1] + 1) == pytest.approx(0.2, abs=0.03)
    someone = runner(batch_samples=5)
    sensor = someone.sensors[0]
    arrivals = [(sensor.update(), sensor.arrived_s)[1] for _ in range(10)]
    assert arrivals == pytest.approx([0.04] * 5 + [0.09] * 5)


def test_sensors_of_one_runner_share_its_steps_and_nothing_else() -> None:
    feet = [SensorParams(mount="foot_left", rate_hz=200), SensorParams(mount="foot_right")]
    alone = runner(3)
    several = SimulatedRunner(RunnerParams(), np.random.default_rng(3), feet)
    chest, left, right = several.record(20)
    assert alone.record(20) == [chest]
    assert (len(left), len(right)) == (4000, 2000)
    for foot, samples in (("left", left), ("right", right)):
        t, _, gyr = columns(samples)
        for row in several.truth()[2:-2]:
            slap = gyr[1][(t > row.t_contact_s) & (t < row.t_contact_s + 0.04)].max()
            assert (slap > np.radians(400)) == (row.foot == foot)


@pytest.mark.parametrize("mount", ["chest", "foot_left", "foot_right"])
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_whatever_is_allowed_gives_numbers(mount: str, data: st.DataObject) -> None:
    edges: dict[str, list[float]] = {
        "step_rate_spm": [120, 220],
        "speed_mps": [1.5, 7.0],
        "contact_time_s": [0.101, 0.399],
        "speed_loss_mps": [0.0, 0.6],
        "overstride_ratio": [0.3, 3.0],
        "incline_percent": [-20, 20],
        "impact_g": [0.0, 3.0],
        "variation_ratio": [0.0, 0.1],
        "rate_hz": [25, 500],
        "still_s": [0.0, 1.0],
    }
    some: dict[str, Any] = {k: data.draw(st.sampled_from(v)) for k, v in edges.items()}
    someone = runner(mount=mount, **some)
    t, acc, gyr = columns(someone.record(5)[0])
    assert np.isfinite(acc).all()
    assert np.isfinite(gyr).all()
    assert (np.diff(t) > 0).all()
    for row in someone.truth():
        assert 0.0 <= row.braking_mps < 10.0
        assert 0.0 <= row.propulsion_mps < 10.0
        assert row.t_contact_s < row.t_toe_off_s
        assert 0.0 < row.vertical_oscillation_m < 1.0


def test_a_foot_turns_as_fast_as_feet_do_and_lies_flat_in_stance() -> None:
    someone = runner(mount="foot_left", rate_hz=200, speed_mps=3.5, **(STEADY | QUIET))
    t, acc, gyr = columns(someone.record(20)[0])
    toes_up = -np.degrees(gyr[1])
    assert toes_up.max() == pytest.approx(640, rel=0.15)
    assert toes_up.min() == pytest.approx(-640, rel=0.25)
    row = someone.truth()[4]
    flat = (t > row.t_contact_s + 0.05) & (t < row.t_contact_s + 0.1)
    assert acc[:, flat].mean(1) == pytest.approx([0, 0, G], abs=0.3)
    pitch = integral(t, toes_up)
    landing = pitch[t <= row.t_contact_s][-1] - pitch[flat].mean()
    assert landing == pytest.approx(17, abs=1.5)
    assert pitch[flat].mean() == pytest.approx(0, abs=1.0)
    far = runner(mount="foot_left", overstride_ratio=1.5, **STEADY)
    assert far.step.placement_ratio == pytest.approx(1.5)
