"""Heart Rate Measurement (GATT 0x2A37).

Layout, little-endian: flags u8 (b0 rate is u16, b1 skin contact, b2 contact can be told, b3 energy
present, b4 beat intervals present), rate u8 or u16 per minute, [energy u16 kJ], [beat intervals
u16 in 1/1024 s, oldest first, to the end]. Vectors: Polar BLE SDK ``BleHrClientTest``. The energy
is passed over.
"""

from livecoach.errors import WireError
from livecoach.model import HeartRateReading

CHARACTERISTIC = "2a37"
_WIDE, _CONTACT, _CONTACT_KNOWN, _ENERGY, _INTERVALS = 0x01, 0x02, 0x04, 0x08, 0x10


def parse(data: bytes, t: float) -> HeartRateReading:
    """Read one notification that arrived at ``t``; half an interval at the end is passed over."""
    if not data:
        raise WireError("heart rate needs 2 bytes, got 0", data)
    flags = data[0]
    at = 3 if flags & _WIDE else 2
    end = at + (2 if flags & _ENERGY else 0)
    if len(data) < end:
        raise WireError(f"flags {flags:#04x} promise {end} bytes, got {len(data)}", data)
    ends = range(end + 2, len(data) + 1, 2) if flags & _INTERVALS else ()
    return HeartRateReading(
        t=t,
        rate_per_min=int.from_bytes(data[1:at], "little"),
        rr_s=tuple(int.from_bytes(data[k - 2 : k], "little") / 1024.0 for k in ends),
        contact=bool(flags & _CONTACT) if flags & _CONTACT_KNOWN else None,
    )


def build(reading: HeartRateReading) -> bytes:
    """Write a reading as a notification: the inverse of `parse`."""
    wide = reading.rate_per_min > 0xFF
    flags = (
        (_WIDE if wide else 0)
        | (_CONTACT if reading.contact else 0)
        | (_CONTACT_KNOWN if reading.contact is not None else 0)
        | (_INTERVALS if reading.rr_s else 0)
    )
    out = bytes([flags]) + reading.rate_per_min.to_bytes(2 if wide else 1, "little")
    return out + b"".join(round(rr * 1024).to_bytes(2, "little") for rr in reading.rr_s)
