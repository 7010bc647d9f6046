"""Contact time and the lag of contact, from the time a trunk spends above 1 g.

Definition. On the ground the vertical force of a runner is nearly half a sine, in the air it is
nothing, and over a step its mean is the body's weight: ``v(t) = A sin(pi t / tc)`` in units of g,
with ``A = (pi / 2) T / tc`` for step time T and contact time tc (Morin et al. 2005,
doi:10.1123/jab.21.2.167). So the trunk rises through a level L only

    lag(L) = tc / pi * asin(L / A)

after contact: later for a slow runner, whose half sine is low and long. That is why a constant lag
reads late at 2.5 m/s and early at 4.2 m/s. Of the time below 1 g, T - W with W the time above, the
two flanks take the share

    phi = 2 lag(1) / (T - tc + 2 lag(1)),

and tc = W + phi (T - W).

Assumptions. A half sine; the sensor moves with the centre of mass. Inverting W = tc - 2 lag(1) for
each step would be the strict solution, but there dW/dtc is 0.36 only: an error in W comes out 2.8
times as large, and W / T was between 0.45 and 0.65 whatever tc / T was (0.61 to 0.84). So phi is
that of the usual duty tc / T, and a step's own W enters with weight 1 - phi = 0.55: contact time
leans towards the usual duty. That is what Bayes asks for: with 5.7 % between runners at one speed
(21 runners, below) and 12 ms of W that are the site's and not the stance's, the best weight is
0.4; 0.37 to 0.8 are within 2 ms of each other.

Usual duty. 0.73 lies between 0.69 (contact 250 and flight 111 ms: 20 ms being 8 and 18 % of them in
100 runners at 2.5-3.6 m/s, Patoz et al. 2022, doi:10.3390/s22030784) and 0.77 (five runners'
238-313 ms at 2.5-4 m/s over 84.8 strides a minute). It falls with speed: at the waist, where a
speed is known,

    duty = 0.73 (v / 3 m/s)^(-1/3).

The third is published data: of 37 runners at 3.8-5.4 m/s (means of Alcantara et al. 2021,
doi:10.7717/peerj.11199) 21 give -0.33 within the runner and -0.33 over all, 5.7 % about it; their
contact time itself has -0.57, and 270 ms at 3, 199 at 5 m/s (Munro et al. 1987, quoted from
memory) is -0.60. The runners scored here have -0.35 (the real one) and -0.24 (from one virtual one
to the other); none of them was used to set 0.73, 3 m/s or the third. The law alone (no W) gives
16.3 real and 11 virtual, W with one duty 18.6 and 23.7, both together 13.2 and 10.4.

Chest and back keep 0.73 at any speed. The law would make them 17 and 19 ms short: their one runner,
at 4.1 m/s, has a duty of 0.71 where 0.66 is usual. His waist is helped by the pelvis, which stays
above 1 g for 20 ms longer than his chest. Whether the law would serve other chests is open.

A foot's own speed is not passed on to a waist whose speed nobody tells: waist and one foot, contact
time RMSE 18.6 -> 16.2 and 7.7 -> 11.5 (Davis), 12.7 -> 11.6 and 16.2 -> 15.0 (RBDS002), both feet
as before, and contact SD up to 0.6 ms worse.

Removed per mount. The pelvis is lifted before the body's centre, so ``waist_lead_s`` of 10 ms is
taken off at the waist, nothing at chest and back. The real runner alone would ask for 15 ms, the
virtual ones for 6.

Measured, estimated tc in ``lag`` (force truth; bias, SD of all steps, RMSE in ms; after the
commas and semicolons those without a known speed):

    ============ ====== ===================== ======================================
    mount        steps  contact               contact time
    ============ ====== ===================== ======================================
    waist real     152  -5.4 +- 5.7, 6.7       +6 +- 12, RMSE 13.2;  +9 +- 16, 18.6
    waist virtual   92  +4.4 +- 3.4, 5.7       -8 +-  6, RMSE 10.4; -16 +- 18, 23.7
    chest           23  +0.1 +- 1.3            +3 +-  3, RMSE 4.2
    back            23  +5.7 +- 1.3            +1 +-  3, RMSE 3.1
    ============ ====== ===================== ======================================

No constant is fitted to one group and scored on it alone: at 3 m/s 0.70 would give 11.6 real and
19.4 virtual, 0.75 gives 15.7 and 5.9; with -1/4 13.9 and 13.3, with -1/2 12.2 and 7.6. The real
runner reads 13-25 ms long downhill (-9 %) and -6 to +14 uphill: slope is not in the law. Within a
recording contact time follows to 4-9 ms (RMS 5.5). A runner's own calibration takes the rest off.

Tried and left. RMSE or SD about its mean, real waist / biases of real, Davis and RBDS waist: time
above 1 g + constant 17.9 / -58, -58, -115; first step harmonic against a half sine's 14.5 /
+41, +12, -23; peak below 8 Hz 13.7 / +36, +17, -15; impulse above 1 g 48; second moment of the
pulse 14.5 / +50, +10, -22; strict inversion: no solution in a third of the steps; least squares of
a half sine with free flight level, start and height 16 / -5, +42, -23 (chest +4, back -18), with
free exponent 39, skewed as s^0.9 16 / -6, +35, -25; steepest fall at push-off 48 / -103, -25, -102;
bend of the curve at toe-off 58 / -80, +23, +26; bounce and step time put into the half sine's
height 24 / +5, -48, -64 (the site moves 3-23 mm more than the centre of mass, and 10 % of it is a
duty of 0.06). The harmonic is the steadiest within one sensor, but what it reads depends on how
much more the site moves than the centre of mass: unusable without calibration. A law in step
length instead of speed, duty as (v T)^-0.43 (those 21 runners, within and between):
17.3 and 15.8.

Validity. Running on the ground, 25-500 Hz (at 25 Hz the line between two samples cuts the corner:
contact 7 ms earlier). Slow jogging (duty above 0.8) reads 20-30 ms short, racing up to 30 long.
"""

