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
    """The newest word of a belt; what a packet leaves out stays as it was."""

    def __init__(self) -> None:
        self._speed: tuple[float, float] | None = None
        self._incline: tuple[float, float] | None = None

    def update(self, t: float, speed_mps: float | None, incline_percent: float | None) -> None:
        """Take in what the belt says."""
        if speed_mps is not None:
            self._speed = (t, speed_mps)
        if incline_percent is not None:
            self._incline = (t, incline_percent)

    def at(self, t: float) -> tuple[float | None, float | None]:
        """Return its speed and incline at ``t``, None where not known."""
        speed = _fresh(self._speed, t)
        moves = speed is not None and speed >= STANDS_MPS
        return (speed if moves else None), _fresh(self._incline, t)


def _fresh(said: tuple[float, float] | None, t: float) -> float | None:
    return None if said is None or t - said[0] > SILENT_S else said[1]


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
