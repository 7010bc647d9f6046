"""``i2c:1?chip=lsm6dsox&mount=chest&up=+z&forward=+x``: which sensor, and how it is worn."""

import re

import msgspec
from msgspec import Struct

from livecoach.errors import ConfigError
from livecoach.model import Mount, SensorInfo
from livecoach.sources.worn import WORN, asked
from livecoach.wire import lsm6ds

_ADDRESSES = ("0x6a", "0x6b")
_FEET = ("foot_left", "foot_right")


class Wanted(Struct, frozen=True, kw_only=True):
    """What one ``i2c:`` URI asks for: the bus, the chip on it, its range and rate."""

    bus: int
    chip: lsm6ds.Chip = "lsm6dsox"
    address: int = 0x6A
    mount: Mount | None = None
    forward: str = "unknown"
    left: str = "unknown"
    up: str = "unknown"
    range_g: int | None = None
    rate_hz: int = 208

    @property
    def node(self) -> str:
        """The bus's device node."""
        return f"/dev/i2c-{self.bus}"

    @property
    def source(self) -> str:
        """What the sensor is called as a source."""
        return f"IMU i2c-{self.bus} {self.address:#04x}"

    @property
    def full_scale_g(self) -> int:
        """The range to use: feet hit the ground with more than 16 g, trunks stay below 8 g."""
        if self.range_g is not None:
            return self.range_g
        return max(lsm6ds.RANGES_G[self.chip]) if self.mount in _FEET else 8

    def info(self) -> SensorInfo:
        """Return what is known about the sensor."""
        return SensorInfo(
            name=self.source,
            kind="imu",
            mount=self.mount,
            forward=self.forward,
            left=self.left,
            up=self.up,
            rate_hz=float(self.rate_hz),
        )


def parse(rest: str) -> Wanted:
    """Read what follows ``i2c:``; raises `ConfigError`."""
    uri = f"i2c:{rest}"
    number, _, query = rest.partition("?")
    if not re.fullmatch(r"\d{1,3}", number):
        raise ConfigError(uri, "say the number of the bus: i2c:1?chip=lsm6dsox&mount=chest")
    ranges = sorted({g for known in lsm6ds.RANGES_G.values() for g in known})
    values = asked(
        uri,
        query,
        {
            "chip": tuple(lsm6ds.RANGES_G),
            "addr": _ADDRESSES,
            "range": tuple(map(str, ranges)),
            "rate": tuple(map(str, lsm6ds.RATES_HZ)),
            **WORN,
        },
    )
    table: dict[str, object] = {"bus": int(number)}
    table |= {key: values[key] for key in ("chip", *WORN) if key in values}
    if "addr" in values:
        table["address"] = int(values["addr"], 16)
    if "range" in values:
        table["range_g"] = int(values["range"])
    if "rate" in values:
        table["rate_hz"] = int(values["rate"])
    wanted = msgspec.convert(table, Wanted)
    known = lsm6ds.RANGES_G[wanted.chip]
    if wanted.full_scale_g not in known:
        raise ConfigError(uri, f"{wanted.chip} has {', '.join(map(str, sorted(known)))} g")
    return wanted
