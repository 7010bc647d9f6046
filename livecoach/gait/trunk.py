"""Footfalls from a trunk sensor: the vertical specific force comes back from its fall.

Definition. ``v`` = specific force along up / g (`livecoach.gait.tilt`). In flight v is near 0; when
the foot takes weight it rises towards 1 (from there on the trunk is pushed up). A footfall is found
when v is back at L = 1 - 0.25 f, f its usual fall below 1 (at most 1; a peak forgotten within 2 s),

    contact = t(v = L) - lag(L) + lead,

t between samples, ``lag`` the half-sine model's rise time at this runner's own step and contact
time (mean of the last two steps; the usual duty until they are known), ``lead`` that of the mount:
`livecoach.gait.stance` has the equations and where 10 ms at the waist come from. It is taken at
the level that the leg, slanting, has reached by then (`livecoach.gait.slant`). A walker's contact
is the crossing itself.

No doubles: armed only once v fell below 1 - 0.5 f and was below 1 for 0.06 s, so neither standing,
the dip after the impact nor the ragged end of push-off fires; none within 0.23 s of the last, and
a crossing in that time disarms: one false footfall cannot keep itself going step after step.

Why this level (SD within a recording, the vertical alone). 1 g itself is found 4 to 6 ms later and
no better (3.3 ms real waist, 3.3 virtual, against 3.3 and 3.2); at 0.6 g a sacral sensor that has
not come to 0 in flight fires on the way down (6.4, at 0.5 g 11.6 ms). Extrapolating the flank from
0.6 and 0.8 to 0 g gives 4.0 and 3.3. How the crossing is read makes no difference, the flank is
smooth: Hermite and parabola through the samples, means of crossings at 0.6 to 0.75, means over 10
or 20 ms and lags averaged over 4 or 8 steps change it by 0.1 ms, either way; a step's own depth
instead of the usual fall makes the chest worse (2.4). Leaning on the rhythm's expectation (10 %)
takes 0.1 off chest and virtual waist and adds 0.1 to the real one.

Source. Same family as Patoz et al. 2022 (sacrum, 100 runners, doi:10.3390/s22030784: contact and
flight RMSE 20 ms); 1-g crossing of a sacral accelerometer as in Alcantara et al. 2022
(doi:10.7717/peerj.12752).

Measured, causal, from 1.5 s on (force truth; ms). Every footfall and no false one everywhere:

    ============= ===== =============== ========= ======= ============ ==============
    mount         steps contact         within a  contact next, third  known after
                                        recording time    contact, SD  contact, p95
    ============= ===== =============== ========= ======= ============ ==============
    waist real      152  -5.4 +- 5.7       2.7     13.2    6.5, 10.2    24
    waist virtual    92  +4.4 +- 3.4       3.0     10.4    4.9,  7.2    40
    chest virtual    23  +0.1 +- 1.3       1.3      4.2    4.5,  7.5    34
    back virtual     23  +5.7 +- 1.3       1.4      3.1    4.7,  7.7    38
    ============= ===== =============== ========= ======= ============ ==============

Real: Alcantara's one runner, 16 trials of 5 s at 2.5-4.2 m/s, -9 to +18 %. Virtual: Davis S999 at
4.1 m/s and RBDS002 at 2.5 m/s. Speed known; without it waist contact time is 18.6 and 23.7, contact
+- 6.7 and 5.7. One trial's mean is between -19 and +1 ms (real waist), which is what is left of
speed, slope and runner.

Robustness, on copies of the same, SD within a recording: turned by 35 degrees in pitch or roll at
most 3.7 ms (chest, back 2.0), about the vertical 3.3 (1.9), no footfall missed; 25 Hz and packets
lost: `livecoach.gait.landing`; with 20 % of the samples lost 2.7; clipped at 2 g and without
gyroscope as before; a 14 Hz ring of half the weight 3.1; white noise of 0.3 m/s2 3.1. With 1 m/s2
(0.1 g, far more than a sensor has) 7.9, F1 0.99 (worst recording 0.88).

A belt clip on one hip (100 Hz, 12 min) gives steps of 0.34 and 0.42 s in turn, presumably because
the hip on the far side of the landing leg is lifted late. Rates of single steps average 1.2 % too
high (the mean of 1/T is more than 1 over the mean of T; RMSE of 10 s blocks 1.5 %); over strides
they are right (RMSE 0.4 %, worst 1.6 %).

Validity. Running. Walking (never 0.55 g below 1 g): footfalls are reported once a step and called
walking, contact time is not reported, for v stays near 1 g through double support; seen on made-up
signals only (0.5-0.8 s a step, heel strikes up to 1 g). Strolling that swings by less than 0.15 g
is not seen.
"""

from math import asin, degrees

from livecoach.gait.filters import Peak, crossing_s, spread_s
from livecoach.gait.integrate import StrideIntegrator
from livecoach.gait.landing import Landing, StepValues
from livecoach.gait.params import G, GaitParams
from livecoach.gait.slant import Slant
from livecoach.gait.stance import Stance
from livecoach.gait.tilt import Tilt
from livecoach.gait.yaw import Yaw
from livecoach.model import BodySample, Mount


