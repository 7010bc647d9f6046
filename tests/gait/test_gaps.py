"""Holes between samples: contacts stay within twice the clean error, or nothing is said."""

import math
import statistics
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from livecoach.gait.filters import Holes, spread_s
from livecoach.gait.phase import Rhythm
from livecoach.gait.phase_params import PhaseParams
from livecoach.model import ImuSample, Phase
from tests.gait.recordings import (
    bouncing,
    contacts,
    info,
    read,
    recordings,
    run,
    steps,
    true_contacts,
)
from tests.gait.spoilt import packets, resampled
from tests.gait.test_quality_robust import Figures, figures

Spoil = Callable[[Sequence[ImuSample]], list[ImuSample]]

MOUNTS = {
    "waist real": ("alcantara/alcantara_0*",),
    "waist": ("davis/*_waist", "rbds/*_waist"),
    "chest": ("davis/*_chest",),
    "back": ("davis/*_back",),
    "foot": ("davis/*_foot_*", "rbds/*_foot_*"),
}


def pooled(rows: Sequence[Figures]) -> Figures:
    """Return the means of F1 and the root mean squares of the errors."""
    stays = [x.stay_ms for x in rows if x.stay_ms is not None]
    return Figures(
        statistics.mean(x.f1 for x in rows),
        math.sqrt(statistics.mean(x.contact_ms**2 for x in rows)),
        math.sqrt(statistics.mean(x**2 for x in stays)),
    )


def over(data_dir: Path, mount: str, ways: Sequence[Spoil]) -> Figures:
    """Return the figures of a mount's recordings, spoilt in each of these ways."""
    found = []
    for pattern in MOUNTS[mount]:
        for path in recordings(data_dir, pattern):
            sensor, samples = read(path)
            found += [figures(path, sensor, way(samples)) for way in ways]
    return pooled(found)


@pytest.mark.parametrize(
    ("mount", "rate_hz", "most"),
    [
        *((mount, None, 2.0) for mount in MOUNTS),
        ("waist", 100.0, 2.0),
        ("chest", 100.0, 2.5),  # holes of 90 ms hide all of its flank
        ("back", 100.0, 2.0),
    ],
)
def test_lost_packets_at_most_double_the_error(
    data_dir: Path, mount: str, rate_hz: float | None, most: float
) -> None:
    def lost(draw: int) -> Spoil:
        return lambda x: packets(resampled(x, rate_hz) if rate_hz else x, 0.2, draw)

    spoilt = over(data_dir, mount, [lost(draw) for draw in range(3)])
    clean = over(data_dir, mount, [list])
    assert clean.stay_ms is not None
    assert spoilt.stay_ms is not None
    assert spoilt.f1 > 0.95
    assert spoilt.contact_ms <= most * clean.contact_ms
    assert spoilt.stay_ms <= 2.0 * clean.stay_ms


@pytest.mark.parametrize(
    ("mount", "most"), [*((m, 2.0) for m in MOUNTS if m != "foot"), ("foot", 3.0)]
)
def test_25_hz_at_most_doubles_the_error_but_for_a_foots_contact(
    data_dir: Path, mount: str, most: float
) -> None:
    slow = over(data_dir, mount, [lambda x: resampled(x, 25.0), lambda x: resampled(x[3:], 25.0)])
    clean = over(data_dir, mount, [list])
    assert clean.stay_ms is not None
    assert slow.stay_ms is not None
    assert slow.f1 > 0.95
    assert slow.contact_ms <= most * clean.contact_ms
    assert slow.stay_ms <= 2.0 * clean.stay_ms


def test_a_contact_in_a_hole_is_drawn_to_the_rhythm_and_its_contact_time_unsaid() -> None:
    whole = bouncing(12.0, rate_hz=200.0)
    landed = 20 * 0.36
    holed = [s for s in whole if not landed - 0.05 < s.t < landed + 0.05]
    plain = {round(s.t / 0.36): s for s in steps(run(info(), whole))}
    found = {round(s.t / 0.36): s for s in steps(run(info(), holed))}
    assert found.keys() == plain.keys()
    assert found[20].t == pytest.approx(plain[20].t, abs=0.004)
    assert found[20].contact_time_s is None
    assert [k for k, s in found.items() if s.contact_time_s is None] == [20]
    assert found[19].contact_time_s == pytest.approx(plain[19].contact_time_s, abs=0.005)


