"""Linux industrial I/O: records of an ``iio:deviceN`` buffer, and what they are made of.

A stream is one payload with the layout (byte 0, then JSON), then payloads with whole records (byte
1, then the bytes as the kernel gave them). Channels lie in the order of their index, each aligned
to its own size, the record to its largest (Linux ``Documentation/iio/iio_devbuf.rst``). A type is
written ``le:s16/16>>0``: byte order, sign, bits used / stored, shift.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec
from msgspec import Struct

from livecoach.errors import WireError
from livecoach.model import ImuPacket, Triple
from livecoach.wire.triples import ACC_MOST_MPS2, GYR_MOST_RADPS, checked

CHANNEL: Final = "iio.buffer"
ACC: Final = ("in_accel_x", "in_accel_y", "in_accel_z")
GYR: Final = ("in_anglvel_x", "in_anglvel_y", "in_anglvel_z")
TIME: Final = "in_timestamp"
_TYPE = re.compile(r"(be|le):([su])(\d+)/(8|16|32|64)>>(\d+)")
_LONGEST = 1024
_LARGEST_SCALE = 1e6


class Field(Struct, frozen=True):
    """One channel within a record; ``scale`` makes m/s2, rad/s or (time) seconds of it."""

    name: str
    at: int
    size: int
    big: bool
    signed: bool
    bits: int
    shift: int
    scale: float

    def read(self, record: bytes) -> float:
        """Return the channel's value."""
        raw = int.from_bytes(record[self.at : self.at + self.size], "big" if self.big else "little")
        value = raw >> self.shift & (1 << self.bits) - 1
        if self.signed and value >> self.bits - 1:
            value -= 1 << self.bits
        return value * self.scale


class Layout(Struct, frozen=True):
    """A record: its size, and its channels."""

    size: int
    fields: tuple[Field, ...]


def layout(channels: Iterable[tuple[int, str, str]], scales: Mapping[str, float]) -> Layout:
    """Return the layout of channels given as (index, name, type).

    Parameters
    ----------
    channels
        What is switched on.
    scales
        By channel; the time's is 1e-9 unless given.

    Raises
    ------
    WireError
        A type that cannot be read.
    """
    at, widest, fields = 0, 1, []
    for _, name, kind in sorted(channels):
        found = _TYPE.fullmatch(kind.strip())
        if found is None or not 0 < int(found[3]) <= int(found[4]):
            raise WireError(f"{name}: the type {kind.strip()!r} cannot be read", kind.encode())
        size = int(found[4]) // 8
        at = -(-at // size) * size
        widest = max(widest, size)
        scale = scales.get(name, 1e-9 if name == TIME else 1.0)
        fields.append(
            Field(
                name,
                at,
                size,
                found[1] == "be",
                found[2] == "s",
                int(found[3]),
                int(found[5]),
                scale,
            )
        )
        at += size
    return Layout(-(-at // widest) * widest, tuple(fields))


def described(record: Layout) -> bytes:
    """Write the payload that begins a stream."""
    return b"\0" + msgspec.json.encode(record)


def records(data: bytes) -> bytes:
    """Write a payload of whole records."""
    return b"\1" + data


class IioStream:
    """Payloads of one buffer -> packets."""

    def __init__(self) -> None:
        self._layout: Layout | None = None
        self._fields: dict[str, Field] = {}

    def update(self, data: bytes, t: float) -> list[ImuPacket]:
        """Take in a layout or records; raises `WireError`."""
        del t
        if data[:1] == b"\0":
            self._begin(data)
            return []
        known = self._layout
        if known is None or data[:1] != b"\1" or (len(data) - 1) % known.size:
            raise WireError("IIO records that do not fit their layout", data)
        rows = [data[at : at + known.size] for at in range(1, len(data), known.size)]
        if not rows:
            return []
        clock = self._fields.get(TIME)
        first_s, last_s = (
            (None, None) if clock is None else (clock.read(rows[0]), clock.read(rows[-1]))
        )
        lasted_s = 0.0 if first_s is None or last_s is None else last_s - first_s
        return [
            ImuPacket(
                acc=self._triples(ACC, rows, ACC_MOST_MPS2, data),
                gyr=self._triples(GYR, rows, GYR_MOST_RADPS, data),
                clock_s=last_s,
                period_s=lasted_s / (len(rows) - 1) if lasted_s > 0.0 else None,
            )
        ]

    def _begin(self, data: bytes) -> None:
        try:
            found = msgspec.json.decode(data[1:], type=Layout)
        except msgspec.DecodeError as exc:
            raise WireError(f"an IIO layout that cannot be read: {exc}", data) from exc
        fields = {field.name: field for field in found.fields}
        sane = 0 < found.size <= _LONGEST and all(_fits(f, found.size) for f in found.fields)
        if not sane or not set(ACC) <= set(fields):
            raise WireError("an IIO layout without acceleration, or that makes no sense", data)
        self._layout, self._fields = found, fields

    def _triples(
        self, names: tuple[str, ...], rows: list[bytes], most: float, data: bytes
    ) -> tuple[Triple, ...]:
        """Return three channels of every record; none when the device has them not."""
        x, y, z = (self._fields.get(name) for name in names)
        if x is None or y is None or z is None:
            return ()
        return checked(((x.read(r), y.read(r), z.read(r)) for r in rows), most, data)


def _fits(f: Field, size: int) -> bool:
    """Tell whether a channel lies within a record and its numbers are possible ones."""
    inside = 0 <= f.at <= size - f.size and f.size in {1, 2, 4, 8}
    return inside and 0 < f.bits <= 64 and 0 <= f.shift < 64 and abs(f.scale) <= _LARGEST_SCALE
