"""What the ground does to a runner in one step: forces per body weight, and the truth they make.

Definition, with s = share of the contact, tau = time since contact, T the step time:

    Fz / mg = A sin(pi s^0.9) + impact exp(-((tau - 28 ms) / 12 ms)^2)
    Fx / m  = -b sin(pi s / zc)                    for s < zc   (zc .48-.53 of the contact)
            = +p sin(pi (s - zc) / (1 - zc))       after it

A makes the vertical impulse equal body weight times T; b comes from the wanted braking impulse per
mass (the speed lost), p gives it all back. On a slope the same forces act along and across it, the
push carries the body up, and all is turned into the level frame.

Contact time by speed: 313 ms at 2.5 m/s, 291 at 3, 243 at 3.5, 238 at 4, 210 at 4.5, 218 at 5 (five
runners on force plates, not one curve), taken at 165 steps/min and changing with step rate to the
power -0.59 (one runner at 3.33 m/s, +-10 %). Braking: the expected one of a spring-mass runner,
0.69 x 0.0908 g v T tc / leg with leg = 0.53 height (eight force-plate trials, SD 17 %), or one that
is given; it follows T tc as the rate changes, times ``overstride_ratio``. The foot lands
0.165 step lengths ahead of the pelvis (two runners with force plates: 0.152 and 0.177), which
shrinks with rate as in Lieberman 2015 (doi:10.1242/jeb.125500; 5.9 % for 5.9 % more strides).
Uphill the braking fades as exp(-0.061 per degree), after Gottschall & Kram 2005
(doi:10.1016/j.jbiomech.2004.04.029: about +73 % at -9 degrees; from memory, unverified).

Validity. A point mass: no trunk, no arms, no change of shape with speed; what it can't do is tell
how far a real site moves against it (`livecoach.simulation.trunk`). On a slope contact time stays
that of the level.
"""

import math
from typing import TypeAlias

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from livecoach.model import Foot
from livecoach.simulation.params import G, RunnerParams

Array: TypeAlias = NDArray[np.float64]

ANCHOR_SPEED_MPS = (2.5, 3.0, 3.5, 4.0, 4.5, 5.0)
ANCHOR_CONTACT_S = (0.313, 0.291, 0.243, 0.238, 0.210, 0.218)
ANCHOR_RATE_SPM = 165.0
CONTACT_ELASTICITY = -0.59
LONGEST_CONTACT = 0.92
"""Of a step: a runner flies at least a little."""

EXPECTED = 0.69 * (0.25 - 0.5 / math.pi) * G
LEG_SHARE = 0.53
AHEAD_SHARE = 0.165
IMPACT_S, IMPACT_WIDTH_S = 0.028, 0.012
LATERAL_G = 0.06
SLOPE_PER_DEG = 0.061

_SKEW = 0.9
_S = (np.arange(20_000) + 0.5) / 20_000
_AREA = float(np.sin(np.pi * _S**_SKEW).mean())
_GRID = np.linspace(0.0, 1.0, 201)


class Truth(Struct, frozen=True, gc=False):
    """One row of truth, its fields the columns of a ``.truth.csv``."""

    t_contact_s: float
    t_toe_off_s: float
    foot: Foot
    braking_mps: float
    propulsion_mps: float
    vertical_oscillation_m: float
    foot_ahead_m: float


class StepForce(Struct, frozen=True, gc=False):
    """One step: when it began and with which foot, how long it takes, and what acts in it.

    ``speed_loss_mps`` and ``propulsion_mps`` are along the ground; ``peak_g`` is A above;
    ``placement_ratio`` is how far ahead this foot lands, and the next one, against the usual.
    """

    t: float
    foot: Foot
    step_time_s: float
    contact_time_s: float
    speed_loss_mps: float
    propulsion_mps: float
    foot_ahead_m: float
    peak_g: float
    impact_g: float
    braking_share: float
    slope_rad: float
    placement_ratio: float
    next_placement_ratio: float

    def truth(self) -> Truth:
        """Return what really happened in this step."""
        return Truth(
            t_contact_s=self.t,
            t_toe_off_s=self.t + self.contact_time_s,
            foot=self.foot,
            braking_mps=self.speed_loss_mps,
            propulsion_mps=self.propulsion_mps,
            vertical_oscillation_m=vertical_oscillation_m(self),
            foot_ahead_m=self.foot_ahead_m,
        )


