"""How far a trunk sensor is turned about the vertical: which way sideways is, from the sway.

Definition. Left and right steps mirror each other: what the trunk does fore and aft (and up and
down) it repeats every step, what it does sideways it repeats with its sign changed. So of the
horizontal acceleration a (`livecoach.gait.tilt`) in two steps in a row, on their common share of
step s,

    even(s) = (a1(s) + a2(s)) / 2     fore and aft,
    odd(s)  = (a1(s) - a2(s)) / 2     sideways,

and the line along which ``odd`` swings is left-right: with C its covariance over the last 40 pairs
(c_ff forward, c_ll left as declared),

    psi = atan2(2 c_fl, c_ll - c_ff) / 2

is how far the declared forward axis points to the left of forward. Forward acceleration and lean
are then taken along cos psi forward - sin psi left. Which of the line's two ends is left comes from
the declared mount: the correction never exceeds 35 degrees, a psi beyond 45 is not believed (a
wrong mount, an axis never measured, a clip on one hip).

It stays 0 until 20 pairs of even running (both steps whole, equally long within 15 %) have been
seen, while ``odd`` has no clear line (the larger eigenvalue of C less than 4 times the smaller) and
where |psi| is below 5 degrees: that is as well as sensors are put on, and this knows it no better.

Measured. Sensors that sit as declared (virtual), psi by this, by the principal axis of ``even``, of
its first harmonic, and of the horizontal acceleration as it comes (degrees; within a recording the
running value moves by 2):

    ================ ====== ====== ======= ==========
    site             odd    even   step    plain PCA
    ================ ====== ====== ======= ==========
    Davis chest      +2     +18    +15     +28
    Davis back       +2     +2     +4      -87
    Davis waist      +3     +2     +6      +1
    RBDS002 waist    0      -10    -14     -18
    ================ ====== ====== ======= ==========

So the sway it is: people are less even sideways than fore and aft. A real sacral sensor without
gyroscope (Alcantara's raw sample, 11 pairs) gives -5. Turned by +-15 and +-30 degrees the same four
give that much more, within 1 degree; what they then say, without and with this:

    ============================ ========= ============= =============
    value                        unturned  without       with
    ============================ ========= ============= =============
    chest, speed lost (m/s)      0.348     0.297-0.411   0.354
    back, speed lost             0.273     0.228-0.347   0.271
    Davis waist, pelvis swing    0.777     0.690-0.777   0.780
    RBDS002 waist, pelvis swing  0.520     0.432-0.540   0.518
    chest, lean (degrees)        -3.9      -1.9 to -4.8  -3.8
    back, lean                   -4.4      -2.3 to -5.4  -4.3
    ============================ ========= ============= =============

The simulator's chest, back and waist: 0.131-0.147 m/s become 0.150 as unturned (0.151), a lean of 8
degrees that read 7 reads 8; a runner 5 % uneven is misread by 5 degrees, which costs nothing. It
holds (within 5 degrees) without gyroscope, pitched or rolled by 20 degrees besides, clipped at 2 g,
with one sample in five lost, 1 m/s2 of noise, a gyroscope off by 3 deg/s, at 50 Hz; at 25 Hz within
7, or unknown (chest). Contacts, contact time and bounce do not depend on it. A clip on one hip
(declared forward unknown, so nothing is shown) sways along a line 89 degrees off what ``even``
says: there is no telling forward there.

Source. Step symmetry as in the harmonic ratio of trunk accelerations (Menz, Lord & Fitzpatrick
2003, doi:10.1016/S0966-6362(02)00159-5: fore-aft in phase with the step, left-right with the
stride).

Assumptions. Both legs do much the same; the sensor sits near the middle line. Validity: running; a
sensor on one hip sways differently. Without gyroscope the up direction is a slow mean, which is
enough here.
"""

from math import atan2, cos, fsum, hypot, radians, sin

from msgspec import Struct

from livecoach.gait.params import YawParams

PHASES = 24
"""Points of a step at which two are compared: up to its fifth harmonic and beyond."""

