"""``sim:?step_rate_spm=164&speed_mps=3.0``: a simulated runner as a source, who hears the beats."""

from collections.abc import Iterator
from urllib.parse import parse_qsl

import msgspec
import numpy as np

from livecoach.errors import ConfigError
from livecoach.model import Input, Link, Payload
from livecoach.simulation import RunnerParams, SimulatedRunner
from livecoach.wire import recording


class SimulatorDoor:
    """The simulated runner's chest sensor.

    Parameters
    ----------
    query
        ``key=value`` pairs of `RunnerParams`, joined by ``&``.
    seed
        Of everything random about this runner.
    """

    complete = False

    def __init__(self, query: str, seed: int) -> None:
        self.name = "simulator"
        try:
            params = msgspec.convert(
                dict(parse_qsl(query, strict_parsing=bool(query))), RunnerParams, strict=False
            )
        except (ValueError, msgspec.ValidationError) as exc:
            raise ConfigError(f"sim:?{query}", str(exc).replace("$.", "")) from exc
        self._runner = SimulatedRunner(params, np.random.default_rng(seed))
        self.info = msgspec.structs.replace(self._runner.info, columns=recording.IMU_COLUMNS)

    def hear(self, t: float) -> None:
        """Let the runner hear a beat."""
        self._runner.hear(t)

    def inputs(self) -> Iterator[Input]:
        """Yield samples for ever."""
        yield Link(0, 0.0, self.name, "found", self.info)
        row = 0
        while True:
            sample = self._runner.update()
            row += 1
            data = recording.imu_row(sample)
            yield Payload(0, sample.t, self.name, "imu.csv", row, data)