class ForceModel:
    """When a step begins and how long it takes in, its forces out."""

    def __init__(self, params: RunnerParams, rng: np.random.Generator) -> None:
        p = self._params = params
        self._rng = rng
        self._own_s = 60.0 / p.step_rate_spm
        quicker = p.step_rate_spm / ANCHOR_RATE_SPM
        by_speed = float(np.interp(p.speed_mps, ANCHOR_SPEED_MPS, ANCHOR_CONTACT_S))
        self._contact_s = p.contact_time_s or by_speed * quicker**CONTACT_ELASTICITY
        self._slope_rad = math.atan(p.incline_percent / 100.0)
        self._placed = self._place()

    def update(self, t: float, step_time_s: float, foot: Foot) -> StepForce:
        """Return the forces of the step that begins at ``t``."""
        p = self._params
        contact_s = self._contact(step_time_s)
        placed, self._placed = self._placed, self._place()
        loss, push = self._impulses(step_time_s, contact_s, placed)
        return StepForce(
            t=t,
            foot=foot,
            step_time_s=step_time_s,
            contact_time_s=contact_s,
            speed_loss_mps=loss,
            propulsion_mps=push,
            foot_ahead_m=AHEAD_SHARE * p.speed_mps * step_time_s * placed,
            peak_g=(step_time_s - p.impact_g * impact_area_s(contact_s)) / (contact_s * _AREA),
            impact_g=p.impact_g,
            braking_share=p.braking_share,
            slope_rad=self._slope_rad,
            placement_ratio=placed,
            next_placement_ratio=self._placed,
        )

    def _place(self) -> float:
        p = self._params
        spread = p.loss_variation_ratio * float(self._rng.standard_normal())
        return p.overstride_ratio * max(0.3, 1.0 + spread)

    def _contact(self, step_time_s: float) -> float:
        slower = step_time_s / self._own_s
        own_s = self._contact_s * math.pow(slower, -CONTACT_ELASTICITY)
        return min(own_s, LONGEST_CONTACT * step_time_s)

    def _impulses(self, step_time_s: float, contact_s: float, placed: float) -> tuple[float, float]:
        """Return what brakes and what pushes, along the ground, per mass."""
        p = self._params
        if p.speed_loss_mps is None:
            loss = EXPECTED * p.speed_mps * step_time_s * contact_s / (LEG_SHARE * p.height_m)
        else:
            own = self._own_s * self._contact(self._own_s)
            loss = p.speed_loss_mps * step_time_s * contact_s / own
        loss *= placed * math.exp(-SLOPE_PER_DEG * math.degrees(self._slope_rad))
        climb = G * math.sin(self._slope_rad) * step_time_s
        push = max(0.0, loss + climb)
        return push - climb, push


def impact_area_s(contact_s: float) -> float:
    """Return the integral over the contact of an impact of height 1."""
    first, last = IMPACT_S / IMPACT_WIDTH_S, (contact_s - IMPACT_S) / IMPACT_WIDTH_S
    return IMPACT_WIDTH_S * math.sqrt(math.pi) / 2 * (math.erf(first) + math.erf(last))


def impact(tau: Array) -> Array:
    """Return the shape of a rear-foot impact, height 1."""
    shape: Array = np.exp(-(((tau - IMPACT_S) / IMPACT_WIDTH_S) ** 2))
    return shape


def specific_force(step: StepForce, tau: Array) -> Array:
    """Return the force per mass at ``tau`` s after contact: rows forward, left, up in m/s2."""
    s = tau / step.contact_time_s
    down = (s >= 0.0) & (s < 1.0)
    s = np.where(down, s, 0.0)
    normal = step.peak_g * np.sin(np.pi * s**_SKEW) + step.impact_g * impact(tau)
    normal *= G * math.cos(step.slope_rad) * down
    zc = step.braking_share
    brake = -step.speed_loss_mps / zc * np.sin(np.pi * s / zc)
    push = step.propulsion_mps / (1.0 - zc) * np.sin(np.pi * (s - zc) / (1.0 - zc))
    along = np.where(s < zc, brake, push) * (down * (math.pi / (2.0 * step.contact_time_s)))
    side = -1.0 if step.foot == "left" else 1.0
    lateral = side * LATERAL_G * G * np.sin(np.pi * s)
    sine, cosine = math.sin(step.slope_rad), math.cos(step.slope_rad)
    return np.stack(
        [along * cosine - normal * sine, lateral, normal * cosine + along * sine],
    )


def vertical_oscillation_m(step: StepForce) -> float:
    """Return highest less lowest point of the centre of mass in the step, closed on itself."""
    t = _GRID * step.step_time_s
    up = specific_force(step, t)[2] - G
    height = closed_integral(t, closed_integral(t, up))
    return float(height.max() - height.min())


def closed_integral(t: Array, y: Array) -> Array:
    """Return the integral of ``y`` less its mean, itself with zero mean."""
    dt = np.diff(t)
    total = np.concatenate([[0.0], np.cumsum(0.5 * (y[1:] + y[:-1]) * dt)])
    total -= total[-1] * (t - t[0]) / (t[-1] - t[0])
    mean = float((0.5 * (total[1:] + total[:-1]) * dt).sum() / (t[-1] - t[0]))
    closed: Array = total - mean
    return closed
