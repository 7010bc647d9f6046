"""The connection on which ``org.bluez`` lives: calls in; replies and signals out."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeAlias

from dbus_fast import Message, MessageFlag, MessageType, Variant
from dbus_fast.aio import MessageBus

OBJECTS = "org.freedesktop.DBus.ObjectManager"
PROPERTIES = "org.freedesktop.DBus.Properties"

Values: TypeAlias = dict[str, Variant]
Interfaces: TypeAlias = dict[str, Values]


class BusError(Exception):
    """What a call is answered with when it fails."""

    def __init__(self, name: str, text: str = "") -> None:
        super().__init__(name, text)
        self.name, self.text = name, text


def failed(kind: str, text: str) -> BusError:
    """Return an error of BlueZ's own."""
    return BusError(f"org.bluez.Error.{kind}", text)


def att_error(code: int) -> BusError:
    """Return what bluetoothd makes of an error that the sensor itself answered with."""
    return failed("Failed", f"Operation failed with ATT error: 0x{code:02x}")


class Bus:
    """One connection that owns the name ``org.bluez``, and the tasks that live as long as it."""

    def __init__(self) -> None:
        self._bus: MessageBus | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(
        self, address: str, on_call: Callable[[Message], None], on_gone: Callable[[str], None]
    ) -> None:
        """Take the name; from now on calls go to ``on_call`` and clients that left to ``on_gone``.

        A `BusError` that ``on_call`` raises becomes the reply.
        """

        def handle(message: Message) -> bool:
            if message.message_type is MessageType.SIGNAL:
                if message.member == "NameOwnerChanged" and not message.body[2]:
                    on_gone(message.body[0])
            elif message.message_type is MessageType.METHOD_CALL:
                try:
                    on_call(message)
                except BusError as error:
                    self.refuse(message, error)
                return True
            return False

        self._bus = await MessageBus(bus_address=address, negotiate_unix_fd=True).connect()
        self._bus.add_message_handler(handle)
        rule = "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged'"
        bus, path = "org.freedesktop.DBus", "/org/freedesktop/DBus"
        await self._bus.call(Message(bus, path, bus, "AddMatch", signature="s", body=[rule]))
        await self._bus.request_name("org.bluez")

    async def close(self) -> None:
        """End all tasks and leave the bus."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._bus is not None:
            self._bus.disconnect()

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run ``work`` until it ends or the bus is closed."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception():
            task.get_loop().call_exception_handler(
                {"message": "a part of the rig failed", "exception": task.exception()}
            )

    def reply(
        self, to: Message, signature: str = "", *body: object, fds: Sequence[int] = ()
    ) -> None:
        """Answer a call."""
        if not to.flags & MessageFlag.NO_REPLY_EXPECTED:
            self._send(Message.new_method_return(to, signature, list(body), list(fds)))

    def refuse(self, to: Message, error: BusError) -> None:
        """Answer a call with an error."""
        self._send(Message.new_error(to, error.name, error.text))

    def changed(
        self, path: str, interface: str, values: Values, invalidated: Sequence[str] = ()
    ) -> None:
        """Signal that properties have new values, or none any more."""
        body = [interface, values, list(invalidated)]
        self._signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", body)

    def added(self, path: str, interfaces: Interfaces) -> None:
        """Signal a new object."""
        self._signal("/", OBJECTS, "InterfacesAdded", "oa{sa{sv}}", [path, interfaces])

    def removed(self, path: str, interfaces: Sequence[str]) -> None:
        """Signal that an object is gone."""
        self._signal("/", OBJECTS, "InterfacesRemoved", "oas", [path, list(interfaces)])

    def _signal(
        self, path: str, interface: str, member: str, signature: str, body: list[Any]
    ) -> None:
        self._send(Message.new_signal(path, interface, member, signature, body))

    def _send(self, message: Message) -> None:
        if self._bus is not None and self._bus.connected:
            self._bus.send(message)
