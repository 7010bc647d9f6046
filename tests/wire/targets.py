"""Every parser of the radio as one function of bytes, for the fuzz and for hypothesis.

The first byte of an input picks the parser; the rest is one packet, or, for streams, notifications
with their length before each.
"""

import math
from collections.abc import Callable, Iterator

from msgspec import Struct, structs

from livecoach.errors import WireError
from livecoach.model import ImuPacket
from livecoach.wire import iio, lsm6ds, pod_control, polar, polar_control, radio, rsc, xsens_dot
from tests.wire import vectors

Target = Callable[[bytes], object]

CHANNELS = [channel for kind in radio.KNOWN for channel in kind.notify]
CHANNELS += [xsens_dot.LONG, radio.BATTERY[1], lsm6ds.CHANNEL, iio.CHANNEL]
PACKETS: list[Target] = [
    rsc.parse_feature,
    rsc.parse_location,
    rsc.parse_reply,
    pod_control.parse_reply,
    pod_control.parse_set,
    pod_control.parse_sync,
    pod_control.parse_synced,
    pod_control.parse_info,
    pod_control.parse_counters,
    polar_control.parse_reply,
    polar_control.parse_settings,
    polar_control.parse_kinds,
    lambda data: polar.parse(data, 0.07),
    xsens_dot.parse_free_acceleration,
]
SEEDS = [value for name, value in vars(vectors).items() if name.isupper()]


def check(value: object, data: bytes) -> None:
    """Assert that a value holds finite numbers only, and no more than its bytes can say."""
    if isinstance(value, float):
        assert math.isfinite(value), data.hex()
    elif isinstance(value, tuple | list | frozenset):
        assert len(value) <= 8 * len(data) + 3, data.hex()
        for item in value:
            check(item, data)
    elif isinstance(value, Struct):
        if isinstance(value, ImuPacket):
            assert value.acc, data.hex()
            assert len(value.gyr) in {0, len(value.acc)}, data.hex()
            assert value.period_s is None or value.period_s > 0, data.hex()
            assert not value.clock_wrap_s or 0 <= (value.clock_s or 0) < value.clock_wrap_s
        check(structs.astuple(value), data)


def notifications(data: bytes) -> Iterator[bytes]:
    """Cut bytes into notifications: a length, then so many bytes."""
    at = 0
    while at < len(data):
        yield data[at + 1 : at + 1 + data[at]]
        at += 1 + data[at]


def one(data: bytes) -> None:
    """Feed one input; anything but a value or a `WireError` gets out."""
    pick = data[0] if data else 0
    if pick < len(CHANNELS):
        decoder = radio.decoder(CHANNELS[pick])
        for packet in notifications(data[1:]):
            try:
                check(decoder.update(packet, 0.0), data)
            except WireError:
                continue
        return
    try:
        check(PACKETS[(pick - len(CHANNELS)) % len(PACKETS)](data[1:]), data)
    except WireError:
        return


def seeds() -> Iterator[bytes]:
    """Give every parser every known byte string."""
    for seed in SEEDS:
        for k in range(len(CHANNELS)):
            yield bytes([k, len(seed)]) + seed
        for k in range(len(PACKETS)):
            yield bytes([len(CHANNELS) + k]) + seed


def planted(data: bytes) -> object:
    """Trust a length in the packet, behind three checks that chance does not pass."""
    if len(data) > 4 and data[0] == 0xF0 and data[1] == 0x5A and data[2] == 0x81:
        return data[data[3]]
    return None
