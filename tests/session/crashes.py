"""Sessions that end badly, on purpose: how much of each is kept.

Real runs of a simulated runner (chest sensor of 200 Hz, beats to a null device), each in a process
of its own that tells how far it has come. Lost is the session time between what had happened before
the failure and what is in the file. `python -m tests.benchmarks.crashes` prints all of it.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from livecoach.commands.replay import compare
from livecoach.model import Step
from livecoach.store.reader import SessionFile

MOST_S = 2.4
_LANES = 2
_TMPFS_BYTES = 64 << 20
# Root may write anywhere unless it gives that up.
_ROOT = os.geteuid() == 0
_BOUND = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
_FIRST = _BOUND if _ROOT and shutil.which("setpriv") else ()
PROTECTABLE = bool(_FIRST) or not _ROOT
"""Whether a folder can be protected from a run."""
_CHILD = """
import asyncio, os, sys
from pathlib import Path
import livecoach.commands.run as command
from livecoach.config import AudioConfig, Config
from livecoach.coach import CoachParams
from livecoach.model import Profile
from livecoach.session import Plan, run
from livecoach.session.history import settle_all

class Told:
    def update(self, event):
        pass
    def tick(self, t):
        print(t, flush=True)

folder, name, seconds = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])
print("begun", flush=True)
coach = CoachParams(target="170", beats="constant")
source, audio = "sim:?rate_hz=200", AudioConfig(output="null", speech=False)
config = Config(sources=(source,), seconds=seconds, coach=coach, audio=audio)
say = lambda line: print(line, file=sys.stderr, flush=True)
settle_all(folder, say)
plan = Plan(config=config, profile=Profile("x"), session_id=name, record_in=folder)
asyncio.run(run(plan, command.open_all(config), say, (Told(),)))
"""


class Loss(NamedTuple):
    """What one failure cost. ``opens`` says integrity and every row were fine, ``replays`` too."""

    what: str
    reached_s: float
    kept_s: float
    opens: bool
    replays: bool

    @property
    def lost_s(self) -> float:
        """Session time that is not in the file; never less than none."""
        return max(0.0, self.reached_s - self.kept_s)


class Child:
    """A run in a process of its own, in ``folder``."""

    def __init__(self, folder: Path, name: str, seconds: float = 60.0) -> None:
        self.path = folder / f"{name}.db"
        self._log = folder.parent / f"{folder.name}-{name}.log"
        self.said = self._log.with_suffix(".said")
        with self._log.open("wb") as out, self.said.open("wb") as err:
            self.process = subprocess.Popen(
                [*_FIRST, sys.executable, "-c", _CHILD, str(folder), name, str(seconds)],
                stdout=out,
                stderr=err,
            )
        self.wait(lambda: b"begun" in self._log.read_bytes())

    def wait(self, until: Callable[[], bool], longest_s: float = 60.0) -> None:
        """Wait for something to come true while it runs."""
        end = time.monotonic() + longest_s
        while not until():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{self.path.stem}: {self.said.read_text()}")
            time.sleep(0.01)

    def reached_s(self) -> float:
        """Return how far it has told to have come, 0 before the first tick."""
        lines = self._log.read_text().splitlines()
        # the last line may be half a number
        times = [float(line) for line in lines[1:-1] if line]
        return times[-1] if times else 0.0

    def wait_s(self, t: float) -> None:
        """Wait until it has come to session time ``t``."""
        self.wait(lambda: self.reached_s() >= t)

    def end(self, sig: signal.Signals) -> float:
        """Send it a signal and wait for its end; return how far it had come before."""
        self.process.send_signal(sig)
        self.process.wait(30)
        return self.reached_s()


def lost(what: str, path: Path, reached_s: float) -> Loss:
    """Look at what a failure has left of a session."""
    if not path.exists():
        return Loss(what, reached_s, 0.0, opens=True, replays=True)
    with SessionFile(path) as file:
        whole = file._db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        every = sum(1 for _ in file.inputs()) + sum(1 for _ in file.events())
        kept_s = file.duration_s()
    return Loss(
        what, reached_s, kept_s, opens=whole and every >= 0, replays=compare(path).identical
    )


def killed(folder: Path, count: int, seed: int) -> Iterator[list[Loss]]:
    """Kill ``count`` runs at random moments, the start among them; each begins after the last.

    For each: what kill -9 cost, and what it costs when the ``-wal`` is then cut at a random place.
    """
    with ThreadPoolExecutor(_LANES) as pool:
        shares = [count // _LANES + (k < count % _LANES) for k in range(_LANES)]
        lanes = [
            pool.submit(_lane, folder / f"lane{k}", share, random.Random(f"{seed} {k}"))  # noqa: S311 (moments)
            for k, share in enumerate(shares)
        ]
        for lane in lanes:
            yield from lane.result()


def _lane(folder: Path, count: int, rng: random.Random) -> list[list[Loss]]:
    folder.mkdir(parents=True)
    out = []
    for k in range(count):
        child = Child(folder, f"run{k:02}")
        time.sleep(rng.uniform(0.0, MOST_S))
        reached_s = child.end(signal.SIGKILL)
        found = [lost("kill -9", child.path, reached_s)]
        if child.path.exists():
            found.append(_chopped(child.path, reached_s, rng))
        out.append(found)
    return out


def _chopped(path: Path, reached_s: float, rng: random.Random) -> Loss:
    """Cut the ``-wal`` of a copy at a random place and look at what is left."""
    copy = path.parent / "chopped"
    copy.mkdir()
    try:
        for file in path.parent.glob(f"{path.name}*"):
            shutil.copy(file, copy)
        wal = copy / f"{path.name}-wal"
        if wal.exists():
            os.truncate(wal, rng.randint(0, wal.stat().st_size))
        return lost("kill -9, then -wal cut at random", copy / path.name, reached_s)
    finally:
        shutil.rmtree(copy)


@contextmanager
def small_disk(folder: Path) -> Iterator[Path | None]:
    """Yield a file system of 64 MB, None where it cannot be had (it takes root)."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_TMPFS_BYTES}", "none", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path, left_bytes: int) -> None:
    """Fill a small disk up to ``left_bytes``, to the last one when that is 0."""
    with suppress(OSError), (disk / "ballast").open("wb", buffering=0) as file:
        while (room := shutil.disk_usage(disk).free - left_bytes) > 0:
            file.write(bytes(min(room, 1 << 20)))


