"""The last minutes of one metric, in bins of fixed width: constant memory, oldest forgotten."""

import math
from array import array


class Ring:
    """Means over bins of ``bin_s`` seconds; the newest ``size`` bins are kept, NaN where nothing.

    Bins are numbered by absolute time (bin ``k`` begins at ``k * bin_s``), so that whoever holds an
    older copy can take in newer bins by their number.
    """

    __slots__ = ("_bin_s", "_count", "_values", "newest")

    def __init__(self, bin_s: float, size: int) -> None:
        self._bin_s = bin_s
        self._values = array("f", [math.nan]) * size
        self._count = 0
        self.newest = -1
        """The number of the newest bin; -1 before the first value."""

    def put(self, t_s: float, value: float) -> None:
        """Take a value of now into the newest bin; one from before it only fills a hole."""
        number = int(t_s // self._bin_s)
        if number < self.newest:
            self.fill(t_s, value)
            return
        at = number % len(self._values)
        if number > self.newest:
            self._forget(number)
            self._count = 0
        self._count += 1
        old = self._values[at]
        self._values[at] = value if self._count == 1 else old + (value - old) / self._count
        self.newest = number

    def fill(self, t_s: float, value: float) -> bool:
        """Take a value that came late where nothing is known; return whether it was taken."""
        number = int(t_s // self._bin_s)
        at = number % len(self._values)
        if not self.oldest <= number <= self.newest or not math.isnan(self._values[at]):
            return False
        self._values[at] = value
        return True

    @property
    def oldest(self) -> int:
        """The number of the oldest bin that is kept."""
        return max(0, self.newest - len(self._values) + 1)

    def since(self, number: int, digits: int) -> list[float | None]:
        """Return the bins from ``number`` (or the oldest kept) to the newest, rounded."""
        size = len(self._values)
        numbers = range(max(number, self.oldest), self.newest + 1)
        values = (self._values[k % size] for k in numbers)
        return [None if math.isnan(v) else round(v, digits) for v in values]

    def _forget(self, number: int) -> None:
        """Empty the bins between the newest and ``number``, which are of an earlier round."""
        size = len(self._values)
        for k in range(max(self.newest + 1, number - size + 1), number + 1):
            self._values[k % size] = math.nan
