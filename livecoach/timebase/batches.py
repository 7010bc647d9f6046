"""Stamps of a driver that stamps a whole batch alike."""


class Retimer:
    """Stamps of one stream -> one time per sample, where a driver stamps a whole batch alike.

    A batch of N samples stamped ``t`` on arrival really spans the interval since the batch before:
    sample k of it (from 0) is put at ``t - (N - 1 - k) * period``. N is taken from the batch before
    and the period from the distance of the two stamps, so this is causal; samples of the very first
    batch keep their common stamp. A stream without repeats passes through unchanged. The output
    never exceeds the stamp.

    Parameters
    ----------
    longest_period_s
        No stream worth coaching on is slower: a longer distance is a gap, not a period (0.05 s).
    """

    def __init__(self, longest_period_s: float = 0.05) -> None:
        self._longest_period_s = longest_period_s
        self._stamp: float | None = None
        self._count = 0
        self._size = 1
        self._period_s = 0.0

    def update(self, t: float) -> float:
        """Return the time of the sample stamped ``t``."""
        if self._stamp is None or t != self._stamp:
            self._begin(t)
        self._count += 1
        if self._size == 1:
            return t
        return t - max(0, self._size - self._count) * self._period_s

    def _begin(self, t: float) -> None:
        """Start a batch; the one before tells its size and, over the distance, the period."""
        if self._stamp is not None and t > self._stamp:
            period_s = (t - self._stamp) / self._count
            if period_s <= self._longest_period_s:
                self._size, self._period_s = self._count, period_s
        self._stamp, self._count = t, 0
