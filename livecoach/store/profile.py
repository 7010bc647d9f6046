"""What is known about each runner from one session to the next: an SQLite file of its own."""

import math
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from livecoach.errors import StoreError
from livecoach.model import Baseline, Calibration, Device, Efficacy, Lesson, Profile
from livecoach.store.database import connect, make_folder, stamp, trouble

APPLICATION_ID = 0x6C637031
SCHEMA_VERSION = 3
SPEED_BIN_MPS = 0.25
_NO_SPEED = -1
_BASELINES_OF = (
    "SELECT step_rate_spm, speed_mps, steps FROM baselines WHERE runner = ? ORDER BY bin"
)
_CALIBRATIONS_OF = (
    "SELECT mount, contact_time_s, contact_lag_s, spread_s, steps, speed_scale_ratio"
    " FROM calibrations WHERE runner = ? ORDER BY mount"
)
_CALIBRATIONS_OF_VERSION_2 = _CALIBRATIONS_OF.replace("speed_scale_ratio", "1.0")

_CALIBRATIONS = (
    "CREATE TABLE calibrations (runner TEXT NOT NULL, mount TEXT NOT NULL,"
    " contact_time_s REAL NOT NULL, contact_lag_s REAL NOT NULL, spread_s REAL NOT NULL,"
    " steps INTEGER NOT NULL, speed_scale_ratio REAL NOT NULL DEFAULT 1.0,"
    " PRIMARY KEY (runner, mount)) WITHOUT ROWID"
)
_STAMP = f"PRAGMA user_version = {SCHEMA_VERSION}"
# Made when it is first needed: an older livecoach never looks at it, so it needs no new version.
_AUDIO_OFFSETS = (
    "CREATE TABLE IF NOT EXISTS audio_offsets (host TEXT NOT NULL, device TEXT NOT NULL,"
    " offset_s REAL NOT NULL, spread_s REAL NOT NULL, method TEXT NOT NULL,"
    " measured_at TEXT NOT NULL, PRIMARY KEY (host, device)) WITHOUT ROWID"
)
_DEVICES = (
    "CREATE TABLE IF NOT EXISTS devices (runner TEXT NOT NULL, name TEXT NOT NULL,"
    " cadence TEXT NOT NULL, PRIMARY KEY (runner, name)) WITHOUT ROWID"
)
_LESSONS = (
    "CREATE TABLE IF NOT EXISTS lessons (runner TEXT NOT NULL, session TEXT NOT NULL,"
    " coached_s REAL NOT NULL, kept_ratio REAL, on_target_ratio REAL,"
    " PRIMARY KEY (runner, session)) WITHOUT ROWID"
)
_LESSONS_OF = (
    "SELECT coached_s, kept_ratio, on_target_ratio FROM lessons WHERE runner = ? ORDER BY session"
)
_DEVICES_OF = "SELECT name, cadence FROM devices WHERE runner = ? ORDER BY name"
# A column for each field of `Efficacy`; a run adds to what other runs have found.
_LEDGER = (
    "CREATE TABLE IF NOT EXISTS ledger (runner TEXT NOT NULL, kind TEXT NOT NULL,"
    " measure TEXT NOT NULL, means TEXT NOT NULL, phrase TEXT NOT NULL, tried INTEGER NOT NULL,"
    " n INTEGER NOT NULL, total REAL NOT NULL, squares REAL NOT NULL,"
    " PRIMARY KEY (runner, kind, measure, means, phrase)) WITHOUT ROWID"
)
_LEDGER_OF = (
    "SELECT kind, measure, means, phrase, tried, n, total, squares FROM ledger"
    " WHERE runner = ? ORDER BY kind, measure, means, phrase"
)
_ADD_TO_LEDGER = (
    "INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT DO UPDATE SET tried = tried + excluded.tried, n = n + excluded.n,"
    " total = total + excluded.total, squares = squares + excluded.squares"
)
_AUDIO_OFFSETS_OF = (
    "SELECT device, offset_s, spread_s, method, measured_at FROM audio_offsets"
    " WHERE host = ? ORDER BY device"
)
_TABLE_THERE = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
_TABLES = (
    (
        "CREATE TABLE baselines (runner TEXT NOT NULL, bin INTEGER NOT NULL,"
        " step_rate_spm REAL NOT NULL, speed_mps REAL, steps INTEGER NOT NULL,"
        " PRIMARY KEY (runner, bin)) WITHOUT ROWID"
    ),
    _CALIBRATIONS,
    f"PRAGMA application_id = {APPLICATION_ID}",
    _STAMP,
)
_SCALE = "ALTER TABLE calibrations ADD COLUMN speed_scale_ratio REAL NOT NULL DEFAULT 1.0"
_FROM_VERSION = {0: _TABLES, 1: (_CALIBRATIONS, _STAMP), 2: (_SCALE, _STAMP)}


class AudioOffset(Struct, frozen=True):
    """How much later than it says an output device is heard, and how that was found.

    ``spread_s`` is the standard deviation of a single tap or beat; ``measured_at`` is UTC in
    ISO 8601.
    """

    device: str
    offset_s: float
    spread_s: float
    method: Literal["taps", "microphone"]
    measured_at: str


