"""Sensors that BlueZ is connected to already: they do not advertise, so no scan finds them.

A program that was killed leaves its links open (BlueZ issue 89), and so does one that listens to
the same sensor beside us.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # bleak is loaded when it is used
    from bleak.backends.device import BLEDevice

_DEVICE = "org.bluez.Device1"


async def lingering() -> list[BLEDevice]:
    """Return what is connected, with the handle that bleak connects by; nothing but on Linux.

    Raises
    ------
    OSError, EOFError
        D-Bus cannot be reached.
    """
    if sys.platform != "linux":
        return []
    dbus, aio = import_module("dbus_fast"), import_module("dbus_fast.aio")
    bus = aio.MessageBus(bus_type=dbus.BusType.SYSTEM)
    try:
        await bus.connect()
        reply = await bus.call(
            dbus.Message(
                destination="org.bluez",
                path="/",
                interface="org.freedesktop.DBus.ObjectManager",
                member="GetManagedObjects",
            )
        )
    finally:
        bus.disconnect()
    if reply.message_type is not dbus.MessageType.METHOD_RETURN:
        return []
    found = (_connected(path, about.get(_DEVICE, {})) for path, about in reply.body[0].items())
    return [device for device in found if device is not None]


def _connected(path: str, about: dict[str, Any]) -> BLEDevice | None:
    values = {name: variant.value for name, variant in about.items()}
    if not values.get("Connected"):
        return None
    device: type[BLEDevice] = import_module("bleak.backends.device").BLEDevice
    return device(values["Address"], values["Alias"], {"path": path, "props": values})
