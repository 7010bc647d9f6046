"""Three-axis values of motion sensors, shared by the sensors that send them."""

import math
import struct
from collections.abc import Iterable

from livecoach.errors import WireError
from livecoach.model import Triple

G_MPS2 = 9.80665
# Beyond any sensor made for people: 200 g and 6,000 deg/s.
ACC_MOST_MPS2, GYR_MOST_RADPS = 1962.0, 105.0
_FLOATS = struct.Struct("<3f")


def floats(data: bytes, scale: float, most: float) -> tuple[Triple, ...]:
    """Read 32-bit floats, three a sample, times ``scale``; see `checked`."""
    rows = _FLOATS.iter_unpack(data[: len(data) - len(data) % _FLOATS.size])
    return checked(((x * scale, y * scale, z * scale) for x, y, z in rows), most, data)


def checked(rows: Iterable[Triple], most: float, data: bytes) -> tuple[Triple, ...]:
    """Return the rows; `WireError` when one is no number or beyond ``most`` either way."""
    values = tuple(rows)
    for row in values:
        if not all(math.isfinite(v) and -most <= v <= most for v in row):
            raise WireError("values beyond any sensor", data)
    return values
