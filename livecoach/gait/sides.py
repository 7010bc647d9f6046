"""Which leg lands: counted left, right, left; named only once a foot sensor has named one.

A footfall's leg is that of the last one counted on by the number of step times between, so a missed
footfall does no harm. After a silence of 2 s nothing is counted on: the count begins anew, unnamed.
Unnamed it still tells the two legs apart, for what differs between them (`livecoach.gait.align`).
"""

from typing import Final

from livecoach.model import Foot

OTHER: Final[dict[Foot, Foot]] = {"left": "right", "right": "left"}


class Sides:
    """Counts the legs; ``named`` says whether its left is the runner's left."""

    def __init__(self, coast_s: float) -> None:
        self._coast_s = coast_s
        self._last: tuple[float, Foot] | None = None
        self.named = False

    def at(self, t: float, period_s: float) -> Foot | None:
        """Return the leg that lands at ``t``, None after a silence."""
        if self._last is None or abs(t - self._last[0]) > self._coast_s:
            return None
        steps = round((t - self._last[0]) / period_s)
        return OTHER[self._last[1]] if steps % 2 else self._last[1]

    def update(self, t: float, foot: Foot | None, period_s: float) -> bool:
        """Take in a footfall, with its leg where known; return whether the count was broken."""
        counted = self.at(t, period_s)
        self.named = foot is not None or (self.named and counted is not None)
        self._last = (t, foot or counted or "left")
        return counted is None or self._last[1] != counted
