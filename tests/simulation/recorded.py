"""What the simulation's tests share: quiet runners, and their signals as arrays."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecoach.model import ImuSample
from livecoach.simulation import RunnerParams, SimulatedRunner
from livecoach.simulation.params import G

Array = NDArray[np.float64]

QUIET: dict[str, Any] = {
    "acc_noise_mps2": 0.0,
    "gyr_noise_radps": 0.0,
}
POINT: dict[str, Any] = QUIET | {
    "rate_hz": 500.0,
    "site_ratio": 0.0,
    "tissue_ratio": 0.0,
    "pitch_rms_deg": 0.0,
    "yaw_rms_deg": 0.0,
    "roll_rms_deg": 0.0,
}
"""A noiseless sensor on the centre of mass itself."""

STEADY: dict[str, Any] = {
    "variation_ratio": 0.0,
    "asymmetry_ratio": 0.0,
    "loss_variation_ratio": 0.0,
}
"""A runner whose steps are all alike."""


def runner(seed: int = 0, **params: Any) -> SimulatedRunner:  # noqa: ANN401 (as the URI gives them)
    """Return a simulated runner."""
    return SimulatedRunner(RunnerParams(**params), np.random.default_rng(seed))


def columns(samples: Sequence[ImuSample]) -> tuple[Array, Array, Array]:
    """Return times, accelerations and turn rates; the latter two with three rows."""
    table = np.array([[getattr(s, f) for f in ImuSample.__struct_fields__] for s in samples]).T
    return table[0], table[1:4], table[4:]


def signal(seconds: float, seed: int = 0, **params: Any) -> tuple[Array, Array, Array]:  # noqa: ANN401
    """Return the same for the main sensor of a runner."""
    return columns(runner(seed, **params).record(seconds)[0])


def integral(t: Array, y: Array) -> Array:
    """Return the running trapezoidal integral."""
    return np.concatenate([[0.0], np.cumsum(0.5 * (y[1:] + y[:-1]) * np.diff(t))])


__all__ = ["POINT", "QUIET", "STEADY", "Array", "G", "columns", "integral", "runner", "signal"]
