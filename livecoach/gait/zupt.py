"""Speed and stride length from a foot that comes to rest once a stride.

Definition. Between two mid-stances, A and B, a time T apart, the foot goes from rest to rest. The
specific force f is turned by the gyroscope into the axes the sensor had at A (R: trapezoid of the
turn rate, exact rotation by it), which do not turn. There

    a = R f - g u,   v = int a dt,   v(A) = v(B) = 0,   d = int v dt

and an error of v that grows in proportion to time is taken off (the "zero-velocity update"). With

    V = int R f dt,   P = int V dt

gravity and that error are both proportional to time in v, so both leave together:

    d = P - V T / 2,   stride = |d|,   speed = |d| / T

Neither the attitude at A, nor gravity, nor the accelerometer's bias in the axes of A is needed. |d|
runs along the ground: uphill it is the slope's length, as a belt's speed is. On a treadmill the
foot is at rest on the belt, and a frame that moves with the belt feels the same accelerations.

Mid-stance is the instant of the slowest turn (all three axes) between the landing's slap and the
push-off. At rest the sensor may still move at v0 = w h over a foot that rolls: h = 0.1 m bounds an
instep's height over the ground, so a stride whose w h exceeds 5 % of its speed is not believed; nor
is a foot at rest that feels anything but 1 g (+- 0.5 g). A forefoot runner at speed may never rest:
then the speed is None.

The value becomes known in the stance that ends the stride; it goes with the step that this stance
begins.

Source. Foxlin 2005, doi:10.1109/MCG.2005.140 (zero-velocity updates). Zrenner et al. 2018,
doi:10.3390/s18124194 (27 runners, sole: speed 0.032 +- 0.274 m/s). Falbriard et al. 2021,
doi:10.3389/fspor.2021.585809 (33 runners outdoors, foot: 0.08 +- 0.10 m/s, biased by speed and
slope; 0.00 +- 0.01 once personalised: hence `livecoach.gait.speed`).

Measured. 4 virtual feet on treadmills of known speed, nothing told, nothing calibrated, mean and SD
over the strides: Davis at 4.11 m/s -0.6 +- 1.0 and -0.7 +- 1.2 %, RBDS at 2.5 m/s +0.9 +- 1.7 and
+0.9 +- 1.9 %. At 100 and 50 Hz -0.6..+1.6 %; one sample in five lost -1.0..+1.6 %; gyroscope off
by 3 deg/s on every axis 0.0..+2.3 %; the whole sensor turned by 35 deg about any axis -0.7..+1.0 %.
Markers have no soft tissue and no noise, and the belt's 4.11 is itself known to 2 %. The real
instep sensor has no speed truth.

Assumptions. Sensor fixed to a foot that rests; no hole above 30 ms and no clipping within the
stride (either makes it None). Validity: level or even slope, 40 Hz and faster (at 25 Hz it was up
to 5 % off). In a bend it is the chord.
"""

from math import cos, hypot, sin, sqrt

from livecoach.gait.foot_params import ZuptParams
from livecoach.gait.params import G
from livecoach.model import BodySample

Vector = tuple[float, float, float]
Turn = tuple[float, float, float, float]
Mark = tuple[float, Vector, Vector, float]
"""Time, V and P there, and how fast the foot still turned."""


def turned(q: Turn, v: Vector) -> Vector:
    """Return ``v`` turned by the unit quaternion ``q``."""
    w, x, y, z = q
    a, b, c = v
    tx, ty, tz = 2.0 * (y * c - z * b), 2.0 * (z * a - x * c), 2.0 * (x * b - y * a)
    return (
        a + w * tx + y * tz - z * ty,
        b + w * ty + z * tx - x * tz,
        c + w * tz + x * ty - y * tx,
    )


