"""Steps gathered into batches of about a second, a list per metric. Pure."""

from typing import Any

from livecoach.model import Step
from livecoach.wire.topics import Strides

BATCH_S = 1.0
_FULL = 32
_LONGEST = 400
_COLUMNS = (
    ("speed_mps", 3),
    ("step_length_m", 3),
    ("contact_time_s", 4),
    ("vertical_oscillation_m", 4),
    ("speed_loss_mps", 3),
    ("expected_braking_mps", 3),
    ("propulsion_mps", 3),
    ("pelvis_swing_mps", 3),
    ("landing_angle_deg", 1),
    ("trunk_lean_deg", 1),
)


class StrideBatch:
    """The steps since the last batch."""

    def __init__(self) -> None:
        self._n0 = 0
        self._steps: list[Step] = []

    def __bool__(self) -> bool:
        """Return whether there are any."""
        return bool(self._steps)

    def add(self, step: Step) -> None:
        """Take a step."""
        self._steps.append(step)

    def due(self, t: float) -> bool:
        """Return whether it is time to tell."""
        if not self._steps:
            return False
        return t - self._steps[0].t_known >= BATCH_S or len(self._steps) >= _FULL

    def take(self, sid: str, seq: int) -> Strides:
        """Return the batch and begin the next one."""
        steps, n0 = self._steps[:_FULL], self._n0
        self._steps, self._n0 = self._steps[_FULL:], n0 + len(steps)
        columns: dict[str, Any] = {}
        for name, digits in _COLUMNS:
            values = [rounded(getattr(s, name), digits) for s in steps]
            if any(v is not None for v in values):
                columns[name] = values
        if any(s.foot is not None for s in steps):
            columns["foot"] = [s.foot for s in steps]
        return Strides(
            sid=sid,
            seq=seq,
            n0=n0,
            t=[round(s.t, 3) for s in steps],
            step_rate_spm=[round(s.step_rate_spm, 2) for s in steps],
            quality=[round(s.quality, 2) for s in steps],
            **columns,
        )


def short(text: str) -> str:
    """Return a text that is no longer than a payload may have it."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def rounded(value: float | None, digits: int) -> float | None:
    """Return a number as it is told; None stays None."""
    return None if value is None else round(value, digits) + 0.0  # -0.0 is 0.0
