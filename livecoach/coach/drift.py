"""Is the runner off target? Fast for big errors, slow for small ones, deaf to noise.

Two one-sided cumulative sums (Page 1954) of the relative error e = (rate - target) / target: the
low side grows by (-e - slack) dt, the high side by (e - slack) dt, neither falls below 0; beyond
``threshold`` the runner is off. With slack = 1.25 % and threshold = 0.2 s the delay is
0.2 / (|e| - 0.0125) seconds: 7.3 s at 4 %, 3.5 s at 7 %. Back on target when the error, averaged
over 5 s, is within ``exit``. The threshold follows from the noise of step rates (SD 2/min,
correlation 0.7 from second to second: 2.6 % per root second), for which the diffusion approximation
expects one false alarm in about two hours.
"""

import math
from typing import Literal, TypeAlias

from livecoach.coach.params import CoachParams

Side: TypeAlias = Literal["low", "on", "high"]
_THRESHOLD_S = 0.2
_AVERAGE_S = 5.0


class DriftDetector:
    """Step rates against a target -> low | on | high, with hysteresis."""

    def __init__(self, params: CoachParams) -> None:
        self._slack = params.enter_ratio / 2.0
        self._exit = params.exit_ratio
        self.reset()

    def reset(self) -> None:
        """Start anew: on target."""
        self.side: Side = "on"
        self._low_s = 0.0
        self._high_s = 0.0
        self._error: float | None = None

    def update(self, step_rate_spm: float, target_spm: float, dt_s: float) -> Side:
        """Take a reading that stands for ``dt_s`` seconds; return the side the runner is on."""
        error = step_rate_spm / target_spm - 1.0
        gain = 1.0 - math.exp(-dt_s / _AVERAGE_S)
        self._error = error if self._error is None else self._error + gain * (error - self._error)
        self._low_s = max(0.0, self._low_s + (-error - self._slack) * dt_s)
        self._high_s = max(0.0, self._high_s + (error - self._slack) * dt_s)
        if self.side == "on":
            if self._low_s > _THRESHOLD_S:
                self.side = "low"
            elif self._high_s > _THRESHOLD_S:
                self.side = "high"
        elif abs(self._error) < self._exit:
            self.side = "on"
            self._low_s = self._high_s = 0.0
        return self.side

    @property
    def error_ratio(self) -> float:
        """The averaged relative error; negative is too slow."""
        return self._error or 0.0
