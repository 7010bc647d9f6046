"""Standing still: which of a sensor's axes points up, as far as gravity tells. Pure."""

from collections.abc import Sequence
from math import acos, degrees, dist, fsum, hypot

from msgspec import Struct

from livecoach.model import ImuSample

G_MPS2 = 9.80665
MOST_TILT_DEG = 35.0
"""What `livecoach.gait.tilt` sets right."""
_STILL_MPS2 = 0.5
_STILL_RADPS = 0.25
_SCALE = 0.1
_LEAST = 50


class Standing(Struct, frozen=True):
    """What standing showed: ``up`` as a word like ``"-y"``, how far off that axis, how much 1 g."""

    up: str
    tilt_deg: float
    size_g: float


def standing(samples: Sequence[ImuSample]) -> Standing | str:
    """Return what the samples of somebody who stands show, or why they show nothing."""
    if len(samples) < _LEAST:
        return f"only {len(samples)} samples came; is the sensor on?"
    acc = [(s.acc_x, s.acc_y, s.acc_z) for s in samples]
    mean = tuple(fsum(axis) / len(acc) for axis in zip(*acc, strict=True))
    moved = (fsum(dist(a, mean) ** 2 for a in acc) / len(acc)) ** 0.5
    turned = max(hypot(s.gyr_x or 0.0, s.gyr_y or 0.0, s.gyr_z or 0.0) for s in samples)
    if moved > _STILL_MPS2 or turned > 4 * _STILL_RADPS:
        return "you moved; stand still, and try again"
    size = hypot(*mean)
    size_g = size / G_MPS2
    if abs(size_g - 1.0) > _SCALE:
        return f"it feels {size_g:.2f} g at rest, not 1 g; see `livecoach doctor`"
    k = max(range(3), key=lambda axis: abs(mean[axis]))
    tilt_deg = degrees(acos(min(1.0, abs(mean[k]) / size)))
    if tilt_deg > MOST_TILT_DEG:
        return (
            f"no axis points up: the nearest is {tilt_deg:.0f} degrees off (35 at most); turn the "
            "sensor in its holder"
        )
    return Standing(("+" if mean[k] > 0.0 else "-") + "xyz"[k], tilt_deg, size_g)
