"""Xsens (Movella) DOT: one sample a notification, up to 60 a second.

Start and stop are written to 15172001-...: ``01 01 mode``, ``01 00 mode``. Little-endian, zeros
behind: u32 microseconds, then 32-bit floats. Medium characteristic 15172003-..., 40 bytes, mode 21:
acceleration x 3 (m/s2, gravity in it), angular rate x 3 (deg/s). Long 15172002-..., 63 bytes, mode
26: quaternion x 4, then the same. Short 15172004-..., 20 bytes, mode 6: acceleration in the earth's
axes *without* gravity, of no use to us but for its published vector. What mode was started is not
in the bytes: each characteristic is read as the mode named here. Source: Movella DOT BLE Services
Specification; vector of mode 6 from its users' example, modes 21 and 26 without one.
"""

import math

from livecoach.errors import WireError
from livecoach.model import ImuPacket, Triple
from livecoach.wire.triples import ACC_MOST_MPS2, GYR_MOST_RADPS, floats

SERVICE = "15172000-4947-11e9-8646-d663bd873d93"
CONTROL = "15172001-4947-11e9-8646-d663bd873d93"
LONG = "15172002-4947-11e9-8646-d663bd873d93"
MEDIUM = "15172003-4947-11e9-8646-d663bd873d93"
SHORT = "15172004-4947-11e9-8646-d663bd873d93"
FREE_ACCELERATION, RATE_QUANTITIES, CUSTOM_5 = 6, 21, 26
CLOCK_WRAP_S = 2**32 / 1e6
_VALUES_AT = {MEDIUM: 4, LONG: 20}
_VALUES = 24


def start_request(mode: int) -> bytes:
    """Ask for a mode (subscribe to its characteristic first)."""
    return bytes([1, 1, mode])


def stop_request(mode: int) -> bytes:
    """Ask for no more of it."""
    return bytes([1, 0, mode])


def parse(data: bytes, characteristic: str) -> ImuPacket:
    """Read one notification of `MEDIUM` (mode 21) or `LONG` (mode 26)."""
    at = _VALUES_AT[characteristic]
    if len(data) < at + _VALUES:
        raise WireError(f"this DOT mode needs {at + _VALUES} bytes, got {len(data)}", data)
    return ImuPacket(
        acc=floats(data[at : at + 12], 1.0, ACC_MOST_MPS2),
        gyr=floats(data[at + 12 : at + _VALUES], math.radians(1.0), GYR_MOST_RADPS),
        clock_s=int.from_bytes(data[:4], "little") / 1e6,
        clock_wrap_s=CLOCK_WRAP_S,
    )


def parse_free_acceleration(data: bytes) -> tuple[float, Triple]:
    """Read one notification of `SHORT` (mode 6): clock in seconds, m/s2 in the earth's axes."""
    if len(data) < 16:
        raise WireError(f"this DOT mode needs 16 bytes, got {len(data)}", data)
    return int.from_bytes(data[:4], "little") / 1e6, floats(data[4:16], 1.0, ACC_MOST_MPS2)[0]
