"""``sim:?step_rate_spm=164&speed_mps=3.0&mount=waist``: a simulated runner, who hears the beats."""

from collections.abc import Iterator
from urllib.parse import parse_qsl

import msgspec
import numpy as np

from livecoach.errors import ConfigError
from livecoach.model import HeartRateReading, Input, Link, Payload, SensorInfo
from livecoach.simulation import RunnerParams, SimulatedRunner
from livecoach.wire import heart_rate, recording

HEART = "simulated heart rate"


class SimulatorDoor:
    """The simulated runner's sensor.

    Rows come in as those of a recording do: at the time they are stamped with. So session time is
    the sensor's clock, and of ``batch_samples`` only the loss of whole packets is seen. A heart
    rate, where the runner wears such a sensor, comes once a second.

    Parameters
    ----------
    query
        ``key=value`` pairs of `RunnerParams` (its sensor's among them), joined by ``&``.
    seed
        Of everything random about this runner.

    Raises
    ------
    ConfigError
        A key that is unknown or given twice, or a value that it can't have.
    """

    complete = False

    def __init__(self, query: str, seed: int) -> None:
        self.name = "simulator"
        try:
            params = _params(query)
        except (ValueError, msgspec.ValidationError) as exc:
            raise ConfigError(f"sim:?{query}", str(exc).replace("$.", "")) from exc
        self._clock = 1.0 + 1e-6 * params.clock_ppm
        self._runner = SimulatedRunner(params, np.random.default_rng(seed))
        self.info = msgspec.structs.replace(self._runner.info, columns=recording.IMU_COLUMNS)

    def hear(self, t: float) -> None:
        """Let the runner hear a beat."""
        self._runner.hear(t / self._clock)

    def inputs(self) -> Iterator[Input]:
        """Yield samples for ever."""
        yield Link(0, 0.0, self.name, "found", self.info)
        if self._runner.wears_heart:
            yield Link(0, 0.0, HEART, "found", SensorInfo(name=HEART, kind="heart"))
        row, second = 0, 0
        while True:
            sample = self._runner.update()
            row += 1
            data = recording.imu_row(sample)
            yield Payload(0, sample.t, self.name, "imu.csv", row, data)
            if sample.t >= second:
                second += 1
                rate = self._runner.heart_rate_bpm(sample.t)
                if rate is not None:
                    yield self._felt(sample.t, second, rate)

    def _felt(self, t: float, row: int, rate_bpm: float) -> Payload:
        reading = HeartRateReading(t, round(rate_bpm))
        data = heart_rate.build(reading)
        return Payload(0, t, HEART, heart_rate.CHARACTERISTIC, row, data)


def _params(query: str) -> RunnerParams:
    pairs = parse_qsl(query, strict_parsing=bool(query))
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ValueError("a key is given twice")
    return msgspec.convert(values, RunnerParams, strict=False)
