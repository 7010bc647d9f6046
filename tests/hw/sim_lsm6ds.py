"""A LSM6DSOX or LSM6DSO32 made of registers, behind smbus2's own message types.

What it models: range and rate codes, reset, a FIFO of 512 words with time stamps, the two-bit count
of instants, overrun with its latch, an oscillator that is off, and a bus from which it can vanish.
"""

import ctypes
import errno
import math
import struct
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from livecoach.sources.i2c import chip
from livecoach.wire import lsm6ds

Motion = Callable[[float], tuple[tuple[float, float, float], tuple[float, float, float]]]
"""Seconds -> acceleration in g, rotation in deg/s."""

WORDS = 512
_TICK_S = 25e-6


def standing(t: float) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Stand still, upright."""
    del t
    return (0.0, 0.0, 1.0), (0.0, 0.0, 0.0)


def running(t: float) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Bounce 170 times a minute, with the braking and the sway of a runner's chest."""
    phase = 2 * math.pi * t * 170 / 60
    up = 1.0 + 1.6 * math.sin(phase) + 0.3 * math.sin(2 * phase)
    return (0.25 * math.cos(phase), 0.15 * math.sin(phase / 2), up), (8 * math.sin(phase / 2), 0, 0)


class SimChip:
    """The chip; ``clock`` is the world's time, ``rate_ratio`` the oscillator's over nominal."""

    def __init__(
        self,
        model: lsm6ds.Chip = "lsm6dsox",
        *,
        clock: Callable[[], float] = time.monotonic,
        motion: Motion = standing,
        rate_ratio: float = 1.0,
        fine: int = 0,
        first_tick: int = 0,
    ) -> None:
        self.present = True
        self.overruns = 0
        self._model = model
        self._clock = clock
        self._motion = motion
        self._ratio = rate_ratio
        self._fine = fine
        self._first_tick = first_tick
        self._born_s = clock()
        self.reset()

    def reset(self) -> None:
        """Do what power-on does, but for the ticks."""
        self.registers = bytearray(256)
        self.registers[chip.WHO_AM_I] = lsm6ds.WHO_AM_I
        self.registers[chip.FINE] = self._fine & 0xFF
        self._fifo: deque[bytes] = deque()
        self._samples = 0
        self._taken_s: list[float] = []
        self._since_s: float | None = None
        self._latched = False

    def write(self, register: int, value: int) -> None:
        """Take a register write."""
        if register == chip.CTRL3_C and value & 1:
            self.reset()
            return
        self.registers[register] = value
        if register == chip.FIFO_CTRL4 and not value & 7:
            self._fifo.clear()
            self._since_s = None

    def read(self, register: int, count: int) -> bytes:
        """Answer a read; the FIFO's output rolls over within its seven bytes."""
        self._fill()
        if register == chip.FIFO_STATUS:
            full = len(self._fifo) >= WORDS
            high = len(self._fifo) >> 8 | (0x40 if full else 0) | (0x08 if self._latched else 0)
            self._latched = False
            return bytes([len(self._fifo) & 0xFF, high])[:count]
        if register == chip.FIFO_OUT:
            words = [self._fifo.popleft() if self._fifo else bytes(7) for _ in range(count // 7)]
            return b"".join(words)
        return bytes(self.registers[register : register + count])

    def _fill(self) -> None:
        """Bring the FIFO up to the present."""
        rate = {code: hz for hz, code in lsm6ds.RATES_HZ.items()}.get(
            self.registers[chip.CTRL1_XL] >> 4
        )
        if rate is None or self.registers[chip.FIFO_CTRL4] & 7 != 6:
            return
        now_s = self._clock()
        if self._since_s is None:
            self._since_s, self._samples = now_s, 0
        period_s = 1.0 / (rate * self._ratio)
        while self._since_s + self._samples * period_s <= now_s:
            self._sample(self._since_s + self._samples * period_s)
            self._samples += 1

    def taken_s(self) -> list[float]:
        """Return when each sample since the reset was really taken."""
        return self._taken_s

    def _sample(self, t: float) -> None:
        self._taken_s.append(t)
        acc, gyr = self._motion(t - self._born_s)
        code = self.registers[chip.CTRL1_XL] >> 2 & 3
        full_g = {c: g for g, c in lsm6ds.RANGES_G[self._model].items()}[code]
        ticks = self._first_tick + round((t - self._born_s) * self._ratio / _TICK_S)
        for tag, data in (
            (lsm6ds.TIME, struct.pack("<IH", ticks & 0xFFFFFFFF, 0)),
            (lsm6ds.GYRO, _steps(gyr, 0.070)),
            (lsm6ds.ACCELERATION, _steps(acc, 0.061e-3 / 2 * full_g)),
        ):
            self._fifo.append(bytes([tag << 3 | (self._samples & 3) << 1]) + data)
        while len(self._fifo) > WORDS:
            self._fifo.popleft()
            self.overruns += not self._latched
            self._latched = True


def _steps(values: tuple[float, float, float], step: float) -> bytes:
    return struct.pack("<3h", *(max(-32768, min(32767, round(v / step))) for v in values))


class SimBus:
    """Stands in for ``smbus2.SMBus``."""

    def __init__(self, chips: dict[int, SimChip]) -> None:
        self.chips = chips
        self.transfers = 0
        self.carried = 0
        self._lock = threading.Lock()
        self.closed = False

    def i2c_rdwr(self, *messages: Any) -> None:  # noqa: ANN401 - smbus2's own message type
        """Do the transfers, as the kernel would."""
        register = 0
        with self._lock:
            for message in messages:
                found = self.chips.get(message.addr)
                if found is None or not found.present:
                    raise OSError(errno.EREMOTEIO, "Remote I/O error")
                self.transfers += 1
                self.carried += message.len + 1
                if message.flags & 1:
                    data = found.read(register, message.len)
                    ctypes.memmove(message.buf, data, message.len)
                    continue
                register, *values = bytes(message)
                for k, value in enumerate(values):
                    found.write(register + k, value)

    def close(self) -> None:
        """Note that nobody uses it any more."""
        self.closed = True