def after(q: Turn, rate: Vector, dt: float) -> Turn:
    """Return ``q`` followed by a turn at ``rate`` (own axes) for ``dt``."""
    w, x, y, z = q
    speed = sqrt(rate[0] * rate[0] + rate[1] * rate[1] + rate[2] * rate[2])
    half = 0.5 * speed * dt
    k = 0.5 * dt if speed == 0.0 else sin(half) / speed
    c, a, b, d = cos(half), k * rate[0], k * rate[1], k * rate[2]
    q = (
        w * c - x * a - y * b - z * d,
        w * a + x * c + y * d - z * b,
        w * b - x * d + y * c + z * a,
        w * d + x * b - y * a + z * c,
    )
    n = 1.0 / sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3])
    return q[0] * n, q[1] * n, q[2] * n, q[3] * n


class Strides:
    """Integrates from mid-stance to mid-stance; ``speed_mps`` is that of the last stride."""

    def __init__(self, params: ZuptParams) -> None:
        self._params = params
        self.speed_mps: float | None = None
        self._last: tuple[float, Vector, Vector] | None = None
        self._acc: Vector = (0.0, 0.0, 0.0)
        self._stuck = [0, 0, 0]
        self._clear()

    def _clear(self) -> None:
        self._q: Turn = (1.0, 0.0, 0.0, 0.0)
        self._v: Vector = (0.0, 0.0, 0.0)
        self._p: Vector = (0.0, 0.0, 0.0)
        self._from: Mark | None = None
        self._here: Mark | None = None

    def update(self, s: BodySample, *, stance: bool) -> None:
        """Take in one sample; ``stance``: the foot may be at rest now."""
        if s.gyr_ap is None or s.gyr_ml is None or s.gyr_v is None:
            return
        rate = (s.gyr_ap, s.gyr_ml, s.gyr_v)
        acc = (s.acc_ap, s.acc_ml, s.acc_v)
        if self._clipped(acc):
            self._last = None
        self._integrate(s.t, rate, acc)
        if stance:
            slow, still = hypot(*rate), abs(hypot(*acc) / G - 1.0) < self._params.rest_g
            if still and (self._here is None or slow < self._here[3]):
                self._here = (s.t, self._v, self._p, slow)
        elif self._here is not None:
            self._close(self._here)

    def _clipped(self, acc: Vector) -> bool:
        """Return whether an axis stands still at a large reading: the sensor's range has ended."""
        stuck = [
            n + 1 if x == old and abs(x) > self._params.clip_mps2 else 0
            for n, x, old in zip(self._stuck, acc, self._acc, strict=True)
        ]
        self._stuck, self._acc = stuck, acc
        return max(stuck) > 1

    def _integrate(self, t: float, rate: Vector, acc: Vector) -> None:
        last = self._last
        if last is None or t - last[0] > self._params.gap_s:
            self._clear()
            self._last = t, rate, turned(self._q, acc)
            return
        dt = t - last[0]
        (rx, ry, rz), (fx, fy, fz) = last[1], last[2]
        mean = 0.5 * (rx + rate[0]), 0.5 * (ry + rate[1]), 0.5 * (rz + rate[2])
        self._q = after(self._q, mean, dt)
        gx, gy, gz = force = turned(self._q, acc)
        (vx, vy, vz), (px, py, pz), h = self._v, self._p, 0.5 * dt
        c = dt * dt / 6.0
        self._p = (
            px + dt * vx + c * (2.0 * fx + gx),
            py + dt * vy + c * (2.0 * fy + gy),
            pz + dt * vz + c * (2.0 * fz + gz),
        )
        self._v = vx + h * (fx + gx), vy + h * (fy + gy), vz + h * (fz + gz)
        self._last = t, rate, force

    def _close(self, end: Mark) -> None:
        start, self._from, self._here = self._from, end, None
        self.speed_mps = None
        if start is None:
            return
        p = self._params
        time = end[0] - start[0]
        if time > p.stride_max_s:
            return
        d = [
            p1 - p0 - v0 * time - 0.5 * (v1 - v0) * time
            for p0, p1, v0, v1 in zip(start[2], end[2], start[1], end[1], strict=True)
        ]
        speed = hypot(*d) / time
        if max(start[3], end[3]) * p.height_m <= p.doubt * speed:
            self.speed_mps = speed
