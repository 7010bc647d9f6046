"""What a treadmill tells of its belt: believed for 5 s, and more than a foot pod.

A belt that is silent for `SILENT_S` is unknown again; one slower than `STANDS_MPS` is standing, and
who runs then does not run on it. A pod whose speed is off the belt's by more than 8 % for 5 s is
told of, once; again only after they agreed within 5 % (a treadmill's 4.0 against a Stryd's 3.2 km/h
made a controller run away: qdomyos-zwift issue 4480).
"""

from typing import Final

SILENT_S: Final = 5.0
STANDS_MPS: Final = 0.3
APART_RATIO: Final = 0.08
AGREES_RATIO: Final = 0.05
APART_FOR_S: Final = 5.0


class BeltSpeed:
    """The newest word of a belt."""

    def __init__(self) -> None:
        self._t: float | None = None
        self._speed_mps: float | None = None
        self._incline_percent: float | None = None

    def update(self, t: float, speed_mps: float | None, incline_percent: float | None) -> None:
        """Take in what the belt says."""
        self._t, self._incline_percent = t, incline_percent
        moves = speed_mps is not None and speed_mps >= STANDS_MPS
        self._speed_mps = speed_mps if moves else None

    def at(self, t: float) -> tuple[float | None, float | None]:
        """Return its speed and incline at ``t``, None where not known."""
        if self._t is None or t - self._t > SILENT_S:
            return None, None
        return self._speed_mps, self._incline_percent


class Disagreement:
    """Whether a pod's speed is off the belt's, with hysteresis."""

    def __init__(self) -> None:
        self._since_s: float | None = None
        self._told = False

    def update(self, t: float, belt_mps: float | None, pod_mps: float | None) -> bool:
        """Take in both speeds; return whether that they disagree is to be said now."""
        if not belt_mps or not pod_mps:
            self._since_s = None
            return False
        off = abs(pod_mps / belt_mps - 1.0)
        if off <= AGREES_RATIO:
            self._told = False
        if off <= APART_RATIO:
            self._since_s = None
            return False
        if self._since_s is None:
            self._since_s = t
        if self._told or t - self._since_s < APART_FOR_S:
            return False
        self._told = True
        return True
