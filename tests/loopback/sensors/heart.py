"""Heart rate: a plain strap, and a Polar H10 with its accelerometer stream (PMD)."""

import struct
from typing import Any

from livecoach.model import ImuSample
from livecoach.simulation import SensorParams
from tests.loopback.bluez.adapter import BlueZ
from tests.loopback.bluez.bus import att_error
from tests.loopback.bluez.device import Device
from tests.loopback.bluez.gatt import Characteristic, Service, uuid16
from tests.loopback.sensors.base import Sensor, battery, clipped, information, later, u16
from tests.loopback.sensors.person import Person

PMD_SERVICE = "fb005c80-02e7-f387-1cad-8acd2d8df0c8"
PMD_CONTROL = "fb005c81-02e7-f387-1cad-8acd2d8df0c8"
PMD_DATA = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"
RATE_HZ, FRAME_SAMPLES = 200, 36
G_MPS2 = 9.80665
_EPOCH_NS = 599_616_000_000_000_000
"""Some moment in 2019, in nanoseconds since 2000-01-01: an H10 whose clock nobody set."""
_ACC, _SETTINGS, _START, _STOP = 2, 1, 2, 3
_OK, _NO_OP, _NO_TYPE, _BAD_LENGTH, _ALREADY, _BAD_RATE, _BAD_RANGE = 0, 1, 3, 4, 6, 8, 9
_NO_CCCD = 0xFD


class _Heart:
    """Beats that fit the pace: 60 at rest, 27 more for each m/s, reached slowly."""

    def __init__(self, person: Person) -> None:
        self._person = person
        self._rate, self._beat = 110.0, 0.0

    def measurement(self, t: float) -> bytes:
        """Return a Heart Rate Measurement (0x2A37) with the beats of the last second."""
        speed, _ = self._person.motion(t)
        self._rate += (60.0 + 27.0 * speed - self._rate) / 30.0
        interval_s = 60.0 / self._rate
        intervals = []
        while self._beat + interval_s <= t:
            self._beat += interval_s
            intervals.append(round(1024.0 * interval_s))
        return bytes([0x10, round(self._rate)]) + u16(*intervals)


class HeartStrap(Sensor):
    """A plain chest strap: Heart Rate and battery."""

    def __init__(self, bluez: BlueZ, person: Person, key: str) -> None:
        super().__init__(bluez, person, key)
        self.measurement = Characteristic(uuid16(0x2A37), ["notify"])
        self.device = Device(*self._identity(), self._services(), [uuid16(0x180D)])
        bluez.add(self.device)
        bluez.bus.spawn(self._beat())

    def _identity(self) -> tuple[str, str]:
        return "C1:00:00:00:00:03", "Heart Strap"

    def _services(self) -> list[Service]:
        place = Characteristic(uuid16(0x2A38), ["read"], b"\x01")
        return [
            Service(uuid16(0x180D), [self.measurement, place]),
            battery(77),
            information("livecoach", "emulated strap"),
        ]

    async def _beat(self) -> None:
        heart = _Heart(self.person)
        async for t in self.ticks(1.0, 1.0):
            self.measurement.notify(heart.measurement(t), 1)


