"""One connected sensor: subscribed, started, stopped; its bytes go to whoever takes them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

from livecoach.errors import WireError
from livecoach.sources.ble import trouble
from livecoach.wire import pod_control, radio
from livecoach.wire.radio import Kind, Write

if TYPE_CHECKING:  # bleak is loaded when it is used
    from bleak import BleakClient
    from bleak.backends.characteristic import BleakGATTCharacteristic
    from bleak.backends.device import BLEDevice

_CONNECT_S = 12.0
_ANSWER_S = 3.0
_STOP_S = 2.0
_DISCONNECT_S = 3.0
CLOSE_S = 2 * _STOP_S + _DISCONNECT_S

Take = Callable[[str, bytes], None]


class RefusedError(Exception):
    """The sensor is there and does not do what it is asked for."""


class Connection:
    """A link to one device.

    Parameters
    ----------
    device
        bleak's handle of it.
    take
        Called with channel and bytes of each notification, at once; must not wait. What it raises
        is counted in ``errors`` and stops nothing.
    lost
        Called when the link is gone, also by our own doing.
    """

    def __init__(self, device: BLEDevice, take: Take, lost: Callable[[], None]) -> None:
        client: type[BleakClient] = import_module("bleak").BleakClient
        self._client = client(device, disconnected_callback=lambda _: lost(), timeout=_CONNECT_S)
        self._take = take
        self._answers: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue(32)
        self._started: list[Kind] = []
        self.errors = 0

    @property
    def alive(self) -> bool:
        """Whether the link stands."""
        return bool(self._client.is_connected)

    async def open(self) -> list[Kind]:
        """Connect and return what the device is; raises what bleak raises."""
        await self._client.connect()
        services = [service.uuid for service in self._client.services]
        kinds = [k for k in radio.of(services) if all(map(self._find, k.notify))]
        if any(k.kind == "imu" for k in kinds):
            # A motion sensor's own once-a-second summary says nothing that its motion does not.
            kinds = [k for k in kinds if k.kind != "pod"]
        return kinds

    async def begin(self, kinds: Sequence[Kind]) -> None:
        """Subscribe to and start all streams, the battery too.

        Raises
        ------
        RefusedError
            The sensor does not start its stream.
        """
        for kind in kinds:
            await self._begin(kind)
        _, battery = radio.BATTERY
        with suppress(*trouble.errors()):
            value = await self.read(battery)
            if value is not None:
                self._received(battery, value)
                await self._subscribe(battery)

    async def restart(self) -> None:
        """Stop all streams and start them again."""
        for kind in list(self._started):
            await self._stop(kind)
            for channel in kind.notify:
                await self._client.stop_notify(radio.full(channel))
            await self._begin(kind)

    async def read(self, channel: str) -> bytes | None:
        """Return a characteristic's value, None where the device has none."""
        found = self._find(channel)
        if found is None or "read" not in found.properties:
            return None
        return bytes(await self._client.read_gatt_char(found))

    async def side(self) -> int:
        """Return where our open pod says it is: 0 not set, 1 left, 2 right, 3 trunk."""
        try:
            value = await self.read(pod_control.INFO)
            return 0 if value is None else pod_control.parse_info(value).side
        except trouble.errors():
            return 0
        except WireError:
            return 0

    async def close(self) -> None:
        """Stop what was started and disconnect; never raises, takes at most `CLOSE_S`."""
        for kind in list(self._started) if self.alive else []:
            with suppress(Exception):
                async with asyncio.timeout(_STOP_S):
                    await self._stop(kind)
        with suppress(Exception):
            async with asyncio.timeout(_DISCONNECT_S):
                await self._client.disconnect()

    async def _begin(self, kind: Kind) -> None:
        if kind not in self._started:
            self._started.append(kind)  # from the first request on it may be streaming
        for channel in kind.control:
            await self._subscribe(channel, answers=True)
        for channel in kind.notify:
            await self._subscribe(channel)
        if not kind.start:
            return
        refusal = b""
        for again in (False, True):
            if again:  # it may still be streaming for a program that went away
                await self._stop(kind)
            for attempt in kind.start:
                refusal = await self._refused(attempt)
                if not refusal:
                    return
        raise RefusedError(f"does not start to stream ({refusal.hex(' ')})")

    async def _stop(self, kind: Kind) -> None:
        for request in kind.stop:
            await self._ask(request)

    async def _refused(self, requests: Sequence[Write]) -> bytes:
        """Write requests in turn; return the first answer that is no, empty when there is none."""
        for request in requests:
            answer = await self._ask(request)
            if not answer.startswith(request.answer + request.good):
                return answer or b"\x00"
        return b""

    async def _ask(self, request: Write) -> bytes:
        """Write one request and return the answer, empty when none is waited for or comes."""
        found = self._find(request.characteristic)
        if found is None:
            return b""
        while not self._answers.empty():
            self._answers.get_nowait()
        await self._client.write_gatt_char(
            found, request.data, response="write" in found.properties
        )
        if not request.answer:
            return b""
        with suppress(TimeoutError):
            async with asyncio.timeout(_ANSWER_S):
                while True:
                    # What is read comes as a notification too: only an answer counts.
                    channel, data = await self._answers.get()
                    if channel == request.characteristic and data.startswith(request.answer):
                        return data
        return b""

    async def _subscribe(self, channel: str, *, answers: bool = False) -> None:
        found = self._find(channel)
        if found is None or not {"notify", "indicate"} & set(found.properties):
            return
        take = self._answered if answers else self._received
        await self._client.start_notify(found, lambda _, data: take(channel, bytes(data)))

    def _received(self, channel: str, data: bytes) -> None:
        try:
            self._take(channel, data)
        except Exception:  # noqa: BLE001 - a callback that raises would only fill bleak's log
            self.errors += 1

    def _answered(self, channel: str, data: bytes) -> None:
        if self._answers.full():
            self._answers.get_nowait()
        self._answers.put_nowait((channel, data))

    def _find(self, channel: str) -> BleakGATTCharacteristic | None:
        wanted = radio.full(channel)
        every = self._client.services.characteristics.values()
        return next((c for c in every if c.uuid == wanted), None)


async def finished(work: Callable[[], Coroutine[Any, Any, None]], most_s: float) -> None:
    """Do ``work`` to its end even when cancelled meanwhile, once or often; then be cancelled.

    Who cancels all tasks cancels the work itself as well: then it is begun again.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + most_s
    cancelled: asyncio.CancelledError | None = None
    task = asyncio.create_task(work())
    while loop.time() < until:
        try:
            await asyncio.wait({task}, timeout=until - loop.time())
        except asyncio.CancelledError as exc:
            cancelled = exc
        if task.cancelled():
            task = asyncio.create_task(work())
        elif task.done():
            break
    task.cancel()
    if cancelled is not None:
        raise cancelled
