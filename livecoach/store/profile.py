"""What is known about each runner from one session to the next: an SQLite file of its own."""

import math
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from livecoach.errors import StoreError
from livecoach.model import Baseline, Profile
from livecoach.store.database import connect, make_folder, stamp, trouble

APPLICATION_ID = 0x6C637031
SCHEMA_VERSION = 1
SPEED_BIN_MPS = 0.25
_NO_SPEED = -1

_TABLES = (
    (
        "CREATE TABLE baselines (runner TEXT NOT NULL, bin INTEGER NOT NULL,"
        " step_rate_spm REAL NOT NULL, speed_mps REAL, steps INTEGER NOT NULL,"
        " PRIMARY KEY (runner, bin)) WITHOUT ROWID"
    ),
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {SCHEMA_VERSION}",
)


class ProfileStore:
    """The runners' profiles at ``path``, shared safely by several processes.

    Nothing stays open between two calls, and reading never creates the file. Every method raises
    `StoreError` when the file cannot be used, saying what to do with it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self, runner: str) -> Profile:
        """Return what is known about ``runner``, slowest baseline first; a new runner is empty."""
        query = (
            "SELECT step_rate_spm, speed_mps, steps FROM baselines WHERE runner = ? ORDER BY bin"
        )
        rows = self._read(query, (runner,))
        return Profile(runner, tuple(Baseline(*row) for row in rows))

    def save_baseline(self, runner: str, baseline: Baseline) -> None:
        """Keep ``baseline`` in place of the runner's former one at this speed (within 0.25 m/s)."""
        row = (
            runner,
            _bin(baseline.speed_mps),
            baseline.step_rate_spm,
            baseline.speed_mps,
            baseline.steps,
        )
        make_folder(self.path)
        with self._open("rwc") as db:
            # the lock comes first: two processes may both find the file new
            db.execute("BEGIN IMMEDIATE")
            if self._is_new(db):
                for statement in _TABLES:
                    db.execute(statement)
            db.execute("INSERT OR REPLACE INTO baselines VALUES (?, ?, ?, ?, ?)", row)
            db.execute("COMMIT")

    def _read(self, query: str, values: tuple[str, ...]) -> list[tuple[Any, ...]]:
        if not self.path.exists():
            return []
        # not "ro": a save that was killed is rolled back by the next one who looks
        with self._open("rw") as db:
            db.execute("BEGIN")
            return [] if self._is_new(db) else db.execute(query, values).fetchall()

    @contextmanager
    def _open(self, mode: str) -> Iterator[sqlite3.Connection]:
        db = None
        try:
            db = connect(self.path, mode)
            yield db
        except (sqlite3.DatabaseError, OSError) as exc:
            raise self._explained(exc) from exc
        finally:
            if db is not None:
                db.close()

    def _explained(self, exc: sqlite3.DatabaseError | OSError) -> StoreError:
        name = getattr(exc, "sqlite_errorname", "")
        if self.path.is_dir():
            return StoreError(f"{self.path}: this is a folder, the runner's profile is a file")
        if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
            return self._move_away("the runner's profile is damaged")
        return trouble(self.path, exc)

    def _is_new(self, db: sqlite3.Connection) -> bool:
        application, version = stamp(db)
        if application == APPLICATION_ID and version > SCHEMA_VERSION:
            msg = f"{self.path}: written by a newer livecoach (profile format {version}): update"
            raise StoreError(msg)
        if application == APPLICATION_ID:
            return False
        (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if application or tables:
            raise self._move_away("another program's file is where the runner's profile should be")
        return True

    def _move_away(self, what: str) -> StoreError:
        return StoreError(f"{self.path}: {what}: move it away and a new one is begun")


def _bin(speed_mps: float | None) -> int:
    return _NO_SPEED if speed_mps is None else math.floor(speed_mps / SPEED_BIN_MPS + 0.5)
