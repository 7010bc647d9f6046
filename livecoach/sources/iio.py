"""``iio:device0?mount=chest&up=+z``: an inertial sensor that a kernel driver reads for us.

Plain files: what there is below ``/sys/bus/iio/devices``, the records from ``/dev/iio:deviceN``. A
driver that shows acceleration and gyro as two devices (``st_lsm6dsx``) gives its acceleration only;
the ``i2c:`` source gives both.
"""

import asyncio
import os
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from livecoach.errors import ConfigError, SourceError, SourceNotFoundError, WireError
from livecoach.model import Input, Link, Mount, Payload, SensorInfo
from livecoach.sources.worn import WORN, asked
from livecoach.wire import iio

_SYSFS = Path("/sys/bus/iio/devices")
_DEV = Path("/dev")
_READ = 65536
_BUFFER = 256
_AGAIN_S: Final = 1.0
_PERMISSION = "no permission; join the group `iio` (hw/pi/udev) and log in again"


class Wanted(Struct, frozen=True, kw_only=True):
    """What one ``iio:`` URI asks for."""

    device: str
    mount: Mount | None = None
    forward: str = "unknown"
    left: str = "unknown"
    up: str = "unknown"

    @property
    def source(self) -> str:
        """What the sensor is called as a source."""
        return f"IMU iio:{self.device}"


def parse(rest: str) -> Wanted:
    """Read what follows ``iio:``; raises `ConfigError`."""
    device, _, query = rest.partition("?")
    if not re.fullmatch(r"device\d{1,3}", device):
        raise ConfigError(f"iio:{rest}", "say which device: iio:device0?mount=chest")
    return msgspec.convert({"device": device, **asked(f"iio:{rest}", query, WORN)}, Wanted)


class Device:
    """One device's files.

    Parameters
    ----------
    folder
        Its folder in sysfs.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._scan = folder / "scan_elements"

    def start(self) -> iio.Layout:
        """Switch on what we use, and the buffer; return what a record is made of.

        Raises
        ------
        SourceError
            It is not there, has no acceleration, or lets nobody in.
        """
        if not self._folder.is_dir():
            raise SourceNotFoundError(f"{self._folder}: no such IIO device")
        names = {p.name.removesuffix("_en") for p in self._scan.glob("*_en")}
        if not set(iio.ACC) <= names:
            raise SourceError(f"{self._folder}: measures no acceleration, or has no buffer")
        try:
            return self._started(names)
        except PermissionError as exc:
            raise SourceError(f"{self._folder}: {_PERMISSION}") from exc
        except (OSError, ValueError, WireError) as exc:
            raise SourceError(f"{self._folder}: cannot be set up: {exc}") from exc

    def stop(self) -> None:
        """Switch the buffer off."""
        with suppress(OSError):
            self._set(self._folder / "buffer/enable", "0")

    @property
    def rate_hz(self) -> float | None:
        """How many records a second, as the driver says."""
        for name in ("sampling_frequency", "in_accel_sampling_frequency"):
            with suppress(OSError, ValueError):
                return float((self._folder / name).read_text())
        return None

    def _started(self, names: set[str]) -> iio.Layout:
        self._set(self._folder / "buffer/enable", "0")
        used = [n for n in (*iio.ACC, *iio.GYR, iio.TIME) if n in names]
        for name in names:
            self._set(self._scan / f"{name}_en", "1" if name in used else "0")
        clock = self._folder / "current_timestamp_clock"
        if clock.exists():
            self._set(clock, "monotonic")  # wall time jumps when it is set
        channels = [
            (
                int((self._scan / f"{n}_index").read_text()),
                n,
                (self._scan / f"{n}_type").read_text(),
            )
            for n in used
        ]
        layout = iio.layout(channels, {n: s for n in used if (s := self._scale(n)) is not None})
        self._set(self._folder / "buffer/length", str(_BUFFER))
        self._set(self._folder / "buffer/enable", "1")
        return layout

    def _scale(self, name: str) -> float | None:
        """Return a channel's own scale, or that of its kind."""
        for known in (f"{name}_scale", f"{name[:-2]}_scale"):
            path = self._folder / known
            if path.exists():
                return float(path.read_text())
        return None

    @staticmethod
    def _set(path: Path, value: str) -> None:
        if path.exists() and path.read_text().strip() != value:
            path.write_text(f"{value}\n")


