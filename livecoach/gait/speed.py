"""A foot sensor's own speed, and the known one that sets it.

Definition. A foot's own speed w (`livecoach.gait.zupt`) is off by a factor of sensor, place and
runner: the scale error of gyroscope and accelerometer (a cheap one's 1-3 %) and the foot that never
quite rests. Of the strides made while the speed v is known the ratios v / w are taken; their scale
is the mean of the middle half of them (a stride misread or a step aside does not count), their
spread 1.48 x the median distance from the median. From then on

    speed = scale x w.

Fewer than 20 strides, a spread above 10 % (the speed was not the one told, or a loose sensor) or a
scale outside 0.8-1.25 (another unit, another mount) set nothing. The newest 100 strides count.

Where the known speed comes from: `livecoach calibrate speed` (typed, or in the recording; the
result stays in the runner's profile, by mount), or the run itself: while a belt tells its speed
(`livecoach.gait.treadmill`) or the sensor's `Link` says one, that speed is reported and the sensor
learns; when nobody says one any more, what was learned is used, before that the profile's.

Source. Falbriard et al. 2021, doi:10.3389/fspor.2021.585809 (33 runners, foot: 0.08 +- 0.10 m/s
as it comes, 0.00 +- 0.01 m/s personalised).

Measured on 4 virtual feet (belts of known speed), mean error of the speed in %, uncalibrated ->
calibrated. By the other foot of the same runner: Davis S999 (4.1 m/s) -0.6 -> -0.2, -0.6 -> 0.0,
RBDS002 (2.5 m/s) +1.0 -> +0.1, +0.9 -> -0.1. By the first half of the run, which is fewer strides
than are asked for: -0.1 -> +0.9, -0.5 -> +0.1 (6 strides), +0.5 -> -1.1, +0.7 -> -0.3 (17). RBDS002
within the run, told for 18 s and not for the last 12: +0.6 -> -0.6, +0.9 -> 0.0; accelerometer 6 %
too high +6.6 -> -0.6, +7.0 -> 0.0, too low -5.4 -> -0.6, -5.2 -> 0.0; accelerometer 3 % high and
gyroscope 3 % low +3.3 -> -0.6, +3.6 -> 0.0. So it takes off what is the sensor's, and can't better
what is only scatter (1-2 % from stride to stride). Another runner's scale does no good: -1.6 to
+1.6. No real foot sensor with a known speed has been seen.

Assumptions. The known speed is that of the same stretch of ground or belt. Validity: the error was
found to depend on speed and slope (Falbriard 2021), so best near the speed it was done at.
"""

from collections import deque
from collections.abc import Sequence
from math import fsum
from statistics import median

from msgspec import Struct

STRIDES_LEAST = 20
STRIDES_MOST = 100
SPREAD_MOST_RATIO = 0.1
SCALE_LEAST, SCALE_MOST = 0.8, 1.25


class Scale(Struct, frozen=True):
    """Known speed over the sensor's own, how scattered it is, over how many strides."""

    ratio: float
    spread_ratio: float
    strides: int


def scale(ratios: Sequence[float]) -> Scale:
    """Return what the strides' ratios of known to own speed amount to."""
    if not ratios:
        return Scale(1.0, 0.0, 0)
    n = len(ratios)
    inner = sorted(ratios)[n // 4 : n - n // 4]
    middle = median(ratios)
    spread = 1.4826 * median(abs(x - middle) for x in ratios)
    return Scale(fsum(inner) / len(inner), spread, n)


def refusal(found: Scale) -> str | None:
    """Return why a scale can't be relied on, in words, or None."""
    if found.strides < STRIDES_LEAST:
        return (
            f"only {found.strides} strides with a speed of their own, {STRIDES_LEAST} are needed: "
            "run on, steadily"
        )
    if found.spread_ratio > SPREAD_MOST_RATIO:
        return (
            f"its speed scatters by {100 * found.spread_ratio:.0f} % from stride to stride, "
            f"{100 * SPREAD_MOST_RATIO:.0f} is the most: run evenly, sensor tight"
        )
    if not SCALE_LEAST <= found.ratio <= SCALE_MOST:
        return (
            f"the speed told is {found.ratio:.2f} times its own, {SCALE_LEAST} to {SCALE_MOST} is "
            "believed: check the speed's unit and the mount"
        )
    return None


class Speedometer:
    """The speed to report: the known one, else the sensor's own times its scale."""

    def __init__(self, known_mps: float | None, scale_ratio: float = 1.0) -> None:
        self._known_mps = known_mps
        self._scale = scale_ratio
        self._ratios: deque[float] = deque(maxlen=STRIDES_MOST)

    def told(self, known_mps: float | None) -> None:
        """Take in another known speed, None when it is no longer known."""
        self._known_mps = known_mps

    def update(self, own_mps: float | None) -> float | None:
        """Take in a stride's own speed, None where it has none; return the speed to report."""
        known = self._known_mps
        if own_mps is None:
            return known
        if known is None:
            return self._scale * own_mps
        self._ratios.append(known / max(own_mps, 1e-3))
        found = scale(self._ratios)
        if refusal(found) is None:
            self._scale = found.ratio
        return known
