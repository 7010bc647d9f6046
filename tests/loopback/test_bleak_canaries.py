"""What we rely on in the installed bleak, beyond its documentation: errors, callbacks, sessions."""

import asyncio
import time

import pytest
from bleak import BleakClient, BleakScanner
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakDBusError,
    BleakError,
    BleakGATTProtocolError,
)

from tests.loopback.bluez.client import (
    RSC,
    RSC_FEATURE,
    SC_CONTROL,
    Heard,
    closed,
    error_of,
    found,
    until,
)
from tests.loopback.conftest import Bluetooth

pytestmark = pytest.mark.rig


async def test_errors_of_connecting(bluetooth: Bluetooth) -> None:
    rig = bluetooth("rsc")
    device = await found("Foot Pod 1")

    async def fails() -> BleakError | OSError:
        return await error_of(BleakClient(device, timeout=0.6).connect())

    rig.do("fault", "rsc", "fail")
    refused = await fails()
    assert isinstance(refused, BleakDBusError)
    assert refused.dbus_error == "org.bluez.Error.Failed"
    for command in (("fault", "rsc", "hang"), ("fault", "rsc", "noresolve"), ("away", "rsc")):
        rig.do(*command)
        assert type(await fails()) is TimeoutError, command
        rig.do("back", "rsc")
    rig.do("fault", "rsc", "abort")
    async with BleakClient(device) as client:
        assert client.is_connected  # le-connection-abort-by-local is tried again within bleak
    assert rig.stats()["rsc"]["connects"] == 3


async def test_a_device_that_vanished_is_a_plain_error(bluetooth: Bluetooth) -> None:
    rig = bluetooth("rsc")
    device = await found("Foot Pod 1")
    rig.do("power", "off")
    rig.do("power", "on")
    error = await error_of(BleakClient(device).connect())
    assert type(error) is BleakError
    assert "not found" in str(error)
    async with BleakClient(await found("Foot Pod 1")) as client:
        assert client.is_connected


async def test_errors_of_an_adapter_that_is_off_or_absent(bluetooth: Bluetooth) -> None:
    rig = bluetooth("rsc")
    lost = asyncio.Event()
    device = await found("Foot Pod 1")
    client = BleakClient(device, disconnected_callback=lambda _: lost.set())
    await client.connect()
    rig.do("power", "off")
    await asyncio.wait_for(lost.wait(), 2.0)
    await client.disconnect()
    assert isinstance(await error_of(BleakScanner.discover(0.2)), BleakBluetoothNotAvailableError)
    assert isinstance(await error_of(BleakClient(device).connect()), BleakError)


async def test_a_machine_without_adapter(bluetooth: Bluetooth) -> None:
    bluetooth("rsc", adapter=False)
    error = await error_of(BleakScanner.discover(0.2))
    assert isinstance(error, BleakBluetoothNotAvailableError)


async def test_a_machine_where_we_may_not(bluetooth: Bluetooth) -> None:
    bluetooth("rsc", allowed=False)
    error = await error_of(BleakScanner.discover(0.2))
    assert isinstance(error, BleakDBusError)
    assert error.dbus_error == "org.freedesktop.DBus.Error.AccessDenied"


async def test_a_machine_without_bus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    await error_of(BleakScanner.discover(0.2))


async def test_errors_over_a_link(bluetooth: Bluetooth) -> None:
    rig = bluetooth("rsc")
    async with BleakClient(await found("Foot Pod 1")) as client:
        no_cccd = await error_of(client.write_gatt_char(SC_CONTROL, b"\x04", response=True))
        assert isinstance(no_cccd, BleakGATTProtocolError)
        assert no_cccd.code == 0xFD
        read_only = await error_of(client.start_notify(RSC_FEATURE, Heard()))
        assert isinstance(read_only, BleakDBusError)
        assert read_only.dbus_error == "org.bluez.Error.NotSupported"
        rig.do("drop", "rsc")
        await until(lambda: not client.is_connected)
        after = await error_of(client.read_gatt_char(RSC_FEATURE))
        assert "Service Discovery has not been performed yet" in str(after)
        await client.disconnect()


async def test_two_scans_at_once_are_refused(bluetooth: Bluetooth) -> None:
    bluetooth("rsc")
    async with BleakScanner():
        error = await error_of(BleakScanner.discover(0.2))
    assert isinstance(error, BleakDBusError)
    assert error.dbus_error == "org.bluez.Error.InProgress"


async def test_start_notify_is_the_default(bluetooth: Bluetooth) -> None:
    rig = bluetooth("rsc")
    async with BleakClient(await found("Foot Pod 1")) as client:
        await client.start_notify(RSC, Heard())
    calls = rig.do("calls")
    assert isinstance(calls, dict)
    assert calls["GattCharacteristic1.StartNotify"] == 1
    assert "GattCharacteristic1.AcquireNotify" not in calls


async def test_a_session_outlives_the_link_until_its_client_disconnects(
    bluetooth: Bluetooth,
) -> None:
    rig = bluetooth("rsc:rate_hz=50")

    def sent() -> int:
        return int(rig.stats()["rsc"]["notify"]["2a53"]["notified"])

    device = await found("Foot Pod 1")
    old = BleakClient(device)
    await old.connect()
    await old.start_notify(RSC, Heard())
    rig.do("drop", "rsc")
    await until(lambda: not old.is_connected)
    before = sent()
    async with BleakClient(device):
        await until(lambda: sent() > before + 5)  # nobody has asked for any
        await old.disconnect()


async def test_disconnecting_the_old_client_ends_its_session(bluetooth: Bluetooth) -> None:
    rig = bluetooth("rsc:rate_hz=50")
    device = await found("Foot Pod 1")
    old = BleakClient(device)
    await old.connect()
    await old.start_notify(RSC, Heard())
    rig.do("drop", "rsc")
    await until(lambda: not old.is_connected)
    await old.disconnect()
    before = rig.stats()["rsc"]["notify"]["2a53"]["notified"]
    async with BleakClient(device):
        await asyncio.sleep(0.5)
    assert rig.stats()["rsc"]["notify"]["2a53"]["notified"] == before


async def test_the_disconnected_callback_comes_for_our_own_disconnect_too(
    bluetooth: Bluetooth,
) -> None:
    rig = bluetooth("rsc")
    calls: list[float] = []
    device = await found("Foot Pod 1")
    client = BleakClient(device, disconnected_callback=lambda _: calls.append(time.monotonic()))
    await client.connect()
    rig.do("drop", "rsc")
    await until(lambda: len(calls) == 1)
    await client.disconnect()
    await client.connect()
    await client.disconnect()
    await until(lambda: len(calls) == 2)


async def test_a_callback_that_raises_does_not_stop_the_stream(bluetooth: Bluetooth) -> None:
    bluetooth("rsc:rate_hz=50")
    calls: list[bytes] = []

    def spoilt(_characteristic: object, data: bytearray) -> None:
        calls.append(bytes(data))
        raise ValueError("spoilt")

    async with BleakClient(await found("Foot Pod 1")) as client:
        await client.start_notify(RSC, spoilt)
        await until(lambda: len(calls) >= 5)
        assert client.is_connected


async def test_a_dead_bus_is_a_lost_link(bluetooth: Bluetooth) -> None:
    rig = bluetooth("rsc")
    lost = asyncio.Event()
    device = await found("Foot Pod 1")
    client = BleakClient(device, disconnected_callback=lambda _: lost.set())
    await client.connect()
    rig.kill_bus()
    await asyncio.wait_for(lost.wait(), 2.0)
    assert not client.is_connected
    await closed(client)
