"""Keeps one sensor: find, connect, subscribe, wait for its loss, and again, for ever."""

import asyncio
import difflib
import random
from collections.abc import Callable, Sequence
from contextlib import suppress

from livecoach.model import Input, Link, Payload
from livecoach.sources.ble import trouble
from livecoach.sources.ble.connection import CLOSE_S, Connection, RefusedError, finished
from livecoach.sources.ble.describe import described
from livecoach.sources.ble.ears import Ears, Heard
from livecoach.sources.ble.wanted import Wanted
from livecoach.sources.ble.watchdog import Watchdog
from livecoach.wire.radio import Kind

_BACK_OFF_S = (0.2, 10.0)
_ABSENT_S = 8.0
_FIRST_S = 10.0
_FIRST_ASKED_S = 35.0
"""An H10's acceleration may begin half a minute late (polar-ble-sdk issues 414, 424, 569)."""
_PERIOD_S = {"imu": 0.5, "pod": 1.0, "heart": 1.0, "treadmill": 1.0}


class Supervisor:
    """One sensor's life.

    Parameters
    ----------
    wanted
        Which one, and what is said about it.
    ears
        Where it is found.
    put, now
        As in `LiveDoor.run`.
    say
        Gets one line whenever it is found, lost, or something else is wrong with it.
    """

    def __init__(
        self,
        wanted: Wanted,
        ears: Ears,
        put: Callable[[Input], None],
        now: Callable[[], float],
        say: Callable[[str], None],
    ) -> None:
        self._wanted = wanted
        self._ears = ears
        self._put = put
        self._now = now
        self._say = say
        self._said = ""
        self._address = ""
        self._row = 0
        self._wake = asyncio.Event()
        self._restart = False
        self._known = False
        self._main: frozenset[str] = frozenset()
        self._watchdog: Watchdog | None = None
        self.source = ""
        """What the sensor is called; empty before it was found for the first time."""
        self.streaming = False
        self.errors = 0
        """How many notifications could not be taken in."""

    async def run(self) -> None:
        """Keep the sensor until cancelled, or until it turns out to be of no use."""
        pause_s = _BACK_OFF_S[0]
        while True:
            heard = await self._find()
            before = self._row
            try:
                if not await self._serve(heard):
                    return
            except RefusedError as exc:
                self._tell(f"{self.source} {exc}; switch it off and on")
            except Exception as exc:  # noqa: BLE001 - a link lost midway makes bleak raise anything
                self._tell(trouble.of_link(self.source, exc))
            if self._row > before:  # it had worked
                pause_s = _BACK_OFF_S[0]
            await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))  # noqa: S311 - not a secret
            pause_s = min(_BACK_OFF_S[1], 2.0 * pause_s)

    def restart(self) -> None:
        """Stop and start the stream, as soon as may be."""
        self._restart = True
        self._wake.set()

    async def _find(self) -> Heard:
        """Wait for the sensor; say so when that takes long."""
        wanted = Wanted(text=self._address) if self._address else self._wanted
        late = asyncio.get_running_loop().call_later(_ABSENT_S, self._absent)
        try:
            heard = await self._ears.find(wanted, mine=self._address)
        finally:
            late.cancel()
        self._ears.claimed.add(heard.address)
        if not self._address:
            self._address, self.source = heard.address, heard.source
        return heard

    async def _serve(self, heard: Heard) -> bool:
        """Connect and listen until the sensor is lost; False when it is of no use."""
        self._wake, self._restart = asyncio.Event(), False
        connection = Connection(heard.device, self._take, self._wake.set)
        linked = False
        try:
            kinds = await connection.open()
            if not kinds:
                self._tell(f"{self.source} has nothing that livecoach can use: left alone")
                return False
            info, remark = await described(self.source, kinds[0], self._wanted, connection)
            self._put(Link(0, self._now(), self.source, "found", info))
            linked = True
            watchdog = self._watched(kinds)
            await connection.begin(kinds)
            self.streaming = True
            self._connected(remark)
            self._tell(f"{self.source} {await self._until_lost(connection, watchdog)}")
        except asyncio.CancelledError:
            linked = False  # the session ends, the sensor is there
            raise
        finally:
            self.streaming = False
            if linked:
                self._put(Link(0, self._now(), self.source, "lost"))
            await finished(connection.close, CLOSE_S)
            self.errors += connection.errors
        return True

    def _watched(self, kinds: Sequence[Kind]) -> Watchdog:
        """Watch over what the sensor is best at; keep what was learnt about it."""
        best = kinds[0]
        self._main = frozenset(best.notify)
        if self._watchdog is None:
            first_s = _FIRST_ASKED_S if best.stop else _FIRST_S
            self._watchdog = Watchdog(_PERIOD_S[best.kind], first_s)
        self._watchdog.begin(asyncio.get_running_loop().time())
        return self._watchdog

    async def _until_lost(self, connection: Connection, watchdog: Watchdog) -> str:
        """Return why the sensor counts as lost."""
        loop = asyncio.get_running_loop()
        while connection.alive:
            self._wake.clear()
            left_s = watchdog.barks_at() - loop.time()
            if left_s <= 0.0:
                watchdog.barked()
                return "says nothing though it is connected; connecting again"
            if self._restart:
                self._restart = False
                watchdog.begin(loop.time())
                await connection.restart()
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(left_s):
                    await self._wake.wait()
        return "is lost; looking for it"

    def _take(self, channel: str, data: bytes) -> None:
        t = self._now()
        self._row += 1
        self._put(Payload(0, t, self.source, channel, self._row, data))
        if (
            channel in self._main
            and self._watchdog is not None
            and self._watchdog.fed(asyncio.get_running_loop().time())
        ):
            self._wake.set()

    def _connected(self, remark: str) -> None:
        """Say that the sensor is there; what the person should still say, once."""
        self._tell(f"{self.source} is {'back' if self._known else 'connected'}")
        if remark and not self._known:
            self._say(remark)
        self._known = True

    def _absent(self) -> None:
        """Say that the sensor is not there, and which there are."""
        if self.source:
            self._tell(f"{self.source} is still not there; is it on, and near?")
            return
        wanted = self._wanted.text
        names = sorted({h.source for h in self._ears.near() if h.name})
        close = difflib.get_close_matches(wanted, names, 3, 0.5) or names[:5]
        addresses = {h.address: h.source for h in self._ears.near()}
        if self._wanted.is_address:
            near = difflib.get_close_matches(wanted.upper(), addresses, 3, 0.7)
            close = [f"{a} ({addresses[a]})" for a in near] or close
        there = f"; there is: {', '.join(close)}" if close else ""
        self._tell(f"{wanted} is not there{there}. Waiting: is it on, and no other app using it?")

    def _tell(self, line: str) -> None:
        """Say what is new, once."""
        if line != self._said:
            self._say(line)
        self._said = line
