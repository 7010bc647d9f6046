"""All sensors on I2C buses behind one door, read in one thread."""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from livecoach.errors import SourceError
from livecoach.model import Input, Link, Payload
from livecoach.sources.i2c import chip
from livecoach.sources.i2c.keeper import Keeper
from livecoach.sources.i2c.wanted import Wanted
from livecoach.wire import lsm6ds

_POLL_S: Final = 0.02
_END_S: Final = 2.0


class I2cDoor:
    """Chips on buses as a source; a chip that is not there is waited for.

    Parameters
    ----------
    wanted
        What the URIs ask for.
    open_
        Opens a bus by its node.
    clock
        When to poll: seconds, only ever going forward.
    """

    name = "I2C"

    def __init__(
        self,
        wanted: Sequence[Wanted],
        open_: chip.OpenBus | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wanted = tuple(wanted)
        self._open = open_ or chip.open_bus
        self._clock = clock
        self._restart: set[str] = set()
        self.say: Callable[[str], None] = _nobody_listens
        """Gets one line for the person at each change."""

    async def run(self, put: Callable[[Input], None], now: Callable[[], float]) -> None:
        """Serve until cancelled; the chips are put to sleep before letting go.

        Raises
        ------
        SourceError
            A bus cannot be opened at all.
        """
        loop = asyncio.get_running_loop()
        nodes = dict.fromkeys(w.node for w in self._wanted)
        buses: dict[str, chip.Bus] = {}
        stop, ended = threading.Event(), asyncio.Event()
        try:
            for node in nodes:
                buses[node] = self._open(node)
            hears = _Crossing(loop, put, now, self.say)
            keepers = [Keeper(buses[w.node], w, hears, self._clock) for w in self._wanted]
            reader = threading.Thread(
                target=self._read,
                args=(keepers, stop, hears, ended.set),
                name="i2c",
                daemon=True,
            )
            reader.start()
            try:
                await ended.wait()
            finally:
                stop.set()
                with suppress(TimeoutError):
                    async with asyncio.timeout(_END_S):
                        await ended.wait()
        finally:
            for bus in buses.values():
                bus.close()
        raise SourceError("the I2C reader has ended: this is a mistake of ours")

    def restart(self, source: str) -> None:
        """Set a chip up anew: what it sends has come too late for too long."""
        self._restart.add(source)

    def hear(self, t: float) -> None:
        """Let nobody hear the beat at ``t``: whoever wears the sensors has ears."""

    def _read(
        self,
        keepers: Sequence[Keeper],
        stop: threading.Event,
        hears: "_Crossing",
        ended: Callable[[], object],
    ) -> None:
        """Poll every chip fifty times a second, until told to stop."""
        due_s = self._clock()
        try:
            while not stop.is_set():
                for keeper in keepers:
                    if keeper.source in self._restart:
                        self._restart.discard(keeper.source)
                        keeper.restart()
                    keeper.poll()
                # After a stall the beat goes on from now: there is nothing to catch up on.
                due_s = max(due_s + _POLL_S, self._clock())
                stop.wait(max(0.0, due_s - self._clock()))
            for keeper in keepers:
                keeper.close()
        except Exception as exc:  # noqa: BLE001 - a thread must not die without a word
            hears.tell(f"The I2C reader failed: {exc!r}")
        finally:
            hears.over(ended)


class _Crossing:
    """What the reader thread says, said again in the event loop."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        put: Callable[[Input], None],
        now: Callable[[], float],
        say: Callable[[str], None],
    ) -> None:
        self._loop = loop
        self._put = put
        self._now = now
        self._say = say
        self._row = 0

    def found(self, wanted: Wanted) -> None:
        """Pass on that a sensor streams."""
        self._call(lambda: self._put(Link(0, self._now(), wanted.source, "found", wanted.info())))

    def burst(self, wanted: Wanted, data: bytes) -> None:
        """Pass on what a FIFO held, stamped here: inputs come in order of time."""
        self._row += 1
        row = self._row
        self._call(
            lambda: self._put(Payload(0, self._now(), wanted.source, lsm6ds.CHANNEL, row, data))
        )

    def lost(self, wanted: Wanted) -> None:
        """Pass on that a sensor is gone."""
        self._call(lambda: self._put(Link(0, self._now(), wanted.source, "lost")))

    def tell(self, line: str) -> None:
        """Pass on a line for the person."""
        self._call(lambda: self._say(line))

    def over(self, ended: Callable[[], object]) -> None:
        """Wake whoever waits for the thread."""
        self._call(ended)

    def _call(self, what: Callable[[], object]) -> None:
        try:
            self._loop.call_soon_threadsafe(what)
        except RuntimeError:  # the loop has closed: nobody listens any more
            return


def _nobody_listens(_: str) -> None:
    """Say nothing."""
