"""What is around: each sensor with what it can measure, looked up by connecting for a moment."""

import asyncio
from collections.abc import Sequence

from msgspec import Struct

from livecoach.errors import SourceError, WireError
from livecoach.sources.ble import trouble
from livecoach.sources.ble.connection import CLOSE_S, Connection, finished
from livecoach.sources.ble.ears import Heard, scanning
from livecoach.sources.ble.wanted import quoted
from livecoach.wire import battery, pod, polar, radio
from livecoach.wire.radio import Kind

_LOOK_S = 3.0
_AT_ONCE = 3


class Seen(Struct, frozen=True, kw_only=True):
    """One sensor around.

    ``battery_percent`` is None when it could not be read within `_LOOK_S`; ``source`` is what to
    give to ``--source``.
    """

    name: str
    address: str
    rssi_dbm: int
    battery_percent: int | None
    services: tuple[str, ...]
    measures: tuple[str, ...]
    source: str


async def survey(seconds: float) -> list[Seen]:
    """Scan, look at each known sensor, and return them: what measures most first, then nearest.

    A sensor that advertises its battery is not connected to for that alone, but few do. Whoever
    another program listens to does not advertise, so nobody is disturbed.

    Raises
    ------
    SourceError
        Bluetooth does not work; one line with the way out.
    """
    heard: dict[str, Heard] = {}
    try:
        async with scanning(heard, lambda: None):
            await asyncio.sleep(seconds)
    except trouble.errors() as exc:
        raise SourceError(trouble.of_adapter(exc).line) from exc
    known = [h for h in heard.values() if radio.of(h.services, h.name)]
    limit = asyncio.Semaphore(_AT_ONCE)
    looks = await asyncio.gather(*(_look(h, limit) for h in known))
    names = [h.source for h in known]
    found = [
        (_rank(kinds), _seen(h, kinds, level, unique=names.count(h.source) == 1))
        for h, (kinds, level) in zip(known, looks, strict=True)
    ]
    return [s for _, s in sorted(found, key=lambda f: (f[0], -f[1].rssi_dbm))]


async def _look(heard: Heard, limit: asyncio.Semaphore) -> tuple[list[Kind], int | None]:
    """Return what a sensor really has, and its battery; as advertised when there is no time."""
    kinds, level = radio.of(heard.services, heard.name), None
    async with limit:
        connection = Connection(heard.device, lambda _channel, _data: None, lambda: None)
        try:
            async with asyncio.timeout(_LOOK_S):
                kinds = await connection.open() or kinds
                value = await connection.read(radio.BATTERY[1])
                level = None if value is None else battery.parse(value).percent
        except WireError:
            pass
        except trouble.errors():
            pass
        finally:
            await finished(connection.close, CLOSE_S)
    return kinds, level


def _seen(heard: Heard, kinds: Sequence[Kind], level: int | None, *, unique: bool) -> Seen:
    text = heard.source if unique and heard.name else heard.address
    uri = f"ble:{quoted(text)}"
    # Our pod says itself on which side it is worn, and an H10 is a chest strap.
    if kinds[0].kind == "imu" and kinds[0].service not in {pod.SERVICE, polar.SERVICE}:
        uri += "?mount=chest"
    return Seen(
        name=heard.name or "(no name)",
        address=heard.address,
        rssi_dbm=heard.rssi_dbm,
        battery_percent=level,
        services=tuple(k.name for k in kinds),
        measures=tuple(k.measures for k in kinds),
        source=uri,
    )


def _rank(kinds: Sequence[Kind]) -> int:
    return radio.KNOWN.index(kinds[0])
