"""Made-up signals with known answers."""

import math
import statistics

import pytest

from livecoach.gait import SensorTracker
from livecoach.gait.axes import Axes, cross, parse_axis
from livecoach.gait.filters import crossing_s, vertex_s
from livecoach.gait.integrate import integral
from livecoach.gait.params import TiltParams
from livecoach.gait.phase import Rhythm
from livecoach.gait.phase_params import PhaseParams
from livecoach.gait.tilt import Tilt
from livecoach.model import BodySample, ImuSample, Phase
from tests.gait.recordings import G, bouncing, contacts, info, run, steps


@pytest.mark.parametrize("rate_hz", [25.0, 50.0, 100.0, 512.0])
@pytest.mark.parametrize("step_s", [0.30, 0.36, 0.42])
def test_rate_holds_at_any_sampling_rate(rate_hz: float, step_s: float) -> None:
    events = run(info(), bouncing(12.0, rate_hz=rate_hz, step_s=step_s, contact_s=0.6 * step_s))
    rates = [s.step_rate_spm for s in steps(events)][3:]
    assert len(rates) == pytest.approx(12.0 / step_s, abs=6)
    assert statistics.mean(rates) == pytest.approx(60.0 / step_s, rel=0.01)


def test_bounce_of_a_spring_mass_runner() -> None:
    step_s, contact_s = 0.36, 0.24
    flight = step_s - contact_s
    dip = G * step_s / contact_s * math.pi / 2.0 * contact_s**2 / math.pi**2 - G * contact_s**2 / 8
    rise = dip + G * flight**2 / 8.0
    events = run(info(), bouncing(10.0, rate_hz=200.0, step_s=step_s, contact_s=contact_s))
    for step in steps(events)[5:]:
        assert step.vertical_oscillation_m == pytest.approx(rise, abs=0.002)


def test_speed_lost_at_the_chest_is_the_braking_impulse() -> None:
    contact_s, swing = 0.24, 4.0
    lost = swing * contact_s / math.pi
    events = run(info("chest"), bouncing(10.0, rate_hz=200.0, ahead_mps2=swing))
    for step in steps(events)[5:]:
        assert step.speed_loss_mps == pytest.approx(lost, rel=0.08)
        assert step.propulsion_mps == pytest.approx(lost, rel=0.08)


def test_forward_unknown_means_no_fore_aft_value() -> None:
    events = run(info("chest", forward="unknown", left="unknown"), bouncing(6.0, ahead_mps2=4.0))
    assert steps(events)
    assert all(s.speed_loss_mps is None and s.propulsion_mps is None for s in steps(events))


def test_standing_then_running_then_standing() -> None:
    still = [ImuSample(20.0 + n / 100.0, 0.0, 0.0, G) for n in range(1000)]
    events = run(info(), [*bouncing(20.0, still_s=10.0), *still])
    assert min(c.t for c in contacts(events)) >= 9.9
    assert max(c.t for c in contacts(events)) <= 20.5


def test_declared_axes_turn_into_the_runner_s() -> None:
    axes = Axes(info("foot_right", forward="+x", left="-y", up="-z"))
    body = axes.to_body(ImuSample(1.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0))
    assert body == BodySample(1.0, 1.0, -2.0, -3.0, 4.0, -5.0, -6.0)
    sideways = Axes(info(forward="unknown", left="+z", up="-y"))
    assert sideways.forward_known
    assert sideways.to_body(ImuSample(0.0, 1.0, 2.0, 3.0)) == BodySample(0.0, 1.0, 3.0, -2.0)
    assert not Axes(info(forward="unknown", left="unknown", up="-y")).forward_known
    assert parse_axis("up") is None
    assert cross((0, 1.0), (0, -1.0)) is None


@pytest.mark.parametrize("gyro", [True, False])
def test_tilt_finds_a_leaning_sensor(*, gyro: bool) -> None:
    lean = math.radians(12.0)
    turn = (0.02, -0.01, 0.015) if gyro else (None, None, None)
    tilt = Tilt(TiltParams())
    for n in range(12000):
        tilt.update(BodySample(n / 100.0, -G * math.sin(lean), 0.0, G * math.cos(lean), *turn))
    assert tilt.pitch_deg() == pytest.approx(-12.0, abs=0.3)


def test_tilt_follows_a_turn_the_gyroscope_saw() -> None:
    tilt = Tilt(TiltParams())
    tilt.update(BodySample(0.0, 0.0, 0.0, G, 0.0, 0.0, 0.0))
    for n in range(1, 101):
        pitch = -math.radians(30.0) * n / 100.0
        acc = (G * math.sin(pitch), 0.0, G * math.cos(pitch))
        tilt.update(BodySample(n / 100.0, *acc, 0.0, math.radians(30.0), 0.0))
    assert tilt.pitch_deg() == pytest.approx(-30.0, abs=1.0)


