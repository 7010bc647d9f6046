"""What a chest-worn sensor feels of one step: forces on a point mass, thin but consistent.

Vertical: half-sine ground force over the contact time, its impulse equal to body weight times step
time, so flight, bounce and contact time follow from physics: A = (pi / 2) T / tc. Fore-aft: a
half-sine brake over the first half of the contact and an equal push over the second, scaled so that
the speed lost is ``speed_loss_mps``. The trunk nods by about 1.5 degrees a step. White sensor noise
of 0.05 m/s2 and 0.01 rad/s. No soft tissue, no impact peak, no site motion: the full simulator is a
matter of its own. Contact time and speed loss shrink as the rate rises at one speed: elasticities
-0.6 and -1.6 (force-plate data of one runner).
"""

import math

import numpy as np
from msgspec import Struct

from livecoach.model import ImuSample
from livecoach.simulation.responder import RunnerParams

_G = 9.80665
_CONTACT_ELASTICITY, _LOSS_ELASTICITY = -0.6, -1.6
_NOD_RAD = math.radians(1.5)


class StepForce(Struct, frozen=True):
    """One step's truth: when it began, how long it and its contact take, the speed it loses."""

    t: float
    step_time_s: float
    contact_time_s: float
    speed_loss_mps: float


class TrunkSensor:
    """A step's forces -> the samples of a chest sensor (x forward, y left, z up)."""

    def __init__(self, params: RunnerParams, rng: np.random.Generator) -> None:
        self._params = params
        self._rng = rng

    def force(self, t: float, step_time_s: float) -> StepForce:
        """Return the forces of the step that begins at ``t``."""
        p = self._params
        quicker = 60.0 / step_time_s / p.step_rate_spm
        contact = min(p.contact_time_s * quicker**_CONTACT_ELASTICITY, 0.95 * step_time_s)
        return StepForce(t, step_time_s, contact, p.speed_loss_mps * quicker**_LOSS_ELASTICITY)

    def sample(self, t: float, step: StepForce) -> ImuSample:
        """Return what the sensor reads at ``t``, within ``step``."""
        stance = (t - step.t) / step.contact_time_s
        up = forward = 0.0
        if 0.0 <= stance < 1.0:
            up = _G * math.pi / 2 * step.step_time_s / step.contact_time_s
            up *= math.sin(math.pi * stance)
            peak = step.speed_loss_mps * math.pi / step.contact_time_s
            forward = -peak * math.sin(2 * math.pi * stance)
        angle = 2 * math.pi * (t - step.t) / step.step_time_s
        nod = _NOD_RAD * 2 * math.pi / step.step_time_s * math.sin(angle)
        noise = self._rng.standard_normal(6)
        return ImuSample(
            t,
            forward + 0.05 * float(noise[0]),
            0.05 * float(noise[1]),
            up + 0.05 * float(noise[2]),
            0.01 * float(noise[3]),
            nod + 0.01 * float(noise[4]),
            0.01 * float(noise[5]),
        )
