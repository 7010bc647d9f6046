"""The tables of a session file, and how an `Input` or `Event` becomes a row and comes back equal.

A `Payload` keeps its bytes as they are; everything else is kept as its JSON. JSON has no infinity
and no NaN, and the model allows neither: None is what is not known.
"""

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
SCHEMA_VERSION = 1

# The times carry no declared type: a REAL column would turn -0.0 into 0.0, and a plain one keeps
# every float64 to the bit.
TABLES = (
    "CREATE TABLE header (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    (
        "CREATE TABLE inputs (n INTEGER PRIMARY KEY, t NOT NULL, kind TEXT NOT NULL,"
        " source TEXT, channel TEXT, row INTEGER, data BLOB NOT NULL)"
    ),
    (
        "CREATE TABLE events (id INTEGER PRIMARY KEY, t_known NOT NULL, kind TEXT NOT NULL,"
        " data BLOB NOT NULL)"
    ),
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {SCHEMA_VERSION}",
)
INSERT_INPUT = "INSERT INTO inputs VALUES (?, ?, ?, ?, ?, ?, ?)"
INSERT_EVENT = "INSERT INTO events (t_known, kind, data) VALUES (?, ?, ?)"
SELECT_INPUTS = "SELECT n, t, kind, source, channel, row, data FROM inputs ORDER BY n"

InputRow: TypeAlias = tuple[int, float, str, str | None, str | None, int | None, bytes]
EventRow: TypeAlias = tuple[float, str, bytes]

_INPUTS = (Payload, Tick, Command, Link, Sound, Played, Dropped)
_encode = msgspec.json.Encoder().encode
_input_decoder: msgspec.json.Decoder[Input] = msgspec.json.Decoder(Input)
_event_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
_TAGS: dict[type, str] = {}


def split(items: Sequence[Input | Event]) -> tuple[list[InputRow], list[EventRow]]:
    """Return the rows of a mixed batch, inputs and events apart, each in its order."""
    inputs: list[InputRow] = []
    events: list[EventRow] = []
    for item in items:
        if isinstance(item, _INPUTS):
            inputs.append(_input_row(item))
        else:
            events.append(_event_row(item))
    return inputs, events


def input_of(row: InputRow) -> Input:
    """Return the input that a row was made of."""
    n, t, kind, source, channel, number, data = row
    if kind == "payload" and source is not None and channel is not None and number is not None:
        return Payload(n, t, source, channel, number, data)
    return _input_decoder.decode(data)


def event_of(data: bytes) -> Event:
    """Return the event that a row was made of."""
    return _event_decoder.decode(data)


def _input_row(item: Input) -> InputRow:
    if isinstance(item, Payload):
        return (item.n, item.t, "payload", item.source, item.channel, item.row, item.data)
    source = item.source if isinstance(item, Link) else None
    return (item.n, item.t, _tag(item), source, None, None, _encode(item))


def _event_row(item: Event) -> EventRow:
    t_known = item.t_decided if isinstance(item, Cue) else item.t_known
    return (t_known, _tag(item), _encode(item))


def _tag(item: Input | Event) -> str:
    kind = type(item)
    tag = _TAGS.get(kind)
    if tag is None:
        tag = _TAGS[kind] = str(kind.__struct_config__.tag)
    return tag
