"""Headers, summaries and items that several tests of the store need."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from livecoach.model import Baseline, Event, Input, Payload, Profile, Step, Tick
from livecoach.store.header import Header, Summary

SESSION_ID = "20261122T113000Z-4f2a"
SUMMARY = Summary(
    ended_at="2026-11-22T12:00:00+00:00",
    duration_s=1800.0,
    steps=5000,
    mean_step_rate_spm=166.7,
    cues=12,
    skipped=1,
    target_spm=176.0,
    reason="done",
)


def header(session_id: str = SESSION_ID, started_at: str = "2026-11-22T11:30:00+00:00") -> Header:
    """Return a header with something in every field."""
    return Header(
        session_id=session_id,
        started_at=started_at,
        version="0.1.0",
        config={"coach": {"target": "+5%", "caps": [1, 2.5, None]}, "beats": True},
        seed=7,
        profile=Profile("Zoë", (Baseline(164.25, 3.0, 900), Baseline(160.0, None, 40))),
        sources=("sim:?speed_mps=3.0", "file:a b.imu.csv"),
    )


def item(n: int) -> Input | Event:
    """Return the ``n``-th of a mixed stream of 200 a second."""
    t = n / 200
    if n % 10 == 9:
        return step(t)
    return Tick(n, t) if n % 10 == 5 else payload(n, t)


def payload(n: int, t: float) -> Payload:
    """Return a row of an IMU recording."""
    return Payload(n, t, "file:run.imu.csv", "imu.csv", n, b"0.005,1.2345,2.3456,9.8123,.1,.2,.3")


def step(t: float, step_time_s: float = 0.375) -> Step:
    """Return a step while running."""
    return Step(t=t, t_known=t + 0.4, step_time_s=step_time_s, activity="run", quality=0.9)


@contextmanager
def as_nobody() -> Iterator[Path]:
    """Yield a new folder, and be a user whom permissions stop, even when the tests run as root."""
    root = os.geteuid() == 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if root:
            os.chown(folder, 65534, 65534)
            os.seteuid(65534)
        try:
            yield folder
        finally:
            if root:
                os.seteuid(0)
            folder.chmod(0o755)
