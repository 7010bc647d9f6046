"""How far a trunk sensor is turned about the vertical: which way sideways is, from the sway.

Definition. Left and right steps mirror each other: what the trunk does fore and aft (and up and
down) it repeats every step, what it does sideways it repeats with its sign changed. So of the
horizontal acceleration a (`livecoach.gait.tilt`) in two steps in a row, on their common share of
step s,

    even(s) = (a1(s) + a2(s)) / 2     fore and aft (less its mean, a bend's or a start's),
    odd(s)  = (a1(s) - a2(s)) / 2     sideways,

and the line along which ``odd`` swings is left-right: with C its covariance over the last 40 pairs
(c_ff forward, c_ll left as declared; of each pair over its trace, so that a jolt counts as one),

    psi = atan2(2 c_fl, c_ll - c_ff) / 2

is how far the declared forward axis points to the left of forward. Forward acceleration and lean
are then taken along cos psi forward - sin psi left. Which of the line's two ends is left comes from
the declared mount: the correction never exceeds 35 degrees, a psi beyond 45 is not corrected, and
beyond 60 the axes are surely not as declared (columns swapped): nothing along them is said then,
and the person is told.

It stays 0 until 20 pairs of even running (both steps whole, equally long within 15 %) have been
seen, while ``odd`` has no clear line (the larger eigenvalue of C less than 4 times the smaller) or
one that the line of ``even`` does not cross (at 60 degrees at least), and where |psi| is below 5
degrees: sensors are put on no better than that, and this knows it no better.

Measured. Sensors that sit as declared (virtual), psi by this, by the principal axis of ``even``, of
its first harmonic, and of the horizontal acceleration as it comes (degrees; within a recording the
running value moves by 2):

    ================ ====== ====== ======= ==========
    site             odd    even   step    plain PCA
    ================ ====== ====== ======= ==========
    Davis chest      +2     +18    +15     +28
    Davis back       +3     +2     +4      -87
    Davis waist      +3     +2     +6      +1
    RBDS002 waist    0      -10    -14     -18
    ================ ====== ====== ======= ==========

So the sway it is: people are less even sideways than fore and aft. A real sacral sensor without
gyroscope (Alcantara's raw sample, 11 pairs) gives -7. Turned by +-15 and +-30 degrees the same four
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
degrees that read 7 reads 8; a runner 5 % uneven is misread by 6 degrees, which costs nothing. It
holds (within 5 degrees) without gyroscope, pitched or rolled by 20 degrees besides, clipped at 2 g,
with one sample in five lost, 1 m/s2 of noise, a gyroscope off by 3 deg/s, at 50 Hz; at 25 Hz within
7, or unknown (chest). Contacts, contact time and bounce do not depend on it. The real belt clip on
one hip (forward not declared, nothing shown) sways along a clear line (ratio 6), but that of
``even`` lies 5 degrees beside it: there is no telling forward, and no correction.

Source. Step symmetry as in the harmonic ratio of trunk accelerations (Menz, Lord & Fitzpatrick
2003, doi:10.1016/S0966-6362(02)00159-5: fore-aft in phase with the step, left-right with the
stride).

Assumptions. Both legs do much the same; the sensor sits near the middle line. Validity: running; a
sensor on one hip sways differently. Without gyroscope the up direction is a slow mean, which is
enough here.
"""

from math import atan2, cos, fsum, hypot, pi, radians, remainder, sin

from msgspec import Struct

from livecoach.gait.params import YawParams

Points = list[tuple[float, float]]
"""Horizontal accelerations, forward and left."""

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

    def at_phases(self, start_s: float, end_s: float) -> Points:
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


class _Spread:
    """A covariance in the horizontal plane, each half step over its own trace."""

    def __init__(self) -> None:
        self._ff, self._fl, self._ll = 0.0, 0.0, 0.0

    def add(self, points: Points, share: float) -> None:
        """Take in a half of two steps."""
        ff, ll = fsum(f * f for f, _ in points), fsum(x * x for _, x in points)
        each = share / (ff + ll) if ff + ll > 0.0 else 0.0
        self._ff += each * ff - share * self._ff
        self._fl += each * fsum(f * x for f, x in points) - share * self._fl
        self._ll += each * ll - share * self._ll

    def line_rad(self) -> float:
        """Return how far the line along which it swings is from left, clockwise from above."""
        return 0.5 * atan2(2.0 * self._fl, self._ll - self._ff)

    def ratio(self) -> float:
        """Return the variance along that line over that across it."""
        size, both = hypot(2.0 * self._fl, self._ll - self._ff), self._ll + self._ff
        return (both + size) / max(both - size, 1e-9)


class Yaw:
    """Follows psi; ``ahead`` turns the declared forward and left into forward."""

    def __init__(self, params: YawParams, gap_s: float) -> None:
        self._params = params
        self._gap_s = gap_s
        self._path = _Path([], [], [])
        self._before: tuple[float, Points] | None = None
        self._start_s: float | None = None
        self._pairs = 0
        self._odd, self._even = _Spread(), _Spread()
        self._cos, self._sin = 1.0, 0.0

    @property
    def askew(self) -> bool:
        """Whether what was declared forward is nearer to sideways."""
        return self._known() and abs(self._odd.line_rad()) > radians(self._params.askew_deg)

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
        self._path = _Path([], [], [])
        if path.whole:
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

    def _learn(self, one: Points, two: Points) -> None:
        halves = [
            (0.5 * (f1 - f2), 0.5 * (l1 - l2), 0.5 * (f1 + f2), 0.5 * (l1 + l2))
            for (f1, l1), (f2, l2) in zip(one, two, strict=True)
        ]
        self._pairs += 1
        share = 1.0 / min(self._pairs, self._params.memory_pairs)
        self._odd.add([(f, x) for f, x, _, _ in halves], share)
        # a bend or a start is the same in both steps; in the odd half it has gone already
        f0, x0 = (fsum(half[k] for half in halves) / PHASES for k in (2, 3))
        self._even.add([(f - f0, x - x0) for _, _, f, x in halves], share)
        psi = self._found_rad()
        self._cos, self._sin = cos(psi), sin(psi)

    def _known(self) -> bool:
        """Return whether the sway has a clear line, seen often enough, with running across it."""
        p = self._params
        across = remainder(self._odd.line_rad() - self._even.line_rad() - 0.5 * pi, pi)
        clear = self._odd.ratio() >= p.line_ratio and abs(across) <= radians(p.apart_deg)
        return clear and self._pairs >= p.least_pairs

    def _found_rad(self) -> float:
        """Return psi, 0 while it is not known or too small to matter."""
        p, psi = self._params, self._odd.line_rad()
        most = radians(p.most_deg)
        if not self._known() or not radians(p.dead_deg) <= abs(psi) <= radians(p.doubt_deg):
            return 0.0
        return max(-most, min(most, psi))
