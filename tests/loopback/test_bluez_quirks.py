"""How bluetoothd 5.66 behaves, measured on a real one: the fake does the same."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from bleak import BleakClient, BleakScanner
from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from tests.loopback.bluez.bus import OBJECTS, PROPERTIES
from tests.loopback.bluez.client import RSC, RSC_FEATURE, Heard, error_of, found, until
from tests.loopback.bluez.device import DEVICE
from tests.loopback.bluez.gatt import CHARACTERISTIC, uuid16
from tests.loopback.conftest import Bluetooth

pytestmark = pytest.mark.rig
_ADAPTER = ("/org/bluez/hci0", "org.bluez.Adapter1")
_POD = "/org/bluez/hci0/dev_C1_00_00_00_00_01"


class _Listener:
    """A D-Bus client that writes down every signal of org.bluez."""

    def __init__(self, bus: MessageBus) -> None:
        self.bus = bus
        self.signals: list[tuple[str, str, list[Any]]] = []
        bus.add_message_handler(self._heard)

    def _heard(self, message: Message) -> None:
        if (
            message.message_type is MessageType.SIGNAL
            and message.interface != "org.freedesktop.DBus"
        ):
            self.signals.append((message.path or "", message.member or "", message.body))

    def changes(self, path: str, interface: str = DEVICE) -> list[dict[str, Any]]:
        """Return the signalled changes of one object, in order."""
        return [
            {name: value.value for name, value in body[1].items()}
            for where, member, body in self.signals
            if where == path and member == "PropertiesChanged" and body[0] == interface
        ]

    async def call(
        self, path: str, interface: str, member: str, signature: str = "", *body: object
    ) -> Message:
        """Call org.bluez and return its reply."""
        message = Message(
            "org.bluez", path, interface, member, signature=signature, body=list(body)
        )
        reply = await self.bus.call(message)
        assert reply is not None
        return reply

    async def objects(self) -> dict[str, Any]:
        """Return all objects."""
        objects: dict[str, Any] = (await self.call("/", OBJECTS, "GetManagedObjects")).body[0]
        return objects

    async def scan(self, path: str) -> None:
        """Scan until an object is there."""
        await self.call(*_ADAPTER, "StartDiscovery")
        await until(lambda: any(path in {at, body[0]} for at, _, body in self.signals))
        await self.call(*_ADAPTER, "StopDiscovery")

    async def connect(self) -> str:
        """Find and connect the pod; return the path of its measurement."""
        await self.scan(_POD)
        await self.call(_POD, DEVICE, "Connect")
        await until(
            lambda: (
                {"ServicesResolved": True}
                in [
                    {k: v for k, v in change.items() if k != "UUIDs"}
                    for change in self.changes(_POD)
                ]
            )
        )
        return _path(await self.objects(), RSC)


def _path(objects: dict[str, Any], uuid: str) -> str:
    for path, interfaces in objects.items():
        if CHARACTERISTIC in interfaces and interfaces[CHARACTERISTIC]["UUID"].value == uuid:
            return path
    raise AssertionError(f"no {uuid}")


@asynccontextmanager
async def _listening(address: str) -> AsyncIterator[_Listener]:
    bus = await MessageBus(bus_address=address).connect()
    rule = Message(
        "org.freedesktop.DBus",
        "/org/freedesktop/DBus",
        "org.freedesktop.DBus",
        "AddMatch",
        signature="s",
        body=["type='signal',sender='org.bluez'"],
    )
    await bus.call(rule)
    try:
        yield _Listener(bus)
    finally:
        bus.disconnect()


async def test_a_lost_link_is_one_signal_and_a_local_disconnect_two(bluetooth: Bluetooth) -> None:
    rig = bluetooth("rsc")
    async with _listening(rig.address) as listener:
        await listener.connect()
        del listener.signals[:]
        rig.do("drop", "rsc")
        await until(lambda: bool(listener.changes(_POD)))
        assert listener.changes(_POD) == [{"ServicesResolved": False, "Connected": False}]
        await listener.connect()
        del listener.signals[:]
        await listener.call(_POD, DEVICE, "Disconnect")
        assert listener.changes(_POD) == [{"ServicesResolved": False}, {"Connected": False}]
    assert rig.stats()["rsc"]["losses"] == 1


async def test_notifying_is_not_reset_when_the_link_is_lost(bluetooth: Bluetooth) -> None:
    rig = bluetooth("rsc")
    async with _listening(rig.address) as listener:
        path = await listener.connect()
        await listener.call(path, CHARACTERISTIC, "StartNotify")
        rig.do("drop", "rsc")
        reply = await listener.call(path, PROPERTIES, "Get", "ss", CHARACTERISTIC, "Notifying")
    assert reply.body[0].value is True
    assert {"Notifying": False} not in listener.changes(path, CHARACTERISTIC)


async def test_a_second_start_notify_of_a_client_succeeds(bluetooth: Bluetooth) -> None:
    rig = bluetooth("rsc")
    async with _listening(rig.address) as listener:
        path = await listener.connect()
        for _ in range(2):
            reply = await listener.call(path, CHARACTERISTIC, "StartNotify")
            assert reply.message_type is MessageType.METHOD_RETURN


async def test_gatt_objects_come_when_resolved_and_stay_for_the_next_time(
    bluetooth: Bluetooth,
) -> None:
    rig = bluetooth("rsc")
    async with _listening(rig.address) as listener:
        await listener.scan(_POD)
        assert not [path for path in await listener.objects() if path.startswith(f"{_POD}/")]
        await listener.connect()
        (resolved,) = [c for c in listener.changes(_POD) if "ServicesResolved" in c]
        assert resolved["ServicesResolved"] is True
        assert uuid16(0x180F) in resolved["UUIDs"]
        rig.do("drop", "rsc")
        kept = await listener.objects()
    assert kept[_path(kept, uuid16(0x2A19))][CHARACTERISTIC]["MTU"] == Variant("q", 247)


async def test_battery_is_there_as_gatt_and_a_read_is_also_a_notification(
    bluetooth: Bluetooth,
) -> None:
    bluetooth("rsc")
    heard = Heard()
    async with BleakClient(await found("Foot Pod 1")) as client:
        await client.start_notify(uuid16(0x2A19), heard)
        assert await client.read_gatt_char(uuid16(0x2A19)) == b"\x58"
        await until(lambda: len(heard) == 1)
    assert heard.data == [b"\x58"]


async def test_connected_devices_are_not_in_scan_results(bluetooth: Bluetooth) -> None:
    bluetooth("rsc", "hr")
    async with BleakClient(await found("Foot Pod 1")):
        names = {device.name for device in await BleakScanner.discover(0.5)}
    assert names == {"Heart Strap"}


async def test_devices_vanish_when_the_adapter_is_switched_off(bluetooth: Bluetooth) -> None:
    rig = bluetooth("rsc")
    async with _listening(rig.address) as listener:
        await listener.connect()
        rig.do("power", "off")
        assert _POD not in await listener.objects()
        refused = await listener.call(*_ADAPTER, "StartDiscovery")
        assert refused.error_name == "org.bluez.Error.NotReady"
        rig.do("power", "on")
        await listener.scan(_POD)


async def test_a_device_that_is_not_heard_is_forgotten(bluetooth: Bluetooth) -> None:
    rig = bluetooth("rsc")
    rig.do("forget", 0.3)
    device = await found("Foot Pod 1")
    await asyncio.sleep(0.8)
    error = await error_of(BleakClient(device, timeout=2.0).connect())
    assert "not found" in str(error)


async def test_a_lost_link_closes_sockets_before_it_is_signalled(bluetooth: Bluetooth) -> None:
    rig = bluetooth("rsc")
    async with BleakClient(await found("Foot Pod 1")) as client, _listening(rig.address) as heard:
        await client.start_notify(RSC, Heard(), bluez={"use_start_notify": False})
        rig.do("drop", "rsc")
        await until(lambda: bool(heard.changes(_POD)))
        changes = [body[1] for _, member, body in heard.signals if member == "PropertiesChanged"]
    assert changes[-2] == {"NotifyAcquired": Variant("b", False)}
    assert set(changes[-1]) == {"ServicesResolved", "Connected"}


async def test_notifications_over_a_socket_are_the_same(bluetooth: Bluetooth) -> None:
    rig = bluetooth("rsc:rate_hz=50")
    heard = Heard()
    async with BleakClient(await found("Foot Pod 1")) as client:
        await client.start_notify(RSC, heard, bluez={"use_start_notify": False})
        await until(lambda: len(heard) >= 20)
        await client.stop_notify(RSC)
        await until(lambda: not rig.stats()["rsc"]["notify"]["2a53"]["live"])
        assert await client.read_gatt_char(RSC_FEATURE) == b"\x17\x00"
        assert rig.stats()["rsc"]["notify"]["2a53"]["notified"] == len(heard)
