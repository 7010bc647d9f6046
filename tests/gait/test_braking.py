"""Expected braking: its integral, what it needs, and how near it comes to force plates."""

import math
from pathlib import Path

import pytest
from msgspec.structs import replace

from livecoach.gait import SensorTracker
from livecoach.gait.braking import HALF_SINE, PRESSURE_SHARE, expected_braking_mps
from tests.gait.recordings import G, info, read, recordings, steps, truth


def test_the_constant_is_the_integral_it_stands_for() -> None:
    n = 10_000
    shares = [(i + 0.5) / n for i in range(n // 2)]
    area = math.fsum((0.5 - s) * math.sin(math.pi * s) for s in shares) / n
    assert pytest.approx(0.5 * math.pi * area, rel=1e-6) == HALF_SINE
    assert pytest.approx(0.0908, abs=5e-5) == HALF_SINE


def test_half_a_sine_through_the_centre_of_mass_brakes_by_the_model() -> None:
    n, v, step_s, contact_s, leg = 10_000, 3.0, 0.36, 0.26, 0.93
    lost, up, dt = 0.0, 0.0, contact_s / n
    for i in range(n):
        t = (i + 0.5) * dt
        force = 0.5 * math.pi * G * step_s / contact_s * math.sin(math.pi * t / contact_s)
        up += force * dt
        lost += force * max(0.0, v * (0.5 * contact_s - t)) / leg * dt
    assert up == pytest.approx(G * step_s, rel=1e-6)
    level = info(speed_mps=v, leg_length_m=leg)
    said = expected_braking_mps(level, step_s, contact_s)
    assert said == pytest.approx(PRESSURE_SHARE * lost, rel=1e-6)


def test_it_needs_the_level_and_a_speed_and_uses_the_leg_it_knows() -> None:
    level = info(speed_mps=3.0, incline_percent=0.0, leg_length_m=1.0)
    value = expected_braking_mps(level, 0.36, 0.26)
    assert value is not None
    tall = info(speed_mps=3.0, height_m=1.0 / 0.53)
    assert expected_braking_mps(tall, 0.36, 0.26) == pytest.approx(value)
    nobody = info(speed_mps=3.0)
    assert expected_braking_mps(nobody, 0.36, 0.26) == pytest.approx(value / 0.93)
    assert expected_braking_mps(replace(level, incline_percent=5.0), 0.36, 0.26) is None
    assert expected_braking_mps(replace(level, speed_mps=None), 0.36, 0.26) is None
    assert expected_braking_mps(level, 0.36, None) is None


def ratio(path: Path) -> float:
    """Return mean expected braking over mean true braking, of the same footfalls."""
    about, samples = read(path)
    tracker = SensorTracker(about)
    found = steps([e for s in samples for e in tracker.update(s)])
    rows = [(r["t_contact_s"], r["braking_mps"]) for r in truth(path)]
    pairs = [
        (step.expected_braking_mps, brake)
        for t, brake in rows
        for step in found
        if t and brake and step.expected_braking_mps and abs(step.t - t) < 0.12
    ]
    assert len(pairs) >= 10
    return math.fsum(a for a, _ in pairs) / math.fsum(b for _, b in pairs)


def test_force_plates_agree_with_every_recording_within_a_fifth(data_dir: Path) -> None:
    for one in recordings(data_dir, "rbds/*") + recordings(data_dir, "davis/*"):
        assert 0.8 <= ratio(one) <= 1.2, one.name


@pytest.mark.parametrize("mount", ["waist", "chest", "back", "foot"])
def test_force_plates_agree_with_every_mount_within_a_tenth(data_dir: Path, mount: str) -> None:
    found = sorted(data_dir.glob(f"[dr][ab][vd]*/*_{mount}*.imu.csv"))
    ratios = [ratio(path) for path in found]
    assert 0.9 <= math.fsum(ratios) / len(ratios) <= 1.1
