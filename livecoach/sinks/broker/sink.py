"""The broker as a way out: what must arrive goes through the outbox, what is live goes at once.

`Broker.put` and `Broker.live` return at once whatever the network does. One task connects, and
connects again for ever with ever longer pauses; it sends the outbox in windows, oldest first, and
deletes only what the broker has truly taken. What it refuses (an access list) is kept, told in one
line and not tried again before the next start. Each trouble is told once.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress

import msgspec
from msgspec import Struct

from livecoach.errors import BrokerError, StoreError
from livecoach.sinks.broker.client import Connection, Login, RefusedError, connected
from livecoach.sinks.broker.trouble import NoAnswerError, OldBrokerError
from livecoach.store.outbox import Outbox, Waiting

WINDOW = 20
_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 15.0
_LASTING_S = 5.0
"""A connection that breaks sooner is no reason to try again at once."""
_CLOSING_S = 3.0
_LAST_S = 8.0
"""Even a closing that hangs in the network is over by then."""


class Retained(Struct, frozen=True):
    """What the broker is to keep for those who come later; said anew with each connection."""

    topic: str
    payload: bytes


class Arrived(Struct, frozen=True):
    """A message for us."""

    topic: str
    payload: bytes
    retained: bool


class Broker:
    """Tells a broker.

    Parameters
    ----------
    login
        Where and as whom, with the will.
    outbox
        What waits; closed by `close`.
    filters
        Topics to listen to.
    hello, goodbye
        Said when connected, and before leaving in good order.
    arrived
        Gets every message for us; must not raise.
    say
        Gets one line for each thing that goes wrong.
    """

    def __init__(
        self,
        login: Login,
        outbox: Outbox,
        *,
        filters: tuple[str, ...],
        hello: Callable[[], tuple[Retained, ...]],
        goodbye: Callable[[], Retained],
        arrived: Callable[[Arrived], None],
        say: Callable[[str], None],
    ) -> None:
        self.connected = False
        """Whether there is a connection now."""
        self._login = login
        self._outbox = outbox
        self._filters = filters
        self._hello = hello
        self._goodbye = goodbye
        self._arrived = arrived
        self._say = say
        self._told: set[str] = set()
        self._outage = False
        """An outage that has been told of."""
        self._greeted = False
        self._full = 0
        self._wake = asyncio.Event()
        self._fresh = asyncio.Event()
        self._live: tuple[str, bytes] | None = None
        self._stopping = asyncio.Event()
        self._deadline_s = 0.0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to connect."""
        self._task = asyncio.create_task(self._run(), name="broker")

    @property
    def waiting(self) -> int:
        """How many messages wait in the outbox."""
        return self._outbox.count

    def put(self, topic: str, payload: bytes) -> None:
        """Keep a message until the broker has it; raises `StoreError`."""
        self._outbox.put(topic, payload)
        self._wake.set()
        if self._outbox.dropped > self._full:
            self._full = self._outbox.dropped
            self._tell(
                f"Too much waits for the coach's side ({self._outbox.path}): the oldest strides are"
                " left out there; the session file has them."
            )

    def live(self, topic: str, payload: bytes) -> None:
        """Send now; a newer one takes its place when it cannot go at once."""
        self._live = (topic, payload)
        self._fresh.set()

    async def close(self) -> int:
        """Send what goes in a few seconds, say goodbye, disconnect; return how many still wait."""
        self._deadline_s = asyncio.get_running_loop().time() + _CLOSING_S
        self._stopping.set()
        self._wake.set()
        if self._task is not None:
            await asyncio.wait([self._task], timeout=_LAST_S if self.connected else _CLOSING_S)
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self._outbox.close()
        return self._outbox.count

    async def _run(self) -> None:
        now = asyncio.get_running_loop().time
        pause_s = _FIRST_PAUSE_S
        while not self._stopping.is_set():
            began_s = now()
            try:
                async with connected(self._login) as connection:
                    await self._serve(connection)
            except OldBrokerError as exc:
                self._login = msgspec.structs.replace(self._login, five=False)
                self._tell(f"{exc}: what it refuses to take cannot be noticed.")
                continue
            except BrokerError as exc:
                self._tell_outage(exc)
            except StoreError as exc:
                self._tell(f"The coach's side is told no more: {exc}")
                return
            lasted = self.connected and now() - began_s > _LASTING_S
            pause_s = _FIRST_PAUSE_S if lasted else min(2.0 * pause_s, _LONGEST_PAUSE_S)
            self.connected = False
            with suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await self._stopping.wait()

    async def _serve(self, connection: Connection) -> None:
        """Do everything that a connection is for, until it breaks or `close` says stop."""
        for kept in self._hello():
            await self._retain(connection, kept)
        if self._filters:
            await connection.subscribe(self._filters)
        self.connected = self._greeted = True
        if self._outage:
            self._outage = False
            self._say(f"The coach's side is there; {self.waiting} messages had to wait.")
        self._fresh.clear()  # what was live before the connection is not now
        await self._first_of(
            self._drain(connection), self._send_live(connection), self._listen(connection)
        )
        await self._retain(connection, self._goodbye())

    async def _first_of(self, *jobs: Coroutine[None, None, None]) -> None:
        """Run jobs until one of them returns or raises; end the others."""
        tasks = [asyncio.create_task(job) for job in jobs]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            task.result()

    async def _drain(self, connection: Connection) -> None:
        """Send what waits, in order; return when `close` was called and all or enough was sent."""
        while True:
            self._wake.clear()
            rows = self._outbox.head(WINDOW)
            late = asyncio.get_running_loop().time() > self._deadline_s
            if self._stopping.is_set() and (late or not rows):
                return
            if rows:
                await self._send(connection, rows)
            else:
                await self._wake.wait()

    async def _send(self, connection: Connection, rows: list[Waiting]) -> None:
        """Send some messages at once; forget those that were taken, mark those refused."""
        taken: list[int] = []

        async def send(row: Waiting) -> None:
            try:
                await connection.publish(row.topic, row.payload)
                taken.append(row.id)
            except RefusedError as exc:
                self._outbox.refused(row.topic)
                self._tell_refused(row.topic, exc)

        try:
            answers = await asyncio.gather(*map(send, rows), return_exceptions=True)
        finally:
            self._outbox.taken(taken)
        for answer in answers:
            if answer is not None:
                raise answer

    async def _send_live(self, connection: Connection) -> None:
        while True:
            await self._fresh.wait()
            self._fresh.clear()
            if self._live is not None:
                await connection.publish_once(*self._live)

    async def _listen(self, connection: Connection) -> None:
        async for message in connection.messages():
            payload = message.payload
            raw = payload if isinstance(payload, bytes) else b""
            self._arrived(Arrived(message.topic.value, raw, message.retain))

    async def _retain(self, connection: Connection, kept: Retained) -> None:
        try:
            await connection.publish(kept.topic, kept.payload, retain=True)
        except RefusedError as exc:
            self._tell_refused(kept.topic, exc)

    def _tell_refused(self, topic: str, exc: RefusedError) -> None:
        self._tell(
            f"The broker does not take {topic} ({exc}): its access list must let us write there;"
            " it is kept and tried again at the next start."
        )

    def _tell_outage(self, exc: BrokerError) -> None:
        if not (self._outage and isinstance(exc, NoAnswerError)):
            what = "is gone" if self._greeted else "is not there yet"
            self._outage |= self._tell(f"The coach's side {what}, the run goes on: {exc}.")

    def _tell(self, line: str) -> bool:
        """Say something unless it was said before; return whether it was news."""
        if line in self._told:
            return False
        self._told.add(line)
        self._say(line)
        return True
