"""Rates, clocks, loss, units, axes: as good as clean within a factor of two, or nothing said."""

import math
import statistics
from collections.abc import Sequence
from itertools import pairwise, product
from pathlib import Path

import pytest
from msgspec import Struct
from msgspec.structs import replace

from livecoach.model import ImuSample, SensorInfo
from tests.gait.recordings import (
    G,
    bouncing,
    contacts,
    f1,
    info,
    read,
    recordings,
    run,
    steps,
    truth,
)
from tests.gait.spoilt import clipped, in_g, lossy, resampled, swapped

TRUNKS = ("davis/*_chest", "rbds/*_waist", "alcantara/alcantara_03*")
SITES = (*TRUNKS, "davis/*_foot_left", "rbds/*_foot_right")
WAYS = ("50 Hz", "100 Hz", "500 Hz", "20 % loss", "in g", "wrong rate")
CLIPPED = ("clipped at 4 g",)  # a foot's sensor has 16 g: its landing alone passes 4


class Figures(Struct):
    """What one run amounts to: F1, contact SD and contact time RMSE in ms (None: not said)."""

    f1: float
    contact_ms: float
    stay_ms: float | None


def figures(
    path: Path, sensor: SensorInfo, samples: Sequence[ImuSample], clock: float = 1.0
) -> Figures:
    """Score a run against the truth, whose clock may have been told otherwise."""
    foot = (sensor.mount or "").removeprefix("foot_") if "foot" in (sensor.mount or "") else None
    rows = truth(path, foot)
    true = [clock * (row["t_contact_s"] or 0.0) for row in rows]
    start, end = max(samples[0].t + 3.0, true[0]), min(samples[-1].t - 0.5, true[-1])
    events = run(sensor, samples)
    late, wrong = [], []
    for c in contacts(events):
        near = min(true, key=lambda t: abs(c.t - t))
        if start <= c.t <= end and abs(near - c.t) <= 0.12 and c.quality >= 0.5:
            late.append(1e3 * (c.t - near))
    for step in steps(events):
        for row, on in zip(rows, true, strict=True):
            off, stay = row["t_toe_off_s"], step.contact_time_s
            if off is None or stay is None or abs(on - step.t) > 0.12 or step.quality < 0.5:
                continue
            if start <= step.t <= end:
                wrong.append(1e3 * (stay - (clock * off - on)))
    return Figures(
        f1([c.t for c in contacts(events)], true, start, end),
        statistics.pstdev(late) if len(late) > 2 else math.nan,
        math.sqrt(statistics.mean(x * x for x in wrong)) if len(wrong) > 2 else None,
    )


def as_good(spoilt: Figures, clean: Figures) -> None:
    """Check that a spoilt run is no more than twice as bad, past a floor of 4 and 15 ms."""
    assert spoilt.f1 > 0.95
    assert spoilt.contact_ms <= max(2.0 * clean.contact_ms, 4.0)
    if spoilt.stay_ms is not None and clean.stay_ms is not None:
        assert spoilt.stay_ms <= max(2.0 * clean.stay_ms, 15.0)


@pytest.mark.parametrize(("site", "how"), [*product(SITES, WAYS), *product(TRUNKS, CLIPPED)])
def test_a_spoilt_recording_is_at_most_twice_as_bad(data_dir: Path, site: str, how: str) -> None:
    (path,) = recordings(data_dir, site)
    sensor, samples = read(path)
    spoilt: Sequence[ImuSample] = samples
    if how.endswith("Hz"):
        spoilt = resampled(samples, float(how.removesuffix(" Hz")))
    elif how == "20 % loss":
        spoilt = lossy(samples, 0.2)
    elif how == "in g":
        spoilt = in_g(samples)
    elif how == "clipped at 4 g":
        spoilt = clipped(samples, 4.0)
    else:
        sensor = replace(sensor, rate_hz=37.0)
    as_good(figures(path, sensor, spoilt), figures(path, sensor, samples))


@pytest.mark.parametrize("site", ["davis/*_chest", "rbds/*_waist", "rbds/*_foot_right"])
def test_a_clock_two_percent_fast_changes_nothing_but_the_clock(data_dir: Path, site: str) -> None:
    (path,) = recordings(data_dir, site)
    sensor, samples = read(path)
    fast = [replace(s, t=1.02 * s.t) for s in samples]
    as_good(figures(path, sensor, fast, 1.02), figures(path, sensor, samples))


@pytest.mark.parametrize("site", ["davis/*_chest", "rbds/*_waist"])
def test_a_trunk_at_25_hz_still_counts(data_dir: Path, site: str) -> None:
    (path,) = recordings(data_dir, site)
    sensor, samples = read(path)
    slow = figures(path, sensor, resampled(samples, 25.0))
    as_good(slow, figures(path, sensor, samples))


@pytest.mark.parametrize("pair", ["xy", "xz", "yz"])
@pytest.mark.parametrize("site", ["davis/*_waist", "rbds/*_foot_right"])
def test_swapped_columns_are_doubted_or_harmless(data_dir: Path, site: str, pair: str) -> None:
    (path,) = recordings(data_dir, site)
    sensor, samples = read(path)
    found = figures(path, sensor, swapped(samples, pair))
    if not math.isnan(found.contact_ms):
        as_good(found, figures(path, sensor, samples))


@pytest.mark.parametrize("mount", ["waist", "chest", "foot_left"])
@pytest.mark.parametrize("rate_hz", [25.0, 100.0, 500.0])
def test_no_steps_while_standing(mount: str, rate_hz: float) -> None:
    state, samples = 1, []
    for n in range(round(12.0 * rate_hz)):
        noise = []
        for _ in range(6):
            state = (1103515245 * state + 12345) % 2**31
            noise.append(state / 2**31 - 0.5)
        sway = 0.3 * math.sin(2.0 * math.pi * 0.4 * n / rate_hz)
        acc = (sway + 0.2 * noise[0], 0.2 * noise[1], G + 0.2 * noise[2])
        samples.append(ImuSample(n / rate_hz, *acc, *(0.05 * x for x in noise[3:])))
    assert contacts(run(info(mount), samples)) == []


@pytest.mark.parametrize("mount", ["waist", "foot_right"])
def test_a_sensor_that_sticks_takes_no_steps(data_dir: Path, mount: str) -> None:
    (path,) = recordings(data_dir, f"rbds/*_{mount}")
    sensor, samples = read(path)
    stuck_at = samples[len(samples) // 2]
    stuck = [s if s.t <= stuck_at.t else replace(stuck_at, t=s.t) for s in samples]
    late = [c for c in contacts(run(sensor, stuck)) if c.t > stuck_at.t + 0.6]
    assert late == []


def test_known_times_go_on_through_packets_and_loss() -> None:
    holed = [s for s in bouncing(20.0) if int(s.t * 12.5) % 5]
    found = contacts(run(info(), holed))
    assert all(a.t < b.t and a.t_known <= b.t_known for a, b in pairwise(found))
