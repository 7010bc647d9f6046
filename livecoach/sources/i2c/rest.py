"""Which of two chips it is, told by gravity: both say the same of themselves.

The LSM6DSO32 has twice the LSM6DSOX's range at every code, so that the wrong one in the
configuration makes everything twice or half as large. At rest it is 1 g that is felt.
"""

from collections import deque
from math import dist, fsum, hypot
from typing import Final, Literal, TypeAlias

from livecoach.model import Triple
from livecoach.wire.triples import G_MPS2

Verdict: TypeAlias = Literal["right", "half", "double", "wrong"]
_SAMPLES: Final = 100
_STILL_MPS2: Final = 0.35
_NEAR: Final = 0.1


class Rest:
    """Accelerations in; what gravity says out, each time the sensor has been still for a while.

    Attributes
    ----------
    size_g
        What was felt at the last rest.
    """

    def __init__(self) -> None:
        self._recent: deque[Triple] = deque(maxlen=_SAMPLES)
        self.size_g = 0.0

    def update(self, acc: Triple) -> Verdict | None:
        """Take in a sample; return a verdict at the end of a rest."""
        self._recent.append(acc)
        if len(self._recent) < _SAMPLES:
            return None
        mean = tuple(fsum(axis) / _SAMPLES for axis in zip(*self._recent, strict=True))
        still = all(dist(a, mean) < _STILL_MPS2 for a in self._recent)
        self._recent.clear()
        if not still:
            return None
        self.size_g = hypot(*mean) / G_MPS2
        return judged(self.size_g)


def judged(size_g: float) -> Verdict:
    """Say what a size of gravity means, within a tenth."""
    for verdict, expected in (("right", 1.0), ("half", 0.5), ("double", 2.0)):
        if abs(size_g / expected - 1.0) <= _NEAR:
            return verdict  # type: ignore[return-value]  # mypy widens the tuple's literals
    return "wrong"
