"""kill -9 at any moment: everything older than two seconds is in the file."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from livecoach.model import Event, Input
from livecoach.session.history import list_sessions
from livecoach.store.reader import SessionFile
from tests.store import samples

_RUN = """
import sys, time
from pathlib import Path
from livecoach.sinks.recorder import Recorder
from tests.store import samples
recorder = Recorder(Path(sys.argv[1]), samples.header())
began = time.monotonic()
for n in range(100_000):
    recorder.put(samples.item(n))
    print(n, time.monotonic(), flush=True)
    time.sleep(max(0.0, began + (n + 1) / 200 - time.monotonic()))
"""


def test_kill_9_loses_less_than_two_seconds(tmp_path: Path) -> None:
    moments = sorted(np.random.default_rng(4).uniform(2.2, 5.0, 5))
    logs = [tmp_path / f"{k}.log" for k in range(len(moments))]
    runs = [_started(log, tmp_path / "sessions" / f"{log.stem}.db") for log in logs]
    while not all(log.stat().st_size for log in logs):
        time.sleep(0.01)
    began = time.monotonic()
    for moment, log, run in zip(moments, logs, runs, strict=True):
        time.sleep(max(0.0, began + moment - time.monotonic()))
        killed = time.monotonic()
        run.kill()
        run.wait()
        handed = [line.split() for line in log.read_text().splitlines() if line.count(" ")]
        old = [int(n) for n, t in handed[:-1] if float(t) < killed - 2.0]
        kept = _kept(tmp_path / "sessions" / f"{log.stem}.db")
        assert kept == [samples.item(n) for n in range(len(kept))]
        assert 0 < len(old) <= len(kept) <= len(handed) + 1
    rows = list_sessions(tmp_path / "sessions")
    assert [row.state for row in rows] == ["cut off"] * len(moments)
    assert all(row.duration_s for row in rows)


def _started(log: Path, path: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as out:
        return subprocess.Popen([sys.executable, "-c", _RUN, str(path)], stdout=out)


def _kept(path: Path) -> list[Input | Event]:
    assert path.with_name(path.name + "-wal").exists()
    with SessionFile(path) as file:
        assert file._db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert file.summary is None
        inputs, events = file.inputs(), file.events()
        count = sum(file.counts().values())
        return [next(events) if n % 10 == 9 else next(inputs) for n in range(count)]
