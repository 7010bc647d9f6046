"""Our open pod's control point, Info and Counters (the project's own protocol), little-endian.

Control point, request ``op ...`` and indication ``80 op result ...``: 1 SET (u16 Hz, u8 g, u8
gyro range in 125 deg/s, u8 samples a packet or 0 for as many as fit, u8 side, u8 flags), 2 SYNC
(u32 token; answered by token, u32 us received, u32 us answered), 3 IDENTIFY, 4 SLEEP, 5 SELFTEST
(answered by a u8 mask), 6 RESET_COUNTERS. Info, 20 bytes: protocol u8, firmware 3 x u8, chip id
u8, model u8 (1 DSOX, 2 DSO32, 3 DS3TR-C), side u8, mount u8, serial u64, most Hz u16, buffer u16
samples. Counters, 16 bytes: samples, dropped, overruns, resets, u32 each.
"""

import struct

from msgspec import Struct, structs

from livecoach.errors import WireError

CONTROL = "00870003-48a3-4935-b697-0be829dbf171"
INFO = "00870004-48a3-4935-b697-0be829dbf171"
COUNTERS = "00870005-48a3-4935-b697-0be829dbf171"
SET, SYNC, IDENTIFY, SLEEP, SELFTEST, RESET_COUNTERS = range(1, 7)
OK, UNKNOWN_OP, BAD_PARAMETER, MTU_TOO_SMALL, SENSOR_FAULT = range(1, 6)
RESULTS = {
    OK: "ok",
    UNKNOWN_OP: "the pod does not know this request",
    BAD_PARAMETER: "the pod cannot do these settings",
    MTU_TOO_SMALL: "the link's packets are too small to stream",
    SENSOR_FAULT: "the pod's motion sensor does not answer",
}
_REPLY = 0x80
_SET = struct.Struct("<BHBBBBB")
_SYNC = struct.Struct("<BI")
_SYNCED = struct.Struct("<III")
_INFO = struct.Struct("<8BQHH")
_COUNTERS = struct.Struct("<4I")


class Settings(Struct, frozen=True, kw_only=True):
    """What SET asks for; ``samples`` 0 is as many a packet as fit, ``side`` 0 that of before."""

    rate_hz: int = 208
    acc_full_scale_g: int = 16
    gyr_full_scale_125dps: int = 16
    samples: int = 10
    side: int = 0
    flags: int = 0


class Reply(Struct, frozen=True):
    """The pod's answer to request ``op``; ``rest`` is what that request adds."""

    op: int
    result: int
    rest: bytes = b""


class Synced(Struct, frozen=True):
    """The answer to SYNC: the pod's clock when it was asked and when it answered."""

    token: int
    received_us: int
    answered_us: int


class Info(Struct, frozen=True):
    """What the pod is."""

    protocol: int
    firmware_major: int
    firmware_minor: int
    firmware_patch: int
    chip_id: int
    model: int
    side: int
    mount: int
    serial: int
    rate_most_hz: int
    buffer_samples: int


class Counters(Struct, frozen=True):
    """What the pod has counted since RESET_COUNTERS."""

    samples: int
    dropped: int
    overruns: int
    resets: int


def set_request(settings: Settings) -> bytes:
    """Write a SET request."""
    return _SET.pack(SET, *structs.astuple(settings))


def parse_set(data: bytes) -> Settings:
    """Read a SET request as the pod does."""
    values = _request(SET, _SET, data)
    return Settings(**dict(zip(Settings.__struct_fields__, values, strict=True)))


def sync_request(token: int) -> bytes:
    """Write a SYNC request."""
    return _SYNC.pack(SYNC, token)


def parse_sync(data: bytes) -> int:
    """Read a SYNC request's token as the pod does."""
    return _request(SYNC, _SYNC, data)[0]


def parse_reply(data: bytes) -> Reply:
    """Read an indication of the control point."""
    if len(data) < 3 or data[0] != _REPLY:
        raise WireError("this is no answer of a pod", data)
    return Reply(data[1], data[2], data[3:])


def build_reply(reply: Reply) -> bytes:
    """Write an answer: the inverse of `parse_reply`."""
    return bytes([_REPLY, reply.op, reply.result]) + reply.rest


def parse_synced(rest: bytes) -> Synced:
    """Read what a SYNC answer adds."""
    return Synced(*_unpack(_SYNCED, rest))


def build_synced(synced: Synced) -> bytes:
    """Write what a SYNC answer adds: the inverse of `parse_synced`."""
    return _SYNCED.pack(*structs.astuple(synced))


def parse_info(data: bytes) -> Info:
    """Read Info."""
    return Info(*_unpack(_INFO, data))


def build_info(info: Info) -> bytes:
    """Write Info: the inverse of `parse_info`."""
    return _INFO.pack(*structs.astuple(info))


def parse_counters(data: bytes) -> Counters:
    """Read Counters."""
    return Counters(*_unpack(_COUNTERS, data))


def build_counters(counters: Counters) -> bytes:
    """Write Counters: the inverse of `parse_counters`."""
    return _COUNTERS.pack(*structs.astuple(counters))


def _request(op: int, layout: struct.Struct, data: bytes) -> tuple[int, ...]:
    said, *values = _unpack(layout, data)
    if said != op:
        raise WireError(f"request {said} is not {op}", data)
    return tuple(values)


def _unpack(layout: struct.Struct, data: bytes) -> tuple[int, ...]:
    if len(data) != layout.size:
        raise WireError(f"needs {layout.size} bytes, got {len(data)}", data)
    return layout.unpack(data)
