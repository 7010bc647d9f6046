"""What all emulated sensors share."""

import asyncio
import struct
from collections.abc import AsyncIterator
from typing import Any

from tests.loopback.bluez.adapter import BlueZ
from tests.loopback.bluez.device import Device
from tests.loopback.bluez.gatt import Characteristic, Service, uuid16
from tests.loopback.sensors.person import Person


class Sensor:
    """An emulated sensor: a device, and what it measures on a person.

    Parameters
    ----------
    bluez
        Where it can be found.
    person
        Who wears it.
    key
        What tests and prompt call it.
    """

    device: Device

    def __init__(self, bluez: BlueZ, person: Person, key: str) -> None:
        self.key, self.person, self.bluez = key, person, bluez

    def stats(self) -> dict[str, Any]:
        """Return what it did so far."""
        return self.device.statistics()

    async def ticks(self, period_s: float, first_s: float = 0.0) -> AsyncIterator[float]:
        """Yield the times ``first_s``, one period later, and so on when they have come.

        Times that were missed are made up for, so that nothing drifts and nothing is lost.
        """
        n = 0
        while True:
            due = first_s + n * period_s
            wait = due - self.person.now
            if wait > 0:
                await asyncio.sleep(wait)
            yield due
            n += 1


def later(seconds: float, characteristic: Characteristic, data: bytes) -> None:
    """Notify or indicate a little later, as an answer does."""
    asyncio.get_running_loop().call_later(seconds, characteristic.notify, data)


def battery(percent: int) -> Service:
    """Return the battery service."""
    level = Characteristic(uuid16(0x2A19), ["read", "notify"], bytes([percent]))
    return Service(uuid16(0x180F), [level])


def information(maker: str, model: str) -> Service:
    """Return the device information service."""
    texts = {0x2A29: maker, 0x2A24: model, 0x2A26: "1.0.0"}
    return Service(
        uuid16(0x180A),
        [Characteristic(uuid16(n), ["read"], text.encode()) for n, text in texts.items()],
    )


def clipped(value: float) -> int:
    """Return a reading as 16 bits can hold it."""
    return max(-32768, min(32767, round(value)))


def u16(*values: int) -> bytes:
    """Return little-endian 16-bit numbers."""
    return struct.pack(f"<{len(values)}H", *values)