class PolarH10(HeartStrap):
    """A Polar H10 on the chest: heart rate, and the accelerometer when it is started.

    It goes on measuring until it is stopped, whether anyone listens or not: ``streaming`` and
    ``streamed_s`` in the statistics are what that costs its battery.

    Parameters
    ----------
    clock_ppm
        How fast its clock goes.
    late_s
        How long after a start its first sample comes (real ones have taken half a minute).
    """

    def __init__(
        self,
        bluez: BlueZ,
        person: Person,
        key: str,
        *,
        clock_ppm: float = 40.0,
        late_s: float = 0.0,
    ) -> None:
        person.wear(key, SensorParams(mount="chest", rate_hz=RATE_HZ, acc_limit_g=8.0))
        self.control = Characteristic(
            PMD_CONTROL,
            ["read", "write", "indicate"],
            on_read=lambda: bytes([0x0F, 0b101]) + bytes(15),
            on_write=self._commanded,
        )
        self.data = Characteristic(PMD_DATA, ["notify"])
        super().__init__(bluez, person, key)
        self.device.mtu = 232
        self.device.manufacturer = {0x006B: bytes.fromhex("7205a40a0048")}
        self._clock, self._late_s = 1.0 + 1e-6 * clock_ppm, late_s
        self._every, self._limit_mg = 1, 8000
        self._started: float | None = None
        self._streamed_s = 0.0
        self._frame: list[ImuSample] = []
        bluez.bus.spawn(self._measure())

    def stats(self) -> dict[str, Any]:
        """Return what it did so far, and whether and how long it measured."""
        running = self._started is not None
        total = self._streamed_s + (self.person.now - self._started if self._started else 0.0)
        return {**super().stats(), "streaming": running, "streamed_s": total}

    def device_ns(self, t: float) -> int:
        """Return its own clock at ``t``."""
        return _EPOCH_NS + round(t * self._clock * 1e9)

    def _identity(self) -> tuple[str, str]:
        return "A0:9E:1A:00:00:01", "Polar H10 12345678"

    def _services(self) -> list[Service]:
        return [*super()._services(), Service(PMD_SERVICE, [self.control, self.data])]

    async def _measure(self) -> None:
        batch = 4
        async for t in self.ticks(batch / RATE_HZ, (batch - 1) / RATE_HZ):
            for sample in self.person.samples(self.key, t + 0.5 / RATE_HZ):
                if self._due(sample.t):
                    self._frame.append(sample)
                    if len(self._frame) == FRAME_SAMPLES:
                        self.data.notify(self._packed(), FRAME_SAMPLES)
                        self._frame.clear()

    def _due(self, t: float) -> bool:
        begun = self._started is not None and t >= self._started + self._late_s
        return begun and round(t * RATE_HZ) % self._every == 0

    def _packed(self) -> bytes:
        """Return the frame as PMD data: raw accelerometer type 1, stamped with its last sample."""
        out = struct.pack("<BQB", _ACC, self.device_ns(self._frame[-1].t), 1)
        for s in self._frame:
            for value in (s.acc_x, s.acc_y, s.acc_z):
                mg = clipped(value / G_MPS2 * 1000.0)
                out += struct.pack("<h", max(-self._limit_mg, min(self._limit_mg, mg)))
        return out

    def _commanded(self, data: bytes) -> None:
        if not self.control.live:
            raise att_error(_NO_CCCD)
        if len(data) < 2:
            later(0.03, self.control, bytes([0xF0, *data[:1], 0, _BAD_LENGTH]))
            return
        op, kind = data[:2]
        status, more = self._obey(op, kind, data[2:])
        later(0.03, self.control, bytes([0xF0, op, kind, status, *more]))

    def _obey(self, op: int, kind: int, settings: bytes) -> tuple[int, bytes]:
        if op not in {_SETTINGS, _START, _STOP}:
            return _NO_OP, b""
        if kind != _ACC:
            return _NO_TYPE, b""
        if op == _SETTINGS:
            rates = bytes([0, 4]) + u16(25, 50, 100, 200)
            return _OK, b"\x00" + rates + bytes([1, 1]) + u16(16) + bytes([2, 3]) + u16(2, 4, 8)
        if op == _STOP:
            return (_ALREADY, b"") if self._started is None else (self._stop(), b"")
        return self._start(settings)

    def _start(self, settings: bytes) -> tuple[int, bytes]:
        if self._started is not None:
            return _ALREADY, b""
        values = dict(_settings(settings))
        rate, limit = values.get(0), values.get(2, 8)
        if rate not in {25, 50, 100, 200}:
            return _BAD_RATE, b""
        if limit not in {2, 4, 8}:
            return _BAD_RANGE, b""
        self._every, self._limit_mg = RATE_HZ // rate, 1000 * limit
        self._started = self.person.now
        self._frame.clear()
        self.data.lag_s = 0.0
        return _OK, b"\x00"

    def _stop(self) -> int:
        assert self._started is not None
        self._streamed_s += self.person.now - self._started
        self._started = None
        return _OK


def _settings(data: bytes) -> list[tuple[int, int]]:
    """Return setting and first value of each: id u8, count u8, values u16."""
    found = []
    while len(data) >= 4:
        found.append((data[0], int.from_bytes(data[2:4], "little")))
        data = data[2 + 2 * data[1] :]
    return found
