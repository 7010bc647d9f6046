"""What must still reach the coach's side: one SQLite file per runner, group and broker.

A message is kept until the broker has truly taken it, over gaps, restarts and kill -9. At most
`MOST_BYTES` of payloads wait (some 40 hours of running): beyond that the oldest batches of strides
make room, as they are in the session file anyway; then the oldest of anything. What a broker
refuses for good is marked and kept, and tried again only when the file is opened anew.

The file is locked for one run at a time: two would send everything twice. WAL without a sync per
commit: kill -9 loses nothing that `Outbox.put` returned from, a power cut may lose the newest.
"""

import hashlib
import re
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from livecoach.errors import StoreError
from livecoach.store.database import connect, make_folder, stamp, trouble
from livecoach.store.places import data_dir

APPLICATION_ID = 0x6C636F31
SCHEMA_VERSION = 1
MOST_BYTES = 64_000_000
_ROOM_BYTES = 1_000_000
"""Made at once when it is full, so that not every message has to."""
_MOST_DROPPED = 500
_TABLE = (
    "CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL,"
    " payload BLOB NOT NULL, refused INTEGER NOT NULL DEFAULT 0)"
)


class Waiting(Struct, frozen=True):
    """A message that waits; a smaller ``id`` was put before a larger one."""

    id: int
    topic: str
    payload: bytes


def outbox_path(broker: str, group: str, runner: str) -> Path:
    """Return the outbox of a runner at a broker (``host:port``), below the user's data folder."""
    key = hashlib.sha256(f"{broker}\n{group}\n{runner}".encode()).hexdigest()[:12]
    name = re.sub(r"[^A-Za-z0-9]+", "-", f"{group}-{runner}")[:40].strip("-")
    return data_dir() / "outbox" / f"{name}-{key}.db"


class Outbox:
    """The messages at ``path``, oldest first.

    Attributes
    ----------
    count
        How many messages there are, with those that were refused.
    dropped
        How many had to make room.

    Raises
    ------
    StoreError
        The file cannot be made or used, or another run holds it.
    """

    def __init__(self, path: Path, most_bytes: int = MOST_BYTES) -> None:
        self.path = path
        self.count = 0
        self.dropped = 0
        self._most_bytes = most_bytes
        make_folder(path)
        try:
            self._db = connect(path, "rwc")
        except sqlite3.Error as exc:
            raise trouble(path, exc) from exc
        try:
            self._open()
        except sqlite3.Error as exc:
            self._db.close()
            raise trouble(path, exc) from exc
        except StoreError:
            self._db.close()
            raise

    def _open(self) -> None:
        # The loop must never wait for another run: it holds the file to its end.
        self._db.execute("PRAGMA busy_timeout = 0")
        self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute("BEGIN EXCLUSIVE")
        if stamp(self._db) not in {(0, 0), (APPLICATION_ID, SCHEMA_VERSION)}:
            msg = f"{self.path}: this is no outbox of this livecoach; move it away to begin anew"
            raise StoreError(msg)
        self._db.execute(_TABLE)
        self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        self._db.execute("UPDATE outbox SET refused = 0 WHERE refused")
        self._db.execute("COMMIT")
        self.count, self._bytes = self._db.execute(
            "SELECT count(*), coalesce(sum(length(payload)), 0) FROM outbox"
        ).fetchone()

    def put(self, topic: str, payload: bytes) -> None:
        """Keep a message; raises `StoreError` when that is not possible."""
        try:
            if self._bytes + len(payload) > self._most_bytes:
                self._make_room(len(payload))
            self._db.execute("INSERT INTO outbox (topic, payload) VALUES (?, ?)", (topic, payload))
        except sqlite3.Error as exc:
            raise trouble(self.path, exc) from exc
        self.count += 1
        self._bytes += len(payload)

    def head(self, most: int) -> list[Waiting]:
        """Return up to ``most`` of the oldest messages that were not refused."""
        try:
            rows = self._db.execute(
                "SELECT id, topic, payload FROM outbox WHERE NOT refused ORDER BY id LIMIT ?",
                (most,),
            ).fetchall()
        except sqlite3.Error as exc:
            raise trouble(self.path, exc) from exc
        return [Waiting(*row) for row in rows]

    def taken(self, ids: Iterable[int]) -> None:
        """Forget messages: the broker has them."""
        self._delete(list(ids))

    def refused(self, topic: str) -> None:
        """Mark all that waits for a topic: it is not tried again by this run."""
        try:
            self._db.execute("UPDATE outbox SET refused = 1 WHERE topic = ?", (topic,))
        except sqlite3.Error as exc:
            raise trouble(self.path, exc) from exc

    def close(self) -> None:
        """Close the file; what waits stays in it."""
        self._db.close()

    def _delete(self, ids: list[int]) -> None:
        marks = ",".join("?" * len(ids))
        try:
            gone = self._db.execute(
                f"DELETE FROM outbox WHERE id IN ({marks}) RETURNING length(payload)",  # noqa: S608  (question marks)
                ids,
            ).fetchall()
        except sqlite3.Error as exc:
            raise trouble(self.path, exc) from exc
        self.count -= len(gone)
        self._bytes -= sum(size for (size,) in gone)

    def _make_room(self, needed_bytes: int) -> None:
        """Drop the oldest strides, or the oldest of anything, until there is room."""
        goal = max(0, self._most_bytes - needed_bytes - min(_ROOM_BYTES, self._most_bytes // 10))
        while self._bytes > goal and self.count:
            rows = self._db.execute(
                "SELECT id, length(payload) FROM outbox"
                " ORDER BY topic NOT LIKE '%/strides', id LIMIT ?",
                (_MOST_DROPPED,),
            ).fetchall()
            excess, ids = self._bytes - goal, []
            for ident, size in rows:
                if excess <= 0:
                    break
                ids.append(ident)
                excess -= size
            self._delete(ids)
            self.dropped += len(ids)
