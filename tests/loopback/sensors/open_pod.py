"""Our open pod: 6-axis stream, control point, counters; Running Speed and Cadence besides."""

import math
import struct
from typing import Any, Literal

from livecoach.model import ImuSample, Mount
from livecoach.simulation import SensorParams
from tests.loopback.bluez.adapter import BlueZ
from tests.loopback.bluez.bus import att_error
from tests.loopback.bluez.device import Device
from tests.loopback.bluez.gatt import Characteristic, Service, uuid16
from tests.loopback.sensors.base import Sensor, battery, clipped, information, later, u16
from tests.loopback.sensors.person import Person

_BASE = "0087{:04x}-48a3-4935-b697-0be829dbf171"
RATE_HZ, TICKS_PER_S = 208, 4_000_000
_HEADER, _SAMPLE = 16, 12
_G_MPS2 = 9.80665
_GYRO_DPS_PER_LSB = 0.070
_OK, _NO_OP, _BAD_PARAMETER, _MTU_TOO_SMALL = 1, 2, 3, 4
_NO_CCCD = 0xFD
_RUNNING = 4
_SIDES: dict[str, tuple[int, Mount]] = {
    "L": (1, "foot_left"),
    "R": (2, "foot_right"),
    "T": (3, "chest"),
}


class OpenPod(Sensor):
    """A pod on a foot or on the chest; over RSC it counts one leg's strides, or all steps.

    Parameters
    ----------
    side
        L, R or T (trunk).
    clock_ppm
        How fast its clock goes.
    boot_s
        What its clock says at the start: by default its microseconds wrap 20 s later.
    mtu
        What a connection agrees on.
    """

    def __init__(
        self,
        bluez: BlueZ,
        person: Person,
        key: str,
        *,
        side: Literal["L", "R", "T"],
        clock_ppm: float = -35.0,
        boot_s: float = 2**32 / 1e6 - 20.0,
        mtu: int = 247,
    ) -> None:
        super().__init__(bluez, person, key)
        self._number, mount = _SIDES[side]
        self._legs = 1.0 if side == "T" else 0.5
        person.wear(key, SensorParams(mount=mount, rate_hz=RATE_HZ, acc_limit_g=16.0))
        self._clock, self._boot_s = 1.0 + 1e-6 * clock_ppm, boot_s
        self._every, self._n, self._acc_g = 1, 10, 16
        self._seq, self._samples, self._dropped = 65_000, 0, 0
        self._broken = False
        self._ready: list[ImuSample] = []
        self.stream = Characteristic(_BASE.format(2), ["notify"], on_subscribe=self._subscribed)
        self._control = Characteristic(
            _BASE.format(3), ["write", "indicate"], on_write=self._commanded
        )
        self._counters = Characteristic(_BASE.format(5), ["read", "notify"], on_read=self._counted)
        self._rsc = Characteristic(uuid16(0x2A53), ["notify"])
        info = struct.pack("<8BQHH", 1, 1, 0, 0, 0x6C, 2, self._number, 1, self._number, 208, 256)
        self.device = Device(
            f"C1:00:00:00:01:0{self._number}",
            f"LCPOD-{side}-000{self._number}",
            [
                Service(
                    _BASE.format(1),
                    [
                        self.stream,
                        self._control,
                        Characteristic(_BASE.format(4), ["read"], info),
                        self._counters,
                    ],
                ),
                Service(
                    uuid16(0x1814),
                    [
                        self._rsc,
                        Characteristic(uuid16(0x2A54), ["read"], u16(0b0_0100)),
                        Characteristic(uuid16(0x2A5D), ["read"], b"\x01"),
                    ],
                ),
                battery(91),
                information("livecoach", "emulated open pod"),
            ],
            [_BASE.format(1)],
            mtu=mtu,
        )
        bluez.add(self.device)
        bluez.bus.spawn(self._measure())
        bluez.bus.spawn(self._slowly())

    def stats(self) -> dict[str, Any]:
        """Return what it did so far, and its own counters."""
        return {**super().stats(), "samples": self._samples, "dropped": self._dropped}

    def device_us(self, t: float) -> int:
        """Return its own clock at ``t``."""
        return round((t * self._clock + self._boot_s) * 1e6) & 0xFFFFFFFF

    async def _measure(self) -> None:
        batch = 5
        async for t in self.ticks(batch / RATE_HZ, (batch - 1) / RATE_HZ):
            for sample in self.person.samples(self.key, t + 0.5 / RATE_HZ):
                if round(sample.t * RATE_HZ) % self._every:
                    continue
                self._samples += 1
                self._ready.append(sample)
                if len(self._ready) >= self._n:
                    self._send()

    def _send(self) -> None:
        if self.stream.live:
            self.stream.notify(self._packed(), len(self._ready))
            self._seq = (self._seq + 1) & 0xFFFF
            self._broken = False
        else:
            self._dropped += len(self._ready)
        self._ready.clear()

    async def _slowly(self) -> None:
        async for t in self.ticks(1.0, 1.0):
            self._counters.notify(self._counted())
            _, steps = self.person.motion(t)
            # No speed and no stride length: it does not estimate them.
            self._rsc.notify(
                struct.pack("<BHB", _RUNNING if steps else 0, 0, round(steps * self._legs))
            )

    def _packed(self) -> bytes:
        flags = 0x01 | (0x02 if self._broken else 0) | self._number << 4
        period = round(TICKS_PER_S / RATE_HZ * self._every * self._clock)
        header = struct.pack(
            "<BBHIH", 0x11, flags, self._seq, self.device_us(self._ready[0].t), period
        )
        header += struct.pack("<BBBbH", len(self._ready), self._acc_g, 16, 31, 3900)
        acc = self._acc_g / 16.0 * 0.000488 * _G_MPS2
        gyr = math.radians(_GYRO_DPS_PER_LSB)
        for s in self._ready:
            forces = [clipped(x / acc) for x in (s.acc_x, s.acc_y, s.acc_z)]
            turns = [clipped((x or 0.0) / gyr) for x in (s.gyr_x, s.gyr_y, s.gyr_z)]
            header += struct.pack("<6h", *forces, *turns)
        return header

    def _counted(self) -> bytes:
        return struct.pack("<4I", self._samples, self._dropped, 0, 0)

    def _subscribed(self, live: bool) -> None:
        """Begin a stream with a fresh packet, marked as coming after a break."""
        if live:
            self._ready.clear()
            self._broken = True

    def _commanded(self, data: bytes) -> None:
        if not self._control.live:
            raise att_error(_NO_CCCD)
        op, rest = data[0], data[1:]
        result, more = _NO_OP, b""
        if op == 1:
            result = self._set(rest)
        elif op == 2:
            result = _OK if len(rest) == 4 else _BAD_PARAMETER
            now = self.device_us(self.person.now)
            more = rest + struct.pack("<II", now, now + 20_000 & 0xFFFFFFFF)
        elif op in {3, 4, 5, 6}:
            result, more = _OK, b"\x00" if op == 5 else b""
        answer = bytes([0x80, op, result]) + (more if result == _OK else b"")
        later(0.02, self._control, answer)

    def _set(self, rest: bytes) -> int:
        if len(rest) != 7:
            return _BAD_PARAMETER
        rate, acc_g, gyro, n, _side, _flags = struct.unpack("<HBBBBB", rest)
        most = (self.device.mtu - 3 - _HEADER) // _SAMPLE
        if most < 1:
            return _MTU_TOO_SMALL
        if rate not in {104, 208} or acc_g not in {8, 16, 32} or gyro != 16 or n > most:
            return _BAD_PARAMETER
        self._every, self._acc_g, self._n = RATE_HZ // rate, acc_g, n or most
        self._ready.clear()
        return _OK
