"""How a place on the trunk moves: with the centre of mass, against it, and swaying.

Definition, with phi = 2 pi (share of the step since contact):

    forward speed of the site = that of the centre of mass
                                + a1 cos(phi + p1) + a2 cos(2 phi + p2)

Pelvis: a1 0.25 m/s at +146 degrees, a2 0.075 at -2; clavicle: a1 0.028 at -135, a2 0.030 at +110
(middle of the ranges of marker runs of 1-5 runners: 0.22-0.28, +132..+159, 0.04-0.11, -13..+9 and
0.013-0.042, -113..-156, 0.025-0.034, +94..+126). The upper back is given the clavicle's,
unmeasured.

Sway, rms 1.45 degrees of pitch (once a step), 7.9 of yaw and 2.7 of roll (once a stride; one
runner): yaw is widest at contact, the leading leg's side drawn back; roll widest at mid-step; the
pitch is furthest forward late in stance, where it does not go with the vertical force.

Soft tissue: the rear-foot impact reaches the sensor in part (``tissue_ratio``) through a spring
that rings at 14 Hz and dies with tau = 30 ms: (2 s / tau + w0^2) / (s^2 + 2 s / tau + w0^2), which
passes the whole impulse on, only later and ringing.

Validity. No up-and-down motion of the site against the centre of mass (real sites: 3-27 mm more),
no lever arm of the sway: its effect is within the site motion. Phases of the sway are assumed,
``pitch_phase_deg`` is there to be varied.
"""

import math
from functools import cache
from typing import Final

import numpy as np

from livecoach.model import Mount
from livecoach.simulation.forces import IMPACT_S, Array, StepForce, impact, specific_force
from livecoach.simulation.frames import Motion
from livecoach.simulation.params import G, SensorParams

RING_HZ, RING_TAU_S = 14.0, 0.030

_CLAVICLE = (0.028, -135.0, 0.030, 110.0)
SITES: Final[dict[Mount, tuple[float, float, float, float]]] = {
    "waist": (0.25, 146.0, 0.075, -2.0),
    "chest": _CLAVICLE,
    "back": _CLAVICLE,
}
"""Fore-aft motion by mount: a1 (m/s), p1 (degrees), a2, p2."""

_ROOT2 = math.sqrt(2.0)
_TABLE_S, _TABLE_DT_S = 0.4, 0.0005


class Trunk:
    """A place on the trunk: one step in, its motion at some samples out."""

    def __init__(self, sensor: SensorParams, lean_deg: float) -> None:
        s = sensor
        a1, p1, a2, p2 = SITES[s.mount]
        self._a1 = s.site_ratio * (a1 if s.site_1_mps is None else s.site_1_mps)
        self._a2 = s.site_ratio * (a2 if s.site_2_mps is None else s.site_2_mps)
        self._p1 = math.radians(p1 if s.site_1_deg is None else s.site_1_deg)
        self._p2 = math.radians(p2 if s.site_2_deg is None else s.site_2_deg)
        self._sway = [_ROOT2 * math.radians(x) for x in (s.roll_rms_deg, s.pitch_rms_deg)]
        self._sway.append(_ROOT2 * math.radians(s.yaw_rms_deg))
        self._pitch = math.radians(s.pitch_phase_deg)
        self._lean = math.radians(lean_deg)
        self._tissue = s.tissue_ratio

    def still(self, n: int) -> Motion:
        """Return the motion of ``n`` samples of standing."""
        force, angle = np.zeros((3, n)), np.zeros((3, n))
        force[2], angle[1] = G, self._lean
        return Motion(force, angle, np.zeros((3, n)))

    def motion(self, step: StepForce, tau: Array) -> Motion:
        """Return the motion at ``tau`` s after the step's contact."""
        force = specific_force(step, tau)
        w = 2.0 * math.pi / step.step_time_s
        phi = w * tau
        force[0] -= self._a1 * w * np.sin(phi + self._p1)
        force[0] -= 2.0 * self._a2 * w * np.sin(2.0 * phi + self._p2)
        if self._tissue and step.impact_g:
            shape = tissue(tau) - impact(tau) * (tau < step.contact_time_s)
            force[2] += self._tissue * step.impact_g * G * shape
        return Motion(force, *self._swaying(step, phi, w))

    def _swaying(self, step: StepForce, phi: Array, w: float) -> tuple[Array, Array]:
        roll, pitch, yaw = self._sway
        side = 1.0 if step.foot == "left" else -1.0
        half, nod = 0.5 * phi, phi + self._pitch
        sine, cosine = side * np.sin(half), side * np.cos(half)
        angle = np.stack([roll * sine, self._lean + pitch * np.cos(nod), yaw * cosine])
        rate = np.stack([0.5 * w * roll * cosine, -w * pitch * np.sin(nod), -0.5 * w * yaw * sine])
        return angle, rate


def tissue(tau: Array) -> Array:
    """Return an impact of height 1 as it arrives through soft tissue."""
    table = _ring()
    arrived: Array = np.interp(tau, np.arange(len(table)) * _TABLE_DT_S, table, right=0.0)
    return arrived


@cache
def _ring() -> Array:
    """Return the spring's response to an impact, on a fine grid."""
    damping = 2.0 / RING_TAU_S
    stiffness = (2.0 * math.pi * RING_HZ) ** 2 + RING_TAU_S**-2
    t = np.arange(0.0, _TABLE_S + IMPACT_S, _TABLE_DT_S)
    stretch = speed = 0.0
    out = []
    for pull in impact(t).tolist():
        felt = -damping * speed - stiffness * stretch
        speed += (felt - pull) * _TABLE_DT_S
        stretch += speed * _TABLE_DT_S
        out.append(felt)
    return np.array(out)
