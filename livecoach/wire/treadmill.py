"""Treadmill Data of the Fitness Machine Service (GATT 0x2ACD in 0x1826).

Layout, little-endian: flags u16, then in this order what the flags announce. Bit 0 is the other
way round: 0 means that the speed u16 in 0.01 km/h is there. b1 average speed u16, b2 distance u24
m, b3 incline and ramp angle s16 in 0.1 (% and degrees), b4 elevation gain u16 twice, b5 pace, b6
average pace, b7 energy u16 u16 u8, b8 heart rate u8, b9 metabolic equivalent u8, b10 elapsed u16 s.

Unverified: the width of a pace (sources disagree), so nothing after a pace is read; that 0x7FFF
stands for an unknown incline; that heart rate 0 stands for no strap. One machine may spread a
record over several notifications: what one did not carry is None.
"""

from livecoach.errors import WireError
from livecoach.model import TreadmillReading

CHARACTERISTIC = "2acd"
_MORE, _DISTANCE, _INCLINE, _PACES, _HEART, _ELAPSED = 0x001, 0x004, 0x008, 0x060, 0x100, 0x400
_WIDTHS = ((0x002, 2), (_DISTANCE, 3), (_INCLINE, 4), (0x010, 4))
_AFTER_PACE = ((0x080, 5), (_HEART, 1), (0x200, 1), (_ELAPSED, 2))
_NO_INCLINE = 0x7FFF
_STEPS_A_MPS = 360.0


def parse(data: bytes, t: float) -> TreadmillReading:
    """Read one notification that arrived at ``t``; longer payloads than known are accepted."""
    if len(data) < 2:
        raise WireError(f"treadmill data needs 2 bytes, got {len(data)}", data)
    flags = int.from_bytes(data[:2], "little")
    widths = _WIDTHS if flags & _PACES else _WIDTHS + _AFTER_PACE
    fields: dict[int, bytes] = {}
    at = 2
    if not flags & _MORE:
        fields[_MORE], at = data[2:4], 4
    for bit, width in widths:
        if flags & bit:
            fields[bit] = data[at : at + width]
            at += width
    if len(data) < at:
        raise WireError(f"flags {flags:#06x} promise {at} bytes, got {len(data)}", data)
    speed, incline = _whole(fields, _MORE), _incline(fields)
    return TreadmillReading(
        t=t,
        speed_mps=None if speed is None else speed / _STEPS_A_MPS,
        incline_percent=incline,
        distance_m=_whole(fields, _DISTANCE),
        heart_rate_per_min=_whole(fields, _HEART) or None,
        elapsed_s=_whole(fields, _ELAPSED),
    )


def build(reading: TreadmillReading) -> bytes:
    """Write a reading as a notification, ramp angle 0: the inverse of `parse`."""
    flags, out = 0, b""
    if reading.speed_mps is None:
        flags |= _MORE
    else:
        out += round(reading.speed_mps * _STEPS_A_MPS).to_bytes(2, "little")
    if reading.distance_m is not None:
        flags |= _DISTANCE
        out += round(reading.distance_m).to_bytes(3, "little")
    if reading.incline_percent is not None:
        flags |= _INCLINE
        out += round(reading.incline_percent * 10).to_bytes(2, "little", signed=True) + bytes(2)
    if reading.heart_rate_per_min is not None:
        flags |= _HEART
        out += bytes([reading.heart_rate_per_min])
    if reading.elapsed_s is not None:
        flags |= _ELAPSED
        out += reading.elapsed_s.to_bytes(2, "little")
    return flags.to_bytes(2, "little") + out


def _whole(fields: dict[int, bytes], bit: int) -> int | None:
    return int.from_bytes(fields[bit], "little") if bit in fields else None


def _incline(fields: dict[int, bytes]) -> float | None:
    if _INCLINE not in fields:
        return None
    raw = int.from_bytes(fields[_INCLINE][:2], "little", signed=True)
    return None if raw == _NO_INCLINE else raw / 10.0
