"""A Bluetooth door running against the fake BlueZ, in the test's own loop."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from livecoach.model import Input, Link, Payload
from livecoach.sources.ble import BleDoor, parse
from tests.loopback.bluez.rig import BlueZRig

LISTEN_S = 1.5


@dataclass
class Listener:
    """What came through a door, and what it said."""

    door: BleDoor
    rig: BlueZRig
    t0: float = field(default_factory=time.monotonic)
    inputs: list[Input] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def now(self) -> float:
        """Return session time."""
        return time.monotonic() - self.t0

    def payloads(self, channel: str, source: str = "") -> list[Payload]:
        """Return what came of one characteristic."""
        return [
            x
            for x in self.inputs
            if isinstance(x, Payload) and x.channel == channel and source in x.source
        ]

    def links(self, source: str = "") -> list[Link]:
        """Return what was found and lost."""
        return [x for x in self.inputs if isinstance(x, Link) and source in x.source]

    async def until(self, true: Callable[[], object], most_s: float = 20.0) -> float:
        """Wait until something is so, and return how long that took."""
        begun = self.now()
        while not true():
            assert self.now() - begun < most_s, (self.said, self.links())
            await asyncio.sleep(0.01)
        return self.now() - begun


@asynccontextmanager
async def listening(rig: BlueZRig, *uris: str, alone: bool = True) -> AsyncIterator[Listener]:
    """Serve a door on ``ble:`` URIs (without the scheme) and cancel it in the end."""
    door = BleDoor([parse(uri) for uri in uris], alone=alone, listen_s=LISTEN_S)
    listener = Listener(door, rig)
    door.say = listener.said.append
    task = asyncio.create_task(door.run(listener.inputs.append, listener.now))
    try:
        yield listener
        if task.done():
            await task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
