"""Battery Level (GATT 0x2A19): one byte, percent."""

from msgspec import Struct

from livecoach.errors import WireError

CHARACTERISTIC = "2a19"


class Battery(Struct, frozen=True, gc=False):
    """How full a sensor's battery says it is."""

    percent: int


def parse(data: bytes) -> Battery:
    """Read one notification or read value; above 100 % is no level."""
    if not data:
        raise WireError("battery level needs 1 byte, got 0", data)
    if data[0] > 100:
        raise WireError(f"a battery at {data[0]} % is none", data)
    return Battery(data[0])


def build(battery: Battery) -> bytes:
    """Write a level: the inverse of `parse`."""
    return bytes([battery.percent])
