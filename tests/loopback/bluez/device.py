"""A device as bluetoothd knows it: found, connected, resolved, lost, forgotten.

Imitated of bluetoothd 5.66 (measured): a lost link is one signal with ServicesResolved and
Connected, a local disconnect two; GATT objects appear when the services are first resolved and
are kept for the next connection; UUIDs come in one signal with ServicesResolved.
"""

import asyncio
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from dbus_fast import Message, Variant

from tests.loopback.bluez.bus import Bus, BusError, Interfaces, Values, failed
from tests.loopback.bluez.gatt import Characteristic, Service, short

DEVICE = "org.bluez.Device1"

Fault: TypeAlias = Literal["fail", "abort", "hang", "noresolve"]
"""One connection attempt: refused; aborted at once; never answered; services never resolved."""


@dataclass(eq=False)
class Device:
    """A sensor's radio half.

    Parameters
    ----------
    address, name, services
        What it is.
    advertised, manufacturer
        Service UUIDs and manufacturer data in its advertisements.
    mtu
        What a connection agrees on.
    rssi
        How well it is heard, in dBm.
    connect_s, resolve_s
        How long a connection and its services take (our own choice; real ones take longer).
    """

    address: str
    name: str
    services: Sequence[Service]
    advertised: Sequence[str] = ()
    manufacturer: Mapping[int, bytes] = field(default_factory=dict)
    mtu: int = 247
    rssi: int = -55
    connect_s: float = 0.03
    resolve_s: float = 0.05
    faults: deque[Fault] = field(default_factory=deque)
    """One is used up by each connection attempt."""
    in_range: bool = True
    busy: bool = False
    """Connected to someone else: it neither advertises nor answers."""
    silent: bool = False
    """Connected, but sends nothing."""
    known: bool = field(init=False, default=False)
    temporary: bool = field(init=False, default=True)
    connected: bool = field(init=False, default=False)
    resolved: bool = field(init=False, default=False)
    connects: int = field(init=False, default=0)
    losses: int = field(init=False, default=0)
    bus: Bus = field(init=False)
    path: str = field(init=False, default="")
    _explored: bool = field(init=False, default=False)
    _waiting: list[Message] = field(init=False, default_factory=list)
    _connecting: asyncio.Task[None] | None = field(init=False, default=None)

    def place(self, bus: Bus, adapter: str) -> None:
        """Give everything its path below ``adapter``."""
        self.bus = bus
        self.path = f"{adapter}/dev_{self.address.replace(':', '_')}"
        handle = 0x000A
        for service in self.services:
            handle = service.place(self, handle)

    @property
    def answers(self) -> bool:
        """Whether it is there to be heard and connected to."""
        return self.in_range and not self.busy

    @property
    def idle(self) -> bool:
        """Whether nobody is connected or trying to."""
        return not self.connected and self._connecting is None

    def characteristics(self) -> Iterator[Characteristic]:
        """Yield all characteristics."""
        for service in self.services:
            yield from service.characteristics

    def found(self) -> None:
        """Appear on the bus."""
        self.known = True
        self.bus.added(self.path, {DEVICE: self.values()})

    def forget(self) -> None:
        """Vanish from the bus."""
        for path, interfaces in reversed(self.objects().items()):
            self.bus.removed(path, list(interfaces))
        self.known = self._explored = False
        self.temporary = True

    def values(self) -> Values:
        """Return the properties of the device."""
        uuids = {s.uuid for s in self.services} if self._explored else set()
        return {
            "Address": Variant("s", self.address),
            "AddressType": Variant("s", "random"),
            "Name": Variant("s", self.name),
            "Alias": Variant("s", self.name),
            "Adapter": Variant("o", self.path.rpartition("/")[0]),
            "Paired": Variant("b", False),
            "Bonded": Variant("b", False),
            "Trusted": Variant("b", False),
            "Blocked": Variant("b", False),
            "LegacyPairing": Variant("b", False),
            "Connected": Variant("b", self.connected),
            "ServicesResolved": Variant("b", self.resolved),
            "UUIDs": Variant("as", sorted(uuids | set(self.advertised))),
            "AdvertisingFlags": Variant("ay", b"\x06"),
            "ManufacturerData": Variant(
                "a{qv}", {k: Variant("ay", v) for k, v in self.manufacturer.items()}
            ),
            **({"RSSI": Variant("n", self.rssi)} if not self.connected else {}),
        }

    def objects(self) -> dict[str, Interfaces]:
        """Return the device and all below it, as far as it is known."""
        found: dict[str, Interfaces] = {self.path: {DEVICE: self.values()}}
        if self._explored:
            for service in self.services:
                found |= service.objects(self.path)
        return found

    def statistics(self) -> dict[str, Any]:
        """Return what happened so far: links, losses, and what each characteristic sent."""
        return {
            "name": self.name,
            "address": self.address,
            "connected": self.connected,
            "resolved": self.resolved,
            "connects": self.connects,
            "losses": self.losses,
            "notify": {
                short(c.uuid): c.statistics()
                for c in self.characteristics()
                if {"notify", "indicate"} & set(c.flags)
            },
        }

    def call(self, message: Message) -> None:
        """Answer a call to this object."""
        if message.member == "Connect":
            if self.connected:
                self.bus.reply(message)
                return
            self._waiting.append(message)
            if self._connecting is None:
                self._connecting = self.bus.spawn(self._connect())
        elif message.member == "Disconnect":
            self.link_down(local=True)
            self.bus.reply(message)
        else:
            raise failed("NotSupported", "Operation is not supported")

    def take(self) -> None:
        """Get connected by another program of this computer."""
        if not self.known:
            self.found()
        if self.idle:
            self._connecting = self.bus.spawn(self._connect())

    def link_down(self, *, local: bool = False) -> None:
        """Lose the link; ``local``: because someone here said so."""
        if self._connecting:
            self._connecting.cancel()
            self._connecting = None
            self._answer(failed("Failed", "Operation already cancelled"))
        if not self.connected:
            return
        was, self.connected, self.resolved = self.resolved, False, False
        self.losses += not local
        for characteristic in self.characteristics():
            characteristic.close_socket()
            characteristic.refresh()
        resolved = {"ServicesResolved": Variant("b", False)} if was else {}
        connected = {"Connected": Variant("b", False)}
        if local and resolved:
            self.bus.changed(self.path, DEVICE, resolved)
            resolved = {}
        self.bus.changed(self.path, DEVICE, resolved | connected)

    async def _connect(self) -> None:
        fault = self.faults.popleft() if self.faults else None
        await asyncio.sleep(self.connect_s)
        while fault == "hang" or not self.answers:  # noqa: ASYNC110 -- a radio tries again and again
            await asyncio.sleep(0.02)
        if fault == "fail":
            self._connecting = None
            self._answer(failed("Failed", "Software caused connection abort"))
            return
        self.temporary, self.connected = False, True
        self.connects += 1
        self.bus.changed(self.path, DEVICE, {"Connected": Variant("b", True)})
        if fault == "abort":
            self._answer(failed("Failed", "le-connection-abort-by-local"))
            await asyncio.sleep(0.02)
            self._connecting = None
            self.link_down()
            return
        self._answer()
        if fault != "noresolve":
            await asyncio.sleep(self.resolve_s)
            self._resolve()
        self._connecting = None

    def _resolve(self) -> None:
        fresh: Values = {}
        if not self._explored:
            self._explored = True
            for service in self.services:
                for path, interfaces in service.objects(self.path).items():
                    self.bus.added(path, interfaces)
            fresh = {"UUIDs": self.values()["UUIDs"]}
        self.resolved = True
        self.bus.changed(self.path, DEVICE, fresh | {"ServicesResolved": Variant("b", True)})
        for characteristic in self.characteristics():
            characteristic.refresh()

    def _answer(self, error: BusError | None = None) -> None:
        for message in self._waiting:
            if error:
                self.bus.refuse(message, error)
            else:
                self.bus.reply(message)
        self._waiting.clear()
