"""A sensor worn by the simulated runner: motion in, samples out, with all that is wrong with them.

In this order: the segment's motion, the sensor's skew seat, gyroscope bias, white noise, clipping
at full scale, its own clock, packets lost. Sample n is stamped n / rate by a clock that goes
``clock_ppm`` fast, so it is felt at n / rate / (1 + ppm / 10^6). Packets of ``batch_samples`` are
lost whole; a packet arrives when its last sample has been taken.

Assumptions. Noise is white, losses are independent, the clock's rate is constant. No misalignment
between axes, no scale error, no temperature, no resampling by firmware.
"""

import math
from collections import deque
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from livecoach.model import ImuSample, SensorInfo
from livecoach.simulation.foot import FootMotion
from livecoach.simulation.forces import Array, StepForce
from livecoach.simulation.frames import Motion, reading, turned
from livecoach.simulation.params import G, RunnerParams, SensorParams
from livecoach.simulation.trunk import Trunk


class Steps(Protocol):
    """The runner's steps, made as they are asked for."""

    def at(self, k: int) -> StepForce:
        """Return step ``k``."""
        ...


class Wearable:
    """One sensor of a runner.

    Parameters
    ----------
    sensor, runner
        What it is, and who wears it.
    steps
        The runner's steps; shared by all sensors.
    rng
        The only source of chance in this sensor.
    """

    def __init__(
        self, sensor: SensorParams, runner: RunnerParams, steps: Steps, rng: np.random.Generator
    ) -> None:
        s = sensor
        self._sensor = s
        self._steps = steps
        self._rng = rng
        self._body = _body(s, runner)
        self._seat = turned(s.mount_yaw_deg, s.mount_pitch_deg, s.mount_roll_deg)
        self._true_hz = s.rate_hz * (1.0 + 1e-6 * s.clock_ppm)
        self._spread = np.repeat([s.acc_noise_mps2, s.gyr_noise_radps], 3)[:, None]
        self._offset = np.repeat([0.0, math.radians(s.gyr_bias_dps)], 3)[:, None]
        self._limit = np.repeat([s.acc_limit_g * G, math.radians(s.gyr_limit_dps)], 3)[:, None]
        self._next = 0
        self._k = -1
        self._packet, self._arrives = -1, True
        self._ready: deque[ImuSample] = deque()
        self._t = 0.0
        self.info = SensorInfo(
            name=f"simulated {s.mount.replace('_', ' ')} sensor",
            kind="imu",
            mount=s.mount,
            rate_hz=s.rate_hz,
            speed_mps=runner.speed_mps,
            incline_percent=runner.incline_percent,
            height_m=runner.height_m,
            data_kind="simulated",
        )

    @property
    def step(self) -> StepForce:
        """The step in which the newest sample was made (before the first contact: the first)."""
        return self._steps.at(max(self._k, 0))

    @property
    def arrived_s(self) -> float:
        """When the packet with the newest sample arrives, in true time."""
        batch = self._sensor.batch_samples
        n = round(self._t * self._sensor.rate_hz)
        return ((n // batch + 1) * batch - 1) / self._true_hz

    def update(self) -> ImuSample:
        """Return the next sample that arrives."""
        while not self._ready:
            self._fill()
        sample = self._ready.popleft()
        self._t = sample.t
        return sample

    def until(self, t: float) -> list[ImuSample]:
        """Return all samples still to come that are taken before ``t``, in true time."""
        end = t * (1.0 + 1e-6 * self._sensor.clock_ppm)
        out: list[ImuSample] = []
        while True:
            while not self._ready:
                self._fill()
            if self._ready[0].t >= end:
                return out
            out.append(self.update())

    def _fill(self) -> None:
        """Make all samples of the next step (at first: of standing before it)."""
        following = self._steps.at(self._k + 1)
        if self._next / self._true_hz >= following.t:
            self._k += 1
            following = self._steps.at(self._k)
            end = following.t + following.step_time_s
        else:
            end = following.t
        n = np.arange(self._next, math.ceil(end * self._true_hz))
        if not len(n):
            return
        self._next = int(n[-1]) + 1
        if self._k < 0:
            motion = self._body.still(len(n))
        else:
            tau = np.maximum(n / self._true_hz - following.t, 0.0)
            motion = self._body.motion(following, tau)
        rows = np.vstack([n / self._sensor.rate_hz, self._felt(motion)]).T
        self._ready.extend(ImuSample(*row) for row in rows[self._arriving(n)].tolist())

    def _felt(self, motion: Motion) -> Array:
        """Return six rows: what the sensor says."""
        acc, gyr = reading(motion)
        said = np.vstack([self._seat @ acc, self._seat @ gyr]) + self._offset
        said += self._spread * self._rng.standard_normal(said.shape)
        clipped: Array = np.clip(said, -self._limit, self._limit)
        return clipped

    def _arriving(self, n: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell which samples arrive; a packet may reach over from the step before."""
        packets = n // self._sensor.batch_samples
        fates = self._rng.random(int(packets[-1]) - self._packet) >= self._sensor.loss_ratio
        fates = np.concatenate([[self._arrives], fates])
        arriving = fates[packets - self._packet]
        self._packet, self._arrives = int(packets[-1]), bool(fates[-1])
        return arriving


def _body(sensor: SensorParams, runner: RunnerParams) -> Trunk | FootMotion:
    if sensor.mount == "foot_left":
        return FootMotion("left", runner)
    if sensor.mount == "foot_right":
        return FootMotion("right", runner)
    return Trunk(sensor, runner.lean_deg)
