"""Polar Measurement Data (PMD) frames: acceleration of H10 and Verity Sense.

Little-endian: type u8 (low 6 bits; 2 acceleration, 5 gyro), u64 ns since 2000-01-01 of the *last*
sample, frame type u8 (0x80: deltas), samples. Raw types 0, 1 and 2 are x, y, z as s8, s16 and s24
in mg (H10: type 1, 36 samples). Deltas: x, y, z as s16, then blocks of width u8, count u8 and
ceil(3 x width x count / 8) bytes of signed differences, least significant bit first. Delta type 0
is times factor in g, type 1 times factor in mg; gyro delta type 0 times factor in deg/s. Sources:
polar-ble-sdk ``PmdDataFrame``, ``AccData`` and their tests. Unverified: gyro frames, whose factor
only the answer to the start request tells; they are read, but not yet joined to acceleration.
`livecoach.wire.polar_control` holds the control point.
"""

import itertools
import math

from msgspec import Struct

from livecoach.errors import WireError
from livecoach.model import ImuPacket, Triple
from livecoach.wire.triples import ACC_MOST_MPS2, G_MPS2, GYR_MOST_RADPS, checked

SERVICE = "fb005c80-02e7-f387-1cad-8acd2d8df0c8"
DATA = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"
ACCELERATION, GYRO = 2, 5
_HEAD = 10
_DELTA = 0x80
_RAW_WIDTHS = {0: 1, 1: 2, 2: 3}
# Of the range that we ask for, 8 g in 16 bit; the SDK's own test has 2.44e-4.
_FACTOR_G = 8 / 32768

Steps = tuple[int, int, int]


class Frame(Struct, frozen=True, gc=False):
    """One frame: ``values`` in m/s2 (`ACCELERATION`) or rad/s (`GYRO`), oldest first.

    ``clock_s`` is the device's time of the last of them.
    """

    kind: int
    clock_s: float
    values: tuple[Triple, ...]


def parse(data: bytes, factor: float | None = None) -> Frame:
    """Read one notification.

    Parameters
    ----------
    data
        The notification.
    factor
        What the answer to the start request said. None: for acceleration that of the range we ask
        for, while gyro frames cannot be read.
    """
    if len(data) < _HEAD:
        raise WireError(f"a Polar frame needs {_HEAD} bytes, got {len(data)}", data)
    kind, form = data[0] & 0x3F, data[_HEAD - 1]
    scale = _scale(kind, form, factor)
    if scale is None:
        raise WireError(f"Polar frames of kind {kind}, type {form:#04x} cannot be read", data)
    steps = _deltas(data) if form & _DELTA else _raw(data, _RAW_WIDTHS[form])
    if not steps:
        raise WireError("a Polar frame without a sample", data)
    most = ACC_MOST_MPS2 if kind == ACCELERATION else GYR_MOST_RADPS
    values = checked(((x * scale, y * scale, z * scale) for x, y, z in steps), most, data)
    return Frame(kind, int.from_bytes(data[1 : _HEAD - 1], "little") / 1e9, values)


def build(clock_ns: int, samples_mg: list[Steps]) -> bytes:
    """Write a raw frame of type 1, as an H10 does; ``clock_ns`` is the last sample's."""
    out = bytes([ACCELERATION]) + clock_ns.to_bytes(8, "little") + b"\x01"
    return out + b"".join(v.to_bytes(2, "little", signed=True) for s in samples_mg for v in s)


def build_delta(clock_ns: int, samples: list[Steps], form: int = 1) -> bytes:
    """Write a delta frame of one block, at the smallest width, as a Verity Sense does."""
    pairs = itertools.pairwise(samples)
    moves = [b - a for p, q in pairs for a, b in zip(p, q, strict=True)]
    width = 1 + max(((m if m >= 0 else ~m).bit_length() for m in moves), default=0)
    bits = sum((move & (1 << width) - 1) << k * width for k, move in enumerate(moves))
    out = bytes([ACCELERATION]) + clock_ns.to_bytes(8, "little") + bytes([_DELTA | form])
    out += b"".join(v.to_bytes(2, "little", signed=True) for v in samples[0])
    out += bytes([width, len(samples) - 1])
    return out + bits.to_bytes((width * len(moves) + 7) // 8, "little")


class PmdStream:
    """Notifications -> acceleration; gyro frames are passed over."""

    def update(self, data: bytes, t: float) -> list[ImuPacket]:
        """Take in one notification."""
        del t
        if data and data[0] & 0x3F == GYRO:
            return []
        frame = parse(data)
        return [ImuPacket(acc=frame.values, clock_s=frame.clock_s)]


def _scale(kind: int, form: int, factor: float | None) -> float | None:
    """Return what one step is worth in SI units; None for what cannot be read."""
    if kind == GYRO:
        known = form == _DELTA and factor is not None
        return math.radians(factor) if known and factor is not None else None
    if kind != ACCELERATION:
        return None
    if form == _DELTA:
        return (_FACTOR_G if factor is None else factor) * G_MPS2
    if form == _DELTA | 1:
        return (1.0 if factor is None else factor) * G_MPS2 / 1000.0
    return G_MPS2 / 1000.0 if form in _RAW_WIDTHS else None


def _raw(data: bytes, width: int) -> list[Steps]:
    size = 3 * width
    ends = range(_HEAD + size, len(data) + 1, size)
    return [_triple(data[end - size : end], width) for end in ends]


def _deltas(data: bytes) -> list[Steps]:
    """Unpack a delta frame; the blocks' bytes bound how many samples there can be."""
    at = _HEAD + 6
    if len(data) < at:
        raise WireError("a Polar delta frame without its first sample", data)
    x, y, z = _triple(data[_HEAD:at], 2)
    out = [(x, y, z)]
    while at + 2 <= len(data):
        width, count = data[at], data[at + 1]
        size = (3 * width * count + 7) // 8
        at += 2
        if not 1 <= width <= 32 or at + size > len(data):
            raise WireError(f"{count} Polar deltas of {width} bit do not fit", data)
        bits = int.from_bytes(data[at : at + size], "little")
        at += size
        for k in range(0, 3 * width * count, 3 * width):
            x += _signed(bits >> k, width)
            y += _signed(bits >> k + width, width)
            z += _signed(bits >> k + 2 * width, width)
            out.append((x, y, z))
    return out


def _signed(bits: int, width: int) -> int:
    value = bits & (1 << width) - 1
    return value - (1 << width) if value >> width - 1 else value


def _triple(data: bytes, width: int) -> Steps:
    x, y, z = (
        int.from_bytes(data[k : k + width], "little", signed=True)
        for k in range(0, 3 * width, width)
    )
    return x, y, z
