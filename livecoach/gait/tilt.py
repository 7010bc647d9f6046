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

Measured. Against VQF (Laidig & Seel 2023, doi:10.1016/j.inffus.2022.10.014) on the Davis chest,
back and waist: up's mean components within 0.01 (0.5 deg), the stride's forward speed within
0.02 m/s.

Chosen over imufusion's Ahrs: no array is made per sample, and it is the same on every processor.
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

    def pitch_deg(self) -> float:
        """Return how far the forward axis points above the horizon (a foot: toes up positive)."""
        return degrees(atan2(self.ap, self.v))
