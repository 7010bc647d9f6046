"""The intake: what is no reading is left out, and a sensor that speaks g is understood.

A sample is used when its time is later than the last one's and every number is finite and
physically possible. A lone reading that jumps by more than 15 g is a spike and left out. A jump
back by more than ``restart_s`` is a clock that began anew: the search starts again from there.
Mean specific force over the first second between 0.5 and 6 cannot be m/s2 (rest is 9.81, and a
runner's mean is gravity too, a foot's more): the sensor counts in g, and is converted. In g a
trunk's mean is 1.0-1.6, a running foot's 2-4.
"""

from math import isfinite, sqrt
from typing import Literal

from livecoach.gait.params import G, GuardParams
from livecoach.model import ImuSample

Verdict = Literal["use", "skip", "restart", "unit"]
"""``restart`` and ``unit``: use it, but forget what was before."""


class Guard:
    """Judges the samples of one sensor.

    ``scale`` converts specific force to m/s2; ``gap_s`` is the time since the last used sample.
    """

    def __init__(self, params: GuardParams) -> None:
        self._params = params
        self.scale = 1.0
        self.gap_s = 0.0
        self._t: float | None = None
        self._last: tuple[float, float, float] | None = None
        self._doubtful = False
        self._unit_until: float | None = None
        self._unit_known = False
        self._sum = 0.0
        self._count = 0

    def judge(self, sample: ImuSample) -> Verdict:
        """Return what to do with ``sample``."""
        p = self._params
        x, y, z = sample.acc_x, sample.acc_y, sample.acc_z
        size = sqrt(x * x + y * y + z * z)
        if not (isfinite(sample.t) and size * self.scale <= p.acc_limit_mps2):
            return "skip"
        if not self._gyr_possible(sample) or self._spikes(x, y, z):
            return "skip"
        last, self._t = self._t, sample.t
        self.gap_s = 0.0 if last is None else sample.t - last
        if last is not None and self.gap_s <= 0.0 and self.gap_s >= -p.restart_s:
            self._t = last
            return "skip"
        if not self._unit_known and self._speaks_g(sample.t, size):
            return "unit"
        return "restart" if abs(self.gap_s) > p.restart_s else "use"

    def _spikes(self, x: float, y: float, z: float) -> bool:
        last, self._last = self._last, (x, y, z)
        if last is None or self._doubtful:
            self._doubtful = False
            return False
        jump = max(abs(x - last[0]), abs(y - last[1]), abs(z - last[2]))
        self._doubtful = jump * self.scale > self._params.spike_mps2
        return self._doubtful

    def _gyr_possible(self, sample: ImuSample) -> bool:
        limit = self._params.gyr_limit_radps
        return all(w is None or abs(w) <= limit for w in (sample.gyr_x, sample.gyr_y, sample.gyr_z))

    def _speaks_g(self, t: float, size: float) -> bool:
        p = self._params
        if self._unit_until is None or abs(self.gap_s) > p.restart_s:
            self._unit_until, self._sum, self._count = t + p.unit_window_s, 0.0, 0
        self._sum += size
        self._count += 1
        if t < self._unit_until:
            return False
        self._unit_known = True
        if p.unit_low < self._sum / self._count < p.unit_high:
            self.scale = G
            return True
        return False
