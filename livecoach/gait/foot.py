"""Footfalls from a foot sensor with gyroscope: the foot's pitch rate and the jolt of the landing.

Definition. ``w`` = pitch rate, toes up positive; jolt: `livecoach.gait.impact`.

- Pitch rate: about the declared axis, or the one the foot is found to turn about
  (`livecoach.gait.hinge`). Swing: w exceeds half its usual peak. After it w passes zero.
- Slap: landing throws the toes down. The fastest toe-down rate (top of the bell curve through
  three samples) - 15 ms is the contact, said at once when it is 70 % as fast as the usual slap and
  the foot jolted in the 60 ms before: a slow turn of the toes in mid-air does not jolt. A
  weaker slap is waited for until 32 ms after the jolt: 27 ms, the latest seen, and a sample.
- Samples g apart know the slap to s = g2 / 225 ms (7 ms at 25 Hz). The swing's end z, where w
  passes zero, is a second witness: z + (how much later the slap usually comes) is good for
  5 ms + g/10, and the two are weighed by 1/variance. A landing that a hole in the samples has
  swallowed is put where it was due, by z or, with z in the hole too, by the stride.
- No slap: the contact is where the jolt began (toe-first landing), or, without a jolt, 40 ms after
  the zero once the foot has come to rest.
- No swing seen (backwards, turning, a last small step): a foot that jolted and within 0.3 s (no
  running contact lasts longer) lies still has landed at the jolt. Just after a jolt no swing
  begins: after landing on the toes the heel drops, and w rises as in a swing; but toes that have
  risen by 40 deg since are in the air.
- Sure of itself (`Landing.sure`): a slap with a jolt that ended a whole stride, 0.8 from 4 g on (no
  other jump in the stride is as large, `livecoach.gait.impact`), less in proportion below.

Push-off: the fastest toe-down rate before the next swing + 19 ms is toe-off. Angles are those of
the foot's declared forward axis against the horizon (`livecoach.gait.tilt`) at these instants: a
sensor on a sloping instep keeps its slope. Speed: `livecoach.gait.zupt`. The step time of a lone
foot sensor is half its stride. Run: the foot is down for less than half of the stride.

Source. Falbriard et al. 2018, doi:10.3389/fphys.2018.00610 (precision 2 +- 1 and 4 +- 2 ms, bias
below 12 +- 10 ms); this project on marker feet: the slap comes 13-27 ms after contact, the push-off
13-25 ms before toe-off (15 and 19 ms chosen within these ranges with the data below in view).

Measured. 4 virtual feet (2 runners, 2.5 and 4.1 m/s, 92 contacts): F1 1.0, contact -1.2 +- 3.3 ms
(Davis +1.2, RBDS -2.0), contact time RMSE 13 ms, known 30 ms after the foot at the latest (95 %).
Real instep sensor, slow jog with turns and stops in a small arena (7 trials, 145 contacts, truth
from foot height): F1 0.979, known after 20 ms (median), 55 ms (95 %). Walk: F1 1.0 (26 contacts).

The 3 misses in the jog, each a false one too, are 127-172 ms before the truth. In all three the
foot jolts by 5-12 g at the contact found, as in the strides before and after, and has been at rest
(1 +- 0.21 g, turning slower than 1.1 rad/s) for 40 ms when the truth says it lands; of all 171
truths just these three come so late (first time within 15 mm of the lowest point: a foot that
settles slowly is late). No later jolt, slap or stop is there to be found, so nothing was done.

Robustness, on the same recordings: 50 and 100 Hz, 16, 8 and 2 g, one sample in five lost, gyroscope
off by 3 deg/s: virtual F1 1.0, contact SD below 4.5 ms. 25 Hz: F1 1.0, SD 5.8 ms (four ways to
lay the samples 6.6, single feet 3.5-10.4; a parabola and no second witness 8.7); 30 Hz 5.1 (7.0).
One packet of eight in five lost, 10 times: F1 0.9995, SD 6.6 ms (0.989 and 16 without the rule for
holes). 35 deg off its mount, any way: F1 1.0, SD at most 5.6 ms (`livecoach.gait.hinge`). Real jog
at 100, 50, 25 Hz F1 0.966, 0.959, 0.959: two more landings that the truth has 117 ms late fall out
of the 120 ms allowed. Not to believe a jolt while the toes rise at 70 % of the swing's rate saved
one contact at 30 Hz, but took that jog's 25 Hz to 0.945.

Validity. Heel or mid-foot landing; toe-first and backward steps are known later. Weak: soft turns
on the spot at 50 Hz and below (real jog F1 0.96).
"""