@pytest.mark.parametrize("mount", ["waist", "chest", "foot_left"])
def test_a_long_drop_out_is_not_coasted_over_and_the_phase_is_back_in_four_steps(
    data_dir: Path, mount: str
) -> None:
    (path,) = recordings(data_dir, f"davis/*_{mount}")
    sensor, samples = read(path)
    left, back = samples[0].t + 4.0, samples[0].t + 7.0
    events = run(sensor, [s for s in samples if not left < s.t < back])
    again = [e for e in events if isinstance(e, Phase) and e.t_known > left]
    assert all(e.t_known >= back and e.t_ref > back - 0.1 for e in again)
    strides = 2 if sensor.mount == "foot_left" else 1
    true = true_contacts(path)
    for phase in again[4 // strides :]:
        assert phase.sd_s < 0.06 * phase.period_s
        for ahead in (1, 3):
            t = phase.predict(ahead)
            if t < true[-1]:
                assert min(abs(x - t) for x in true) < 0.06 * phase.period_s


def test_the_hostile_drop_outs_lock_again_within_four_steps(data_dir: Path) -> None:
    path = data_dir / "hostile" / "dropouts_3s.imu.csv"
    sensor, samples = read(path)
    ends = [b.t for a, b in pairwise(samples) if b.t - a.t > 2.0]
    assert len(ends) == 2
    events, true = run(sensor, samples), true_contacts(path)
    for end in ends:
        found = [c.t_known for c in contacts(events) if c.t > end]
        fourth = next(e for e in events if isinstance(e, Phase) and e.t_known == found[3])
        assert fourth.sd_s < 0.06 * fourth.period_s
        assert min(abs(x - fourth.predict(1)) for x in true) < 0.06 * fourth.period_s
        assert not [e for e in events if isinstance(e, Phase) and end - 2.0 < e.t_known < end]


def followed() -> tuple[Rhythm, float]:
    """Return a rhythm after thirty steps of 0.36 s with 4 ms of jitter, and the next one."""
    rhythm, state = Rhythm(PhaseParams()), 7
    for k in range(30):
        state = (1103515245 * state + 12345) % 2**31
        t = 0.36 * k + 0.014 * (state / 2**31 - 0.5)
        rhythm.update(t, t, None)
    phase = rhythm.update(30 * 0.36, 30 * 0.36, None)
    assert phase is not None
    return rhythm, phase.predict(1)


@pytest.mark.parametrize("off", [-0.03, 0.03])
def test_the_less_is_seen_of_a_contact_the_more_the_rhythm_has_its_way(off: float) -> None:
    shifts = []
    for spread in (0.0, 0.005, 0.015, 0.05):
        rhythm, due = followed()
        rhythm.update(due + off, due + off, None, spread)
        shifts.append(-rhythm.shift_s / off)
    assert shifts[0] == 0.0
    assert shifts == sorted(shifts)
    assert 0.2 < shifts[1] < 0.8
    assert 0.95 < shifts[3] < 1.0


def test_a_contact_somewhere_in_a_wide_hole_is_no_stranger() -> None:
    rhythm, due = followed()
    rhythm.update(due - 0.12, due - 0.12, None, 0.04)
    assert rhythm.steps == 1
    assert rhythm.trust > 0.8
    rhythm, due = followed()
    rhythm.update(due - 0.12, due - 0.12, None)
    assert rhythm.steps == 0


def test_holes_and_what_they_leave_unsure() -> None:
    holes = Holes(0.015)
    for t in (0.0, 0.01, 0.05, 0.06, 0.14, 0.15):
        holes.update(t)
    assert holes.widest(0.0, 0.2) == (0.06, 0.14)
    assert holes.widest(0.02, 0.03) == (0.01, 0.05)
    assert holes.widest(0.16, 0.2) == (0.2, 0.2)
    assert spread_s(0.02, 0.03) == 0.0
    assert spread_s(0.03 + math.sqrt(12.0) * 0.01, 0.03) == pytest.approx(0.01)
