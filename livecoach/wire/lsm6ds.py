"""ST LSM6DSOX and LSM6DSO32 on a bus of the computer's own: bursts of their FIFO.

What is recorded is the FIFO as it was read, behind 5 bytes that say how to read it: u8 1 (format),
u8 acceleration full scale in g, u8 gyro full scale in 125 deg/s, s8 the chip's own word on its
oscillator (register 0x63, steps of 0.15 %), u8 flags (b0 the FIFO had overrun before these words).
Then words of 7 bytes: tag << 3 | count << 1 | parity, then three s16 or, for a time stamp, u32
ticks. Tags: 1 gyro, 2 acceleration, 4 time stamp; the two-bit count is alike within one instant.
Sources: Linux ``st_lsm6dsx_buffer.c``; application note AN5272 for the count, the oscillator and
the tick of 25 us. Unverified: that the LSM6DSO32 is alike in all of this. Both answer 0x6C to "who
are you", and the same range code is twice the range on the LSM6DSO32.
"""

import math
import struct
from typing import Final, Literal, TypeAlias

from msgspec import Struct

from livecoach.errors import WireError
from livecoach.model import ImuPacket, Triple
from livecoach.wire.triples import G_MPS2

CHANNEL: Final = "lsm6ds.fifo"
WHO_AM_I: Final = 0x6C
WORD: Final = 7
GYRO, ACCELERATION, TIME = 1, 2, 4
Chip: TypeAlias = Literal["lsm6dsox", "lsm6dso32"]
RANGES_G: Final[dict[Chip, dict[int, int]]] = {
    "lsm6dsox": {2: 0, 16: 1, 4: 2, 8: 3},
    "lsm6dso32": {4: 0, 32: 1, 8: 2, 16: 3},
}
"""Full scale in g -> its code in CTRL1_XL."""
RATES_HZ: Final = {104: 4, 208: 5, 416: 6}
"""Nominal rate -> its code, of both sensors and of the FIFO."""
_FORMAT = 1
_HEADER = struct.Struct("<BBBbB")
_TRIPLE = struct.Struct("<3h")
_TICKS = 40_000.0
_FINE = 0.0015
_SKEW_SD = 0.01
_ACC_STEP_MPS2 = 0.061e-3 / 2 * G_MPS2
"""Per g of full scale: 0.061 mg at 2 g, 0.976 mg at 32 g."""
_GYR_STEP_RADPS = math.radians(0.070) / 16
"""Per 125 deg/s of full scale: 70 mdps at 2000 deg/s."""


class Settings(Struct, frozen=True):
    """How a burst is to be read: full scales, the oscillator's deviation, an overrun before it."""

    acc_g: int = 8
    gyr_125dps: int = 16
    fine: int = 0
    overrun: bool = False

    @property
    def tick_s(self) -> float:
        """What one tick of a time stamp lasts, as far as the chip knows."""
        return 1.0 / (_TICKS * (1.0 + _FINE * self.fine))


def burst(settings: Settings, words: bytes) -> bytes:
    """Write what is recorded: the settings, then the FIFO's words as they were read."""
    s = settings
    return _HEADER.pack(_FORMAT, s.acc_g, s.gyr_125dps, s.fine, int(s.overrun)) + words


def parse(data: bytes) -> tuple[Settings, bytes]:
    """Read what `burst` wrote; raises `WireError`."""
    if len(data) < _HEADER.size or (len(data) - _HEADER.size) % WORD:
        raise WireError(f"{len(data)} bytes are no whole number of FIFO words", data)
    form, acc_g, gyr, fine, flags = _HEADER.unpack_from(data)
    if form != _FORMAT:
        raise WireError(f"FIFO format {form} is not {_FORMAT}", data)
    if not any(acc_g in known for known in RANGES_G.values()) or gyr not in {1, 2, 4, 8, 16}:
        raise WireError(f"no such range: {acc_g} g, {gyr} x 125 deg/s", data)
    return Settings(acc_g, gyr, fine, bool(flags & 1)), data[_HEADER.size :]


class FifoStream:
    """Bursts -> packets of whole samples: acceleration, gyro and time stamp of one instant."""

    def __init__(self) -> None:
        self._slot: dict[int, bytes] = {}
        self._count = 0

    def update(self, data: bytes, t: float) -> list[ImuPacket]:
        """Take in one burst; an instant cut in two by its end waits for the next one."""
        del t
        settings, words = parse(data)
        if settings.overrun:
            self._slot.clear()
        whole = [s for at in range(0, len(words), WORD) if (s := self._word(words, at))]
        if not whole:
            return []
        acc_step = _ACC_STEP_MPS2 * settings.acc_g
        gyr_step = _GYR_STEP_RADPS * settings.gyr_125dps
        return [
            ImuPacket(
                acc=tuple(_scaled(s[ACCELERATION], acc_step) for s in whole),
                gyr=tuple(_scaled(s[GYRO], gyr_step) for s in whole),
                clock_s=int.from_bytes(whole[-1][TIME][:4], "little") * settings.tick_s,
                clock_wrap_s=2**32 * settings.tick_s,
                broken=settings.overrun,
                skew_sd_ratio=_SKEW_SD,
            )
        ]

    def _word(self, words: bytes, at: int) -> dict[int, bytes]:
        """Take in one word; return an instant's words by their tags once they are complete."""
        tag, count = words[at] >> 3, words[at] >> 1 & 3
        if tag not in {GYRO, ACCELERATION, TIME}:
            return {}
        if count != self._count or tag in self._slot:
            self._slot = {}
            self._count = count
        self._slot[tag] = words[at + 1 : at + WORD]
        if len(self._slot) < 3:
            return {}
        whole, self._slot = self._slot, {}
        return whole


def _scaled(data: bytes, step: float) -> Triple:
    x, y, z = _TRIPLE.unpack(data)
    return x * step, y * step, z * step