def test_rhythm_learns_the_longer_leg() -> None:
    rhythm = Rhythm(PhaseParams())
    t, phase = 0.0, None
    for n in range(40):
        phase = rhythm.update(t, t, None)
        t += 0.37 if n % 2 == 0 else 0.35
    assert phase is not None
    assert phase.predict(1) == pytest.approx(phase.t_ref + 0.35, abs=0.002)
    assert phase.predict(2) == pytest.approx(phase.t_ref + 0.72, abs=0.002)
    assert phase.predict(3) == pytest.approx(phase.t_ref + 1.07, abs=0.003)


def test_rhythm_steps_over_a_missed_footfall_and_finds_a_new_tempo() -> None:
    rhythm = Rhythm(PhaseParams())
    times = [0.36 * n for n in range(20) if n != 12]
    for t in times:
        rhythm.update(t, t, None)
    assert rhythm.period_s == pytest.approx(0.36, abs=0.001)
    start = times[-1]
    phase: Phase | None = None
    for n in range(1, 12):
        phase = rhythm.update(start + 0.30 * n, start + 0.30 * n, None)
    assert phase is not None
    assert phase.period_s == pytest.approx(0.30, abs=0.004)


def test_rhythm_leaves_half_tempo() -> None:
    rhythm = Rhythm(PhaseParams())
    for t in (0.0, 0.76, 1.52, *(1.52 + 0.38 * n for n in range(1, 16))):
        rhythm.update(t, t, None)
    assert rhythm.period_s == pytest.approx(0.38, abs=0.005)


def test_a_lone_foot_gives_every_second_footfall() -> None:
    rhythm = Rhythm(PhaseParams(), steps_per_contact=2)
    phase: Phase | None = None
    for n in range(10):
        phase = rhythm.update(0.72 * n, 0.72 * n, "left")
    assert phase is not None
    assert phase.predict(1) == pytest.approx(phase.t_ref + 0.36, abs=0.001)
    assert phase.asymmetry_s == 0.0


def test_quality_is_high_on_time_and_low_when_samples_are_missing() -> None:
    samples = bouncing(12.0)
    clean = contacts(run(info(), samples))
    assert min(c.quality for c in clean[3:]) > 0.9
    holed = [s for s in samples if not 6.0 < s.t < 6.2]
    worst = min(contacts(run(info(), holed))[3:], key=lambda c: c.quality)
    assert worst.quality < 0.8
    assert 5.9 < worst.t < 6.8


def test_crossing_and_vertex_lie_between_samples() -> None:
    assert crossing_s(0.0, 0.0, 1.0, 4.0, 1.0) == 0.25
    parabola = [(x, (x - 0.3) ** 2) for x in (-1.0, 0.0, 1.5)]
    assert vertex_s(*parabola) == pytest.approx(0.3)
    assert vertex_s((0.0, 1.0), (1.0, 1.0), (2.0, 1.0)) == 1.0


def test_an_integral_closes_on_itself() -> None:
    t = [n / 100.0 for n in range(101)]
    y = [math.cos(2.0 * math.pi * x) + 3.0 for x in t]
    z = integral(t, y)
    assert z[0] == pytest.approx(z[-1])
    assert max(z) - min(z) == pytest.approx(1.0 / math.pi, rel=0.01)


def test_a_stopped_tracker_carries_nothing_over() -> None:
    tracker = SensorTracker(info())
    samples = bouncing(5.0)
    first = [e for s in samples for e in tracker.update(s)]
    tracker.reset()
    assert [e for s in samples for e in tracker.update(s)] == first


def test_a_walker_s_steps_are_found_and_called_walking() -> None:
    samples = []
    for n in range(2000):
        turn = 2.0 * math.pi * n / 100.0 / 0.55
        up = 1.0 + 0.28 * math.sin(turn) + 0.10 * math.sin(2.0 * turn)
        samples.append(ImuSample(n / 100.0, 0.0, 0.0, G * up))
    found = steps(run(info(), samples))[3:]
    assert len(found) > 28
    assert {s.activity for s in found} == {"walk"}
    assert all(s.contact_time_s is None for s in found)
    assert statistics.mean(s.step_rate_spm for s in found) == pytest.approx(60.0 / 0.55, rel=0.01)
    assert min(s.quality for s in found) > 0.8