def nearly_full(disk: Path) -> tuple[Loss, float]:
    """Leave 20 MB to a run; return the loss, and up to when steps are kept after raw data end."""
    child = Child(disk / "sessions", "nearly")
    child.wait_s(3.0)
    at_s = child.reached_s()
    fill(disk, 20 << 20)
    child.wait_s(at_s + 6.0)
    reached_s = child.end(signal.SIGINT)
    (disk / "ballast").unlink()
    with SessionFile(child.path) as file:
        raw_s = 0.0 if file.raw_end is None else file.raw_end.t
        steps_s = max(e.t_known for e in file.events() if isinstance(e, Step))
    found = lost("disk nearly full: sensor data before it", child.path, at_s)
    return found._replace(kept_s=raw_s), reached_s - steps_s


def full(disk: Path) -> list[Loss]:
    """Fill the disk under a run and kill it; fill it under another and make room again."""
    out = []
    for name, what in (
        ("killed", "disk full, then kill -9"),
        ("freed", "disk full for 3 s, then room again"),
    ):
        child = Child(disk / "sessions", name)
        child.wait_s(3.0)
        at_s = child.reached_s()
        fill(disk, 0)
        child.wait_s(at_s + 3.0)
        if name == "killed":
            child.end(signal.SIGKILL)
            out.append(lost(what, child.path, at_s))
            (disk / "ballast").unlink()
        else:
            (disk / "ballast").unlink()
            child.wait_s(at_s + 5.0)
            out.append(lost(what, child.path, child.end(signal.SIGINT)))
    return out


def turned_read_only(folder: Path) -> Loss:
    """Forbid writing in a run's folder while it runs, then kill it."""
    child = Child(folder, "protected")
    child.wait_s(2.0)
    folder.chmod(0o555)
    child.wait_s(4.0)
    return lost("folder turned read-only, then kill -9", child.path, child.end(signal.SIGKILL))
