"""How far two sensors' words about the same thing lie apart, learned while they both speak.

Definition. Of the differences between two sensors' values for the same footfalls the newest 31 are
kept; the offset is the mean of those within 25 ms of their median (a wrong pair does not count).
Nothing is known before the first pair: the offset is 0. A waist rises sooner over one leg than over
the other, so each leg has its own (`Lag`): the mean of its own n pairs and of one that says what
both legs together say.

Assumptions. The difference is a constant of runner, mount and leg (published biases are: contact
5-30 ms, contact time 10-80 ms), not of the single step. Validity: within 120 ms, the most by which
two sensors' contacts may lie apart and still be one footfall.
"""

from collections import deque
from math import fsum
from statistics import median

from livecoach.model import Foot

REMEMBERED = 31
NEAR_S = 0.025


class Offset:
    """The usual difference between two sources of one value, in seconds."""

    def __init__(self) -> None:
        self._seen: deque[float] = deque(maxlen=REMEMBERED)
        self.s = 0.0

    @property
    def pairs(self) -> int:
        """How many differences it rests on."""
        return len(self._seen)

    def learn(self, difference_s: float) -> None:
        """Take in one difference."""
        self._seen.append(difference_s)
        middle = median(self._seen)
        near = [x for x in self._seen if abs(x - middle) <= NEAR_S] or [middle]
        self.s = fsum(near) / len(near)


class Lag:
    """An offset of each leg; ``even_s`` is half-way between the two."""

    def __init__(self) -> None:
        self._legs: dict[Foot | None, Offset] = {}
        self.even_s = 0.0

    def forget(self) -> None:
        """Forget which leg is which; what both have in common stays."""
        self._legs = {}

    def learn(self, difference_s: float, foot: Foot | None) -> None:
        """Take in one difference, seen on this leg."""
        self._legs.setdefault(foot, Offset()).learn(difference_s)
        known = [leg.s for leg in self._legs.values()]
        self.even_s = fsum(known) / len(known)

    def of(self, foot: Foot | None) -> float:
        """Return the offset of this leg, in seconds."""
        leg = self._legs.get(foot)
        return self.even_s if leg is None else (leg.pairs * leg.s + self.even_s) / (leg.pairs + 1)
