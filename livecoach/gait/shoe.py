"""Footfalls from a shoe sensor without gyroscope: the end of the swing.

Definition. ``s`` = size of the specific force / g, whatever the sensor's orientation. The end of
the swing brakes the leg and makes the largest slow peak of the stride; just before the impact s
falls to a valley. Contact = that valley (vertex of a parabola) - 10 ms. The usual peak is followed,
so the smaller peaks of push-off do not fire; no second contact within 0.45 s. A valley without the
jolt of a landing (`livecoach.gait.impact`) within 60 ms before it or since is none.

Measured. One real shoe (adept, 100 Hz, 12 min, outdoors): step rate RMSE 0.84 % over 10 s blocks,
no steps while standing (7 of 7 blocks). Gyroscope taken away: 4 virtual feet (2 runners) F1 1.0,
contact within 1 ms, SD 1-2 ms at 4.1 m/s and 15-39 ms at 2.5 m/s; real instep jog with turns F1
0.70-0.97 by trial (mean 0.87), walk 0.49: walking is not for this sensor. 10 ms is what virtual
feet show.

Assumptions. One footfall per peak above 55 % of the usual one. Validity: running. Contact times,
angles: unknown to this sensor. A step is half a stride.
"""

from collections import deque
from math import sqrt

from livecoach.gait.filters import Holes, Peak, spread_s, vertex_s
from livecoach.gait.impact import Impact
from livecoach.gait.landing import Landing, StepValues
from livecoach.gait.params import G, GaitParams
from livecoach.model import BodySample


class Shoe:
    """The machine behind a foot sensor that has only an accelerometer."""

    def __init__(self, *, params: GaitParams) -> None:
        self._params = params.shoe
        self._usual = Peak(params.shoe.memory_s)
        self._impact = Impact(params.foot)
        self._trail: deque[tuple[float, float]] = deque(maxlen=2)
        self._holes = Holes(params.shoe.lag_s)
        self._peak: float | None = None
        self._low: tuple[float, float] = (0.0, 0.0)
        self._low_s = 0.0
        self._landed_s: float | None = None

    def update(self, sample: BodySample, _period_s: float) -> Landing | None:
        """Take in one sample; return the footfall it completes, if any."""
        x, y, z = sample.acc_ap, sample.acc_ml, sample.acc_v
        t, s = sample.t, sqrt(x * x + y * y + z * z) / G
        self._impact.update(sample)
        self._holes.update(t)
        landing = None
        if self._trail:
            self._usual.update(s, t - self._trail[-1][0])
            if self._peak is None:
                self._search(t, s)
            else:
                landing = self._follow(t, s, self._peak)
        self._trail.append((t, s))
        return landing

    def _search(self, t: float, s: float) -> None:
        p = self._params
        if self._landed_s is not None and t - self._landed_s < p.refractory_s:
            return
        if s > max(p.arm_min_g, p.arm_share * self._usual.value):
            self._peak, self._low, self._low_s = s, (t, s), t

    def _follow(self, t: float, s: float, peak: float) -> Landing | None:
        p = self._params
        if s > peak:
            self._peak, self._low, self._low_s = s, (t, s), t
            return None
        if s < self._low[1]:
            self._low, self._low_s = (t, s), t
        elif len(self._trail) == 2 and self._trail[1] == self._low:
            self._low_s = vertex_s(self._trail[0], self._low, (t, s))
        if self._low[1] > p.drop_share * peak or s < self._low[1] + 0.1 * peak:
            return None
        self._peak = None
        loud = self._impact.loud_s
        if loud is None or loud <= self._low_s - p.jolt_early_s:
            return None
        self._landed_s = self._low_s
        a, b = self._holes.widest(self._low_s, self._low_s)
        return Landing(self._low_s - p.lag_s, StepValues(), spread_s=spread_s(b - a, p.lag_s))
