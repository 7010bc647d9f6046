"""Whether a sensor sits as declared: where gravity is, and what a foot turns about.

Definition. The mean specific force (time constant 3 s) of a runner is gravity: it must lie within
60 degrees of the declared up axis. A foot that turns faster than 2 rad/s (root mean square) turns
about its left-right axis: that one must have a quarter of the three axes' squared turn rates.
Otherwise columns are swapped or another mount is named: contacts lose half their quality, a foot
its contact time and angles, and the person is told once. A trunk's forward and left, swapped, are
told by its sway (`livecoach.gait.yaw`).

Measured. Share of gravity along up: 0.75 and more on every recording (feet 0.75-0.98, trunks 0.91
and more); with two axes swapped on feet -0.5 to 0.56. Share of the pitch rate: median 0.54-0.83 on
feet, 0.06-0.28 swapped; single strides of a foot that turns on the spot fall as low as 0.1.
Validity: up to 35 degrees off its place passes.
"""

from math import sqrt
from typing import Final

from livecoach.model import BodySample

MEMORY_S: Final = 3.0
SEEN_S: Final = 1.0
UP_SHARE: Final = 0.5
TURNING_RADPS2: Final = 4.0
PITCH_SHARE: Final = 0.25
LONGEST_S: Final = 0.1

Triple = tuple[float, float, float]


class Posture:
    """Follows the mean specific force, and a foot's squared turn rates."""

    def __init__(self, *, foot: bool) -> None:
        self._foot = foot
        self._t: float | None = None
        self._age_s = 0.0
        self._force: Triple = (0.0, 0.0, 0.0)
        self._turn: Triple = (0.0, 0.0, 0.0)

    def update(self, s: BodySample) -> None:
        """Take in one sample."""
        dt = 0.0 if self._t is None else min(s.t - self._t, LONGEST_S)
        self._t = s.t
        if dt <= 0.0:
            return
        self._age_s += dt
        share = dt / min(self._age_s, MEMORY_S)
        self._force = _towards(self._force, (s.acc_ap, s.acc_ml, s.acc_v), share)
        if self._foot and s.gyr_ap is not None and s.gyr_ml is not None and s.gyr_v is not None:
            now = (s.gyr_ap * s.gyr_ap, s.gyr_ml * s.gyr_ml, s.gyr_v * s.gyr_v)
            self._turn = _towards(self._turn, now, share)

    @property
    def as_declared(self) -> bool:
        """Whether nothing speaks against the declared axes; true in the first second."""
        if self._age_s < SEEN_S:
            return True
        ap, ml, up = self._force
        if up < UP_SHARE * sqrt(ap * ap + ml * ml + up * up):
            return False
        roll, pitch, yaw = self._turn
        every = roll + pitch + yaw
        return every < TURNING_RADPS2 or pitch >= PITCH_SHARE * every


def _towards(old: Triple, new: Triple, share: float) -> Triple:
    x, y, z = old
    return x + share * (new[0] - x), y + share * (new[1] - y), z + share * (new[2] - z)
