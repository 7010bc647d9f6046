"""Print the cost of a sample on its whole way, the start-up time, and the memory of a long replay.

The recording is simulated (chest, 100 Hz) so that anyone can run this. Times are medians of several
runs on the machine at hand; on a shared one only their ratios mean something.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from livecoach.coach import CoachParams
from livecoach.gait import SensorTracker
from livecoach.model import Baseline, ImuSample, Link, Payload, Profile, SensorInfo, Tick
from livecoach.session import Pipeline
from livecoach.simulation import RunnerParams, SimulatedRunner
from livecoach.wire import recording

RUNS = 5
SECONDS = 60
MINUTES = (10, 30, 60)
PROFILE = Profile("x", (Baseline(160.0, 3.0, 900),))
INFO = SensorInfo(
    name="s",
    kind="imu",
    mount="chest",
    columns=recording.IMU_COLUMNS,
    speed_mps=3.0,
    height_m=1.75,
)


def samples(seconds: int) -> list[ImuSample]:
    """Return a simulated chest recording."""
    runner = SimulatedRunner(RunnerParams(), np.random.default_rng(1))
    return [runner.update() for _ in range(seconds * 100)]


def median_s(work: Callable[[], object], runs: int = RUNS) -> float:
    """Return the median time of a call."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def parse(rows: list[bytes]) -> None:
    """Only the wire."""
    reader = recording.ImuRows(INFO)
    for row in rows:
        reader.update(row)


def estimate(run: list[ImuSample]) -> None:
    """Only the estimator."""
    tracker = SensorTracker(INFO)
    for sample in run:
        tracker.update(sample)


def whole_way(payloads: list[Payload]) -> None:
    """Bytes to cues: wire, estimator, coach, with ten ticks a second."""
    pipeline = Pipeline(CoachParams(target="+5%", grace_s=3.0, ramp_ratio_per_s=0.02), PROFILE)
    pipeline.update(Link(0, 0.0, "s", "found", INFO))
    for k, payload in enumerate(payloads):
        if k % 10 == 0:
            pipeline.update(Tick(0, payload.t))
        pipeline.update(payload)


def program(*args: str | Path) -> tuple[float, float]:
    """Run ``livecoach ARGS``; return its wall seconds and peak memory in MB."""
    start = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "livecoach", *map(str, args)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"livecoach {' '.join(map(str, args))} failed")
    unit = 1e-6 if sys.platform == "darwin" else 1e-3
    return time.perf_counter() - start, usage.ru_maxrss * unit


def main() -> None:
    """Measure and print."""
    table = Table("what", "figure", title="livecoach, simulated chest sensor at 100 Hz")
    run = samples(SECONDS)
    rows = [recording.imu_row(s) for s in run]
    payloads = [
        Payload(0, s.t, "s", "imu.csv", k, row)
        for k, (s, row) in enumerate(zip(run, rows, strict=True))
    ]
    for name, work in (
        ("wire alone", lambda: parse(rows)),
        ("estimator alone", lambda: estimate(run)),
        ("whole way: wire, estimator, coach, ticks", lambda: whole_way(payloads)),
    ):
        table.add_row(f"{name}, µs per sample", f"{1e6 * median_s(work) / len(run):.1f}")
    help_s = statistics.median(program("--help")[0] for _ in range(RUNS))
    table.add_row("livecoach --help, s", f"{help_s:.3f}")
    with tempfile.TemporaryDirectory() as scratch:
        for minutes in MINUTES:
            folder = Path(scratch) / str(minutes)
            arguments = ("--target", "176", "--pace", "max", "--seconds", str(60 * minutes))
            source = ("--source", "sim:?step_rate_spm=164")
            run_s, run_mb = program("run", *source, *arguments, "--session", folder)
            (session,) = folder.glob("*.db")
            replay_s, replay_mb = program("replay", session)
            table.add_row(
                f"{minutes} min: run as fast as it goes, with the session file",
                f"{run_s:.1f} s, {run_mb:.0f} MB peak, file {session.stat().st_size / 1e6:.0f} MB",
            )
            table.add_row(
                f"{minutes} min: replay, every event compared",
                f"{replay_s:.1f} s, {replay_mb:.0f} MB peak",
            )
    Console().print(table)


if __name__ == "__main__":
    main()
