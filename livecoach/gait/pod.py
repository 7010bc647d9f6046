"""Foot pods over Running Speed and Cadence: what their numbers mean, second by second.

A pod has no clock and no footfalls; it tells tempo, never phase. What its cadence counts:
`livecoach.gait.pod_unit`; what its zeros mean: `livecoach.gait.pod_zero`. Step length is speed over
step rate, never the pod's own "stride length". A belt's speed, where there is one, stands for the
pod's (`livecoach.gait.treadmill`).

A packet is left out, and the one before stands for 3 s, when its speed or cadence alone is 0, the
speed is above 12 m/s, it makes fewer than 0.6 of the usual steps at its speed or more than 250 a
minute, an inertial sensor counts otherwise by more than 15 %, or it jumps by more than 15 % in
rate or half in speed and the next one does not. The same packet twice within 50 ms is one.

States: ``fresh`` a resolved reading within 3 s; ``stale`` no packet for 3 s, or nothing but the
same for 7.9 s: a pod that repeats its last packet after the runner stopped (8 s less the way of a
packet). Repeats are alive while total distance grows by at least half of what the speed makes, or
an inertial sensor's step rate agrees. ``lost`` no packet for 10 s; ``stopped`` zeros; ``unknown``
packets come, but what they mean is not resolved.

Without a distance the bytes of a steady runner and of a tail are the same for 8 s and more: real
captures hold runs of up to 23 equal seconds, whose end is given up as stale.
"""

import math
from collections import deque
from statistics import median
from typing import Final

from livecoach.gait.pod_params import DEFAULT, PodParams
from livecoach.gait.pod_unit import TIMES, CadenceUnit, typical_spm
from livecoach.gait.pod_zero import Zeros
from livecoach.gait.treadmill import BeltSpeed, Disagreement
from livecoach.model import (
    Cadence,
    FootPodReading,
    Notice,
    PodReport,
    SensorState,
    State,
    Step,
    Tick,
)

BELT_WINS: Final = "{}: says {:.1f} km/h, the belt {:.1f} km/h; the belt's speed is used"


