"""Services and characteristics: what is read, written and notified, and to whom.

Imitated of bluetoothd 5.66 (measured): a subscription made by StartNotify belongs to its D-Bus
client and survives a lost link; a second StartNotify succeeds; ReadValue is also signalled as a
new value; sockets of AcquireNotify close with the link.
"""

import asyncio
import socket
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from dbus_fast import Message, Variant

from tests.loopback.bluez.bus import Bus, Interfaces, Values, failed

SERVICE = "org.bluez.GattService1"
CHARACTERISTIC = "org.bluez.GattCharacteristic1"
DESCRIPTOR = "org.bluez.GattDescriptor1"
_BASE = "-0000-1000-8000-00805f9b34fb"


def uuid16(number: int) -> str:
    """Return a 16-bit UUID in full."""
    return f"0000{number:04x}{_BASE}"


def short(uuid: str) -> str:
    """Return the four digits of a 16-bit UUID, or the whole of another."""
    return uuid[4:8] if uuid.startswith("0000") and uuid.endswith(_BASE) else uuid


class Owner(Protocol):
    """What a characteristic knows of its device."""

    bus: Bus
    path: str
    mtu: int
    silent: bool
    resolved: bool


@dataclass(eq=False)
class Characteristic:
    """One characteristic.

    Parameters
    ----------
    uuid, flags, value
        As in BlueZ.
    on_read, on_write
        How the sensor answers instead of with ``value``; both may raise a `BusError`.
    on_subscribe
        Called with True and False when the sensor sees its notifications switched on and off.
    """

    uuid: str
    flags: Sequence[str]
    value: bytes = b""
    on_read: Callable[[], bytes] | None = None
    on_write: Callable[[bytes], None] | None = None
    on_subscribe: Callable[[bool], None] | None = None
    lag_s: float = 0.0
    path: str = field(init=False, default="")
    owner: Owner = field(init=False)
    live: bool = field(init=False, default=False)
    """Subscribed to, as the sensor sees it: over a link."""
    notified: int = field(init=False, default=0)
    samples: int = field(init=False, default=0)
    crc32: int = field(init=False, default=0)
    _clients: set[str] = field(init=False, default_factory=set)
    _socket: socket.socket | None = field(init=False, default=None)
    _due: float = field(init=False, default=0.0)

    @property
    def subscribed(self) -> bool:
        """Whether anyone wants notifications, link or no link."""
        return bool(self._clients) or self._socket is not None

    def notify(self, data: bytes, samples: int = 0) -> None:
        """Send a notification, ``lag_s`` late, if anyone can get it.

        Parameters
        ----------
        data
            What; cut to what the link carries.
        samples
            How many samples are in it, for the statistics.
        """
        if not self.live or self.owner.silent:
            return
        loop = asyncio.get_running_loop()
        self._due = max(self._due + 1e-6, loop.time() + self.lag_s)
        if self._due - loop.time() < 1e-3:
            self._send(data, samples)
        else:
            loop.call_at(self._due, self._send, data, samples)

    def _send(self, data: bytes, samples: int) -> None:
        if not self.live or self.owner.silent:
            return
        data = data[: self.owner.mtu - 3]
        if self._socket is not None:
            try:
                self._socket.send(data)
            except BlockingIOError:
                return
            except OSError:  # the client closed its end: that is how it unsubscribes
                self.close_socket()
                self.refresh()
                return
        else:
            self.owner.bus.changed(self.path, CHARACTERISTIC, {"Value": Variant("ay", data)})
        self.notified += 1
        self.samples += samples
        self.crc32 = zlib.crc32(data, self.crc32)

    def refresh(self) -> None:
        """Tell the sensor when its notifications have really been switched on or off."""
        live = self.subscribed and self.owner.resolved
        if live == self.live:
            return
        self.live = live
        if live:
            self.lag_s = self._due = 0.0
        if self.on_subscribe:
            self.on_subscribe(live)

    def close_socket(self) -> None:
        """End an AcquireNotify session."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
            self._changed("NotifyAcquired", value=False)

    def client_gone(self, client: str) -> None:
        """End what a client that left the bus had."""
        if client in self._clients:
            self._unsubscribe(client)

    def statistics(self) -> dict[str, Any]:
        """Return what left for a client: notifications, samples and a checksum of all bytes."""
        return {
            "live": self.live,
            "notified": self.notified,
            "samples": self.samples,
            "crc32": self.crc32,
        }

    def objects(self, service: str) -> dict[str, Interfaces]:
        """Return this object and its descriptor."""
        values: Values = {
            "UUID": Variant("s", self.uuid),
            "Service": Variant("o", service),
            "Value": Variant("ay", b""),
            "Flags": Variant("as", list(self.flags)),
            "MTU": Variant("q", self.owner.mtu),
        }
        found: dict[str, Interfaces] = {self.path: {CHARACTERISTIC: values}}
        if {"notify", "indicate"} & set(self.flags):
            values["Notifying"] = Variant("b", self.subscribed)
            descriptor: Values = {
                "UUID": Variant("s", uuid16(0x2902)),
                "Characteristic": Variant("o", self.path),
                "Value": Variant("ay", b""),
            }
            path = f"{self.path}/desc{int(self.path[-4:], 16) + 2:04x}"
            found[path] = {DESCRIPTOR: descriptor}
        if "notify" in self.flags:
            values["NotifyAcquired"] = Variant("b", self._socket is not None)
        return found

    def call(self, message: Message) -> None:
        """Answer a call to this object."""
        actions = {
            "ReadValue": self._read,
            "WriteValue": self._write,
            "StartNotify": self._start_notify,
            "StopNotify": self._stop_notify,
            "AcquireNotify": self._acquire_notify,
        }
        if message.member not in actions:
            raise failed("NotSupported", "Operation is not supported")
        if not self.owner.resolved:
            raise failed("Failed", "Not connected")
        actions[message.member](message)

    def _read(self, message: Message) -> None:
        if "read" not in self.flags:
            raise failed("NotPermitted", "Read not permitted")
        data = self.on_read() if self.on_read else self.value
        self.owner.bus.reply(message, "ay", data)
        self.owner.bus.changed(self.path, CHARACTERISTIC, {"Value": Variant("ay", data)})

    def _write(self, message: Message) -> None:
        if not any(flag.startswith("write") for flag in self.flags):
            raise failed("NotPermitted", "Write not permitted")
        data = bytes(message.body[0])
        if self.on_write:
            self.on_write(data)
        else:
            self.value = data
        self.owner.bus.reply(message)

    def _start_notify(self, message: Message) -> None:
        if not {"notify", "indicate"} & set(self.flags):
            raise failed("NotSupported", "Operation is not supported")
        if self._socket is not None:
            raise failed("NotPermitted", "Notify acquired")
        assert message.sender is not None
        again = message.sender in self._clients
        self._clients.add(message.sender)
        self.owner.bus.reply(message)
        if not again:
            self._changed("Notifying", value=True)
            self.refresh()

    def _stop_notify(self, message: Message) -> None:
        if message.sender not in self._clients:
            raise failed("Failed", "No notify session started")
        self.owner.bus.reply(message)
        self._unsubscribe(message.sender)

    def _acquire_notify(self, message: Message) -> None:
        if "notify" not in self.flags:
            raise failed("NotSupported", "Operation is not supported")
        kind = socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK
        ours, theirs = socket.socketpair(socket.AF_UNIX, kind)
        self.owner.bus.reply(message, "hq", 0, self.owner.mtu, fds=[theirs.fileno()])
        # The reply may still be on its way, with a duplicate of this descriptor.
        asyncio.get_running_loop().call_later(0.1, theirs.close)
        self._socket = ours
        self._changed("NotifyAcquired", value=True)
        self.refresh()

    def _unsubscribe(self, client: str) -> None:
        self._clients.discard(client)
        if not self.subscribed:
            self._changed("Notifying", value=False)
        self.refresh()

    def _changed(self, name: str, *, value: bool) -> None:
        self.owner.bus.changed(self.path, CHARACTERISTIC, {name: Variant("b", value)})


@dataclass(eq=False)
class Service:
    """A service with its characteristics."""

    uuid: str
    characteristics: Sequence[Characteristic]
    path: str = field(init=False, default="")

    def place(self, owner: Owner, handle: int) -> int:
        """Give everything its path from ``handle`` on; return the next free handle."""
        self.path = f"{owner.path}/service{handle:04x}"
        handle += 1
        for characteristic in self.characteristics:
            characteristic.owner = owner
            characteristic.path = f"{self.path}/char{handle:04x}"
            handle += 3
        return handle

    def objects(self, device: str) -> dict[str, Interfaces]:
        """Return this object and all below it."""
        values: Values = {
            "UUID": Variant("s", self.uuid),
            "Device": Variant("o", device),
            "Primary": Variant("b", True),
            "Includes": Variant("ao", []),
        }
        found: dict[str, Interfaces] = {self.path: {SERVICE: values}}
        for characteristic in self.characteristics:
            found |= characteristic.objects(self.path)
        return found
