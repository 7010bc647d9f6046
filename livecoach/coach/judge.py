"""One measure against the runner's own: learns what is usual, then tells when it is worse.

Robust on both sides: median and median absolute deviation of what was learnt, median and quartile
of what is judged. What is worth a word, and why, says `livecoach.coach.faults`.
"""

from collections import deque
from typing import Literal, TypeAlias

from msgspec import Struct

from livecoach.model import Foot

ValueKey: TypeAlias = tuple[str, Foot | None]
"""A field of `Step` (or ``asymmetry_ratio``), and whose it is where the feet are never mixed."""
Fault: TypeAlias = Literal["short", "braking", "bounce", "lean", "push", "asymmetry"]

ENOUGH, PLENTY_S = 60, 45.0
WINDOW_S, SPAN_S, SHARE = 12.0, 9.0, 0.8
FEWEST = 10
_HOLE_S = 3.0
_MAD = 1.4826


class Measure(Struct, frozen=True):
    """A field of `Step` (or ``asymmetry_ratio``) that shows a fault when it goes ``way``.

    ``floor`` is the smallest change worth a word: of the own value for ``percent``, else in the
    measure's own unit (``deg``, ``points`` of a hundred).
    """

    fault: Fault
    field: str
    name: str
    way: Literal[1, -1]
    floor: float
    unit: Literal["percent", "deg", "points"]
    at_speed: bool = True


class Judge:
    """One measure of one foot (or both) at one speed: learns, then judges."""

    def __init__(self, measure: Measure, foot: Foot | None) -> None:
        self.measure = measure
        self.foot = foot
        self.own: float | None = None
        self.there = False
        self.well = False
        self.t_last = -1e9
        self._enter = 0.0
        self._learnt: list[float] = []
        self._t_first: float | None = None
        self._learning = True
        self._worse: deque[tuple[float, float]] = deque()

    def update(self, t: float, value: float) -> None:
        """Take a good step's value."""
        if self.own is not None:
            self._judge(t, self.measure.way * (value - self.own))
        elif self._learning:
            self._t_first = t if self._t_first is None else self._t_first
            self._learnt.append(value)
            if len(self._learnt) >= ENOUGH and t - self._t_first >= PLENTY_S:
                self.settle()

    def settle(self) -> None:
        """Learn no more; without enough steps, never judge."""
        if self.own is None and len(self._learnt) >= ENOUGH:
            own = _median(self._learnt)
            spread = _MAD * _median([abs(value - own) for value in self._learnt])
            floor = self.measure.floor * (abs(own) if self.measure.unit == "percent" else 1.0)
            self.own, self._enter = own, max(floor, spread)
        self._learning = False
        self._learnt.clear()

    def forget(self) -> None:
        """Begin to look anew."""
        self.there = self.well = False
        self._worse.clear()

    @property
    def large(self) -> bool:
        """Whether the newest median is worse than own by more than twice what is worth a word."""
        return self._median() > 2.0 * self._enter

    def reason(self, speed_mps: float | None) -> str:
        """Return what was seen, with numbers."""
        m, own = self.measure, self.own or 0.0
        change = self._median()
        beyond = sum(value > 0.5 * self._enter for _, value in self._worse) / len(self._worse)
        seconds = beyond * (self._worse[-1][0] - self._worse[0][0])
        name = m.name if self.foot is None else f"{self.foot} {m.name}"
        at = "" if speed_mps is None or not m.at_speed else f" at {speed_mps:.1f} m/s"
        word = ("above" if m.way > 0 else "below") + " your own"
        match m.unit:
            case "percent":
                by = f"{100.0 * change / abs(own):.0f} %" if own else f"{change:.3g}"
                usual = f"{own:.3f}{_unit(m.field)}"
            case "deg":
                by, usual = f"{change:.1f} deg", f"{own:.1f} deg"
            case "points":
                by, usual = f"{100.0 * change:.1f} points", f"{100.0 * own:+.1f} %"
        return f"{name} {by} {word} {usual}{at} for {seconds:.0f} s"

    def _median(self) -> float:
        worse = sorted(value for _, value in self._worse)
        return worse[len(worse) // 2] if worse else 0.0

    def _judge(self, t: float, worse: float) -> None:
        if t - self.t_last > _HOLE_S:
            self.forget()
        self.t_last = t
        self._worse.append((t, worse))
        while self._worse[0][0] < t - WINDOW_S:
            self._worse.popleft()
        if t - self._worse[0][0] < SPAN_S or len(self._worse) < FEWEST:
            return
        ordered = sorted(value for _, value in self._worse)
        median = ordered[len(ordered) // 2]
        low = ordered[int((1.0 - SHARE) * len(ordered))]
        if self.there:
            self.there = median >= 0.5 * self._enter
        else:
            self.there = median > self._enter and low > 0.5 * self._enter
        self.well = not self.there and median < 0.5 * self._enter


def _unit(field: str) -> str:
    """Return the unit that ends a field's name, as one says it."""
    return {"mps": " m/s", "m": " m"}.get(field.rsplit("_", 1)[-1], "")


def _median(values: list[float]) -> float:
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else 0.5 * (ordered[half - 1] + ordered[half])
