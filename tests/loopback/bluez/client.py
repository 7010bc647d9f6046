"""An unmodified bleak as a client, in the few calls that tests need."""

import asyncio
import time
import zlib
from collections.abc import Awaitable, Callable
from contextlib import suppress

from bleak import BleakClient, BleakScanner
from bleak.backends.device import BLEDevice
from bleak.exc import BleakError

_BASE = "-0000-1000-8000-00805f9b34fb"
RSC, RSC_FEATURE, SC_CONTROL = (f"0000{n}{_BASE}" for n in ("2a53", "2a54", "2a55"))


async def found(name: str) -> BLEDevice:
    """Scan for a device by its name."""
    device = await BleakScanner.find_device_by_name(name, timeout=5.0)
    assert device is not None, f"{name} was not found"
    return device


async def until(true: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait until something has come true."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        await asyncio.sleep(0.01)


async def error_of(call: Awaitable[object]) -> BleakError | OSError:
    """Return what a call raises: one of the errors that a door has to catch."""
    try:
        await call
    except (BleakError, OSError, EOFError) as error:
        assert not isinstance(error, EOFError)
        return error
    raise AssertionError("it worked")


class Heard:
    """Notifications of one characteristic as they came, and when (monotonic clock)."""

    def __init__(self) -> None:
        self.data: list[bytes] = []
        self.times: list[float] = []

    @property
    def crc32(self) -> int:
        """Checksum of all bytes, to hold against the rig's."""
        return zlib.crc32(b"".join(self.data))

    def __call__(self, _characteristic: object, data: bytearray) -> None:
        """Take a notification."""
        self.times.append(time.monotonic())
        self.data.append(bytes(data))

    def __len__(self) -> int:
        return len(self.data)


async def closed(client: BleakClient) -> None:
    """Disconnect, whatever state the client is in."""
    with suppress(BleakError, OSError, EOFError):
        await client.disconnect()
