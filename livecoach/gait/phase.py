"""The rhythm: when the next footfalls come.

Definition. State (t, T, a): the last footfall, the step time, and how much longer than T the coming
step is (left and right legs differ). One step ahead: t' = t + T + a, T' = T, a' = -a. A linear
Kalman filter on the found contacts, gated: a contact further than a quarter step from every
expected footfall is not believed; two such in a row, or every second contact, start it anew. Two
surprises beyond three sigma to the same side reopen the period. Missed footfalls are stepped over.
A lone foot sensor gives every second footfall: two steps per contact, a = 0.

Unsure contacts. A contact that lies somewhere in a hole between samples comes with its standard
uncertainty s (`livecoach.gait.landing`). The filter takes it with s^2 more variance, the gate opens
by the half hole, s sqrt(3), and ``shift_s`` says where the contact most probably was:

    shift = -off s^2 / (s^2 + p),

``off`` how far from its prediction it was found, p the prediction's variance.

Expected error. The filter's own, times the root of how large squared errors have been against those
expected (mean of the last 24, begun with six as expected), times 1 + the contacts not believed.
Nothing is foretold before the first period. Over a silence of 2 s and more nothing is carried but
the step time, 30 ms uncertain: too little to land a beat on until the next contact confirms it. A
period that nothing has confirmed yet gives way to the first interval that does not fit it.

Source. Trackers compared by this project: next-step SD 7.0 ms in simulation (EMA 21, last interval
28); real sacral accelerometer 12.0 ms; a real runner's left/right difference of 4.8 % makes the
third state necessary. Step noise 1.1 % of a step: the lower end of runners' 1.0-1.7 %.

Measured, next and third contact ahead, SD within a trial, and root mean square of error / expected
error: 16 real sacral trials of 5 s 6.5 and 10.1 ms, 1.1; 2 virtual waists 4.8 and 7.3, 1.2; chest
4.3 and 7.4, 1.0; back 4.4 and 7.5, 0.9; 4 virtual feet 5.4 and 8.2, 1.1. Perfect contacts give 5.3
at the waist and 4.2 at the chest: the rest is the runner. The third is 1.5 times as far off as the
next (chest and back, one runner, 23 steps: 1.7).

Why the third is no better. Were each step free of the others, the third would be sqrt(3) = 1.73
times as far off as the next; a contact badly measured lowers the ratio. Perfect contacts through
the same filter: 1.74 (real waist), 1.44, 1.77, 1.77, 1.52 (virtual waist, chest, back, foot). Pink
step noise (exponent 0.8, 1.0-1.7 %), contacts to 2 or 4 ms: 1.8-2.1 whatever the gain. A drift of
the period of 0.05 % a step instead of 0.2 would give 9.8, 7.0, 7.1, 7.2 and 7.7 ms for the third
on these treadmills, but with pink noise 6-17 % more error of the next and 6-12 % of the third, and
a 2 % change of tempo is followed in 16 steps, not 8. Step noise 0.6-1.7 %, contact error 3-8 ms:
within 4 % either way. Also left: beginning anew when two intervals in a row are alike but unfit
(foot with packets lost, third 20 -> 24 ms).
Validity: steady or slowly changing rhythm; a 5 % jump settles in 8 steps.
"""

from math import exp, hypot, sqrt

from livecoach.gait.phase_params import PhaseParams
from livecoach.model import Foot, Phase

Row = tuple[float, float, float]
Matrix = tuple[Row, Row, Row]


def ahead(m: Matrix) -> Matrix:
    """Return F m F' for F = ((1, 1, 1), (0, 1, 0), (0, 0, -1)), ``m`` symmetric."""
    (tt, tp, ta), (_, pp, pa), (_, _, aa) = m
    n_tp, n_ta = tp + pp + pa, -(ta + pa + aa)
    n_tt = tt + pp + aa + 2.0 * (tp + ta + pa)
    return (n_tt, n_tp, n_ta), (n_tp, pp, -pa), (n_ta, -pa, aa)


