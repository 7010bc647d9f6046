"""A foot pod over Running Speed and Cadence: all steps counted, or those of one leg."""

import struct

from tests.loopback.bluez.adapter import BlueZ
from tests.loopback.bluez.bus import att_error
from tests.loopback.bluez.device import Device
from tests.loopback.bluez.gatt import Characteristic, Service, uuid16
from tests.loopback.sensors.base import Sensor, battery, information, later, u16
from tests.loopback.sensors.person import Person

_STRIDE, _DISTANCE, _RUNNING = 1, 2, 4
_NO_CCCD = 0xFD


class FootPod(Sensor):
    """An RSC pod.

    Parameters
    ----------
    per_leg
        Counts strides of one leg, not steps of both; its stride length is then two steps long.
    rate_hz
        Notifications a second; real ones send one.
    tail_s
        Goes on sending the last pace for so long after the runner has stopped.
    """

    def __init__(
        self,
        bluez: BlueZ,
        person: Person,
        key: str,
        *,
        per_leg: bool = False,
        rate_hz: float = 1.0,
        tail_s: float = 0.0,
    ) -> None:
        super().__init__(bluez, person, key)
        self._strides = 0.5 if per_leg else 1.0
        self._tail_s = tail_s
        self._metres = 0.0
        self._moving = (-tail_s, 0.0, 0.0)
        self._location = 2
        self.measurement = Characteristic(uuid16(0x2A53), ["notify"])
        self._control = Characteristic(
            uuid16(0x2A55), ["write", "indicate"], on_write=self._commanded
        )
        where = Characteristic(uuid16(0x2A5D), ["read"], on_read=lambda: bytes([self._location]))
        features = Characteristic(uuid16(0x2A54), ["read"], u16(0b1_0111))
        last = 2 if per_leg else 1
        self.device = Device(
            f"C1:00:00:00:00:0{last}",
            f"Foot Pod {last}",
            [
                Service(uuid16(0x1814), [self.measurement, features, where, self._control]),
                information("livecoach", "emulated foot pod"),
                battery(88),
            ],
            [uuid16(0x1814)],
        )
        bluez.add(self.device)
        bluez.bus.spawn(self._run(1.0 / rate_hz))

    async def _run(self, period_s: float) -> None:
        async for t in self.ticks(period_s, period_s):
            speed, steps = self.person.motion(t)
            self._metres += speed * period_s
            if steps:
                self._moving = (t, speed, steps)
            elif t < self._moving[0] + self._tail_s:
                _, speed, steps = self._moving
            self.measurement.notify(measurement(speed, steps * self._strides, self._metres), 1)

    def _commanded(self, data: bytes) -> None:
        if not self._control.live:
            raise att_error(_NO_CCCD)
        op, value = data[0], data[1:]
        answer = bytes([0x10, op, 2])
        if op == 1 and len(value) == 4:
            self._metres = float(int.from_bytes(value, "little"))
            answer = bytes([0x10, op, 1])
        elif op == 3 and len(value) == 1:
            known = value[0] in {1, 2, 3}
            self._location = value[0] if known else self._location
            answer = bytes([0x10, op, 1 if known else 3])
        elif op == 4:
            answer = bytes([0x10, op, 1, 1, 2, 3])
        later(0.02, self._control, answer)


def measurement(speed_mps: float, cadence_per_min: float, metres: float) -> bytes:
    """Return an RSC Measurement (0x2A53) with the stride length that fits the cadence."""
    stride = speed_mps * 60.0 / cadence_per_min if cadence_per_min else 0.0
    flags = _STRIDE | _DISTANCE | (_RUNNING if cadence_per_min else 0)
    cadence = round(cadence_per_min)
    decimetres = round(metres * 10) & 0xFFFFFFFF
    return struct.pack(
        "<BHBHI", flags, round(speed_mps * 256), cadence, round(stride * 100), decimetres
    )
