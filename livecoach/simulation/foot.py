"""How a foot moves: key points of pitch and path, good enough to test the plumbing and no more.

Definition. Cubic pieces (Hermite) through key points of pitch (toes up positive), forward and
upward path: landing toes up by 17 degrees (more with overstride), slapped flat within 38 ms, flat
and still until half the contact, heel rising to toe-off, swing and landing again; in between the
foot travels one stride. At contact a knock of +-3 g passes, whose impulse is zero.

Source. Peaks of about +-640 deg/s and landing angles of 16-18 degrees were seen in one runner; the
rest is drawn by hand.

Validity. Heel landing on level ground only: UNREALISTIC for forefoot runners (no toes-down landing;
``impact_g`` 0 only takes the knock away), for roll and yaw (none), for acceleration in swing (jumps
at the key points) and for slopes. Scores on it say that a chain works, not how well.
"""

import math
from typing import TypeAlias

import numpy as np

from livecoach.model import Foot
from livecoach.simulation.forces import Array, StepForce
from livecoach.simulation.frames import Motion
from livecoach.simulation.params import G, RunnerParams

LANDING_DEG, OVERSHOOT_DEG, TOE_OFF_DEG = 17.0, 5.0, -62.0
SLAP_S, FLAT_SHARE, RISE_SHARE = 0.038, 0.5, 0.5
LAND_DPS, LEAVE_DPS, SWING_DPS = -240.0, -420.0, 480.0
KICK, KICK_MPS2 = 1.5, 40.0
LIFT_MPS, LIFT_MPS2 = 1.2, 20.0
KNOCK_G, KNOCK_S, KNOCK_WIDTH_S = 3.0, 0.012, 0.005

Knots: TypeAlias = tuple[tuple[float, float, float], ...]
"""Key points: time, value, slope."""

_AT_REST = (0.0, 0.0, 0.0)


class FootMotion:
    """A foot: one step of either foot in, its motion at some samples out.

    Must be asked for the steps in order: a swing ends where the stride before it began, plus the
    stride's length. The first piece begins flat and at rest, as the foot stood.
    """

    def __init__(self, foot: Foot, params: RunnerParams) -> None:
        self._foot = foot
        self._params = params
        self._own: StepForce | None = None
        self._from_rest = True

    def still(self, n: int) -> Motion:
        """Return the motion of ``n`` samples of standing."""
        force = np.zeros((3, n))
        force[2] = G
        return Motion(force, np.zeros((3, n)), np.zeros((3, n)))

    def motion(self, step: StepForce, tau: Array) -> Motion:
        """Return the motion at ``tau`` s after the step's contact."""
        own = step.foot == self._foot
        knots = self._stance(step) if own else self._swing(step)
        if self._from_rest:
            knots = tuple((_AT_REST, *piece[1:]) for piece in knots)
            self._from_rest = False
        if own:
            self._own = step
        (pitch, rate, _), (_, _, ahead), (_, _, up) = (hermite(k, tau) for k in knots)
        force = np.stack([ahead, np.zeros_like(tau), up + G])
        if own and self._params.impact_g:
            x = (tau - KNOCK_S) / KNOCK_WIDTH_S
            knock = -KNOCK_G * G * math.sqrt(math.e) * x * np.exp(-0.5 * x * x)
            force[2] += knock
        zero = np.zeros_like(tau)
        angle, turn = np.stack([zero, -pitch, zero]), np.stack([zero, -rate, zero])
        return Motion(force, angle, turn)

    def _stance(self, step: StepForce) -> tuple[Knots, ...]:
        tc, end = step.contact_time_s, step.step_time_s
        pitch = (
            (0.0, LANDING_DEG * step.placement_ratio, LAND_DPS),
            (SLAP_S, 0.0, 0.0),
            (FLAT_SHARE * tc, 0.0, 0.0),
            (tc, TOE_OFF_DEG, LEAVE_DPS),
            (end, TOE_OFF_DEG, SWING_DPS),
        )
        ahead = (*_rest(tc), (end, *_gone(KICK * self._params.speed_mps, KICK_MPS2, end - tc)))
        up = (*_rest(tc), (end, *_gone(LIFT_MPS, LIFT_MPS2, end - tc)))
        return _radians(pitch), ahead, up

    def _swing(self, step: StepForce) -> tuple[Knots, ...]:
        v, end = self._params.speed_mps, step.step_time_s
        own = self._own or step
        lands = LANDING_DEG * step.next_placement_ratio
        pitch = (
            (0.0, TOE_OFF_DEG, SWING_DPS),
            (RISE_SHARE * end, lands + OVERSHOOT_DEG, 0.0),
            (end, lands, LAND_DPS),
        )
        flight_s = own.step_time_s - own.contact_time_s
        stride = v * (own.step_time_s + end)
        ahead = ((0.0, *_gone(KICK * v, KICK_MPS2, flight_s)), (end, stride, 0.0))
        up = ((0.0, *_gone(LIFT_MPS, LIFT_MPS2, flight_s)), (end, 0.0, 0.0))
        return _radians(pitch), ahead, up


def hermite(knots: Knots, t: Array) -> tuple[Array, Array, Array]:
    """Return value, slope and curvature at ``t`` of the cubic pieces through the key points."""
    time, value, slope = np.array(knots).T
    i = np.clip(np.searchsorted(time, t, side="right") - 1, 0, len(time) - 2)
    width = np.diff(time)[i]
    u = (t - time[i]) / width
    a, b, rise = slope[i], slope[i + 1], np.diff(value)[i] / width
    c, d = 3.0 * rise - 2.0 * a - b, a + b - 2.0 * rise
    x = value[i] + width * u * (a + u * (c + u * d))
    return x, a + u * (2.0 * c + 3.0 * u * d), (2.0 * c + 6.0 * u * d) / width


def _gone(top_mps: float, acc_mps2: float, flight_s: float) -> tuple[float, float]:
    """Return how far and how fast the foot has gone when the other one lands."""
    v = min(top_mps, acc_mps2 * flight_s)
    return v * flight_s / 3.0, v


def _rest(until: float) -> Knots:
    return _AT_REST, (until, 0.0, 0.0)


def _radians(knots: Knots) -> Knots:
    return tuple((t, math.radians(x), math.radians(v)) for t, x, v in knots)
