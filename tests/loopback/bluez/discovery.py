"""Scanning: who scans for what, and what the devices' advertisements do on the bus.

Imitated of bluetoothd 5.66 (measured): a second scan of one client is refused with InProgress;
connected devices do not advertise; a device that was never connected is forgotten when it has not
been heard for a while. Passive scans are not imitated.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from dbus_fast import Message, Variant

from tests.loopback.bluez.bus import Bus, failed
from tests.loopback.bluez.device import DEVICE, Device

ADAPTER = "org.bluez.Adapter1"
_INTERVAL_S, _JITTER_S = 0.1, 0.01


class Discovery:
    """The scanners of one adapter.

    Parameters
    ----------
    bus, path
        Where the adapter is.
    devices
        What can be heard; may grow.
    """

    def __init__(self, bus: Bus, path: str, devices: Sequence[Device]) -> None:
        self._bus, self._path, self._devices = bus, path, devices
        self.forget_s = 30.0
        self._filters: dict[str, dict[str, Any]] = {}
        self._scanners: dict[str, dict[str, Any]] = {}
        self._rng = np.random.default_rng(1)

    @property
    def active(self) -> bool:
        """Whether anyone scans."""
        return bool(self._scanners)

    def stop(self) -> None:
        """End all scans, as when the adapter is switched off."""
        self._scanners.clear()

    def client_gone(self, client: str) -> None:
        """End what a client that left the bus had."""
        self._filters.pop(client, None)
        if self._scanners.pop(client, None) is not None:
            self._tell()

    def call(self, message: Message) -> bool:
        """Answer a call to the adapter if it is about scanning; tell whether it was."""
        client = message.sender
        assert client is not None
        if message.member == "SetDiscoveryFilter":
            self._filters[client] = {k: v.value for k, v in message.body[0].items()}
        elif message.member == "StartDiscovery":
            if client in self._scanners:
                raise failed("InProgress", "Operation already in progress")
            self._scanners[client] = self._filters.get(client, {})
        elif message.member == "StopDiscovery":
            self._stop(client)
        else:
            return False
        self._bus.reply(message)
        if message.member in {"StartDiscovery", "StopDiscovery"}:
            self._tell()
        return True

    def _stop(self, client: str) -> None:
        if self._scanners.pop(client, None) is None:
            raise failed("Failed", "No discovery started")
        for device in self._devices:
            if device.known and not device.connected:
                self._bus.changed(device.path, DEVICE, {}, ["RSSI"])

    async def advertise(self, device: Device) -> None:
        """Be the device's advertisements, for ever."""
        heard = time.monotonic()
        while True:
            await asyncio.sleep(_INTERVAL_S + self._rng.uniform(0.0, _JITTER_S))
            now = time.monotonic()
            if device.connected:
                heard = now
            elif device.answers and self._wanted(device):
                heard = now
                if device.known:
                    rssi = device.rssi + int(self._rng.integers(-6, 7))
                    self._bus.changed(device.path, DEVICE, {"RSSI": Variant("n", rssi)})
                else:
                    device.found()
            elif device.known and device.temporary and device.idle and now > heard + self.forget_s:
                device.forget()

    def _wanted(self, device: Device) -> bool:
        for wish in self._scanners.values():
            uuids = {u.lower() for u in wish.get("UUIDs", ())}
            if not uuids or uuids & set(device.advertised):
                return True
        return False

    def _tell(self) -> None:
        self._bus.changed(self._path, ADAPTER, {"Discovering": Variant("b", self.active)})
