"""How far the runner turns: the heading's change over a stride, by the gyroscope.

Definition. Over a stride, from time A to B, the turn rates (trapezoid, exact rotation:
`livecoach.gait.zupt`) give the rotation q = (w, x) of the sensor from A to B, and so the specific
force f in the axes the sensor had at A. Whatever the sensor does within a stride it is back at B as
it was at A, but for the heading. Its mean force is gravity, so up is u = sum f dt / |sum f dt|, and

    heading change = 2 atan2(x . u, w)         (the twist of q about up; left is positive)

``turn_deg`` is half of it, a step's share: a single step also holds the sway of the hips or
shoulders, up to 20 degrees, which the next one takes back. A trunk's stride is its last two steps.

Measured. Running straight ahead on belts (virtual trunks and feet of Davis S999 and RBDS002, 373
steps): rms 1.7 to 5.2 deg/s, at most 13.6 in any stride. Real instep sensor, jogs round and round
in a small arena (8 trials, 160 strides): rms 57 to 101 deg/s by trial.

Assumptions. A gyroscope; no hole in the samples. Neither attitude nor axes need to be known, and a
bias of the gyroscope of b deg/s about the vertical counts as a turn of b.
"""

from math import atan2, degrees, hypot

from livecoach.gait.zupt import Turn as Rotation
from livecoach.gait.zupt import Vector, after, turned
from livecoach.model import BodySample

Part = tuple[Rotation, Vector]
"""A rotation, and the specific force summed over it in the axes of its beginning."""
_STILL: Part = (1.0, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0)


class Heading:
    """Samples in, at each footfall the turn out.

    Parameters
    ----------
    parts
        Footfalls of this sensor to a stride: 2 at the trunk, 1 at a foot.
    gap_s
        A longer hole in the samples makes the strides around it unknown.
    """

    def __init__(self, parts: int, gap_s: float) -> None:
        self._parts = parts
        self._gap_s = gap_s
        self._last: tuple[float, Vector] | None = None
        self._done: list[Part] = []
        self._part: Part | None = None

    def update(self, s: BodySample) -> None:
        """Take in one sample."""
        if s.gyr_ap is None or s.gyr_ml is None or s.gyr_v is None:
            self._last = self._part = None
            return
        last, rate = self._last, (s.gyr_ap, s.gyr_ml, s.gyr_v)
        self._last = s.t, rate
        if last is None or s.t - last[0] > self._gap_s:
            self._part = None
        if last is None or self._part is None:
            return
        dt, (x, y, z) = s.t - last[0], last[1]
        mean = 0.5 * (x + rate[0]), 0.5 * (y + rate[1]), 0.5 * (z + rate[2])
        q = after(self._part[0], mean, dt)
        (a, b, c), (fx, fy, fz) = self._part[1], turned(q, (s.acc_ap, s.acc_ml, s.acc_v))
        self._part = q, (a + fx * dt, b + fy * dt, c + fz * dt)

    def close(self) -> float | None:
        """End a part at a footfall; return a step's share of the stride's turn in degrees."""
        part, self._part = self._part, _STILL
        self._done = [] if part is None else [*self._done, part][-self._parts :]
        if len(self._done) < self._parts:
            return None
        q, force = self._done[0]
        for then, more in self._done[1:]:
            fx, fy, fz = turned(q, more)
            force = force[0] + fx, force[1] + fy, force[2] + fz
            q = _product(q, then)
        size = hypot(*force)
        if size == 0.0:
            return None
        w, *v = q if q[0] >= 0.0 else (-q[0], -q[1], -q[2], -q[3])
        twist = sum(a * b for a, b in zip(v, force, strict=True)) / size
        return degrees(atan2(twist, w))


def _product(q: Rotation, r: Rotation) -> Rotation:
    """Return ``q`` followed by ``r`` (own axes)."""
    w, x, y, z = q
    a, b, c, d = r
    return (
        w * a - x * b - y * c - z * d,
        w * b + x * a + y * d - z * c,
        w * c + y * a + z * b - x * d,
        w * d + z * a + x * c - y * b,
    )
