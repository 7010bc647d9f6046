"""Writing a session file: every commit is on the disk before `SessionWriter.write` returns.

With each commit its pages are copied from the ``-wal`` into the file (``wal_autocheckpoint``): a
``-wal`` that is cut short or lost then costs the last commit, not the minutes since the last copy.
"""

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Self

import msgspec

from livecoach.errors import StoreError
from livecoach.model import Event, Input, Payload
from livecoach.store import schema
from livecoach.store.database import connect, make_folder, stamp, trouble
from livecoach.store.header import Header, RawEnd, Summary

PART = ".part"
_BESIDE = ("", "-wal", "-shm", "-journal")
_WRONG = (OSError, sqlite3.Error, ValueError, TypeError, OverflowError)


class SessionWriter:
    """The one writer of the session file at ``path``, which must not exist yet.

    It may be handed from one thread to another, but used by one at a time. The file appears under
    its name only when its header is on the disk.

    Raises
    ------
    StoreError
        The file cannot be created there, or exists already.
    """

    def __init__(self, path: Path, header: Header) -> None:
        self.path = path
        self.raw_end: RawEnd | None = None
        make_folder(path)
        if path.exists():
            msg = f"{path}: this already exists, and a session is never written over another"
            raise StoreError(msg)
        part = path.with_name(path.name + PART)
        try:
            part.open("xb").close()
            try:
                _create(part, header)
                part.rename(path)
            except BaseException:
                remove_file(part)
                raise
            _sync_folder(path.parent)
            self._identity = _identity(path)
            self._db = _opened(path)
        except _WRONG as exc:
            raise trouble(path, exc) from exc
        self._streams = schema.Streams(self._db)

    def write(self, items: Sequence[Input | Event], *, raw: bool = True) -> None:
        """Append ``items`` in one transaction: all of them are kept, or none.

        Parameters
        ----------
        items
            In the order they came.
        raw
            False leaves payloads out, now and from now on; the file says from where.

        Raises
        ------
        StoreFullError
            The disk is full; the same items may be tried again.
        StoreError
            Disk failing, the file gone, or a value that cannot be kept.
        """
        kept = items
        end = self.raw_end
        if end is not None or not raw:
            kept = [item for item in items if not isinstance(item, Payload)]
            first = next((item for item in items if isinstance(item, Payload)), None)
            if end is None and first is not None:
                end = RawEnd(n=first.n, t=first.t)
        try:
            self._db.execute("BEGIN IMMEDIATE")
            inputs, events = schema.split(kept)
            self._db.executemany(schema.INSERT_INPUT, [self._streams.row(x) for x in inputs])
            self._db.executemany(schema.INSERT_EVENT, events)
            if end != self.raw_end:
                _put(self._db, "raw_end", end)
            self._db.execute("COMMIT")
            self._still_there()
        except _WRONG as exc:
            self._roll_back()
            raise trouble(self.path, exc) from exc
        self.raw_end = end

    def finish(self, summary: Summary) -> None:
        """Write the summary: from now on the session counts as ended, not as cut off.

        Raises
        ------
        StoreError
            Disk full or failing.
        """
        try:
            _put(self._db, "summary", summary)
        except sqlite3.Error as exc:
            self._roll_back()
            raise trouble(self.path, exc) from exc

    def close(self) -> None:
        """Close the file, leaving it whole in itself with no ``-wal`` beside it.

        Never fails: what cannot be tidied up stays readable with its ``-wal``.
        """
        with suppress(sqlite3.Error):
            self._db.execute("PRAGMA busy_timeout = 200")
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            # out of WAL mode it can be read where nothing may be written; refused while others read
            self._db.execute("PRAGMA journal_mode = DELETE")
        self._db.close()

    def _still_there(self) -> None:
        # a file that was removed can still be written to, and every row of it is lost
        try:
            if _identity(self.path) == self._identity:
                return
        except FileNotFoundError:
            pass
        msg = "the file was removed or replaced while it was being written"
        raise ValueError(msg)

    def _roll_back(self) -> None:
        with suppress(sqlite3.Error):
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            self._streams.reload()


class Reopened:
    """A session file that nobody writes any more, opened to add its summary; use it with ``with``.

    It needs no ``-wal`` from now on.

    Raises
    ------
    StoreBusyError
        Somebody has it open: it still runs, or is being read.
    StoreError
        No session, read-only, or damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._db = connect(path, "rw")
        except sqlite3.Error as exc:
            raise trouble(path, exc) from exc
        try:
            self._db.execute("PRAGMA busy_timeout = 0")
            self._version = _known_version(self._db)
            # the only way to ask for everyone: SQLite refuses while any other has the file open
            self._db.execute("PRAGMA journal_mode = DELETE")
        except (sqlite3.Error, ValueError) as exc:
            self._db.close()
            raise trouble(path, exc) from exc

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._db.close()

    def finish(self, summary: Summary) -> None:
        """Write the summary, and bring the tables up to date with it.

        Raises
        ------
        StoreError
            The disk does not let it; the file is as it was.
        """
        try:
            self._db.execute("BEGIN IMMEDIATE")
            schema.upgrade(self._db, self._version)
            _put(self._db, "summary", summary)
            self._db.execute("COMMIT")
        except sqlite3.Error as exc:
            raise trouble(self.path, exc) from exc


def remove_file(path: Path) -> None:
    """Remove a session file and what lies beside it; what cannot be removed stays."""
    for end in _BESIDE:
        with suppress(OSError):
            path.with_name(path.name + end).unlink()


def _opened(path: Path) -> sqlite3.Connection:
    """Open a new file for many small commits that survive anything."""
    db = connect(path, "rw")
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA wal_autocheckpoint = 1")
        # only a first look makes the "-wal" and the lock by which others see that this one runs
        db.execute("SELECT count(*) FROM header").fetchone()
    except BaseException:
        db.close()
        raise
    return db


def _create(part: Path, header: Header) -> None:
    with closing(connect(part, "rw")) as db:
        db.execute("PRAGMA synchronous = FULL")
        db.execute("BEGIN IMMEDIATE")
        for statement in schema.TABLES:
            db.execute(statement)
        for key in header.__struct_fields__:
            _put(db, key, getattr(header, key))
        db.execute("COMMIT")


def _known_version(db: sqlite3.Connection) -> int:
    application, version = stamp(db)
    if application != schema.APPLICATION_ID or version > schema.SCHEMA_VERSION:
        msg = "this is no session, or one of a newer livecoach"
        raise ValueError(msg)
    return version


def _put(db: sqlite3.Connection, key: str, value: object) -> None:
    text = msgspec.json.encode(value).decode()
    db.execute("INSERT OR REPLACE INTO header VALUES (?, ?)", (key, text))


def _sync_folder(folder: Path) -> None:
    """Have the file's new name outlive a power cut, where folders can be synced."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino
