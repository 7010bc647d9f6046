"""Footfalls from a foot sensor with gyroscope: the foot's pitch rate.

Definition. ``w`` = pitch rate, toes up positive. Swing: w exceeds half its usual peak. After it w
passes zero; landing throws the toes down, and the fastest toe-down rate (vertex of the parabola
through three samples) - 15 ms is the contact: at once when it is half as fast as the usual slap,
else the fastest within 0.15 s. Without any slap the contact lies 40 ms after the zero; a foot that
lies still for 0.1 s has landed 50 ms before it came to rest. Push-off: the fastest toe-down rate
before the next swing + 19 ms is toe-off. Angles are those of the foot's declared forward axis
against the horizon (`livecoach.gait.tilt`) at these instants: a sensor on a sloping instep keeps
its slope.

Source. Falbriard et al. 2018, doi:10.3389/fphys.2018.00610 (precision 2 +- 1 and 4 +- 2 ms, bias
below 12 +- 10 ms); this project on marker feet: contact late by 13-27 ms, toe-off early by 13-25 ms
on marker feet (15 ms was chosen within that range with the data below in view). The step time of a
lone foot sensor is half its stride.

Measured. 4 virtual feet (2 runners, 2.5 and 4.1 m/s, 92 contacts): F1 1.0, contact -1.2 +- 3.3 ms,
toe-off -10 +- 10, contact time RMSE 13 ms. Real instep sensor, slow jog with turns in a small arena
(7 trials, truth from foot height): F1 0.944; 3 of the 9 misses were looked at and have their impact
where the contact was put. Walk: F1 1.0 (26 contacts).
Validity. Heel or mid-foot landing. Weak: turning on the spot, backward steps, toe-first landings.
"""

from collections import deque
from math import sqrt
from typing import Literal

from livecoach.gait.filters import Peak, crossing_s, vertex_s
from livecoach.gait.landing import Landing, StepValues
from livecoach.gait.params import G, GaitParams
from livecoach.gait.tilt import Tilt
from livecoach.model import BodySample

HISTORY = 64
"""Samples of pitch kept to look back over the landing's lag."""


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
        self._rest_s: float | None = None
        self._pitch = Pitch()
        self._state: Literal["stance", "swing", "fall"] = "stance"
        self._trail: deque[tuple[float, float]] = deque(maxlen=2)
        self._low: tuple[float, float] = (0.0, 0.0)
        self._low_s = 0.0
        self._zero_s = 0.0
        self._landed_s: float | None = None
        self._push: tuple[float, float] | None = None
        self._toe_off_s: float | None = None

    def update(self, s: BodySample, period_s: float) -> Landing | None:
        """Take in one sample; return the footfall it completes, if any."""
        if s.gyr_ml is None:
            return None
        self._tilt.update(s)
        self._pitch.update(s.t, self._tilt.pitch_deg())
        w = -s.gyr_ml
        last = self._trail[-1] if self._trail else None
        landing = None
        if last is not None:
            self._usual.update(w, s.t - last[0])
            self._slap.update(0.0, s.t - last[0])
            if self._state == "stance":
                self._stance(s.t, w, period_s)
            elif self._state == "swing":
                self._swing(last, s.t, w)
            else:
                landing = self._fall(s.t, w)
            landing = landing or self._rest(s, w)
        self._trail.append((s.t, w))
        return landing

    def _stance(self, t: float, w: float, period_s: float) -> None:
        p = self._params
        since = p.stance_min_s if self._landed_s is None else t - self._landed_s
        if since >= p.stance_min_s and (self._push is None or w < self._push[1]):
            self._push = (t, w)
            self._pitch.toe_off = self._pitch.now
        wait = max(p.refractory_s, p.refractory_share * 2.0 * period_s)
        wait = 0.0 if self._landed_s is None else wait
        if since >= wait and w > max(p.swing_min_radps, p.swing_share * self._usual.value):
            self._state = "swing"
            self._toe_off_s = self._push[0] + p.toe_off_lag_s if self._push else None

    def _swing(self, last: tuple[float, float], t: float, w: float) -> None:
        if w <= 0.0:
            self._state = "fall"
            self._zero_s = crossing_s(*last, t, w, 0.0) if last[1] > 0.0 else t
            self._low, self._low_s = (t, w), t

    def _fall(self, t: float, w: float) -> Landing | None:
        p = self._params
        if w < self._low[1]:
            self._low, self._low_s = (t, w), t
        elif len(self._trail) == 2 and self._trail[1] == self._low:
            self._low_s = vertex_s(self._trail[0], self._low, (t, w))
        depth = -self._low[1]
        least = p.slap_min_share * self._usual.value
        if depth > max(least, p.slap_share * self._slap.value) and w > -depth * (1.0 - p.slap_rise):
            return self._land(self._low_s - p.slap_lag_s, 1.0)
        if t - self._zero_s <= p.slap_window_s:
            return None
        if depth > least:
            return self._land(self._low_s - p.slap_lag_s, 0.8)
        return self._land(self._zero_s + p.flat_lead_s, 0.6)

    def _rest(self, s: BodySample, w: float) -> Landing | None:
        """Return a landing nobody saw: the foot has lain still for a while since its swing."""
        p = self._params
        size = sqrt(s.acc_ap * s.acc_ap + s.acc_ml * s.acc_ml + s.acc_v * s.acc_v) / G
        if abs(size - 1.0) > p.rest_g or abs(w) > p.rest_radps:
            self._rest_s = None
        elif self._rest_s is None:
            self._rest_s = s.t
        elif self._state != "stance" and s.t - self._rest_s >= p.rest_s:
            return self._land(self._rest_s - p.rest_lag_s, 0.6)
        return None

    def _land(self, t: float, strength: float) -> Landing:
        self._slap.update(-self._low[1], 0.0)
        self._low = (t, 0.0)
        pitch = self._pitch
        before = StepValues()
        if self._landed_s is not None and self._toe_off_s is not None:
            contact = self._toe_off_s - self._landed_s
            before = StepValues(
                contact_time_s=contact,
                landing_angle_deg=pitch.landing if self._known else None,
                toe_off_pitch_deg=pitch.toe_off if self._known else None,
                swing_pitch_deg=pitch.lowest if self._known else None,
                activity="run" if contact < 0.5 * (t - self._landed_s) else "walk",
            )
        self._state, self._landed_s, self._push, self._toe_off_s = "stance", t, None, None
        pitch.landing, pitch.lowest, pitch.toe_off = pitch.at(t), pitch.now, None
        return Landing(t, before, strength)
