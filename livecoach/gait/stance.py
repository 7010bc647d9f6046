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
that of the usual duty tc / T = 0.73, and a step's own W enters with weight 1 - phi = 0.55: contact
time leans towards the usual duty. 0.73 lies between 0.69 (contact 250 and flight 111 ms: 20 ms
being 8 and 18 % of them in 100 runners, Patoz et al. 2022, doi:10.3390/s22030784) and 0.77 (five
runners' 238-313 ms at 2.5-4 m/s over 84.8 strides a minute).

Removed per mount. With true tc put into ``lag``, what is left is nearly constant: waist -21 +- 6 ms
(16 real sacral trials of one runner), -16 and -13 ms (two virtual runners), chest -4, back 0 ms.
The pelvis is lifted before the body's centre: ``waist_lead_s`` of 10 ms is taken off at the waist,
nothing at chest and back. The real runner alone would ask for 4 ms, the virtual ones for 16.

Measured, estimated tc in ``lag`` (force truth; bias, SD of all steps, RMSE in ms):

    ============ ====== ============= ============================
    mount        steps  contact       contact time
    ============ ====== ============= ============================
    waist real     152   -6.9 +- 6.8   +9 +- 16, RMSE 18.6
    waist virtual   92   +6.1 +- 5.9  -15 +- 18, RMSE 23.7
    chest           23   -0.1 +- 2.0   +3 +-  3, RMSE 4.2
    back            23   +5.3 +- 1.8   +1 +-  3, RMSE 3.1
    ============ ====== ============= ============================

No constant is fitted to one group and scored on it alone: duty 0.70 would give 16.1 real and 30.7
virtual, 0.76 gives 23.0 and 18.1. At one speed a real waist reads longer than a virtual one, so one
constant cannot serve both; within a recording contact time follows to 4-9 ms (RMS 5.5). A runner's
own calibration takes the rest off.

Tried and left. RMSE or SD about its mean, real waist / biases of real, Davis and RBDS waist: time
above 1 g + constant 17.9 / -58, -58, -115; first step harmonic against a half sine's 14.5 /
+41, +12, -23; peak below 8 Hz 13.7 / +36, +17, -15; impulse above 1 g 48; second moment of the
pulse 14.5 / +50, +10, -22; strict inversion: no solution in a third of the steps. The harmonic is
the steadiest within one sensor, but what it reads depends on how much more the site moves than the
centre of mass: unusable without calibration.

Validity. Running on the ground, 25-500 Hz (at 25 Hz the line between two samples cuts the corner:
contact 7 ms earlier). Slow jogging (duty above 0.8) reads 20-30 ms short, racing up to 30 long.
"""

from math import asin, pi

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
    duty = params.duty * (params.duty_mps / speed_mps) ** params.duty_fall
    return min(max(duty, params.duty_least), params.duty_most)


class Stance:
    """The time above 1 g, and what it says of the last two steps (one of each leg)."""

    def __init__(self, params: TrunkParams, speed_mps: float | None) -> None:
        self._params = params
        self._duty = usual_duty(params, speed_mps)
        self._share = flank_share(self._duty)
        self._before = (0.0, 0.0)
        self._last = (0.0, 0.0)
        self.begin()

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
