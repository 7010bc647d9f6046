"""What livecoach uses of bleak, over a bumble central."""

import uuid
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Self

from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bumble.core import UUID, AdvertisingData
from bumble.device import Advertisement, Connection, Device, Peer
from bumble.gatt import Characteristic as Declared
from bumble.gatt_client import CharacteristicProxy


def _text(found: UUID) -> str:
    return str(uuid.UUID(bytes=found.to_bytes(force_128=True)[::-1]))


class Characteristic:
    """A characteristic as bleak shows it."""

    def __init__(self, proxy: CharacteristicProxy[bytes]) -> None:
        self.proxy = proxy
        self.uuid = _text(proxy.uuid)
        flags = [flag for flag in Declared.Properties if flag in proxy.properties]
        self.properties = [str(flag.name).lower().replace("_", "-") for flag in flags]


class Services:
    """The services of a device as bleak shows them."""

    def __init__(self, peer: Peer) -> None:
        self._uuids = [_text(service.uuid) for service in peer.services]
        every = [c for service in peer.services for c in service.characteristics]
        self.characteristics = {c.handle: Characteristic(c) for c in every}

    def __iter__(self) -> Iterator[SimpleNamespace]:
        return iter([SimpleNamespace(uuid=uuid) for uuid in self._uuids])


class Client:
    """``bleak.BleakClient``; the central comes first."""

    def __init__(
        self,
        central: Device,
        found: BLEDevice,
        disconnected_callback: Callable[["Client"], None],
        timeout: float,
    ) -> None:
        self._central, self._address, self._timeout = central, found.address, timeout
        self._gone = disconnected_callback
        self._link: Connection | None = None
        self.services: Services

    @property
    def is_connected(self) -> bool:
        """Whether the link stands."""
        return self._link is not None

    async def connect(self) -> None:
        """Connect, agree on the MTU, discover everything."""
        link = await self._central.connect(self._address, timeout=self._timeout)
        link.on(Connection.EVENT_DISCONNECTION, self._lost)
        self._link, peer = link, Peer(link)
        await peer.request_mtu(247)
        await peer.discover_services()
        await peer.discover_characteristics()
        self.services = Services(peer)

    async def disconnect(self) -> None:
        """Let go."""
        if self._link is not None:
            await self._link.disconnect()

    async def start_notify(
        self, what: Characteristic, heard: Callable[[Characteristic, bytearray], None]
    ) -> None:
        """Subscribe to notifications, or to indications where there is nothing else."""
        await what.proxy.subscribe(lambda data: heard(what, bytearray(data)))

    async def read_gatt_char(self, what: Characteristic) -> bytearray:
        """Read a value."""
        return bytearray(await what.proxy.read_value())

    async def write_gatt_char(self, what: Characteristic, data: bytes, *, response: bool) -> None:
        """Write a value."""
        await what.proxy.write_value(data, with_response=response)

    def _lost(self, _: int) -> None:
        self._link = None
        self._gone(self)


class Scanner:
    """``bleak.BleakScanner``; the central comes first."""

    def __init__(
        self, central: Device, detection_callback: Callable[[BLEDevice, AdvertisementData], None]
    ) -> None:
        self._central, self._detected = central, detection_callback

    async def __aenter__(self) -> Self:
        self._central.on(Device.EVENT_ADVERTISEMENT, self._heard)
        await self._central.start_scanning()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._central.remove_listener(Device.EVENT_ADVERTISEMENT, self._heard)
        await self._central.stop_scanning()

    def _heard(self, said: Advertisement) -> None:
        name: str | None = None
        services: list[str] = []
        for kind, data in said.data.ad_structures:
            if kind == AdvertisingData.COMPLETE_LOCAL_NAME:
                name = data.decode()
            elif kind == AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS:
                services.append(_text(UUID.from_bytes(data)))
        address = said.address.to_string(with_type_qualifier=False)
        advert = AdvertisementData(name, {}, {}, services, None, said.rssi, ())
        self._detected(BLEDevice(address, name, None), advert)
