"""The simulated runner: hears beats, runs, and wears a chest sensor."""

import numpy as np

from livecoach.model import ImuSample, SensorInfo
from livecoach.simulation.body import StepForce, TrunkSensor
from livecoach.simulation.responder import Responder, RunnerParams


class SimulatedRunner:
    """Samples on demand, with the truth behind them.

    Parameters
    ----------
    params
        Who runs.
    rng
        The only source of chance.
    """

    def __init__(self, params: RunnerParams, rng: np.random.Generator) -> None:
        self._params = params
        self._responder = Responder(params, rng)
        self._body = TrunkSensor(params, rng)
        self._count = 0
        self.step: StepForce = self._body.force(0.0, self._responder.update(0.0))

    @property
    def info(self) -> SensorInfo:
        """What the chest sensor declares of itself."""
        return SensorInfo(
            name="simulated chest sensor",
            kind="imu",
            mount="chest",
            rate_hz=self._params.rate_hz,
            speed_mps=self._params.speed_mps,
            height_m=self._params.height_m,
            data_kind="simulated",
        )

    def hear(self, t: float) -> None:
        """Take a beat that sounded at ``t``."""
        self._responder.hear(t)

    def update(self) -> ImuSample:
        """Return the next sample, one sampling period after the one before."""
        t = self._count / self._params.rate_hz
        self._count += 1
        while t >= self.step.t + self.step.step_time_s:
            begin = self.step.t + self.step.step_time_s
            self.step = self._body.force(begin, self._responder.update(begin))
        return self._body.sample(t, self.step)
