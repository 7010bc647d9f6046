"""What a connected sensor is, where it is worn and how its axes lie, as far as anybody knows."""

from typing import Final

from livecoach.model import Mount, SensorInfo
from livecoach.sources.ble.connection import Connection
from livecoach.sources.ble.wanted import Wanted, quoted
from livecoach.wire import pod
from livecoach.wire.radio import Kind

_SIDES: Final[dict[int, Mount]] = {1: "foot_left", 2: "foot_right", 3: "waist"}
_LETTERS = {"LCPOD-L": 1, "LCPOD-R": 2, "LCPOD-T": 3}
_CHEST_STRAPS = ("Polar H10", "Polar H9")


async def described(
    source: str, kind: Kind, wanted: Wanted, connection: Connection
) -> tuple[SensorInfo, str]:
    """Return what is known about a sensor, and what the person must still say (empty: nothing).

    What was said in the URI comes first, then what the sensor says itself. Our open pod lies as the
    runner does: x forward, y left, z up. Polar publishes an H10's axes as a picture only; z leaves
    the chest (a leaning back chair reads +0.65 g there, polar-ble-sdk issue 223), the other two are
    unverified: so its axes are unknown until they are said.
    """
    if kind.kind != "imu":
        return SensorInfo(name=source, kind=kind.kind, cadence=wanted.cadence), ""
    mount = wanted.mount
    told = {k: v for k in ("forward", "left", "up") if (v := getattr(wanted, k)) is not None}
    remark = ""
    if kind.service == pod.SERVICE:
        side = await connection.side() or _LETTERS.get(source[:7].upper(), 0)
        mount = mount or _SIDES.get(side)
        if side == 3 and wanted.mount is None:
            remark = f"{source} is taken as worn at the waist; if not, say {_how(source)}"
    elif source.startswith(_CHEST_STRAPS):
        mount = mount or "chest"
        if "up" not in told:
            told = {"forward": "unknown", "left": "unknown", "up": "unknown", **told}
            remark = (
                f"Which way the axes of {source} point is not known; say {_how(source, axes=True)}"
            )
    mount = mount or wanted.worn
    if mount is None:
        remark = f"Where {source} is worn is not known; say {_how(source)}"
    return SensorInfo(name=source, kind="imu", mount=mount, **told), remark


def _how(source: str, *, axes: bool = False) -> str:
    query = "up=+y&forward=+z" if axes else "mount=chest"
    return f"--source 'ble:{quoted(source)}?{query}' (or as it is)"
