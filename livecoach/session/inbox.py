"""Inputs of live sensors in order of arrival, with ten ticks a second between them."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from livecoach.model import Input, Tick
from livecoach.session.pacing import TICKS_PER_S, Pace


class Inbox:
    """Where live doors put what they hear; it keeps everything and never makes them wait."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._waiting: deque[Input] = deque()
        self._arrived = asyncio.Event()

    def put(self, x: Input) -> None:
        """Take an input, stamped with session time now."""
        self._waiting.append(x)
        self._arrived.set()

    async def inputs(self, seconds: float | None) -> AsyncIterator[Input]:
        """Yield inputs and ticks in order of time, as it passes, up to ``seconds``."""
        ticks = 0
        while seconds is None or ticks <= seconds * TICKS_PER_S:
            due_s = ticks / TICKS_PER_S
            if self._waiting and self._waiting[0].t < due_s:
                yield self._waiting.popleft()
            elif self._pace.now() >= due_s:
                yield Tick(0, due_s)
                ticks += 1
            else:
                await self._until(due_s)

    async def _until(self, due_s: float) -> None:
        """Wait for the next input or the next tick, whichever comes first."""
        self._arrived.clear()
        try:
            async with asyncio.timeout(max(0.0, due_s - self._pace.now())):
                await self._arrived.wait()
        except TimeoutError:
            return
