"""A WitMotion WT901BLE at the waist: no clock, no counter, no checksum."""

import math
import struct

from livecoach.model import ImuSample
from livecoach.simulation import SensorParams
from tests.loopback.bluez.adapter import BlueZ
from tests.loopback.bluez.device import Device
from tests.loopback.bluez.gatt import Characteristic, Service
from tests.loopback.sensors.base import Sensor, clipped
from tests.loopback.sensors.person import Person

_BASE = "0000{:04x}-0000-1000-8000-00805f9a34fb"  # 9a: not the Bluetooth SIG's
RATE_HZ = 100
_EVERY = {0x06: 10, 0x07: 5, 0x08: 2, 0x09: 1}
_UNLOCK = bytes.fromhex("FFAA6988B5")
_G_MPS2 = 9.80665


class WitMotion(Sensor):
    """The sensor; it streams to whoever subscribes.

    Parameters
    ----------
    frames
        Readings in one notification.
    rate_hz
        As set before: 10, 20, 50 or 100.
    """

    def __init__(
        self, bluez: BlueZ, person: Person, key: str, *, frames: int = 1, rate_hz: int = RATE_HZ
    ) -> None:
        super().__init__(bluez, person, key)
        person.wear(key, SensorParams(mount="waist", rate_hz=RATE_HZ))
        self._frames, self._every, self._unlocked = frames, RATE_HZ // rate_hz, False
        self.data = Characteristic(_BASE.format(0xFFE4), ["notify"])
        control = Characteristic(
            _BASE.format(0xFFE9), ["write", "write-without-response"], on_write=self._written
        )
        service = Service(_BASE.format(0xFFE5), [self.data, control])
        self.device = Device("C1:00:00:00:00:05", "WT901BLE67", [service], [service.uuid])
        bluez.add(self.device)
        bluez.bus.spawn(self._run())

    async def _run(self) -> None:
        ready = b""
        async for t in self.ticks(1.0 / RATE_HZ):
            for sample in self.person.samples(self.key, t + 0.5 / RATE_HZ):
                if round(sample.t * RATE_HZ) % self._every == 0:
                    ready += frame(sample)
            if len(ready) >= 20 * self._frames:
                self.data.notify(ready, len(ready) // 20)
                ready = b""

    def _written(self, data: bytes) -> None:
        if data == _UNLOCK:
            self._unlocked = True
        elif self._unlocked and len(data) == 5 and data[:3] == b"\xff\xaa\x03":
            self._every = _EVERY.get(data[3], self._every)


def frame(s: ImuSample) -> bytes:
    """Return one reading: ``55 61``, acceleration, turn rate, angle (left at zero)."""
    acc = [a / _G_MPS2 / 16.0 * 32768.0 for a in (s.acc_x, s.acc_y, s.acc_z)]
    gyr = [math.degrees(g or 0.0) / 2000.0 * 32768.0 for g in (s.gyr_x, s.gyr_y, s.gyr_z)]
    return b"\x55\x61" + struct.pack("<9h", *(clipped(x) for x in (*acc, *gyr, 0.0, 0.0, 0.0)))
