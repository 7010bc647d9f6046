"""Where up is, in the runner's axes: gravity followed by gyroscope and mean specific force.

Definition. ``u`` is the unit vector that points up, in body axes. An earth-fixed vector seen from a
body turning at ``w`` obeys du/dt = u x w. Over whole strides the mean specific force of a runner is
gravity, so ``u`` is pulled towards it: w is replaced by w - b + k (u x a/g), b' = k_b (u x a/g)
being the gyroscope's bias (Mahony et al. 2008, doi:10.1109/TAC.2008.923738, reduced to the
inclination, which is all a runner needs: heading plays no part). The specific force is *not*
normalised, so the swings within a stride cancel in the mean. Without a gyroscope w = 0 and ``u`` is
the slow mean. The declared up axis is where it begins; the gain starts high and falls as a running
mean does.

Assumptions. No lasting acceleration; sensor fixed to its segment. Validity: mean acceleration of a
bend or a start shows up as a lean that decays with ``tau_s``.

Measured. Chest, back and waist of Davis S999, waist of RBDS002 (virtual; lean 0 by construction),
each filter in turn under the same footfall machine. Footfalls: F1 1.000 with all three. Contact SD
within a recording, contact time's RMSE (ms), bounce less that of the centre of mass (mm), lean
(degrees), speed lost / true braking, all with the vertical alone and one duty for all speeds:

    ====== ======================== ====================== ============================
    site   this                     VQF 2.1.2              imufusion 1.3.3 (gain 0.5)
    ====== ======================== ====================== ============================
    chest  2.1  4.2 +23 -0.8 1.36   2.1  4.2 +23 -0.5 1.39 2.1 11.3 -13 +33.6 0.41
    back   1.9  3.1  +4 -0.9 1.29   1.9  3.1  +3 -0.4 1.30 1.7  6.6  -8 +15.5 0.78
    Davis  3.0 15.6 +13             3.1 15.5 +13           1.9  9.1 -20
    RBDS   3.2 25.8 +17             3.2 25.9 +17           3.1 35.8  -5
    ====== ======================== ====================== ============================

So imufusion loses: it normalises the specific force, and a runner's *mean direction* is not his
mean force. In flight, when the force is next to nothing, its direction is that of noise and
swinging and counts as much as mid-stance: 15 to 36 degrees of lean that is not there, with gain
0.1 and 0.33, with its acceleration rejection at 10 degrees and with its bias estimation alike. VQF
(Laidig & Seel 2023, doi:10.1016/j.inffus.2022.10.014) averages before it normalises, as this does,
and is the oracle in the tests; it costs an array a sample and says no more.

Turned by a known angle before use, mean lean over the ten seconds that follow: 20 degrees read as
18.6, 35 as 32.4 (the declared axis is still being forgotten in the first seconds; VQF 20.0, 34.9).
A bias of 0.05 rad/s (3 degrees/s) on every axis reads as 6.5 degrees of lean within ten seconds
(VQF 7.3), until it is learnt (``bias_tau_s``).
"""

from math import atan2, degrees, sqrt

from livecoach.gait.params import G, TiltParams
from livecoach.model import BodySample


class Tilt:
    """Follows up; ``ap``, ``ml``, ``v`` are the components of ``u``."""

    def __init__(self, params: TiltParams) -> None:
        self._params = params
        self._t: float | None = None
        self._age_s = params.first_s
        self._bias = (0.0, 0.0, 0.0)
        self.ap, self.ml, self.v = 0.0, 0.0, 1.0

    def update(self, s: BodySample) -> None:
        """Take in one sample; after a gap only the direction is kept."""
        dt = 0.0 if self._t is None else min(s.t - self._t, 0.1)
        self._t = s.t
        p = self._params
        self._age_s = min(self._age_s + dt, p.tau_s)
        x, y, z = self.ap, self.ml, self.v
        ax, ay, az = s.acc_ap / G, s.acc_ml / G, s.acc_v / G
        ex, ey, ez = y * az - z * ay, z * ax - x * az, x * ay - y * ax
        k = 1.0 / self._age_s
        # u x (u x a) turns u away from a: the correction enters with the opposite sign
        wx, wy, wz = -k * ex, -k * ey, -k * ez
        if s.gyr_ap is not None and s.gyr_ml is not None and s.gyr_v is not None:
            bx, by, bz = self._bias
            kb = dt * k / p.bias_tau_s if self._age_s >= p.tau_s else 0.0
            self._bias = bx, by, bz = bx + kb * ex, by + kb * ey, bz + kb * ez
            wx, wy, wz = wx + s.gyr_ap - bx, wy + s.gyr_ml - by, wz + s.gyr_v - bz
        x, y, z = (
            x + dt * (y * wz - z * wy),
            y + dt * (z * wx - x * wz),
            z + dt * (x * wy - y * wx),
        )
        n = 1.0 / sqrt(x * x + y * y + z * z)
        self.ap, self.ml, self.v = x * n, y * n, z * n

    def vertical(self, s: BodySample) -> float:
        """Return the specific force along up, m/s2: g at rest."""
        return self.ap * s.acc_ap + self.ml * s.acc_ml + self.v * s.acc_v

    def forward(self, s: BodySample) -> float:
        """Return the horizontal specific force along the declared forward axis, m/s2."""
        flat = sqrt(max(1.0 - self.ap * self.ap, 1e-6))
        return (s.acc_ap - self.ap * self.vertical(s)) / flat

    def left(self, s: BodySample) -> float:
        """Return the horizontal specific force a quarter turn to the left of that, m/s2."""
        flat = sqrt(max(1.0 - self.ap * self.ap, 1e-6))
        return (self.v * s.acc_ml - self.ml * s.acc_v) / flat

    def pitch_deg(self) -> float:
        """Return how far the forward axis points above the horizon (a foot: toes up positive)."""
        return degrees(atan2(self.ap, self.v))
