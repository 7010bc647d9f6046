"""The whole of the fake ``org.bluez``: one adapter and its devices.

Imitated of bluetoothd 5.66 (measured): switching the adapter off drops all links and makes the
devices vanish (none is bonded); until it is on again scans are refused with NotReady.
"""

from collections import Counter

from dbus_fast import Message, Variant

from tests.loopback.bluez.bus import (
    OBJECTS,
    PROPERTIES,
    Bus,
    BusError,
    Interfaces,
    Values,
    failed,
)
from tests.loopback.bluez.device import DEVICE, Device
from tests.loopback.bluez.discovery import ADAPTER, Discovery
from tests.loopback.bluez.gatt import CHARACTERISTIC, DESCRIPTOR, Characteristic

PATH = "/org/bluez/hci0"


class BlueZ:
    """The daemon.

    Parameters
    ----------
    adapter
        Whether the machine has a Bluetooth adapter.
    """

    def __init__(self, *, adapter: bool = True) -> None:
        self.bus = Bus()
        self.devices: list[Device] = []
        self.discovery = Discovery(self.bus, PATH, self.devices)
        self.calls: Counter[str] = Counter()
        """What clients really called."""
        self.powered = True
        self._present = adapter

    async def open(self, address: str) -> None:
        """Appear on the bus at ``address``."""
        await self.bus.open(address, self._call, self._client_gone)

    def add(self, device: Device) -> None:
        """Put a device within range; before `open`, or any time later."""
        device.place(self.bus, PATH)
        self.devices.append(device)
        self.bus.spawn(self.discovery.advertise(device))

    def power(self, *, on: bool) -> None:
        """Switch the adapter."""
        self.powered = on
        if not on:
            for device in self.devices:
                device.link_down()
                if device.known:
                    device.forget()
            self.discovery.stop()
        values = {"Powered": Variant("b", on), "Discovering": Variant("b", self.discovery.active)}
        self.bus.changed(PATH, ADAPTER, values)

    def _client_gone(self, client: str) -> None:
        self.discovery.client_gone(client)
        for device in self.devices:
            for characteristic in device.characteristics():
                characteristic.client_gone(client)

    def _objects(self) -> dict[str, Interfaces]:
        found: dict[str, Interfaces] = {"/org/bluez": {"org.bluez.ProfileManager1": {}}}
        if self._present:
            found[PATH] = {ADAPTER: self._values()}
        for device in self.devices:
            if device.known:
                found |= device.objects()
        return found

    def _values(self) -> Values:
        return {
            "Address": Variant("s", "00:1A:7D:DA:71:13"),
            "AddressType": Variant("s", "public"),
            "Name": Variant("s", "fake"),
            "Alias": Variant("s", "fake"),
            "Powered": Variant("b", self.powered),
            "Discovering": Variant("b", self.discovery.active),
            "UUIDs": Variant("as", []),
            "Roles": Variant("as", ["central", "peripheral"]),
        }

    def _call(self, message: Message) -> None:
        self.calls[f"{(message.interface or '').rpartition('.')[2]}.{message.member}"] += 1
        path = message.path or "/"
        if message.interface == OBJECTS and message.member == "GetManagedObjects":
            self.bus.reply(message, "a{oa{sa{sv}}}", self._objects())
        elif path not in self._objects():
            raise BusError("org.freedesktop.DBus.Error.UnknownObject", f"no {path}")
        elif message.interface == PROPERTIES:
            self._property(message, path)
        elif path == PATH:
            self._adapter(message)
        else:
            self._below(message, path)

    def _property(self, message: Message, path: str) -> None:
        values = self._objects()[path].get(message.body[0], {})
        if message.member == "GetAll":
            self.bus.reply(message, "a{sv}", values)
        elif message.body[1] not in values:
            raise BusError("org.freedesktop.DBus.Error.InvalidArgs", "No such property")
        elif message.member == "Get":
            self.bus.reply(message, "v", values[message.body[1]])
        elif message.member == "Set" and message.body[1] == "Powered":
            self.power(on=message.body[2].value)
            self.bus.reply(message)
        else:
            raise BusError("org.freedesktop.DBus.Error.PropertyReadOnly", "Read-only")

    def _adapter(self, message: Message) -> None:
        if not self.powered:
            raise failed("NotReady", "Resource Not Ready")
        if message.member == "RemoveDevice":
            device = next((d for d in self.devices if d.path == message.body[0] and d.known), None)
            if device is None:
                raise failed("DoesNotExist", "Does Not Exist")
            device.link_down(local=True)
            device.forget()
            self.bus.reply(message)
        elif not self.discovery.call(message):
            raise failed("NotSupported", "Operation is not supported")

    def _below(self, message: Message, path: str) -> None:
        device = next(d for d in self.devices if f"{path}/".startswith(f"{d.path}/"))
        if message.interface == DEVICE:
            device.call(message)
            return
        characteristic = _find(device, path)
        if message.interface == CHARACTERISTIC and path == characteristic.path:
            characteristic.call(message)
        elif message.interface == DESCRIPTOR and message.member == "ReadValue":
            self.bus.reply(message, "ay", bytes([characteristic.live, 0]))
        else:
            raise failed("NotSupported", "Operation is not supported")


def _find(device: Device, path: str) -> Characteristic:
    """Return the characteristic at or above ``path``."""
    for characteristic in device.characteristics():
        if f"{path}/".startswith(f"{characteristic.path}/"):
            return characteristic
    raise failed("NotSupported", "Operation is not supported")