class IioDoor:
    """One IIO device as a source; no thread: its node tells when there is something to read.

    Parameters
    ----------
    wanted
        Which device.
    sysfs, dev
        Where the devices' folders and nodes are.
    """

    def __init__(self, wanted: Wanted, sysfs: Path = _SYSFS, dev: Path = _DEV) -> None:
        self.name = f"iio:{wanted.device}"
        self._wanted = wanted
        self._device = Device(sysfs / f"iio:{wanted.device}")
        self._node = dev / f"iio:{wanted.device}"
        self._again = asyncio.Event()
        self.say: Callable[[str], None] = _nobody_listens
        """Gets one line for the person at each change."""

    async def run(self, put: Callable[[Input], None], now: Callable[[], float]) -> None:
        """Serve until cancelled; the buffer is switched off before letting go.

        Raises
        ------
        SourceError
            The device is not there or cannot be used; once it has worked it is waited for.
        """
        worked = False
        while True:
            try:
                await self._serve(put, now)
                worked = True
                self.say(f"{self._wanted.source} says no more; setting it up again")
            except SourceError as exc:
                if not worked:
                    raise
                self.say(f"{exc}. Trying again")
            await asyncio.sleep(_AGAIN_S)

    def restart(self, source: str) -> None:
        """Set the device up anew: what it sends has come too late for too long."""
        if source == self._wanted.source:
            self._again.set()

    def hear(self, t: float) -> None:
        """Let nobody hear the beat at ``t``: whoever wears the sensor has ears."""

    async def _serve(self, put: Callable[[Input], None], now: Callable[[], float]) -> None:
        """Read until the node ends, or until told to begin anew."""
        wanted, source = self._wanted, self._wanted.source
        layout = self._device.start()
        try:
            node = os.open(self._node, os.O_RDONLY | os.O_NONBLOCK)
        except PermissionError as exc:
            raise SourceError(f"{self._node}: {_PERMISSION}") from exc
        except OSError as exc:
            raise SourceNotFoundError(f"{self._node}: {exc.strerror}") from exc
        info = SensorInfo(
            name=source,
            kind="imu",
            mount=wanted.mount,
            forward=wanted.forward,
            left=wanted.left,
            up=wanted.up,
            rate_hz=self._device.rate_hz,
        )
        put(Link(0, now(), source, "found", info))
        put(Payload(0, now(), source, iio.CHANNEL, 0, iio.described(layout)))
        self.say(f"{source} is there")
        self._again = asyncio.Event()
        reading = _Reading(node, layout.size, self._again)
        loop = asyncio.get_running_loop()
        row = 0

        def readable() -> None:
            nonlocal row
            data = reading.whole()
            if data:
                row += 1
                put(Payload(0, now(), source, iio.CHANNEL, row, iio.records(data)))

        loop.add_reader(node, readable)
        try:
            await self._again.wait()
            put(Link(0, now(), source, "lost"))
        finally:
            loop.remove_reader(node)
            os.close(node)
            self._device.stop()


class _Reading:
    """Bytes of a node in pieces of any size -> whole records; sets ``over`` at the end."""

    def __init__(self, node: int, size: int, over: asyncio.Event) -> None:
        self._node = node
        self._size = size
        self._over = over
        self._rest = b""

    def whole(self) -> bytes:
        """Return the whole records that have come; empty when there are none yet."""
        try:
            came = os.read(self._node, _READ)
        except BlockingIOError:
            return b""
        except OSError:
            came = b""
        if not came:
            self._over.set()
            return b""
        data = self._rest + came
        end = len(data) - len(data) % self._size
        self._rest = data[end:]
        return data[:end]


def _nobody_listens(_: str) -> None:
    """Say nothing."""
