"""Small streaming pieces: a forgetting peak, a crossing time, a vertex, holes between samples."""

from collections import deque
from math import exp, log, sqrt
from typing import Final

TOUCH_S: Final = 0.001
"""A hole this near touches."""


class Peak:
    """The largest value of late, forgotten with time constant ``memory_s``."""

    def __init__(self, memory_s: float) -> None:
        self._memory_s = memory_s
        self.value = 0.0

    def update(self, x: float, dt: float) -> float:
        """Take in ``x``, ``dt`` seconds after the last; return the peak."""
        self.value = max(x, self.value * exp(-dt / self._memory_s))
        return self.value


def crossing_s(t0: float, y0: float, t1: float, y1: float, level: float) -> float:
    """Return when the line from (t0, y0) to (t1, y1) passes ``level``."""
    return t0 + (t1 - t0) * (level - y0) / (y1 - y0)


def vertex_s(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    """Return the time of the extremum of the parabola through three (t, y); ``b`` is the extreme.

    With samples on one line the middle one's time is returned.
    """
    d1 = (b[1] - a[1]) / (b[0] - a[0])
    d2 = (c[1] - b[1]) / (c[0] - b[0])
    curve = (d2 - d1) / (c[0] - a[0])
    if curve == 0.0:
        return b[0]
    vertex = 0.5 * (a[0] + b[0]) - 0.5 * d1 / curve
    return min(max(vertex, a[0]), c[0])


def bell_s(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    """Return the time of the top of the bell curve through three (t, y); ``b`` is the highest.

    A parabola through the logarithms: exact for a Gaussian, and like `vertex_s` where samples lie
    close together. Readings below a twentieth of ``b`` count as that.
    """
    least = 0.05 * b[1]
    return vertex_s(*((t, log(max(y, least))) for t, y in (a, b, c)))


def spread_s(hole_s: float, rise_s: float) -> float:
    """Return the standard uncertainty of an instant on a flank of which samples are missing.

    A hole shorter than the flank's rise leaves a sample on it, and the line between samples holds;
    of a longer one the excess may lie anywhere (uniform).
    """
    return max(0.0, hole_s - rise_s) / sqrt(12.0)


class Holes:
    """Where samples were missing of late: times between two samples longer than ``least_s``."""

    def __init__(self, least_s: float) -> None:
        self._least_s = least_s
        self._last: float | None = None
        self._holes: deque[tuple[float, float]] = deque(maxlen=8)

    def update(self, t: float) -> None:
        """Take in a sample's time."""
        if self._last is not None and t - self._last > self._least_s:
            self._holes.append((self._last, t))
        self._last = t

    def widest(self, start: float, end: float) -> tuple[float, float]:
        """Return the widest hole that touches this span (to 1 ms), or the span's end twice."""
        near = [x for x in self._holes if x[0] <= end + TOUCH_S and x[1] >= start - TOUCH_S]
        return max(near, key=lambda x: x[1] - x[0], default=(end, end))
