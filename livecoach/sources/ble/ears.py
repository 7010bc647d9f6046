"""Hears what advertises: one scan for everybody who waits, one at a time in a process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from livecoach.errors import SourceError
from livecoach.sources.ble import trouble
from livecoach.sources.ble.lingering import lingering
from livecoach.sources.ble.wanted import Wanted, source_name

if TYPE_CHECKING:  # bleak is loaded when it is used
    from bleak.backends.device import BLEDevice
    from bleak.backends.scanner import AdvertisementData

_SLICE_S = 5.0
_EAGER_S = 30.0
_RESTS_S = 8.0
_SETTLE_S = 1.0
"""A part of a name may fit several: the others get this long to be heard too."""
_BACK_OFF_S = (0.2, 1.0)
_LOCKS: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


class Heard:
    """A device that advertised: what it said last, and the handle that bleak connects by."""

    def __init__(
        self, device: BLEDevice, t: float, advert: AdvertisementData | None = None
    ) -> None:
        self.device = device
        self.address = device.address
        self.name = (advert and advert.local_name) or device.name or ""
        self.rssi_dbm = advert.rssi if advert else 0
        self.services = tuple(advert.service_uuids) if advert else ()
        self.t_first = self.t = t

    @property
    def source(self) -> str:
        """Return what it is called as a source."""
        return source_name(self.name, self.address)

    def again(self, later: Heard) -> Heard:
        """Take over what an earlier advert said and a later one left out."""
        later.name = later.name or self.name
        later.services = tuple(dict.fromkeys((*self.services, *later.services)))
        later.t_first = self.t_first
        return later


@asynccontextmanager
async def scanning(heard: dict[str, Heard], news: Callable[[], None]) -> AsyncIterator[None]:
    """Scan, and keep in ``heard`` whatever advertises; raises what bleak raises."""
    loop = asyncio.get_running_loop()

    def detected(device: BLEDevice, advert: AdvertisementData) -> None:
        now = Heard(device, loop.time(), advert)
        before = heard.get(now.address)
        heard[now.address] = before.again(now) if before else now
        news()

    scanner = import_module("bleak").BleakScanner
    lock = _LOCKS.setdefault(loop, asyncio.Lock())
    async with lock, scanner(detection_callback=detected):
        yield


class Ears:
    """Scans as long as somebody waits for a sensor.

    Parameters
    ----------
    say
        Gets one line when Bluetooth stops working, and one when it works again.
    streaming
        Tells whether sensors are being listened to: then, after half a minute, the scan rests in
        between, since both share one radio.
    """

    def __init__(self, say: Callable[[str], None], streaming: Callable[[], bool]) -> None:
        self._say = say
        self._streaming = streaming
        self._waiting = 0
        self._somebody = asyncio.Event()
        self._news = asyncio.Event()
        self._eager_until = 0.0
        self._trouble = ""
        self._worked = False
        self.heard: dict[str, Heard] = {}
        self.claimed: set[str] = set()
        """Addresses of the sensors that somebody looks after."""

    async def run(self, *, alone: bool) -> None:
        """Serve until cancelled.

        Raises
        ------
        SourceError
            Bluetooth cannot work on this machine, and (``alone``) there is no other source.
        """
        loop = asyncio.get_running_loop()
        pause_s = _BACK_OFF_S[0]
        while True:
            await self._somebody.wait()
            try:
                async with scanning(self.heard, self._tell):
                    self._works()
                    for device in await lingering():
                        self.heard[device.address] = Heard(device, loop.time())
                    await self._slice(loop)
                pause_s = _BACK_OFF_S[0]
            except trouble.errors() as exc:
                found = trouble.of_adapter(exc)
                if found.hopeless and alone and not self._worked:
                    raise SourceError(found.line) from exc
                self._fails(found.line)
                await asyncio.sleep(pause_s)
                pause_s = min(_BACK_OFF_S[1], 2.0 * pause_s)
                continue
            if self._streaming() and loop.time() > self._eager_until:
                await asyncio.sleep(_RESTS_S)

    async def find(self, wanted: Wanted, mine: str = "") -> Heard:
        """Wait, as long as it takes, until a sensor advertises that fits and is nobody else's."""
        loop = asyncio.get_running_loop()
        since = loop.time()
        self._eager_until = max(self._eager_until, since + _EAGER_S)
        self._waiting += 1
        self._somebody.set()
        try:
            while True:
                found = self._fitting(wanted, mine, since, loop.time())
                if found is not None:
                    return found
                await self._wait_for_news(0.25)
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._somebody.clear()
                self._tell()

    async def listen(self, seconds: float) -> list[Heard]:
        """Return what advertises in some seconds, counted from when Bluetooth works."""
        loop = asyncio.get_running_loop()
        since = loop.time()
        self._waiting += 1
        self._somebody.set()
        try:
            while not self._worked:
                await self._wait_for_news(0.25)
            await asyncio.sleep(seconds)
            return self.near(loop.time() - since)
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._somebody.clear()
                self._tell()

    def near(self, seconds: float = 15.0) -> list[Heard]:
        """Return what advertised lately."""
        since = asyncio.get_running_loop().time() - seconds
        return [h for h in self.heard.values() if h.t >= since]

    def _fitting(self, wanted: Wanted, mine: str, since: float, now: float) -> Heard | None:
        taken = self.claimed - {mine}
        free = [h for h in self.heard.values() if h.t >= since and h.address not in taken]
        fit = [h for h in free if wanted.fits(h.name, h.address)]
        exact = [h for h in fit if h.name and wanted.fits_exactly(h.name, h.address)]
        if not exact and not any(now - max(since, h.t_first) >= _SETTLE_S for h in fit):
            return None
        return max(exact or fit, key=lambda h: h.rssi_dbm)

    async def _slice(self, loop: asyncio.AbstractEventLoop) -> None:
        until = loop.time() + _SLICE_S
        while self._waiting and loop.time() < until:
            await self._wait_for_news(until - loop.time())

    async def _wait_for_news(self, most_s: float) -> None:
        try:
            async with asyncio.timeout(most_s):
                await self._news.wait()
        except TimeoutError:
            pass

    def _tell(self) -> None:
        """Wake everybody who waits for news."""
        self._news.set()
        self._news = asyncio.Event()

    def _works(self) -> None:
        if self._trouble:
            self._say("Bluetooth works again")
        self._trouble = ""
        self._worked = True
        self._tell()

    def _fails(self, line: str) -> None:
        if line != self._trouble:
            self._say(f"{line[:1].upper()}{line[1:]}. Still trying")
        self._trouble = line