class Rhythm:
    """Follows the footfalls; ``residual_s`` is how far off the last one came (None: first)."""

    def __init__(self, params: PhaseParams, steps_per_contact: int = 1) -> None:
        self._params = params
        self._stride = steps_per_contact
        self.period_s = params.period_first_s
        self.residual_s: float | None = None
        self.shift_s = 0.0
        self.steps = 0
        self.known = False
        self._asymmetry_s = 0.0
        self._t: float | None = None
        self._strangers = 0.0
        self._fresh = True
        self._surprise = 0.0
        self._wildness = 1.0
        self._judged = 0
        self._last_contact: float | None = None
        self._spread_s = 0.0
        self._cov: Matrix = self._doubt(0.1)

    @property
    def steadiness(self) -> float:
        """1 for errors as they are expected, falling with their size: turns, stumbles.

        Not below a half: an uneven runner is a runner still.
        """
        p = self._params
        return min(1.0, max(p.steady_least, sqrt(p.steady_ratio / self._wildness)))

    @property
    def trust(self) -> float:
        """How likely the last contact is a footfall, by the rhythm alone: 1 when on time."""
        if self.residual_s is None:
            return 0.5
        share = self.residual_s / self.period_s
        return exp(-0.5 * (share / self._params.trust_share) ** 2) * self.steadiness

    def _doubt(self, period_sd_s: float) -> Matrix:
        p = self._params
        a = 0.0 if self._stride > 1 else p.asymmetry_sd_s**2
        return (
            (p.contact_sd_s**2 + self._spread_s**2, 0.0, 0.0),
            (0.0, period_sd_s**2, 0.0),
            (0.0, 0.0, a),
        )

    def update(
        self, t: float, t_known: float, foot: Foot | None, spread_s: float = 0.0
    ) -> Phase | None:
        """Take in a contact; return the rhythm as it is known now, None before the first period."""
        last, self._last_contact, self.shift_s = self._last_contact, t, 0.0
        if self._t is None or last is None or not 0.0 < t - last <= self._params.coast_s:
            self._begin(t, spread_s)
        elif not self.known:
            self._first_interval(t, t - last, spread_s)
        else:
            self._follow(t, t - last, spread_s)
            self._last_contact = t + self.shift_s
        return self._phase(t, t_known, foot) if self.known else None

    def _phase(self, t: float, t_known: float, foot: Foot | None) -> Phase:
        """Return the rhythm from the last footfall it believes, so that all it predicts is ahead.

        After a contact that was not believed the last footfall lies further back.
        """
        phase = Phase(
            self._t if self._t is not None else t, self.period_s, self._asymmetry_s, 0.0, t_known
        )
        count = 0
        while phase.predict(count + 1) <= t:
            count += 1
        odd = count % 2 == 1
        other: Foot | None = None if foot is None else "right" if foot == "left" else "left"
        (tt, tp, ta), (_, pp, pa), (_, _, aa) = self._cov
        step_var = (self._params.step_share * self.period_s) ** 2
        spread = tt + pp + aa + 2.0 * (tp + ta + pa) + (1 + count) * step_var
        return Phase(
            phase.predict(count),
            self.period_s,
            -self._asymmetry_s if odd else self._asymmetry_s,
            sqrt(max(spread * self._wildness, 0.0)) * (1.0 + self._strangers),
            t_known,
            other if odd else foot,
        )

    def _begin(self, t: float, spread_s: float) -> None:
        self._t, self.steps, self.residual_s = t, 0, None
        self._asymmetry_s, self._strangers, self._fresh = 0.0, 0.0, True
        self._spread_s = spread_s
        self._cov = self._doubt(self._params.pause_sd_s if self.known else 0.1)

    def _first_interval(self, t: float, interval_s: float, spread_s: float) -> None:
        p = self._params
        period = interval_s / self._stride
        doubt = hypot(self._spread_s, spread_s)
        self._begin(t, spread_s)
        if p.period_min_s <= period <= p.period_max_s:
            self.period_s, self.known, self.steps = period, True, self._stride
            self._cov = self._doubt(1.5 * (p.step_share * self.period_s + p.contact_sd_s) + doubt)

    def _follow(self, t: float, interval_s: float, spread_s: float) -> None:
        p = self._params
        reference = self._t if self._t is not None else t
        count = max(1, round((t - reference) / (self.period_s * self._stride))) * self._stride
        odd = self._asymmetry_s if count % 2 else 0.0
        off = t - (reference + count * self.period_s + odd)
        self.residual_s = off
        self._spread_s = spread_s
        if abs(off) > p.gate_share * self.period_s * self._stride + sqrt(3.0) * spread_s:
            self._strangers += 1.0
            self.steps = 0
            if self._strangers >= 2.0 or self._fresh:
                self.known = False
                self._first_interval(t, interval_s, spread_s)
            return
        self._strangers, self.steps = max(0.0, self._strangers - 0.5), count
        self._fresh = False
        self._predict(reference, count)
        prior, spread = self._cov[0][0] * self._wildness, spread_s**2
        self.shift_s = -off * spread / (spread + prior)
        self.residual_s = off + self.shift_s
        self._wonder(off, spread)
        self._correct(off, spread)

    def _wonder(self, off: float, spread: float) -> None:
        """Judge the size of the errors; doubt the period after two of 3 sigma to one side."""
        p = self._params
        (tt, tp, ta), (_, pp, pa), (_, _, aa) = self._cov
        size = off * off / (tt + p.contact_sd_s**2 + spread)
        side = 0.0
        if size > 9.0:
            side = 1.0 if off > 0.0 else -1.0
        self._judged = min(self._judged + 1, p.judged_most)
        weight = 1.0 / (p.judged_first + self._judged)
        self._wildness = max(0.1, self._wildness + weight * (min(size, 9.0) - self._wildness))
        if side != 0.0 and side == self._surprise:
            self._cov = (tt, tp, ta), (tp, pp + off * off, pa), (ta, pa, aa)
        self._surprise = side

    def _predict(self, reference: float, count: int) -> None:
        p = self._params
        odd = self._asymmetry_s if count % 2 else 0.0
        self._t = reference + count * self.period_s + odd
        if count % 2:
            self._asymmetry_s = -self._asymmetry_s
        qa = 0.0 if self._stride > 1 else p.asymmetry_drift_s**2
        for _ in range(count):
            (tt, tp, ta), (_, pp, pa), (_, _, aa) = ahead(self._cov)
            self._cov = (
                (tt + (p.step_share * self.period_s) ** 2, tp, ta),
                (tp, pp + (p.period_drift * self.period_s) ** 2, pa),
                (ta, pa, aa + qa),
            )

    def _correct(self, off: float, spread: float) -> None:
        (tt, tp, ta), (_, pp, pa), (_, _, aa) = self._cov
        s = tt + self._params.contact_sd_s**2 + spread
        kt, kp, ka = tt / s, tp / s, ta / s
        self._t = (self._t or 0.0) + kt * off
        self.period_s = min(
            max(self.period_s + kp * off, self._params.period_min_s), self._params.period_max_s
        )
        self._asymmetry_s += ka * off
        n_tp, n_ta, n_pa = tp - kt * tp, ta - kt * ta, pa - kp * ta
        self._cov = (
            (tt - kt * tt, n_tp, n_ta),
            (n_tp, pp - kp * tp, n_pa),
            (n_ta, n_pa, aa - ka * ta),
        )
