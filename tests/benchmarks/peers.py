"""Print our waist estimator beside other methods, on the same recordings with force-plate truth.

``python -m tests.benchmarks.peers``; needs LIVECOACH_DATA. Contact SD is within a recording, after
its own mean is taken off: a constant lag is no fault of a method that states it.
"""

import csv
import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from livecoach.gait import SensorTracker
from livecoach.model import Contact, ImuSample, SensorInfo
from livecoach.wire import recording
from tests.benchmarks.methods import METHODS

Array = NDArray[np.float64]
_TOLERANCE_S = 0.12


def read(path: Path) -> tuple[SensorInfo, list[ImuSample], Array]:
    """Return a recording's description, samples and true contacts."""
    lines = path.read_bytes().splitlines()
    columns = recording.header(lines[0], "imu")
    text = path.with_suffix(".toml").read_text(encoding="utf-8")
    info = recording.imu_info(text, path.name)
    info = SensorInfo(
        name=path.name,
        kind="imu",
        mount=info.mount,
        columns=columns,
        missing_axis=info.missing_axis,
    )
    rows = recording.ImuRows(info)
    with path.with_name(path.name.replace(".imu.csv", ".truth.csv")).open() as file:
        true = [float(row["t_contact_s"]) for row in csv.DictReader(file)]
    return info, [rows.update(line) for line in lines[1:]], np.array(true)


def ours(info: SensorInfo, samples: list[ImuSample]) -> Array:
    """Return the contacts our estimator reports, live."""
    tracker = SensorTracker(info)
    return np.array([e.t for s in samples for e in tracker.update(s) if isinstance(e, Contact)])


def compare(
    found: Array, true: Array, start: float, end: float
) -> tuple[int, int, int, list[float]]:
    """Return hits, false ones, misses and the errors of the hits, inside the window."""
    errors = []
    left, missed = list(found), 0
    for t in true:
        off = [abs(x - t) for x in left]
        if off and min(off) <= _TOLERANCE_S:
            near = left.pop(off.index(min(off)))
            if start <= t <= end:
                errors.append(float(near - t))
        elif start <= t <= end:
            missed += 1
    false = sum(1 for x in left if start <= x <= end)
    return len(errors), false, missed, errors


def batch(method: Callable[[Array, Array, float], Array], samples: list[ImuSample]) -> Array:
    """Run a batch method over a recording of forward x and up z."""
    t = np.array([s.t for s in samples])
    rate_hz = float((len(t) - 1) / (t[-1] - t[0]))
    up, ahead = np.array([s.acc_z for s in samples]), np.array([s.acc_x for s in samples])
    return np.asarray(method(up, ahead, rate_hz) + t[0], dtype=np.float64)


def main() -> None:
    """Measure and print."""
    data = Path(os.environ["LIVECOACH_DATA"])
    paths = sorted(data.glob("alcantara/alcantara_*_v*.imu.csv"))
    trials = [read(path) for path in paths]
    table = Table("method", "F1", "contact SD within, ms", "mean error, ms", "µs/sample", "sees")
    for name, method in {"livecoach": None, **METHODS}.items():
        hits = false = missed = count = 0
        inner, means, spent = [], [], 0.0
        for info, samples, true in trials:
            begin = time.perf_counter()
            found = ours(info, samples) if method is None else batch(method, samples)
            spent += time.perf_counter() - begin
            count += len(samples)
            start, end = max(samples[0].t + 1.5, true[0]), min(samples[-1].t - 0.5, true[-1])
            h, f, m, errors = compare(found, true, start, end)
            hits, false, missed = hits + h, false + f, missed + m
            if len(errors) > 2:
                inner.append(np.var(errors, ddof=1))
                means.append(np.mean(errors))
        table.add_row(
            name,
            f"{2 * hits / (2 * hits + false + missed):.3f}",
            f"{1e3 * np.sqrt(np.mean(inner)):.1f}",
            f"{1e3 * np.mean(means):+.1f}",
            f"{1e6 * spent / count:.1f}",
            "the past" if method is None else "the future too",
        )
    Console().print(f"real waist, {len(trials)} trials of 5 s, one runner, force-plate truth")
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