class Trunk:
    """The machine behind waist, chest and back sensors."""

    def __init__(
        self,
        mount: Mount | None,
        *,
        forward_known: bool,
        params: GaitParams,
        speed_mps: float | None = None,
    ) -> None:
        self._params = params.trunk
        self._braking = forward_known and mount in {"chest", "back"}
        self._swing = forward_known and mount == "waist"
        self._lead_s = params.trunk.waist_lead_s if mount == "waist" else 0.0
        sides = params.trunk.waist_sides if mount == "waist" else 0.0
        self._slant = Slant(params.trunk, sides) if forward_known else None
        self._tilt = Tilt(params.tilt)
        self._yaw = Yaw(params.yaw, params.guard.gap_s)
        self._fall = Peak(params.trunk.low_memory_s)
        self._stride = StrideIntegrator(params.guard.gap_s)
        self._lawful = mount == "waist"
        self._stance = Stance(params.trunk, speed_mps if self._lawful else None)
        self._armed = False
        self._start_s = 0.0
        self._last: tuple[float, float] | None = None
        self._ahead_g = 0.0
        self._rise_s: float | None = None
        self._lag_s = 0.0
        self._deepest = 0.0
        self._below_s = 0.0
        self._hole_most_s = params.guard.gap_s
        self._hole_s = 0.0
        self._flank_hole_s = 0.0
        self._lean = _Mean()

    def told(self, speed_mps: float | None) -> None:
        """Take in the speed, None when it is not known any more."""
        self._stance.told(speed_mps if self._lawful else None)

    @property
    def askew(self) -> bool:
        """Whether the axis declared forward is surely not."""
        return (self._braking or self._swing) and self._yaw.askew

    def update(self, s: BodySample, period_s: float) -> Landing | None:
        """Take in one sample; return the footfall it completes, if any."""
        self._tilt.update(s)
        v = self._tilt.vertical(s) / G
        ahead = self._yaw.update(s.t, self._tilt.forward(s), self._tilt.left(s))
        last, self._last = self._last, (s.t, v)
        ahead_g, self._ahead_g = self._ahead_g, ahead / G
        if last is None:
            self._start_s = s.t
            return None
        p = self._params
        fall = self._fall.update(min(1.0 - v, p.fall_max_g), s.t - last[0])
        self._deepest = max(self._deepest, 1.0 - v)
        self._stride.add(s.t, (v - 1.0) * G, ahead)
        if self._braking and s.gyr_ml is not None:
            self._lean.add(self._yaw.ahead(self._tilt.ap, self._tilt.ml))
        if v < 1.0 <= last[1]:
            self._stance.fall(crossing_s(*last, s.t, v, 1.0), p.toe_off_share * period_s)
        if min(v, last[1]) < 1.0:
            self._below_s += min(s.t - last[0], p.below_min_s)
        if fall > p.fall_min_g and v < 1.0 - p.arm_share * fall:
            self._armed = True
        level = 1.0 - p.rise_share * min(fall, 1.0)
        landing = None
        if self._armed and self._below_s >= p.below_min_s and last[1] < level <= v:
            self._hole_s = s.t - last[0]
            ahead_g += (level - last[1]) / (v - last[1]) * (self._ahead_g - ahead_g)
            landing = self._land(crossing_s(*last, s.t, v, level), period_s, level, ahead_g)
        if (last[1] < 1.0) != (v < 1.0):
            self._flank_hole_s = max(self._flank_hole_s, s.t - last[0])
        if last[1] < 1.0 <= v:
            self._stance.rise(crossing_s(*last, s.t, v, 1.0))
        return landing

    def _land(self, t: float, period_s: float, level: float, ahead_g: float) -> Landing | None:
        p = self._params
        early = t - self._start_s < p.settle_s
        if early or (self._rise_s is not None and t - self._rise_s < p.refractory_s):
            self._armed, self._below_s = False, 0.0
            return None
        runs = self._deepest > p.run_fall_g
        before = self._step_values(t, period_s, runs=runs)
        strength = min(1.0, self._deepest / (p.clear_share * self._fall.value))
        rise = self._stance.lag_s(period_s, level)
        if self._slant is not None and self._hole_s <= rise:
            rise = self._stance.lag_s(period_s, level + self._slant.update(ahead_g))
        self._lag_s = rise - self._lead_s if runs else 0.0
        self._armed, self._rise_s, self._deepest, self._below_s = False, t, 0.0, 0.0
        spread = spread_s(self._hole_s, rise)
        return Landing(t - self._lag_s, before, strength, spread_s=spread)

    def _step_values(self, t: float, period_s: float, *, runs: bool) -> StepValues:
        took = t - (self._rise_s or t)
        if self._hole_s > self._hole_most_s and took < self._params.irregular * period_s:
            took = period_s
        contact = self._stance.close(took, runs=runs)
        seen, self._flank_hole_s = self._flank_hole_s <= self._hole_most_s, 0.0
        moved = self._stride.close(self._lag_s)
        self._yaw.close(t, runs=runs)
        lean = self._lean.close()
        ahead = moved
        if self.askew:
            ahead, lean = None, None
        return StepValues(
            contact_time_s=contact if seen else None,
            vertical_oscillation_m=moved.height_m if moved else None,
            speed_loss_mps=ahead.loss_mps if ahead and self._braking else None,
            propulsion_mps=ahead.push_mps if ahead and self._braking else None,
            pelvis_swing_mps=ahead.swing_mps if ahead and self._swing else None,
            trunk_lean_deg=None if lean is None else -degrees(asin(max(-1.0, min(1.0, lean)))),
            activity="run" if runs else "walk",
        )


class _Mean:
    """Mean over the last two steps (a stride)."""

    def __init__(self) -> None:
        self._before: tuple[float, int] = (0.0, 0)
        self._sum = 0.0
        self._count = 0

    def add(self, x: float) -> None:
        self._sum += x
        self._count += 1

    def close(self) -> float | None:
        total, count = self._before[0] + self._sum, self._before[1] + self._count
        self._before = (self._sum, self._count)
        self._sum, self._count = 0.0, 0
        return total / count if count else None
