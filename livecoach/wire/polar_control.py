"""The control point of Polar Measurement Data: settings, start, stop and their answers.

Written to fb005c81-...: ``01 type`` get settings, ``02 type settings...`` start, ``03 type`` stop;
indicated: ``F0 op type status [more settings...]``. A setting is id u8, count u8 and count values:
0 rate u16 Hz, 1 resolution u16 bit, 2 range u16, 3 range u32 in thousandths, 4 channels u8, 5
factor f32. Reading the characteristic gives ``0F`` and a bit for each type that it measures; a read
also arrives as a notification, so only what begins with F0 is an answer. Source: polar-ble-sdk
``PmdSetting``, ``PmdControlPointResponse``. An H10 left streaming empties its battery: stop it.
"""

import math
import struct

from msgspec import Struct

from livecoach.errors import WireError
from livecoach.wire.polar import ACCELERATION

CONTROL = "fb005c81-02e7-f387-1cad-8acd2d8df0c8"
GET_SETTINGS, START, STOP = 1, 2, 3
OK, ALREADY = 0, 6
STATUSES = (
    "ok",
    "unknown request",
    "unknown measurement",
    "not supported",
    "wrong length",
    "wrong parameter",
    "already in that state",
    "wrong resolution",
    "wrong rate",
    "wrong range",
    "the link's packets are too small",
    "wrong number of channels",
    "not in this state",
    "not on the charger",
    "disk full",
)
REPLY = 0xF0
_FEATURES = 0x0F
_WIDTHS = (2, 2, 2, 4, 1, 4)


class Settings(Struct, frozen=True, kw_only=True):
    """What can be had, or what is asked for; an empty tuple is a setting that is not there."""

    rates_hz: tuple[int, ...] = ()
    resolutions_bit: tuple[int, ...] = ()
    ranges: tuple[int, ...] = ()
    ranges_milli: tuple[int, ...] = ()
    channels: tuple[int, ...] = ()
    factor: float | None = None


class Reply(Struct, frozen=True):
    """The answer to request ``op`` about measurement ``kind``; ``more`` answers are to come."""

    op: int
    kind: int
    status: int
    more: bool = False
    settings: bytes = b""


def get_settings_request(kind: int = ACCELERATION) -> bytes:
    """Ask what can be had."""
    return bytes([GET_SETTINGS, kind])


def start_request(settings: Settings, kind: int = ACCELERATION) -> bytes:
    """Ask for a stream; each setting given must be one that can be had."""
    return bytes([START, kind]) + build_settings(settings)


def stop_request(kind: int = ACCELERATION) -> bytes:
    """Ask for no more of it."""
    return bytes([STOP, kind])


def parse_reply(data: bytes) -> Reply:
    """Read an indication."""
    if len(data) < 4 or data[0] != REPLY:
        raise WireError("this is no answer of a Polar sensor", data)
    return Reply(data[1], data[2], data[3], bool(data[4:5].strip(b"\x00")), data[5:])


def build_reply(reply: Reply) -> bytes:
    """Write an answer: the inverse of `parse_reply`."""
    return bytes([REPLY, reply.op, reply.kind, reply.status, reply.more]) + reply.settings


def parse_kinds(data: bytes) -> frozenset[int]:
    """Read which measurements there are (2 acceleration, 5 gyro, ...)."""
    if len(data) < 2 or data[0] != _FEATURES:
        raise WireError("this is no Polar list of measurements", data)
    return frozenset(k for k in range(8) if data[1] >> k & 1)


def parse_settings(data: bytes) -> Settings:
    """Read settings; a later one of the same id replaces an earlier."""
    found: dict[int, tuple[int, ...]] = {}
    at = 0
    while at < len(data):
        name, count = data[at], data[at + 1] if at + 1 < len(data) else 0
        width = _WIDTHS[name] if name < len(_WIDTHS) else 0
        end = at + 2 + width * count
        if not width or not count or end > len(data):
            raise WireError(f"a Polar setting {name} with {count} values does not fit", data)
        raw = data[at + 2 : end]
        found[name] = tuple(
            int.from_bytes(raw[k : k + width], "little") for k in range(0, len(raw), width)
        )
        at = end
    return Settings(
        rates_hz=found.get(0, ()),
        resolutions_bit=found.get(1, ()),
        ranges=found.get(2, ()),
        ranges_milli=found.get(3, ()),
        channels=found.get(4, ()),
        factor=_factor(found.get(5), data),
    )


def build_settings(settings: Settings) -> bytes:
    """Write settings: the inverse of `parse_settings`."""
    lists = (
        settings.rates_hz,
        settings.resolutions_bit,
        settings.ranges,
        settings.ranges_milli,
        settings.channels,
    )
    out = b""
    for name, values in enumerate(lists):
        if values:
            out += bytes([name, len(values)])
            out += b"".join(v.to_bytes(_WIDTHS[name], "little") for v in values)
    if settings.factor is not None:
        out += b"\x05\x01" + struct.pack("<f", settings.factor)
    return out


def _factor(values: tuple[int, ...] | None, data: bytes) -> float | None:
    if values is None:
        return None
    (factor,) = struct.unpack("<f", values[0].to_bytes(4, "little"))
    if not math.isfinite(factor):
        raise WireError("the Polar factor is no number", data)
    return float(factor)
