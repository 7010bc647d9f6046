"""A treadmill (Fitness Machine Service) whose belt runs as fast as the person on it."""

import struct
from typing import Any

from tests.loopback.bluez.adapter import BlueZ
from tests.loopback.bluez.device import Device
from tests.loopback.bluez.gatt import Characteristic, Service, uuid16
from tests.loopback.sensors.base import Sensor
from tests.loopback.sensors.person import Person

_DISTANCE, _INCLINE, _ELAPSED = 1 << 2, 1 << 3, 1 << 10


class Treadmill(Sensor):
    """A treadmill that also counts what it must never get: writes to its control point.

    Parameters
    ----------
    incline_percent
        Of the belt.
    speed_ratio
        What it says against how fast the person really runs.
    rate_hz
        Notifications a second.
    """

    def __init__(
        self,
        bluez: BlueZ,
        person: Person,
        key: str,
        *,
        incline_percent: float = 1.0,
        speed_ratio: float = 1.0,
        rate_hz: float = 2.0,
    ) -> None:
        super().__init__(bluez, person, key)
        self._incline, self._ratio = incline_percent, speed_ratio
        self._writes = 0
        self.data = Characteristic(uuid16(0x2ACD), ["notify"])
        features = Characteristic(uuid16(0x2ACC), ["read"], struct.pack("<II", 0x100C, 0x3))
        control = Characteristic(uuid16(0x2AD9), ["write", "indicate"], on_write=self._written)
        self.device = Device(
            "C1:00:00:00:00:04",
            "Treadmill",
            [Service(uuid16(0x1826), [features, self.data, control])],
            [uuid16(0x1826)],
        )
        bluez.add(self.device)
        bluez.bus.spawn(self._run(1.0 / rate_hz))

    def stats(self) -> dict[str, Any]:
        """Return what it did so far, and how often its control point was written."""
        return {**super().stats(), "control_writes": self._writes}

    def _written(self, _data: bytes) -> None:
        self._writes += 1

    async def _run(self, period_s: float) -> None:
        metres = 0.0
        async for t in self.ticks(period_s, period_s):
            speed_mps = self.person.motion(t)[0] * self._ratio
            metres += speed_mps * period_s
            self.data.notify(treadmill_data(speed_mps, metres, self._incline, int(t)), 1)


def treadmill_data(speed_mps: float, metres: float, incline_percent: float, elapsed: int) -> bytes:
    """Return Treadmill Data (0x2ACD): speed, distance, incline with ramp angle, elapsed seconds.

    Bit 0 of the flags is clear: that is what says that speed is there.
    """
    ramp_tenths = round(incline_percent * 5.73)
    return (
        struct.pack("<HH", _DISTANCE | _INCLINE | _ELAPSED, round(speed_mps * 360.0))
        + int(metres).to_bytes(3, "little")
        + struct.pack("<hhH", round(incline_percent * 10.0), ramp_tenths, elapsed & 0xFFFF)
    )
