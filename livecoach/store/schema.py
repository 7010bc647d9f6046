"""The tables of a session file, and how an `Input` or `Event` becomes a row and comes back equal.

A `Payload` keeps its bytes as they are, a `Tick` is a number and a time; everything else is kept as
its JSON. JSON has no infinity and no NaN, and the model allows neither: None is what is not known.
"""

import sqlite3
from collections.abc import Sequence
from typing import TypeAlias

import msgspec

from livecoach.model import (
    Command,
    Cue,
    Dropped,
    Event,
    Input,
    Link,
    Payload,
    Played,
    Sound,
    Tick,
)

APPLICATION_ID = 0x6C637331
SCHEMA_VERSION = 2

# The times carry no declared type: a REAL column would turn -0.0 into 0.0, and a plain one keeps
# every float64 to the bit.
_STREAMS = (
    "CREATE TABLE streams (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, source TEXT, channel TEXT)"
)
_INPUTS_TABLE = (
    "CREATE TABLE inputs (n INTEGER PRIMARY KEY, t NOT NULL, stream INTEGER NOT NULL,"
    " row INTEGER, data BLOB NOT NULL)"
)
_STAMP = f"PRAGMA user_version = {SCHEMA_VERSION}"
TABLES = (
    "CREATE TABLE header (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    _STREAMS,
    _INPUTS_TABLE,
    (
        "CREATE TABLE events (id INTEGER PRIMARY KEY, t_known NOT NULL, kind TEXT NOT NULL,"
        " data BLOB NOT NULL)"
    ),
    f"PRAGMA application_id = {APPLICATION_ID}",
    _STAMP,
)
# Version 1 had kind, source and channel in every row of "inputs", and ticks as JSON: 44 % more.
_FROM_VERSION = {
    1: (
        "ALTER TABLE inputs RENAME TO old",
        _STREAMS,
        (
            "INSERT INTO streams (kind, source, channel) SELECT DISTINCT kind,"
            " iif(kind = 'payload', source, NULL), iif(kind = 'payload', channel, NULL) FROM old"
        ),
        _INPUTS_TABLE,
        (
            "INSERT INTO inputs SELECT n, t, streams.id, row, iif(old.kind = 'tick', x'', data)"
            " FROM old JOIN streams ON streams.kind = old.kind AND (old.kind <> 'payload'"
            " OR (streams.source = old.source AND streams.channel = old.channel)) ORDER BY n"
        ),
        "DROP TABLE old",
        "PRAGMA user_version = 2",
    )
}
INSERT_STREAM = "INSERT INTO streams (kind, source, channel) VALUES (?, ?, ?)"
INSERT_INPUT = "INSERT INTO inputs VALUES (?, ?, ?, ?, ?)"
INSERT_EVENT = "INSERT INTO events (t_known, kind, data) VALUES (?, ?, ?)"
# The cross join has SQLite walk along the inputs instead of sorting them.
_JOINED = "FROM inputs CROSS JOIN streams ON streams.id = inputs.stream"
SELECT_INPUTS = {
    1: "SELECT n, t, kind, source, channel, row, data FROM inputs ORDER BY n",
    2: f"SELECT n, t, kind, source, channel, row, data {_JOINED} ORDER BY n",
}
COUNT_INPUTS = {
    1: "SELECT kind, count(*) FROM inputs GROUP BY kind",
    2: f"SELECT kind, count(*) {_JOINED} GROUP BY kind",
}

Stream: TypeAlias = tuple[str, str | None, str | None]
InputRow: TypeAlias = tuple[int, float, int, int | None, bytes]
ReadRow: TypeAlias = tuple[int, float, str, str | None, str | None, int | None, bytes]
EventRow: TypeAlias = tuple[float, str, bytes]

_INPUTS = (Payload, Tick, Command, Link, Sound, Played, Dropped)
_encode = msgspec.json.Encoder().encode
_input_decoder: msgspec.json.Decoder[Input] = msgspec.json.Decoder(Input)
_event_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
_TAGS: dict[type, str] = {}


class Streams:
    """Which streams a file knows: each source and channel, or kind of input, is named there once.

    Parameters
    ----------
    db
        The file, in version 2.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._ids: dict[Stream, int] = {}

    def row(self, item: Input) -> InputRow:
        """Return the row of an input."""
        if isinstance(item, Payload):
            return (item.n, item.t, self._number(item), item.row, item.data)
        data = b"" if isinstance(item, Tick) else _encode(item)
        return (item.n, item.t, self._number(item), None, data)

    def reload(self) -> None:
        """Look again at what the file knows: what was named last may have been taken back."""
        rows = self._db.execute("SELECT kind, source, channel, id FROM streams")
        self._ids = {(kind, source, channel): number for kind, source, channel, number in rows}

    def _number(self, item: Input) -> int:
        """Return the number of an input's stream; a new one is named in the file."""
        if isinstance(item, Payload):
            stream: Stream = ("payload", item.source, item.channel)
        else:
            stream = (_tag(item), None, None)
        known = self._ids.get(stream)
        if known is None:
            known = self._ids[stream] = int(self._db.execute(INSERT_STREAM, stream).lastrowid or 0)
        return known


def split(items: Sequence[Input | Event]) -> tuple[list[Input], list[EventRow]]:
    """Return the inputs of a mixed batch and the rows of its events, each in their order."""
    inputs: list[Input] = []
    events: list[EventRow] = []
    for item in items:
        if isinstance(item, _INPUTS):
            inputs.append(item)
        else:
            events.append(_event_row(item))
    return inputs, events


def upgrade(db: sqlite3.Connection, version: int) -> None:
    """Bring the tables of an older file up to date, within the transaction that is open."""
    for old in range(version, SCHEMA_VERSION):
        for statement in _FROM_VERSION[old]:
            db.execute(statement)


def input_of(row: ReadRow) -> Input:
    """Return the input that a row was made of."""
    n, t, kind, source, channel, number, data = row
    if kind == "payload" and source is not None and channel is not None and number is not None:
        return Payload(n, t, source, channel, number, data)
    if kind == "tick" and not data:
        return Tick(n, t)
    return _input_decoder.decode(data)


def event_of(data: bytes) -> Event:
    """Return the event that a row was made of."""
    return _event_decoder.decode(data)


def _event_row(item: Event) -> EventRow:
    t_known = item.t_decided if isinstance(item, Cue) else item.t_known
    return (t_known, _tag(item), _encode(item))


def _tag(item: Input | Event) -> str:
    kind = type(item)
    tag = _TAGS.get(kind)
    if tag is None:
        tag = _TAGS[kind] = str(kind.__struct_config__.tag)
    return tag
