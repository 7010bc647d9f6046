"""Step rates of a runner who is on target for ten minutes and then drops: made up, and recorded.

Synthetic: a reading a second with AR(1) noise of SD 2/min (the noise of the policy sketch); single
steps with noise of spectrum 1/f^0.8; the same steps as a pod says them, once a second in whole
numbers. Recorded: how real steps and pod readings stray from the runner's own median over the
minute around them (what is slower is a change to be found, not noise), joined in a random order
for each seed until ten minutes and more are full.
"""

import csv
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import numpy as np
from msgspec import Struct

from livecoach.coach import CoachParams
from livecoach.coach.steady import Steadiness
from livecoach.gait import Gait
from livecoach.model import ImuSample, SensorInfo, Step
from livecoach.simulation.responder import PinkNoise
from livecoach.wire import recording

TARGET = 176.0
AFTER_S = 300.0
_POD_S = 4.0
_HALF_MINUTE_S = 30.0
_PODS = ("davis_hrm", "davis_stryd", "fenix_a", "fenix_b", "fitparse_fenix2", "fitparse_stryd")


class Reading(Struct, frozen=True):
    """A step rate, known at ``t``, that stands for ``dt_s``."""

    t: float
    step_rate_spm: float
    dt_s: float


Noise = list[tuple[float, float]]
"""Relative error and seconds of each reading."""


def drop_t(seed: int) -> float:
    """Return when the runner drops."""
    return 570.0 + (seed * 7) % 60


def runner(noise: Iterator[tuple[float, float]], seed: int, drop: float) -> list[Reading]:
    """Return a runner who drops by ``drop``, with this noise."""
    out, t = [], 0.0
    for error, dt in noise:
        rate = TARGET * (1.0 - drop * (t >= drop_t(seed))) * (1.0 + error)
        out.append(Reading(t, rate, dt))
        t += dt
        if t > drop_t(seed) + AFTER_S:
            break
    return out


def seconds(readings: list[Reading]) -> list[float]:
    """Return the newest step rate at every full second, as the peers read it."""
    t = np.array([r.t for r in readings])
    newest = np.searchsorted(t, np.arange(int(t[-1])), side="right") - 1
    return [readings[int(k)].step_rate_spm for k in newest]


def ar1(seed: int) -> Iterator[tuple[float, float]]:
    """SD 2/min, correlation 0.7 from second to second."""
    rng = np.random.default_rng(seed)
    error = 2.0 * rng.standard_normal()
    while True:
        yield error / TARGET, 1.0
        error = 0.7 * error + 2.0 * np.sqrt(1 - 0.49) * rng.standard_normal()


def pink(seed: int, variation: float) -> Iterator[tuple[float, float]]:
    """Single steps, each rate over a stride, one foot 1 % slower."""
    noise = PinkNoise(0.8, np.random.default_rng(seed))
    before, side = 60.0 / TARGET, 1.0
    for _ in range(256):
        noise.update()
    while True:
        step = 60.0 / TARGET * (1.0 + variation * noise.update() + 0.005 * side)
        yield 120.0 / (before + step) / TARGET - 1.0, step
        before, side = step, -side


def as_pod(steps: Iterator[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Say the mean of the last four seconds once a second, in whole steps/min."""
    kept: list[tuple[float, float]] = []
    t, due = 0.0, _POD_S
    for error, dt in steps:
        t += dt
        kept.append((t, error))
        if t >= due:
            kept = [k for k in kept if k[0] > t - _POD_S]
            mean = sum(k[1] for k in kept) / len(kept)
            yield round(TARGET * (1.0 + mean)) / TARGET - 1.0, 1.0
            due += 1.0


def joined(pieces: list[Noise], seed: int) -> Iterator[tuple[float, float]]:
    """Join recorded pieces in a random order, again and again."""
    order = np.random.default_rng(seed).permutation(len(pieces))
    for k in cycle(order):
        yield from pieces[int(k)]


def read_imu(path: Path) -> tuple[SensorInfo, list[ImuSample]]:
    """Return what a recording says of its sensor, and its samples."""
    lines = path.read_bytes().splitlines()
    text = path.with_suffix(".toml").read_text(encoding="utf-8")
    info = recording.imu_info(text, path.name)
    columns = recording.header(lines[0], "imu")
    rows = recording.ImuRows(
        SensorInfo(name=info.name, kind="imu", mount=info.mount, columns=columns)
    )
    return info, [rows.update(line) for line in lines[1:]]


def recorded_steps(data: Path) -> tuple[list[Noise], list[Noise]]:
    """Return the noise of our own estimator's steps: short trials with truth, and a long run."""
    short = [*data.glob("alcantara/alcantara_*_v*.imu.csv"), *data.glob("davis/*_chest.imu.csv")]
    trials = sorted([*short, *data.glob("rbds/*_waist.imu.csv")])
    long = sorted(data.glob("adept_gpl3/*_waist.imu.csv"))
    return [p for path in trials for p in _steps(path)], [p for path in long for p in _steps(path)]


def recorded_pods(data: Path) -> list[Noise]:
    """Return the noise of real pods and watches in steady running."""
    pieces = []
    for name in _PODS:
        with (data / "ble" / f"{name}_steps.rsc_truth.csv").open() as file:
            rows = [
                (float(r["t_sent_s"]), float(r["speed_mps"]), float(r["step_rate_spm"]), 1.0)
                for r in csv.DictReader(file)
            ]
        pieces += _pieces(rows)
    return pieces


def _steps(path: Path) -> list[Noise]:
    info, samples = read_imu(path)
    gait = Gait()
    gait.add(path.name, info)
    rows = [
        (e.t_known, e.speed_mps or 3.0, e.step_rate_spm, e.step_time_s)
        for s in samples
        for e in gait.update(path.name, s)
        if isinstance(e, Step) and e.quality >= 0.5 and e.activity == "run"
    ]
    return _pieces(rows)


def _pieces(rows: list[tuple[float, float, float, float]]) -> list[Noise]:
    """Cut (t, speed, rate, dt) into steady pieces, each relative to its own minute's median."""
    steady = Steadiness(CoachParams(grace_s=0.0))
    cut: list[list[tuple[float, float, float]]] = [[]]
    before = rows[0][0]
    for t, speed, rate, dt in rows:
        if rate < 120.0 or speed < 1.3:
            steady.interrupt()
        elif steady.update(t, speed) == "steady":
            if t - before > 3.0:
                cut.append([])
            cut[-1].append((t, rate, dt))
            before = t
    return [_stray(piece) for piece in cut if len(piece) > 10]


def _stray(piece: list[tuple[float, float, float]]) -> Noise:
    t = np.array([p[0] for p in piece])
    rate = np.array([p[1] for p in piece])
    usual = [float(np.median(rate[np.abs(t - at) <= _HALF_MINUTE_S])) for at in t]
    return [(r / own - 1.0, dt) for (_, r, dt), own in zip(piece, usual, strict=True)]
