"""Reading session files, and finding them by their name."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self, TypeVar

import msgspec

from livecoach.errors import StoreError
from livecoach.model import Event, Input
from livecoach.store import schema
from livecoach.store.database import ReadOnly, stamp, trouble
from livecoach.store.header import Header, RawEnd, Summary

_Known = TypeVar("_Known", Header, Summary, RawEnd)


class SessionFile:
    """A session file opened to be read; nothing is written to it or beside it on purpose.

    It may still be growing, or have been left behind by kill -9: every committed row is there. Use
    it with ``with``. ``header`` says what the session was, ``summary`` how it ended (None: it was
    cut off, or still runs), ``raw_end`` from where on raw data are missing (None: nowhere). Files
    of older versions read the same.

    Raises
    ------
    StoreError
        Not a session file, a damaged one, or one of a newer livecoach. Later reads may raise it
        too, when the damage lies further in.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = ReadOnly(path)
        self._db = self._file.db
        try:
            self._version = self._check()
            values = dict(self._rows("SELECT key, value FROM header"))
            summary, raw_end = values.pop("summary", None), values.pop("raw_end", None)
            self.header = self._decoded(_joined(values), Header)
            self.summary = None if summary is None else self._decoded(summary, Summary)
            self.raw_end = None if raw_end is None else self._decoded(raw_end, RawEnd)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    @property
    def cut_off(self) -> bool:
        """Whether the session did not live to its end, or has not come to it yet."""
        return self.summary is None or self.summary.reason == "cut off"

    def inputs(self) -> Iterator[Input]:
        """Yield every input in its running order, equal to what was recorded, up to `raw_end`.

        Those that came after lead nowhere without the raw data.
        """
        for row in self._rows(schema.SELECT_INPUTS[self._version]):
            if self.raw_end is not None and row[0] >= self.raw_end.n:
                return
            try:
                yield schema.input_of(row)
            except msgspec.DecodeError as exc:
                msg = f"{self.path}: input {row[0]} is damaged ({exc})"
                raise StoreError(msg) from exc

    def events(self, *kinds: str) -> Iterator[Event]:
        """Yield the events in the order they came out: all, or those of ``kinds`` (``"step"``)."""
        chosen = f"WHERE kind IN ({', '.join('?' * len(kinds))})" if kinds else ""
        query = f"SELECT id, data FROM events {chosen} ORDER BY id"  # noqa: S608 (question marks)
        for number, data in self._rows(query, kinds):
            try:
                yield schema.event_of(data)
            except msgspec.DecodeError as exc:
                msg = f"{self.path}: event {number} is damaged ({exc})"
                raise StoreError(msg) from exc

    def counts(self) -> dict[str, int]:
        """Return how many there are of each kind of input and event (``"payload"``, ``"step"``)."""
        counts: Counter[str] = Counter()
        counts.update(dict(self._rows(schema.COUNT_INPUTS[self._version])))
        counts.update(dict(self._rows("SELECT kind, count(*) FROM events GROUP BY kind")))
        return dict(counts)

    def duration_s(self) -> float:
        """Return the time of the last thing recorded, whether or not the session ended cleanly."""
        last_input = "SELECT t FROM inputs ORDER BY n DESC LIMIT 1"
        last_event = "SELECT t_known FROM events ORDER BY id DESC LIMIT 1"
        return max(
            (t for query in (last_input, last_event) for (t,) in self._rows(query)), default=0
        )

    def _check(self) -> int:
        """Return the version of the tables."""
        try:
            application, version = stamp(self._db)
        except sqlite3.Error as exc:
            raise trouble(self.path, exc) from exc
        if application != schema.APPLICATION_ID:
            msg = f"{self.path}: this is not a livecoach session (another program's SQLite file)"
            raise StoreError(msg)
        if version > schema.SCHEMA_VERSION:
            msg = (
                f"{self.path}: written by a newer livecoach (file format {version}, "
                f"this one reads up to {schema.SCHEMA_VERSION}): update livecoach to read it"
            )
            raise StoreError(msg)
        return version

    def _rows(self, query: str, values: tuple[str, ...] = ()) -> Iterator[tuple[Any, ...]]:
        try:
            rows = self._db.execute(query, values)
            # not "yield from": that would use the closed file when a reader stops in the middle
            while (row := rows.fetchone()) is not None:
                yield row
        except sqlite3.Error as exc:
            raise trouble(self.path, exc) from exc

    def _decoded(self, text: str, kind: type[_Known]) -> _Known:
        try:
            return msgspec.json.decode(text, type=kind)
        except (msgspec.DecodeError, TypeError) as exc:
            msg = f"{self.path}: the session's {kind.__name__.lower()} is damaged ({exc})"
            raise StoreError(msg) from exc


def find_session(ident: str, directory: Path) -> Path:
    """Return the file of a session.

    Parameters
    ----------
    ident
        The path of a file, the id of a session, or the beginning of one that no other has.
    directory
        Where sessions are kept.

    Raises
    ------
    StoreError
        None or several fit; it says which and how to see them.
    """
    exact = directory / f"{ident}.db"
    if ident and "/" not in ident and exact.is_file():
        return exact
    if Path(ident).is_file():
        return Path(ident)
    fitting = sorted(path for path in directory.glob("*.db") if path.stem.startswith(ident))
    if ident and len(fitting) == 1:
        return fitting[0]
    if ident and fitting:
        some = ", ".join(path.stem for path in fitting[:3]) + (", ..." if fitting[3:] else "")
        msg = f"{ident}: {len(fitting)} sessions begin like this ({some}): give more of the id"
        raise StoreError(msg)
    if "/" in ident or ident.endswith(".db"):
        msg = f"{ident}: there is no such file; `livecoach sessions` lists the sessions there are"
        raise StoreError(msg)
    msg = f"{ident!r}: no such session in {directory}; `livecoach sessions` lists them"
    raise StoreError(msg)


def _joined(values: dict[str, str]) -> str:
    raw = {key: msgspec.Raw(value.encode()) for key, value in values.items()}
    return msgspec.json.encode(raw).decode()
