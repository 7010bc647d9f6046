"""Where commands come from while a session runs: keys, a button, a coach elsewhere."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager

import msgspec

from livecoach.model import Input
from livecoach.session.pacing import Pace
from livecoach.sources import LiveDoor


class Controls:
    """Serves the doors that commands come through; one that fails is told, and done without.

    Parameters
    ----------
    doors
        The doors.
    pace
        Session time.
    put
        Takes a command at once; None: it waits for the next input of a recording, which has its
        own time (`waiting`).
    say
        Gets one line for a door that fails.
    """

    def __init__(
        self,
        doors: Sequence[LiveDoor],
        pace: Pace,
        put: Callable[[Input], None] | None,
        say: Callable[[str], None],
    ) -> None:
        self._doors = tuple(doors)
        self._pace = pace
        self._orders: deque[Input] = deque()
        self._put = put or self._orders.append
        self._say = say

    def waiting(self, t: float) -> Iterator[Input]:
        """Yield the commands that have come, stamped ``t``: the time of the input they precede."""
        while self._orders:
            yield msgspec.structs.replace(self._orders.popleft(), t=t)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Listen meanwhile."""
        tasks = [
            asyncio.create_task(door.run(self._put, self._pace.now), name=door.name)
            for door in self._doors
        ]
        for task in tasks:
            task.add_done_callback(self._miss)
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _miss(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            self._say(f"No more commands from the {task.get_name()}: {task.exception()}")
