"""Recordings and made-up signals for the gait tests."""

import csv
import math
import tomllib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from msgspec.structs import replace

from livecoach.gait import GaitEvent, SensorTracker
from livecoach.gait.foot_params import FootParams
from livecoach.model import MOUNTS, Contact, ImuSample, SensorInfo, Step

G = 9.80665
COLUMNS = ("t", "acc_x", "acc_y", "acc_z", "gyr_x", "gyr_y", "gyr_z")


def number(cell: str | None) -> float | None:
    """Return a cell's number; None when it is empty or no number."""
    try:
        return float(cell) if cell else None
    except ValueError:
        return None


@lru_cache(maxsize=8)
def read(path: Path) -> tuple[SensorInfo, tuple[ImuSample, ...]]:
    """Return what the TOML says and every row of the CSV that has a time."""
    meta = tomllib.loads(path.with_suffix(".toml").read_text())
    meta = {k: v for k, v in meta.items() if k in SensorInfo.__struct_fields__ and k != "kind"}
    samples = []
    with path.open(newline="", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            t, *acc_gyr = (number(row.get(column)) for column in COLUMNS)
            acc = [math.nan if x is None else x for x in acc_gyr[:3]]
            if t is not None:
                samples.append(ImuSample(t, *acc, *acc_gyr[3:]))
    return SensorInfo(name=path.name, kind="imu", **meta), tuple(samples)


def recordings(data_dir: Path, pattern: str) -> list[Path]:
    """Return the recordings that fit a pattern; none is a failure."""
    found = sorted(data_dir.glob(f"{pattern}.imu.csv"))
    assert found, f"no recording {pattern}"
    return found


def truth(path: Path, foot: str | None = None) -> list[dict[str, float | None]]:
    """Return the truth rows beside a recording, of one foot where asked."""
    name = path.name.replace(".imu.csv", ".truth.csv")
    with (path.parent / name).open(newline="") as file:
        rows = [r for r in csv.DictReader(file) if foot is None or r["foot"] == foot]
    return [{k: number(v) for k, v in row.items()} for row in rows]


def true_contacts(path: Path, foot: str | None = None) -> list[float]:
    """Return the true contact times beside a recording."""
    return [t for row in truth(path, foot) if (t := row["t_contact_s"]) is not None]


def late_truths(path: Path) -> list[float]:
    """Return the landings that a foot-height truth dates after the foot has come to rest.

    Rest is what `FootParams` calls so: 1 g, hardly turning, for ``jolt_rest_s``.
    """
    p, late = FootParams(), []
    _, samples = read(path)
    for t in true_contacts(path):
        near = [s for s in samples if t - p.jolt_rest_s <= s.t <= t]
        size = [math.hypot(s.acc_x, s.acc_y, s.acc_z) / G for s in near]
        turn = [math.hypot(s.gyr_x or 0.0, s.gyr_y or 0.0, s.gyr_z or 0.0) for s in near]
        if near and max(turn) <= p.calm_radps and max(abs(x - 1.0) for x in size) <= p.rest_g:
            late.append(t)
    return late


def run(info: SensorInfo, samples: Iterable[ImuSample]) -> list[GaitEvent]:
    """Return every event a fresh tracker gives."""
    tracker = SensorTracker(info)
    return [event for sample in samples for event in tracker.update(sample)]


def contacts(events: Iterable[GaitEvent]) -> list[Contact]:
    """Return the contacts among events."""
    return [e for e in events if isinstance(e, Contact)]


def steps(events: Iterable[GaitEvent]) -> list[Step]:
    """Return the steps among events."""
    return [e for e in events if isinstance(e, Step)]


def f1(found: list[float], true: list[float], start: float, end: float) -> float:
    """Return the F1 score of contacts between ``start`` and ``end``, matched within 120 ms."""
    found = [t for t in found if start - 0.12 <= t <= end + 0.12]
    hits = sum(any(abs(t - x) <= 0.12 for x in found) for t in true if start <= t <= end)
    extra = sum(all(abs(t - x) > 0.12 for x in true) for t in found if start <= t <= end)
    missed = sum(start <= t <= end for t in true) - hits
    return 2.0 * hits / (2.0 * hits + extra + missed)


def score(path: Path, foot: str | None = None) -> float:
    """Return a recording's F1, from 1.5 s after its start to 0.5 s before its end."""
    info, samples = read(path)
    true = true_contacts(path, foot)
    start = max(samples[0].t + 1.5, true[0] - 0.12)
    end = min(samples[-1].t - 0.5, true[-1] + 0.12)
    return f1([c.t for c in contacts(run(info, samples))], true, start, end)


def info(mount: str = "waist", **more: object) -> SensorInfo:
    """Return a sensor with axes as declared by default."""
    assert mount in MOUNTS
    base = SensorInfo(name=mount, kind="imu")
    return replace(base, mount=mount, **more)


def bouncing(
    seconds: float,
    *,
    rate_hz: float = 100.0,
    step_s: float = 0.36,
    contact_s: float = 0.24,
    ahead_mps2: float = 0.0,
    still_s: float = 0.0,
) -> list[ImuSample]:
    """Return a spring-mass runner's trunk: half sines on the ground, nothing in the air.

    The first contact is at ``still_s``; ``ahead_mps2`` swings the forward acceleration by a full
    sine in stance, braking first.
    """
    samples = []
    peak = G * math.pi / 2.0 * step_s / contact_s
    for n in range(round(seconds * rate_hz)):
        t = n / rate_hz
        share = ((t - still_s) % step_s) / contact_s
        down = t >= still_s and share < 1.0
        up = peak * math.sin(math.pi * share) if down else 0.0
        ahead = -ahead_mps2 * math.sin(2.0 * math.pi * share) if down else 0.0
        samples.append(ImuSample(t, ahead, 0.0, up if t >= still_s else G))
    return samples
