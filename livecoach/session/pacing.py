"""When inputs happen: merged in order of time, with ten ticks a second between them."""

import asyncio
import heapq
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from livecoach.model import Input, Tick
from livecoach.sources import Door

TICKS_PER_S = 10


def merged(doors: Iterable[Door], seconds: float | None) -> Iterator[Input]:
    """Yield the inputs of all doors in order of time, with ticks, up to ``seconds``.

    A recorded session is complete: it is passed on as it stands.
    """
    known = list(doors)
    together = heapq.merge(*(d.inputs() for d in known), key=lambda x: x.t)
    with_ticks = together if any(d.complete for d in known) else _ticked(together)
    for x in with_ticks:
        if seconds is not None and x.t > seconds:
            return
        yield x


def _ticked(inputs: Iterator[Input]) -> Iterator[Input]:
    count = 0
    for x in inputs:
        while count / TICKS_PER_S <= x.t:
            yield Tick(0, count / TICKS_PER_S)
            count += 1
        yield x


class Pace(Protocol):
    """How fast session time passes."""

    def now(self) -> float:
        """Return session time."""
        ...

    async def until(self, t: float) -> None:
        """Wait until session time has reached ``t``; let others run now and then in any case."""
        ...


class RealTime:
    """Session time is the event loop's monotonic clock."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._start = clock()

    def now(self) -> float:
        """Return the seconds since the session began."""
        return self._clock() - self._start

    async def until(self, t: float) -> None:
        """Sleep as long as it takes."""
        await asyncio.sleep(max(0.0, t - self.now()))


class AsFastAsPossible:
    """Session time is the time of the newest input."""

    _SHARE = 500

    def __init__(self) -> None:
        self._t = 0.0
        self._count = 0

    def now(self) -> float:
        """Return the time of the newest input."""
        return self._t

    async def until(self, t: float) -> None:
        """Be there at once."""
        self._t = max(self._t, t)
        self._count += 1
        if self._count % self._SHARE == 0:
            await asyncio.sleep(0)
