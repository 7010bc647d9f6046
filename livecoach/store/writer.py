"""Writing a session file: every commit is on the disk before `SessionWriter.write` returns."""

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from livecoach.errors import StoreError
from livecoach.model import Event, Input
from livecoach.store import schema
from livecoach.store.database import connect, make_folder, trouble
from livecoach.store.header import Header, Summary


class SessionWriter:
    """The one writer of the session file at ``path``, which must not exist yet.

    It may be handed from one thread to another, but used by one at a time.

    Raises
    ------
    StoreError
        The file cannot be created there, or exists already.
    """

    def __init__(self, path: Path, header: Header) -> None:
        self.path = path
        make_folder(path)
        try:
            path.open("xb").close()
            self._identity = _identity(path)
            self._db = connect(path, "rw")
        except FileExistsError as exc:
            msg = f"{path}: this already exists, and a session is never written over another"
            raise StoreError(msg) from exc
        except (OSError, sqlite3.Error) as exc:
            raise trouble(path, exc) from exc
        try:
            self._create(header)
        except (sqlite3.Error, ValueError, TypeError) as exc:
            self._db.close()
            # an empty shell would only be listed as unreadable for ever
            for end in ("", "-wal", "-shm", "-journal"):
                with suppress(OSError):
                    path.with_name(path.name + end).unlink()
            raise trouble(path, exc) from exc

    def write(self, items: Sequence[Input | Event]) -> None:
        """Append ``items`` in one transaction: all of them are kept, or none.

        Raises
        ------
        StoreError
            Disk full or failing, the file gone, or a value that cannot be kept.
        """
        try:
            inputs, events = schema.split(items)
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany(schema.INSERT_INPUT, inputs)
            self._db.executemany(schema.INSERT_EVENT, events)
            self._db.execute("COMMIT")
            self._still_there()
        except (OSError, sqlite3.Error, ValueError, TypeError, OverflowError) as exc:
            self._roll_back()
            raise trouble(self.path, exc) from exc

    def finish(self, summary: Summary) -> None:
        """Write the summary: from now on the session counts as ended, not as cut off.

        Raises
        ------
        StoreError
            Disk full or failing.
        """
        value = msgspec.json.encode(summary).decode()
        try:
            self._db.execute("INSERT OR REPLACE INTO header VALUES ('summary', ?)", (value,))
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

    def _create(self, header: Header) -> None:
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("BEGIN IMMEDIATE")
        for statement in schema.TABLES:
            self._db.execute(statement)
        for key in header.__struct_fields__:
            value = msgspec.json.encode(getattr(header, key)).decode()
            self._db.execute("INSERT INTO header VALUES (?, ?)", (key, value))
        self._db.execute("COMMIT")

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


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino
