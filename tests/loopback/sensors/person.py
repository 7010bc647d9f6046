"""The running person who wears all emulated sensors, so that what they say fits together.

Times are seconds since the person came to be, in true time; ``start`` is that moment on the host's
monotonic clock, which all processes share. Pace changes at whole seconds, where a simulated runner
ends and the next begins: a foot may jump there.
"""

import math
import time
from collections import deque
from statistics import fmean

import msgspec
import numpy as np

from livecoach.model import Foot, ImuSample
from livecoach.simulation import RunnerParams, SensorParams, SimulatedRunner, Wearable

_REFERENCE_HZ = 25.0
"""Rate of the sensor nobody wears, which only keeps the truth in step."""
_RECENT_STEPS = 4
_STAND_S = 600.0


class _Stretch:
    """A time at one pace."""

    def __init__(self, start: int, runner: SimulatedRunner, params: RunnerParams) -> None:
        self.start, self.end = float(start), math.inf
        self.params, self.runner = params, runner
        self.standing = params.still_s > 0.0
        self.recent_s: deque[float] = deque(maxlen=_RECENT_STEPS)


class Person:
    """A person who runs, or stands, from the first second on.

    Parameters
    ----------
    speed_mps, step_rate_spm
        The first pace.
    seed
        Of everything random.
    """

    def __init__(self, speed_mps: float = 3.0, step_rate_spm: float = 168.0, seed: int = 1) -> None:
        self.start = time.monotonic()
        self._seed = seed
        self._first = (speed_mps, step_rate_spm)
        self._worn: dict[str, SensorParams] = {}
        self._stretches: list[_Stretch] = []
        self._read: dict[str, int] = {}

    @property
    def now(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.start

    def wear(self, key: str, sensor: SensorParams) -> None:
        """Put on an IMU whose rate is a whole number, before the first reading of any."""
        assert not self._stretches
        self._worn[key] = sensor
        self._read[key] = 0

    def pace(self, speed_mps: float, step_rate_spm: float) -> None:
        """Run so from the next whole second on."""
        self._begin(speed_mps=speed_mps, step_rate_spm=step_rate_spm)

    def stop(self) -> None:
        """Stand still from the next whole second on, for at most ten minutes."""
        self._begin(still_s=_STAND_S)

    def samples(self, key: str, t: float) -> list[ImuSample]:
        """Return the samples of a worn sensor that were taken before ``t`` and not yet returned."""
        self._at(t)
        index = list(self._worn).index(key) + 1
        out: list[ImuSample] = []
        while True:
            stretch = self._stretches[self._read[key]]
            sensor: Wearable = stretch.runner.sensors[index]
            taken = sensor.until(min(t, stretch.end) - stretch.start)
            out += [msgspec.structs.replace(s, t=stretch.start + s.t) for s in taken]
            if t <= stretch.end:
                return out
            self._read[key] += 1

    def motion(self, t: float) -> tuple[float, float]:
        """Return speed in m/s and step rate in steps/min at ``t``: zeros when standing."""
        stretch = self._at(t)
        if stretch.standing:
            return 0.0, 0.0
        stretch.runner.sensors[0].until(t - stretch.start)
        stretch.recent_s.append(stretch.runner.step.step_time_s)
        return stretch.params.speed_mps, 60.0 / fmean(stretch.recent_s)

    def truth(self) -> list[tuple[float, Foot]]:
        """Return contact (on the host's monotonic clock) and foot of each step so far.

        Only the last two hours are remembered.
        """
        now = self.now
        self._at(now)
        found: list[tuple[float, Foot]] = []
        for stretch in self._stretches:
            if stretch.start < now and not stretch.standing:
                end = min(now, stretch.end) - stretch.start
                stretch.runner.sensors[0].until(end)
                begin = self.start + stretch.start
                steps = (s for s in stretch.runner.truth() if s.t_contact_s < end)
                found += [(begin + s.t_contact_s, s.foot) for s in steps]
        return found

    def _at(self, t: float) -> _Stretch:
        if not self._stretches:
            speed_mps, step_rate_spm = self._first
            params = RunnerParams(
                speed_mps=speed_mps, step_rate_spm=step_rate_spm, rate_hz=_REFERENCE_HZ
            )
            self._stretches.append(self._stretch(0, params))
        return next(s for s in reversed(self._stretches) if s.start <= t)

    def _begin(self, **changes: float) -> None:
        self._at(self.now)
        start = math.ceil(self.now)
        last = self._stretches[-1]
        if last.start == start:
            self._stretches.pop()
        else:
            last.end = float(start)
        params = msgspec.structs.replace(last.params, **{"still_s": 0.0, **changes})
        self._stretches.append(self._stretch(start, params))

    def _stretch(self, start: int, params: RunnerParams) -> _Stretch:
        rng = np.random.default_rng((self._seed, len(self._stretches)))
        return _Stretch(start, SimulatedRunner(params, rng, tuple(self._worn.values())), params)
