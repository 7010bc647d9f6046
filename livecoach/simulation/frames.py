"""Turning: what the world does to a segment, as a sensor on it reads it.

Definition. Axes x forward, y left, z up. A segment stands at yaw, pitch, roll to the level frame,
turned in that order (z, y, x): R = Rz(yaw) Ry(pitch) Rx(roll); positive pitch tips the front down
(a forward lean). It reads the specific force R' f and its turn rates

    p = roll' - yaw' sin(pitch)
    q = pitch' cos(roll) + yaw' cos(pitch) sin(roll)
    r = -pitch' sin(roll) + yaw' cos(pitch) cos(roll)

so gravity and gyroscope agree to the last digit. Textbook kinematics (e.g. Titterton & Weston,
Strapdown Inertial Navigation Technology, 2004, ch. 3).
"""

import math

import numpy as np
from msgspec import Struct

from livecoach.simulation.forces import Array


class Motion(Struct, frozen=True):
    """A segment over some samples, each array of three rows.

    ``force``: specific force in the level frame, forward, left, up (m/s2). ``angle`` and ``rate``:
    roll, pitch, yaw (rad) and their time derivatives (rad/s).
    """

    force: Array
    angle: Array
    rate: Array


def reading(motion: Motion) -> tuple[Array, Array]:
    """Return what is felt in the segment's own axes: acceleration and turn rates, three rows each.

    Parameters
    ----------
    motion
        Where the segment is and what pulls at it.
    """
    (sr, sp, sy), (cr, cp, cy) = np.sin(motion.angle), np.cos(motion.angle)
    fx, fy, fz = motion.force
    ahead, aside = cy * fx + sy * fy, cy * fy - sy * fx
    low = sp * ahead + cp * fz
    acc = np.stack([cp * ahead - sp * fz, cr * aside + sr * low, cr * low - sr * aside])
    roll, pitch, yaw = motion.rate
    level = yaw * cp
    gyr = np.stack([roll - yaw * sp, pitch * cr + level * sr, level * cr - pitch * sr])
    return acc, gyr


def turned(yaw_deg: float, pitch_deg: float, roll_deg: float) -> Array:
    """Return the matrix that takes a vector into the axes of a sensor turned so on its segment."""
    y, p, r = (math.radians(a) for a in (yaw_deg, pitch_deg, roll_deg))
    cy, sy, cp, sp, cr, sr = *_pair(y), *_pair(p), *_pair(r)
    about_z = np.array([[cy, -sy, 0.0], [sy, cy, 0.0], [0.0, 0.0, 1.0]])
    about_y = np.array([[cp, 0.0, sp], [0.0, 1.0, 0.0], [-sp, 0.0, cp]])
    about_x = np.array([[1.0, 0.0, 0.0], [0.0, cr, -sr], [0.0, sr, cr]])
    matrix: Array = (about_z @ about_y @ about_x).T
    return matrix


def _pair(angle: float) -> tuple[float, float]:
    return math.cos(angle), math.sin(angle)
