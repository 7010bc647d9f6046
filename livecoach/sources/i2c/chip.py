"""One LSM6DSOX or LSM6DSO32: found, set up, drained. Plain calls that block: for one thread.

Registers as in the data sheets and `reference` sketches; only ``i2c_rdwr`` is used, since SMBus
block calls end at 32 bytes and a drain is one write and one long read.
"""

import errno
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final, Protocol

from livecoach.errors import SourceError, SourceNotFoundError
from livecoach.sources.i2c.wanted import Wanted
from livecoach.wire import lsm6ds

WHO_AM_I, CTRL1_XL, CTRL2_G, CTRL3_C, CTRL10_C = 0x0F, 0x10, 0x11, 0x12, 0x19
FIFO_CTRL3, FIFO_CTRL4, FIFO_STATUS, FINE, FIFO_OUT = 0x09, 0x0A, 0x3A, 0x63, 0x78
_RESET, _BDU_AND_INCREMENT, _TIMESTAMPS = 0x01, 0x44, 0x20
_CONTINUOUS_WITH_TIME = 0x46
_GYRO_2000DPS = 0x0C
_OVERRUN: Final = 0x48
"""Full now, or overrun since this was last read."""
_RESET_TRIES, _RESET_S = 20, 0.005
_ABSENT = (errno.EREMOTEIO, errno.ENXIO, errno.EIO, errno.ETIMEDOUT)


class Bus(Protocol):
    """What is used of ``smbus2.SMBus``."""

    def i2c_rdwr(self, *messages: Any) -> None:  # noqa: ANN401 - smbus2's own message type
        """Do several transfers in one go."""

    def close(self) -> None:
        """Let go of the node."""


OpenBus = Callable[[str], Bus]


def open_bus(node: str) -> Bus:
    """Open a bus's device node.

    Raises
    ------
    SourceError
        With the way out: no library, no node, no permission.
    """
    try:
        smbus: Any = import_module("smbus2")
    except ImportError as exc:
        raise SourceError("I2C needs smbus2 (pip install 'livecoach[pi]')") from exc
    try:
        bus: Bus = smbus.SMBus(node)
    except FileNotFoundError as exc:
        raise SourceNotFoundError(
            f"{node}: no such bus; switch I2C on (dtparam=i2c_arm=on in config.txt)"
        ) from exc
    except PermissionError as exc:
        raise SourceError(f"{node}: no permission; join the group `i2c` and log in again") from exc
    except OSError as exc:
        raise SourceError(f"{node}: {exc.strerror or exc}") from exc
    return bus


class Chip:
    """One sensor on an open bus; what the bus refuses comes out as OSError.

    Attributes
    ----------
    settings
        How its bursts are to be read.
    """

    def __init__(self, bus: Bus, wanted: Wanted) -> None:
        self._bus = bus
        self._wanted = wanted
        self._message: Any = import_module("smbus2").i2c_msg
        self.settings = lsm6ds.Settings(wanted.full_scale_g)

    def identify(self) -> int:
        """Return what it answers to "who are you"."""
        return self._read(WHO_AM_I, 1)[0]

    def start(self) -> None:
        """Reset it and let its FIFO run.

        Raises
        ------
        SourceError
            Something else answers at the address.
        """
        who = self.identify()
        if who != lsm6ds.WHO_AM_I:
            raise SourceError(
                f"{self._wanted.source} answers {who:#04x}, not {lsm6ds.WHO_AM_I:#04x}: "
                "no LSM6DSOX or LSM6DSO32"
            )
        self._write(CTRL3_C, _RESET)
        for _ in range(_RESET_TRIES):
            time.sleep(_RESET_S)
            if not self._read(CTRL3_C, 1)[0] & _RESET:
                break
        wanted = self._wanted
        rate = lsm6ds.RATES_HZ[wanted.rate_hz] << 4
        scale = lsm6ds.RANGES_G[wanted.chip][wanted.full_scale_g] << 2
        fine = int.from_bytes(self._read(FINE, 1), "little", signed=True)
        self.settings = lsm6ds.Settings(wanted.full_scale_g, fine=fine)
        self._write(CTRL3_C, _BDU_AND_INCREMENT)
        self._write(CTRL10_C, _TIMESTAMPS)
        self._write(FIFO_CTRL4, 0)  # bypass empties the FIFO
        self._write(FIFO_CTRL3, rate | rate >> 4)
        self._write(CTRL1_XL, rate | scale)
        self._write(CTRL2_G, rate | _GYRO_2000DPS)
        self._write(FIFO_CTRL4, _CONTINUOUS_WITH_TIME)

    def drain(self) -> tuple[bytes, bool]:
        """Return the words that wait in the FIFO, and whether it had overrun before them."""
        low, high = self._read(FIFO_STATUS, 2)
        count = low | (high & 3) << 8
        words = self._read(FIFO_OUT, lsm6ds.WORD * count) if count else b""
        return words, bool(high & _OVERRUN)

    def stop(self) -> None:
        """Let it sleep."""
        for register in (FIFO_CTRL4, CTRL1_XL, CTRL2_G):
            self._write(register, 0)

    def _read(self, register: int, count: int) -> bytes:
        address = self._wanted.address
        write, read = self._message.write(address, [register]), self._message.read(address, count)
        self._bus.i2c_rdwr(write, read)
        return bytes(read)

    def _write(self, register: int, value: int) -> None:
        self._bus.i2c_rdwr(self._message.write(self._wanted.address, [register, value]))


def why(exc: OSError, wanted: Wanted) -> str:
    """Say what a refused transfer means."""
    if exc.errno in _ABSENT:
        return (
            f"Nothing answers at {wanted.address:#04x} on i2c-{wanted.bus}: is the sensor wired to "
            f"SDA, SCL, 3.3 V and ground? Trying again"
        )
    return f"{wanted.source}: {exc.strerror or exc}. Trying again"