class PodTracker:
    """Readings of one pod, steps of other sensors and ticks -> a `PodReport` each second.

    Parameters
    ----------
    source
        The pod's name.
    cadence
        What its cadence counts, where that is known.
    configured
        Whether that was said by the runner: then it stands.
    params
        Settings.
    """

    def __init__(
        self,
        source: str,
        cadence: Cadence | None = None,
        *,
        configured: bool = False,
        params: PodParams = DEFAULT,
    ) -> None:
        self._source = source
        self._start = cadence
        self._configured = configured
        self._params = params
        self.reset()

    def reset(self) -> None:
        """Forget everything heard."""
        self._unit = CadenceUnit(self._params, self._start, fixed=self._configured)
        self._zeros = Zeros(self._params)
        self._belt = BeltSpeed()
        self._apart = Disagreement()
        self._heard: FootPodReading | None = None
        self._used: FootPodReading | None = None
        self._odd: FootPodReading | None = None
        self._alive: FootPodReading | None = None
        self._tells_speed = False
        self._steps: deque[tuple[float, float]] = deque(maxlen=2 * self._params.sensor_steps_least)
        self._second: int | None = None
        self._state: State = "unknown"

    @property
    def confirmed(self) -> Cadence | None:
        """What the cadence counts, once a minute of readings has said so without contradiction."""
        return self._unit.confirmed

    def belt(self, t: float, speed_mps: float | None) -> None:
        """Take in a treadmill's belt speed, None when it does not say."""
        self._belt.update(t, speed_mps, None)

    def update(self, x: FootPodReading | Step | Tick) -> list[PodReport | SensorState | Notice]:
        """Take a reading or a step (nothing comes out) or a tick (a report per whole second)."""
        if isinstance(x, FootPodReading):
            self._hear(x)
            return []
        if isinstance(x, Step):
            self._steps.append((x.t_known, x.step_rate_spm))
            return []
        second = math.floor(x.t + 1e-9)
        if self._second is None:
            self._second = second - (1 if second else 0)
        if second <= self._second:
            return []
        self._second = second
        report = self._report(float(second), x.t)
        out: list[PodReport | SensorState | Notice] = [report]
        if report.state != self._state:
            self._state = report.state
            out.insert(0, SensorState(x.t, self._source, report.state))
        return out + self._compared(x.t)

    def _compared(self, t: float) -> list[Notice]:
        belt_mps, x = self._belt.at(t)[0], self._used
        own_mps = x.speed_mps if x is not None and self._state == "fresh" else None
        if belt_mps is None or not self._apart.update(t, belt_mps, own_mps):
            return []
        return [Notice(t, BELT_WINS.format(self._source, 3.6 * (own_mps or 0.0), 3.6 * belt_mps))]

    def _hear(self, x: FootPodReading) -> None:
        """Sort a packet: out of order, a duplicate, a zero, one to be left out, one to be used."""
        before = self._heard
        if before is not None and x.t < before.t:
            return
        if before is not None and x.t - before.t < self._params.duplicate_s and _same(before, x):
            return
        self._heard = x
        self._keep_alive(x)
        if x.speed_mps == 0.0 and x.cadence_raw_per_min == 0:
            self._zeros.update(x, before, self._used)
            return
        speed = self._speed(x)
        self._tells_speed = self._tells_speed or x.speed_mps > 0.0
        if x.cadence_raw_per_min == 0 or x.speed_mps > self._params.fastest_mps:
            return
        if speed is None and self._tells_speed:
            return
        self._unit.update(x, speed, self._own_spm(x.t))
        if self._human(x, speed) and not self._jumps(x):
            self._zeros.end(x)
            self._used = x

    def _keep_alive(self, x: FootPodReading) -> None:
        """Note when the pod last said anything new, or moved on in total distance."""
        old = self._alive
        if old is None or not _same(old, x):
            self._alive = x
        elif old.total_distance_m is not None and x.total_distance_m is not None:
            least_m = 0.5 * x.speed_mps * (x.t - old.t)
            if x.total_distance_m - old.total_distance_m >= least_m > 0.0:
                self._alive = x

    def _speed(self, x: FootPodReading) -> float | None:
        """Return the best known speed: the belt's, else the pod's own."""
        return self._belt.at(x.t)[0] or x.speed_mps or None

    def _own_spm(self, t: float) -> float | None:
        """Return the step rate that inertial sensors see."""
        p = self._params
        rates = [rate for at, rate in self._steps if t - at <= p.sensor_memory_s]
        return median(rates) if len(rates) >= p.sensor_steps_least else None

    def _human(self, x: FootPodReading, speed_mps: float | None) -> bool:
        """Return whether this is somebody's gait, the cadence counting what it is known to."""
        p = self._params
        if self._unit.known is None:
            return True
        rate, own = self._rate(x, self._unit.known), self._own_spm(x.t)
        if own is not None and not 1 / p.jump_rate_ratio <= rate / own <= p.jump_rate_ratio:
            return False
        least = p.least_of_typical_ratio * typical_spm(speed_mps or 0.0)
        return least <= rate <= p.most_spm

    def _jumps(self, x: FootPodReading) -> bool:
        """Return whether a reading is far from the last one used, and not followed by its like."""
        p, last = self._params, self._used
        if last is None or x.t - last.t > p.stale_after_s or self._near(x, last):
            self._odd = None
            return False
        odd, self._odd = self._odd, x
        return odd is None or not self._near(x, odd)

    def _near(self, x: FootPodReading, y: FootPodReading) -> bool:
        p = self._params
        rate = x.cadence_raw_per_min / y.cadence_raw_per_min
        if not 1 / p.jump_rate_ratio <= rate <= p.jump_rate_ratio:
            return False
        slow = max(x.speed_mps, y.speed_mps) < p.zero_abrupt_mps
        low, high = sorted((x.speed_mps, y.speed_mps))
        return slow or high <= p.jump_speed_ratio * low

    def _rate(self, x: FootPodReading, cadence: Cadence) -> float:
        return float(TIMES[cadence] * x.cadence_raw_per_min)

    def _report(self, t: float, t_known: float) -> PodReport:
        state = self._state_at(t_known)
        x, cadence = self._used, self._unit.known
        if state == "stopped":
            return PodReport(t, t_known, self._source, state, speed_mps=0.0)
        if state != "fresh" or x is None or cadence is None:
            return PodReport(t, t_known, self._source, state)
        rate, speed = self._rate(x, cadence), self._belt.at(t_known)[0] or x.speed_mps or None
        length = None if speed is None else speed * 60.0 / rate
        return PodReport(t, t_known, self._source, state, rate, speed, length)

    def _state_at(self, t: float) -> State:
        p, heard = self._params, self._heard
        if heard is None or self._alive is None:
            return "unknown"
        if t - heard.t > p.stale_after_s:
            return "lost" if t - heard.t > p.lost_after_s else "stale"
        if self._zeros.told:
            last_s = self._steps[-1][0] if self._steps else None
            return "stopped" if self._zeros.mean_stop(t, last_s) else "unknown"
        x, cadence = self._used, self._unit.known
        if x is None or cadence is None or t - x.t > p.stale_after_s:
            return "unknown"
        own = self._own_spm(t)
        agrees = own is not None and abs(self._rate(x, cadence) / own - 1.0) <= p.sensor_ratio
        if t - self._alive.t >= p.repeats_are_stale_after_s and not agrees:
            return "stale"
        return "fresh"


def _same(x: FootPodReading, y: FootPodReading) -> bool:
    """Return whether two packets say the same, total distance aside."""
    return (x.speed_mps, x.cadence_raw_per_min, x.stride_length_raw_m, x.running) == (
        y.speed_mps,
        y.cadence_raw_per_min,
        y.stride_length_raw_m,
        y.running,
    )
