"""The simulated runner: hears beats, runs, and wears one sensor or several."""

from collections import deque
from collections.abc import Sequence

import numpy as np

from livecoach.model import Foot, ImuSample, SensorInfo
from livecoach.simulation.forces import ForceModel, StepForce, Truth
from livecoach.simulation.heart import Heart
from livecoach.simulation.params import RunnerParams, SensorParams
from livecoach.simulation.responder import Responder
from livecoach.simulation.sensor import Wearable

KEPT = 20_000
"""Steps remembered: about two hours. A sensor read later than that behind the others fails."""


class _Steps:
    """The steps one after another, left foot first; each is made when a sensor first needs it."""

    def __init__(self, params: RunnerParams, rng: np.random.Generator) -> None:
        answers, forces = rng.spawn(2)
        self.responder = Responder(params, answers)
        self._forces = ForceModel(params, forces)
        self._kept: deque[StepForce] = deque(maxlen=KEPT)
        self._count = 0
        self._end = params.still_s

    def at(self, k: int) -> StepForce:
        """Return step ``k``, counted from 0."""
        while k >= self._count:
            foot: Foot = "right" if self._count % 2 else "left"
            step = self._forces.update(self._end, self.responder.update(self._end), foot)
            self._kept.append(step)
            self._count += 1
            self._end = step.t + step.step_time_s
        if k < self._count - len(self._kept):
            raise LookupError(f"step {k} is no longer remembered")
        return self._kept[k - self._count]

    def before(self, t: float) -> list[StepForce]:
        """Return the remembered steps that were over at ``t``."""
        return [s for s in self._kept if s.t + s.step_time_s <= t]


class SimulatedRunner:
    """Samples on demand, with the truth behind them.

    Parameters
    ----------
    params
        Who runs, and the main sensor.
    rng
        The only source of chance. Steps and sensors draw from streams of their own, so that the
        same runner takes the same steps whatever is worn.
    also
        More sensors of the same runner.
    """

    def __init__(
        self, params: RunnerParams, rng: np.random.Generator, also: Sequence[SensorParams] = ()
    ) -> None:
        self._params = params
        steps, *streams = rng.spawn(2 + len(also))
        self._steps = _Steps(params, steps)
        self.sensors = tuple(
            Wearable(sensor, params, self._steps, stream)
            for sensor, stream in zip((params, *also), streams, strict=True)
        )
        # after the others, so that these do not change with it
        self._heart = Heart(params, rng.spawn(1)[0]) if params.heart_rate_bpm else None
        self._t = 0.0

    @property
    def info(self) -> SensorInfo:
        """What the main sensor declares of itself."""
        return self.sensors[0].info

    @property
    def step(self) -> StepForce:
        """The step in which the main sensor's newest sample was made."""
        return self.sensors[0].step

    def hear(self, t: float) -> None:
        """Take a beat that sounded at ``t``."""
        self._steps.responder.hear(t)

    @property
    def wears_heart(self) -> bool:
        """Whether a heart rate sensor is worn."""
        return self._heart is not None

    def heart_rate_bpm(self, t: float) -> float | None:
        """Return what a heart rate sensor feels at ``t``, later with each call; None: none worn."""
        return None if self._heart is None else self._heart.update(t, 60.0 / self.step.step_time_s)

    def update(self) -> ImuSample:
        """Return the main sensor's next sample that arrives."""
        return self.sensors[0].update()

    def record(self, seconds: float) -> list[list[ImuSample]]:
        """Return the samples of every sensor for so long, from the last call's end on."""
        self._t += seconds
        return [sensor.until(self._t) for sensor in self.sensors]

    def truth(self) -> list[Truth]:
        """Return the steps that the main sensor has seen whole (of the last 20,000)."""
        return [s.truth() for s in self._steps.before(self.step.t)]