from collections import deque
from math import hypot
from typing import Literal

from livecoach.gait.filters import Holes, Peak, bell_s, crossing_s, spread_s
from livecoach.gait.hinge import Hinge
from livecoach.gait.impact import Impact
from livecoach.gait.landing import Landing, StepValues
from livecoach.gait.params import G, GaitParams
from livecoach.gait.tilt import Tilt
from livecoach.gait.zupt import Strides
from livecoach.model import BodySample

HISTORY = 256
"""Samples of pitch kept to look back over the landing's lag."""

SLAPPED = 0.8
"""How clearly a landing with a weak slap stands out; less: with none."""


class Pitch:
    """The foot's pitch in degrees, and where it was a moment ago."""

    def __init__(self) -> None:
        self._past: deque[tuple[float, float]] = deque(maxlen=HISTORY)
        self.now = 0.0
        self.lowest = 0.0
        self.toe_off: float | None = None
        self.landing: float | None = None

    def update(self, t: float, pitch_deg: float) -> None:
        """Take in the pitch at ``t``."""
        self.now = pitch_deg
        self.lowest = min(self.lowest, pitch_deg)
        self._past.append((t, pitch_deg))

    def at(self, t: float) -> float:
        """Return the pitch at the kept sample nearest to ``t``."""
        return min(self._past, key=lambda x: abs(x[0] - t))[1]