LONGEST = 1024
"""Samples kept of one step."""


class _Path(Struct, gc=False):
    """A step's horizontal acceleration: the times, forward, left."""

    t: list[float]
    ahead: list[float]
    left: list[float]
    whole: bool = True

    def at_phases(self, start_s: float, end_s: float) -> list[tuple[float, float]]:
        """Return the acceleration at equal shares of the step between these times."""
        t, points, k = self.t, [], 0
        for n in range(PHASES):
            x = start_s + (end_s - start_s) * n / PHASES
            while k < len(t) - 2 and t[k + 1] <= x:
                k += 1
            w = max(0.0, min(1.0, (x - t[k]) / (t[k + 1] - t[k])))
            points.append(
                (
                    self.ahead[k] + w * (self.ahead[k + 1] - self.ahead[k]),
                    self.left[k] + w * (self.left[k + 1] - self.left[k]),
                )
            )
        return points


class Yaw:
    """Follows psi; ``ahead`` turns the declared forward and left into forward."""

    def __init__(self, params: YawParams, gap_s: float) -> None:
        self._params = params
        self._gap_s = gap_s
        self._path = _Path([], [], [])
        self._before: tuple[float, list[tuple[float, float]]] | None = None
        self._start_s: float | None = None
        self._pairs = 0
        self._ff, self._fl, self._ll = 0.0, 0.0, 0.0
        self._cos, self._sin = 1.0, 0.0

    def ahead(self, forward: float, left: float) -> float:
        """Return the part along forward of what was measured along the declared axes."""
        return self._cos * forward - self._sin * left

    def update(self, t: float, forward: float, left: float) -> float:
        """Take in one sample's horizontal acceleration; return its part along forward."""
        path = self._path
        if len(path.t) >= LONGEST or (path.t and t - path.t[-1] > self._gap_s):
            path.whole = False
        else:
            path.t.append(t)
            path.ahead.append(forward)
            path.left.append(left)
        return self.ahead(forward, left)

    def close(self, t: float, *, runs: bool) -> None:
        """End a step at ``t``, since the last sample but one; look at psi anew."""
        path, start_s, before = self._path, self._start_s, self._before
        self._path = _Path(path.t[-2:], path.ahead[-2:], path.left[-2:])
        self._start_s, self._before = t, None
        whole = path.whole and len(path.t) >= self._params.samples_least
        if start_s is None or not (runs and whole):
            return
        time = t - start_s
        points = path.at_phases(start_s, t)
        self._before = (time, points)
        if before is not None and abs(time - before[0]) <= self._params.uneven_share * time:
            self._learn(before[1], points)

    def _learn(self, one: list[tuple[float, float]], two: list[tuple[float, float]]) -> None:
        p = self._params
        odd = [
            (0.5 * (f1 - f2), 0.5 * (l1 - l2)) for (f1, l1), (f2, l2) in zip(one, two, strict=True)
        ]
        self._pairs += 1
        share = 1.0 / min(self._pairs, p.memory_pairs)
        n = 1.0 / PHASES
        self._ff += share * (n * fsum(f * f for f, _ in odd) - self._ff)
        self._fl += share * (n * fsum(f * x for f, x in odd) - self._fl)
        self._ll += share * (n * fsum(x * x for _, x in odd) - self._ll)
        psi = self._found_rad()
        self._cos, self._sin = cos(psi), sin(psi)

    def _found_rad(self) -> float:
        """Return psi, 0 while it is not known or too small to matter."""
        p = self._params
        twice, apart = 2.0 * self._fl, self._ll - self._ff
        size, both = hypot(twice, apart), self._ll + self._ff
        # the eigenvalues are half of the sum and half of the difference of these two
        clear = both + size > p.line_ratio * (both - size)
        psi = 0.5 * atan2(twice, apart)
        if self._pairs < p.least_pairs or not clear or abs(psi) > radians(p.doubt_deg):
            return 0.0
        if abs(psi) < radians(p.dead_deg):
            return 0.0
        most = radians(p.most_deg)
        return max(-most, min(most, psi))
