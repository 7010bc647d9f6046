"""Running Speed and Cadence Measurement (GATT 0x2A53).

Layout, little-endian: flags u8 (b0 stride length present, b1 total distance present, b2 running),
speed u16 in 1/256 m/s, cadence u8 per minute, [stride length u16 cm], [distance u32 in 0.1 m].
Vectors: Polar BLE SDK ``BleRscClientTest``. The cadence is left raw: pods disagree whether it
counts the steps of both legs or of one.
"""

from livecoach.errors import WireError
from livecoach.model import FootPodReading

CHARACTERISTIC = "2a53"
_STRIDE, _DISTANCE, _RUNNING = 0x01, 0x02, 0x04


def parse(data: bytes, t: float) -> FootPodReading:
    """Read one notification that arrived at ``t``; longer payloads than known are accepted."""
    if len(data) < 4:
        raise WireError(f"running speed and cadence needs 4 bytes, got {len(data)}", data)
    flags = data[0]
    end = 4 + (2 if flags & _STRIDE else 0) + (4 if flags & _DISTANCE else 0)
    if len(data) < end:
        raise WireError(f"flags {flags:#04x} promise {end} bytes, got {len(data)}", data)
    stride = int.from_bytes(data[4:6], "little") / 100.0 if flags & _STRIDE else None
    distance = int.from_bytes(data[end - 4 : end], "little") / 10.0 if flags & _DISTANCE else None
    return FootPodReading(
        t=t,
        speed_mps=int.from_bytes(data[1:3], "little") / 256.0,
        cadence_raw_per_min=data[3],
        running=bool(flags & _RUNNING),
        stride_length_raw_m=stride,
        total_distance_m=distance,
    )


def build(reading: FootPodReading) -> bytes:
    """Write a reading as a notification: the inverse of `parse`."""
    stride, distance = reading.stride_length_raw_m, reading.total_distance_m
    flags = (
        (_STRIDE if stride is not None else 0)
        | (_DISTANCE if distance is not None else 0)
        | (_RUNNING if reading.running else 0)
    )
    out = bytes([flags]) + round(reading.speed_mps * 256).to_bytes(2, "little")
    out += bytes([reading.cadence_raw_per_min])
    if stride is not None:
        out += round(stride * 100).to_bytes(2, "little")
    if distance is not None:
        out += round(distance * 10).to_bytes(4, "little")
    return out