class Foot:
    """The machine behind a foot sensor with gyroscope."""

    def __init__(self, *, forward_known: bool, params: GaitParams) -> None:
        self._params = params.foot
        self._known = forward_known
        self._tilt = Tilt(params.tilt)
        self._usual = Peak(params.foot.memory_s)
        self._slap = Peak(params.foot.memory_s)
        self._hinge = Hinge(params.foot)
        self._impact = Impact(params.foot)
        self._strides = Strides(params.zupt)
        self._holes = Holes(params.foot.slap_lag_s)
        self._hole_most_s = params.guard.gap_s
        self._push_seen = True
        self._flat = False
        self._rest_s: float | None = None
        self._pitch = Pitch()
        self._state: Literal["stance", "swing", "fall"] = "stance"
        self._trail: deque[tuple[float, float]] = deque(maxlen=2)
        self._low: tuple[float, float] = (0.0, 0.0)
        self._low_s = 0.0
        self._low_gap_s = 0.0
        self._zero_s = 0.0
        self._zero_gap_s = 0.0
        self._lead_s = 0.0
        self._slaps = 0
        self._landed_s: float | None = None
        self._push: tuple[float, float] | None = None
        self._toe_off_s: float | None = None
        self._wait_s = params.foot.refractory_s
        self._swing_s = 0.0
        self._rate = 0.0
        self._jolted_s: float | None = None
        self._rise = 0.0
        self._risen = 0.0

    def update(self, s: BodySample, period_s: float) -> Landing | None:
        """Take in one sample; return the footfall it completes, if any."""
        if s.gyr_ml is None:
            return None
        self._holes.update(s.t)
        self._tilt.update(s)
        self._pitch.update(s.t, self._tilt.pitch_deg())
        self._impact.update(s)
        turn = (s.gyr_ap or 0.0, s.gyr_ml, s.gyr_v or 0.0)
        self._rate, w = hypot(*turn), -self._hinge.rate(s.t, turn)
        last = self._trail[-1] if self._trail else None
        landing = None
        if last is not None:
            self._usual.update(w, s.t - last[0])
            self._slap.update(0.0, s.t - last[0])
            self._rises(w, s.t - last[0])
            if self._state == "stance":
                self._stance(s.t, w, period_s)
            elif self._state == "swing":
                landing = self._swing(last, s.t, w)
            else:
                landing = self._fall(s.t, w)
            landing = landing or self._unseen(last[0], s.t, w, period_s) or self._rest(s)
        self._flat = self._flat and self._state == "stance" and not self._pushes(s.t, w)
        self._strides.update(s, stance=self._flat)
        self._trail.append((s.t, w))
        return landing

    def _stance(self, t: float, w: float, period_s: float) -> None:
        p = self._params
        since = p.stance_min_s if self._landed_s is None else t - self._landed_s
        if since >= p.stance_min_s and (self._push is None or w < self._push[1]):
            self._push = (t, w)
            self._pitch.toe_off = self._pitch.now
        self._wait_s = max(p.refractory_s, p.refractory_share * 2.0 * period_s)
        wait = 0.0 if self._landed_s is None else self._wait_s
        if since >= wait and self._swings(w) and not self._settling(t):
            self._state, self._swing_s = "swing", t
            self._toe_off_s = self._push[0] + p.toe_off_lag_s if self._push else None
            push_s = self._push[0] if self._push else t
            a, b = self._holes.widest(push_s, push_s)
            self._push_seen = b - a <= self._hole_most_s

    def _pushes(self, t: float, w: float) -> bool:
        """Return whether the heel rises: the foot's rest is over."""
        p = self._params
        landed = t if self._landed_s is None else self._landed_s
        return t - landed > p.stance_min_s and w < -p.push_share * self._usual.value

    def _settling(self, t: float) -> bool:
        """Return whether the foot may have landed a moment ago: toe first, the heel drops now."""
        jolt = self._jolt()
        return jolt is not None and t - jolt <= self._params.settle_s

    def _swings(self, w: float) -> bool:
        return w > max(self._params.swing_min_radps, self._params.swing_share * self._usual.value)

    def _swing(self, last: tuple[float, float], t: float, w: float) -> Landing | None:
        if w <= 0.0:
            self._state = "fall"
            self._zero_s = crossing_s(*last, t, w, 0.0) if last[1] > 0.0 else t
            self._zero_gap_s = self._low_gap_s = t - last[0]
            self._low, self._low_s = (t, w), t
            return None
        jolt = self._jolt()
        if jolt is not None and t - jolt > self._params.slap_window_s:
            return self._land(jolt, 0.6)
        return None

    def _fall(self, t: float, w: float) -> Landing | None:
        p, jolt = self._params, self._jolt()
        if w < self._low[1] or (jolt is not None and self._low_s < jolt - p.slap_early_s):
            self._low, self._low_s, self._low_gap_s = (t, w), t, t - self._trail[-1][0]
        elif len(self._trail) == 2 and self._trail[1] == self._low and self._low[1] < 0.0:
            (t0, w0), (t1, w1) = self._trail
            self._low_s = bell_s((t0, -w0), (t1, -w1), (t, -w))
            self._low_gap_s = 0.5 * (t - t0)
        depth = -self._low[1]
        least = p.slap_min_share * self._usual.value
        slapped = depth > max(least, p.slap_share * self._slap.value)
        over = w > -depth * (1.0 - p.slap_rise)
        if self._loud(self._low_s) and slapped and over:
            return self._land(self._slapped(learn=True), 1.0)
        if jolt is not None and (t - jolt <= p.jolt_window_s or not over):
            return None
        if jolt is None and t - self._zero_s <= p.slap_window_s:
            return None
        if jolt is None and not self._loud(self._low_s) and not self._rests(t, p.jolt_rest_s):
            if self._swings(w):
                self._state, self._swing_s = "swing", t
            return None
        if depth > least:
            return self._land(self._slapped(learn=False), SLAPPED)
        return self._land(self._zero_s + p.flat_lead_s if jolt is None else jolt, 0.6)

    def _slapped(self, *, learn: bool) -> float:
        """Return the contact that this slap shows, by the swing's end where it was ill seen."""
        p, lead = self._params, self._low_s - self._zero_s
        if learn:
            self._slaps = min(self._slaps + 1, p.lead_memory)
            self._lead_s += (lead - self._lead_s) / self._slaps
        blur = self._low_gap_s**2 / p.slap_blur_s
        blur_zero = hypot(p.lead_sd_s, p.zero_blur * self._zero_gap_s)
        share = blur * blur / (blur * blur + blur_zero * blur_zero) if self._slaps > 1 else 0.0
        return self._low_s + share * (self._lead_s - lead) - p.slap_lag_s

    def _unseen(self, before: float, t: float, w: float, period_s: float) -> Landing | None:
        """Return the landing that a hole in the samples has swallowed, if one was due in it."""
        p = self._params
        if not self._impact.holed or self._state != "fall" or self._slaps < 2:
            return None
        if min(w, self._low[1]) < -p.slap_share * self._slap.value or self._landed_s is None:
            return None
        due = self._zero_s + self._lead_s
        if self._zero_s >= before:
            due = max(before + self._lead_s, self._landed_s + 2.0 * period_s + p.slap_lag_s)
        return self._land(due - p.slap_lag_s, 0.6) if before < due < t else None

    def _loud(self, t: float) -> bool:
        """Return whether the foot jolted at ``t``, just before or since."""
        loud = self._impact.loud_s
        return loud is not None and loud > t - self._params.jolt_early_s

    def _rises(self, w: float, dt: float) -> None:
        """Follow how far the toes have risen since the last jolt."""
        if self._impact.onset_s != self._jolted_s:
            self._jolted_s, self._rise, self._risen = self._impact.onset_s, 0.0, 0.0
        self._rise += w * dt
        self._risen = max(self._risen, self._rise)

    def _jolt(self) -> float | None:
        """Return when the foot jolted as in a landing, if it did since it left the ground."""
        since = self._landed_s
        if self._state == "fall":
            since = self._zero_s - self._params.jolt_early_s
        elif self._state == "swing":
            since = self._swing_s + self._params.slap_window_s
        elif since is not None:
            since += self._wait_s
        onset = self._impact.onset_s
        if self._risen > self._params.drop_rad:
            return None
        return None if onset is None or (since is not None and onset <= since) else onset

    def _rests(self, t: float, least_s: float) -> bool:
        return self._rest_s is not None and t - self._rest_s >= least_s

    def _rest(self, s: BodySample) -> Landing | None:
        """Return a landing nobody saw: the foot has lain still for a while since its swing."""
        p, jolt = self._params, self._jolt()
        size = hypot(s.acc_ap, s.acc_ml, s.acc_v) / G
        down = jolt is not None and s.t - jolt <= p.jolt_calm_s
        if abs(size - 1.0) > p.rest_g or self._rate > (p.roll_radps if down else p.calm_radps):
            self._rest_s = None
        elif self._rest_s is None:
            self._rest_s = s.t
        elif jolt is not None and down and self._rests(s.t, p.jolt_rest_s):
            return self._land(jolt, 0.6)
        elif self._state != "stance" and self._rests(s.t, p.rest_s):
            return self._land(self._rest_s - p.rest_lag_s, 0.6)
        return None

    def _sure(self, t: float) -> float:
        """Return how sure a slap at ``t`` is by itself: it ended a whole stride, with a jolt."""
        p = self._params
        if self._toe_off_s is None or self._landed_s is None or not self._loud(t):
            return 0.0
        return p.sure_most * min(1.0, self._impact.peak_g / p.sure_g)

    def _spread_s(self, t: float, strength: float) -> float:
        """Return the contact's uncertainty: a slap nobody saw may lie anywhere in the hole."""
        p = self._params
        slap_s, weak = t + p.slap_lag_s, strength < 1.0
        a, b = self._holes.widest(slap_s - (p.slap_early_s if weak else p.slap_lag_s), slap_s)
        return spread_s(max(b, slap_s) - a, 0.0 if weak else p.slap_lag_s) if b > a else 0.0

    def _land(self, t: float, strength: float) -> Landing:
        sure = 0.0 if strength < SLAPPED else self._sure(t)
        self._slap.update(-self._low[1], 0.0)
        self._low = (t, 0.0)
        pitch = self._pitch
        before = StepValues()
        if self._landed_s is not None and self._toe_off_s is not None:
            contact = self._toe_off_s - self._landed_s
            before = StepValues(
                contact_time_s=contact if self._push_seen else None,
                landing_angle_deg=pitch.landing if self._known else None,
                toe_off_pitch_deg=pitch.toe_off if self._known else None,
                swing_pitch_deg=pitch.lowest if self._known else None,
                speed_mps=self._strides.speed_mps,
                activity="run" if contact < 0.5 * (t - self._landed_s) else "walk",
            )
        self._state, self._landed_s, self._push, self._toe_off_s = "stance", t, None, None
        self._flat = True
        pitch.landing, pitch.lowest, pitch.toe_off = pitch.at(t), pitch.now, None
        return Landing(t, before, strength, sure, self._spread_s(t, strength))
