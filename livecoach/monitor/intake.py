"""From the broker into the fleet, for ever: what goes wrong is said once, in one line.

Messages do not wait in a queue: aiomqtt would make two tasks for each, which at some thousand a
second costs more than all the rest. Its queue is one of ours that hands on at once
(``tests/monitor/test_intake.py`` holds that the installed aiomqtt still puts so).
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

import aiomqtt
import msgspec

from livecoach.errors import BrokerError, LivecoachError, WireError
from livecoach.monitor.feed import Feed
from livecoach.monitor.fleet import Fleet
from livecoach.sinks.broker.client import Connection, Login, connected
from livecoach.sinks.broker.trouble import OldBrokerError
from livecoach.wire.topics import ReportName, everyones_reports

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 5.0
_AT_MOST_ONCE: tuple[ReportName, ...] = ("live", "strides")
_TOLD_EACH_S = 10.0
"""Hostile messages may come by the thousand: they are all counted, and told this often."""

Hello = Callable[[str, str], tuple[str, bytes] | None]


class Intake:
    """Keeps the fleet fed and sends wishes.

    Parameters
    ----------
    login
        Where and as whom.
    group
        Which group; None for all.
    fleet, feed
        What is told.
    say
        Gets one line for each thing that goes wrong, and when it is well again.
    """

    def __init__(
        self, login: Login, group: str | None, fleet: Fleet, feed: Feed, say: Callable[[str], None]
    ) -> None:
        self._login, self._group = login, group
        self._fleet, self._feed, self._say = fleet, feed, say
        self._connection: Connection | None = None
        self._told_s = -_TOLD_EACH_S
        self._untold = 0

    async def run(self) -> None:
        """Connect, listen, and connect again, until cancelled."""
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                await self._listen()
            except OldBrokerError:
                self._login = msgspec.structs.replace(self._login, five=False)
            except BrokerError as exc:
                self._trouble(str(exc))
            began_well = self._connection is not None
            self._connection = None
            pause_s = _FIRST_PAUSE_S if began_well else min(pause_s * 1.6, _LONGEST_PAUSE_S)
            await asyncio.sleep(pause_s)

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Send with QoS 1 and wait until the broker has taken it; raises `BrokerError`."""
        if self._connection is None:
            raise BrokerError("the broker cannot be reached now")
        await self._connection.publish(topic, payload, retain=retain)

    async def _listen(self) -> None:
        async with connected(self._login, _handing_to(self._take)) as connection:
            filters = everyones_reports(self._group)
            # Others first: a status is to be there before the first live message.
            most = [f for f in filters if not f.endswith(_AT_MOST_ONCE)]
            await connection.subscribe(most)
            await connection.subscribe([f for f in filters if f not in most], qos=0)
            self._connection = connection
            if self._feed.broker not in {"connected", "connecting"}:
                self._say("The broker is back.")
            self._feed.broker = "connected"
            async for _ in connection.messages():
                pass

    def _take(self, message: aiomqtt.Message) -> None:
        payload = message.payload if isinstance(message.payload, bytes) else b""
        now_s = time.monotonic()
        try:
            self._fleet.take(message.topic.value, payload, now_s, retained=bool(message.retain))
        except WireError as exc:
            self._untold += 1
            if now_s - self._told_s >= _TOLD_EACH_S:
                self._told_s, count, self._untold = now_s, self._untold, 0
                seen = "" if count == 1 else f" ({count} messages since the last such line)"
                self._say(f"Not understood, left out: {message.topic.value}: {exc}{seen}")

    def _trouble(self, line: str) -> None:
        if self._feed.broker != line:
            self._feed.broker = line
            self._say(f"{line}; trying again")


def _handing_to(
    take: Callable[[aiomqtt.Message], None],
) -> type["asyncio.Queue[aiomqtt.Message]"]:
    """Return a kind of queue that holds nothing: what is put goes to ``take``."""

    class Handing(asyncio.Queue[aiomqtt.Message]):
        def put_nowait(self, item: aiomqtt.Message) -> None:
            take(item)

    return Handing


async def announce(fleet: Fleet, intake: Intake, discovery: Hello) -> None:
    """Tell Home Assistant of each runner, once, as long as we run."""
    told: set[str] = set()
    while True:
        for runner in fleet.changed_since(0):
            if runner.id in told:
                continue
            message = discovery(runner.group, runner.name)
            with suppress(LivecoachError):
                if message is not None:
                    await intake.publish(*message, retain=True)
                told.add(runner.id)
        await asyncio.sleep(1.0)