class ProfileStore:
    """The runners' profiles at ``path``, shared safely by several processes.

    Nothing stays open between two calls, and reading never creates the file. Every method raises
    `StoreError` when the file cannot be used, saying what to do with it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self, runner: str) -> Profile:
        """Return what is known about ``runner``, slowest baseline first; then by mount, name, time.

        A new runner is empty.
        """
        if not self.path.exists():
            return Profile(runner)
        # not "ro": a save that was killed is rolled back by the next one who looks
        with self._open("rw") as db:
            db.execute("BEGIN")
            version = self._version(db)
            baselines = _rows(db, _BASELINES_OF, runner) if version else []
            query = _CALIBRATIONS_OF_VERSION_2 if version == 2 else _CALIBRATIONS_OF
            calibrations = _rows(db, query, runner) if version >= 2 else []
            devices = _rows(db, _DEVICES_OF, runner) if _has(db, "devices") else []
            lessons = _rows(db, _LESSONS_OF, runner) if _has(db, "lessons") else []
            ledger = _rows(db, _LEDGER_OF, runner) if _has(db, "ledger") else []
        return Profile(
            runner,
            tuple(Baseline(*row) for row in baselines),
            tuple(Calibration(*row) for row in calibrations),
            tuple(Device(*row) for row in devices),
            tuple(Lesson(*row) for row in lessons),
            tuple(_efficacy(row) for row in ledger),
        )

    def save_baseline(self, runner: str, baseline: Baseline) -> None:
        """Keep ``baseline`` in place of the runner's former one at this speed (within 0.25 m/s)."""
        row = (
            runner,
            speed_bin(baseline.speed_mps),
            baseline.step_rate_spm,
            baseline.speed_mps,
            baseline.steps,
        )
        self._write("INSERT OR REPLACE INTO baselines VALUES (?, ?, ?, ?, ?)", [row])

    def save_calibration(self, runner: str, calibration: Calibration) -> None:
        """Keep ``calibration`` in place of the runner's former one of this mount."""
        row = (runner, *msgspec.structs.astuple(calibration))
        self._write("INSERT OR REPLACE INTO calibrations VALUES (?, ?, ?, ?, ?, ?, ?)", [row])

    def save_device(self, runner: str, device: Device) -> None:
        """Keep ``device`` in place of what was known of it with this runner."""
        row = (runner, device.name, device.cadence)
        self._write("INSERT OR REPLACE INTO devices VALUES (?, ?, ?)", [row], _DEVICES)

    def add_to_ledger(self, runner: str, found: Iterable[Efficacy]) -> None:
        """Add what a run has found out about asking to what is known of the runner."""
        rows = [(runner, *msgspec.structs.astuple(row)) for row in found]
        self._write(_ADD_TO_LEDGER, rows, _LEDGER)

    def save_lesson(self, runner: str, session: str, lesson: Lesson) -> None:
        """Keep what a session, whose id sorts by time, adds to the runner's learning plan."""
        row = (runner, session, *msgspec.structs.astuple(lesson))
        self._write("INSERT OR REPLACE INTO lessons VALUES (?, ?, ?, ?, ?)", [row], _LESSONS)

    def forget_lessons(self, runner: str) -> None:
        """Begin the runner's learning plan anew."""
        self._write("DELETE FROM lessons WHERE runner = ?", [(runner,)], _LESSONS)

    def audio_offsets(self, host: str) -> tuple[AudioOffset, ...]:
        """Return what was measured on the machine ``host``, by device."""
        if not self.path.exists():
            return ()
        with self._open("rw") as db:
            db.execute("BEGIN")
            known = self._version(db) and _rows(db, _TABLE_THERE, "audio_offsets")
            rows = _rows(db, _AUDIO_OFFSETS_OF, host) if known else []
        return tuple(AudioOffset(*row) for row in rows)

    def save_audio_offset(self, host: str, offset: AudioOffset) -> None:
        """Keep ``offset`` in place of the device's former one on the machine ``host``."""
        row = (host, *msgspec.structs.astuple(offset))
        statement = "INSERT OR REPLACE INTO audio_offsets VALUES (?, ?, ?, ?, ?, ?)"
        self._write(statement, [row], _AUDIO_OFFSETS)

    def forget_audio_offset(self, host: str, device: str) -> None:
        """Forget what was measured for a device, if anything was."""
        statement = "DELETE FROM audio_offsets WHERE host = ? AND device = ?"
        self._write(statement, [(host, device)], _AUDIO_OFFSETS)

    def _write(self, statement: str, rows: Iterable[tuple[object, ...]], *before: str) -> None:
        make_folder(self.path)
        with self._open("rwc") as db:
            # the lock comes first: two processes may both find the file new
            db.execute("BEGIN IMMEDIATE")
            version = self._version(db)
            for step in (*_FROM_VERSION.get(version, ()), *before):
                db.execute(step)
            db.executemany(statement, rows)
            db.execute("COMMIT")

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

    def _version(self, db: sqlite3.Connection) -> int:
        """Return the version of the tables in the file, 0 when there are none yet."""
        application, version = stamp(db)
        if application == APPLICATION_ID and version > SCHEMA_VERSION:
            msg = f"{self.path}: written by a newer livecoach (profile format {version}): update"
            raise StoreError(msg)
        if application == APPLICATION_ID:
            return version
        (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if application or tables:
            raise self._move_away("another program's file is where the runner's profile should be")
        return 0

    def _move_away(self, what: str) -> StoreError:
        return StoreError(f"{self.path}: {what}: move it away and a new one is begun")


def _rows(db: sqlite3.Connection, query: str, whose: str) -> list[tuple[Any, ...]]:
    return db.execute(query, (whose,)).fetchall()


def _has(db: sqlite3.Connection, table: str) -> bool:
    return bool(_rows(db, _TABLE_THERE, table))


def _efficacy(row: tuple[Any, ...]) -> Efficacy:
    return Efficacy(**dict(zip(Efficacy.__struct_fields__, row, strict=True)))


def speed_bin(speed_mps: float | None) -> int:
    """Return the number of the bin in which a baseline of this speed is kept, one per bin."""
    return _NO_SPEED if speed_mps is None else math.floor(speed_mps / SPEED_BIN_MPS + 0.5)