from math import asin, exp, log, pi

from livecoach.gait.params import TrunkParams


def rise_s(contact_time_s: float, step_time_s: float, level: float) -> float:
    """Return how long after contact a half-sine stance lifts the trunk through ``level`` (g)."""
    peak = 0.5 * pi * step_time_s / contact_time_s
    return contact_time_s / pi * asin(min(1.0, level / peak))


def flank_share(duty: float) -> float:
    """Return the share of the time below 1 g that a half sine spends on the ground."""
    flanks = 2.0 * rise_s(duty, 1.0, 1.0)
    return flanks / (1.0 - duty + flanks)


def usual_duty(params: TrunkParams, speed_mps: float | None) -> float:
    """Return contact time over step time of a usual runner, at a speed where it is known."""
    if speed_mps is None or speed_mps <= 0.0:
        return params.duty
    duty = params.duty * exp(-params.duty_fall * log(speed_mps / params.duty_mps))
    return min(max(duty, params.duty_least), params.duty_most)


class Stance:
    """The time above 1 g, and what it says of the last two steps (one of each leg)."""

    def __init__(self, params: TrunkParams, speed_mps: float | None) -> None:
        self._params = params
        self._before = (0.0, 0.0)
        self._last = (0.0, 0.0)
        self.told(speed_mps)
        self.begin()

    def told(self, speed_mps: float | None) -> None:
        """Take in the speed from the step under way on, None when it is not known."""
        self._duty = usual_duty(self._params, speed_mps)
        self._share = flank_share(self._duty)

    def begin(self) -> None:
        """Forget the crossings: a new step begins."""
        self._up_s: float | None = None
        self._down_s: float | None = None

    def rise(self, t: float) -> None:
        """Take in an upward crossing of 1 g; the first one counts."""
        if self._up_s is None:
            self._up_s = t

    def fall(self, t: float, within_s: float) -> None:
        """Take in a downward crossing of 1 g; the last one near enough counts."""
        if self._up_s is not None and t - self._up_s < within_s:
            self._down_s = t

    def close(self, step_time_s: float, *, runs: bool) -> float | None:
        """End a step; return its contact time, None where it is not known."""
        contact = None
        if runs and self._up_s is not None and self._down_s is not None:
            above = self._down_s - self._up_s
            contact = above + self._share * (step_time_s - above)
        self._before, self._last = self._last, (contact or 0.0, step_time_s)
        self.begin()
        return contact

    def lag_s(self, period_s: float, level: float) -> float:
        """Return how long after contact the trunk rises through ``level``."""
        (c0, t0), (c1, t1) = self._before, self._last
        if c0 == 0.0 or c1 == 0.0 or t0 + t1 > 2.0 * self._params.irregular * period_s:
            return rise_s(self._duty * period_s, period_s, level)
        return rise_s(0.5 * (c0 + c1), 0.5 * (t0 + t1), level)
