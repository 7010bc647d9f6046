"""The heartbeat that a watchdog listens for: it beats only while a session gets on."""

from collections.abc import Callable
from typing import Final

from livecoach.model import Event

_EVERY_S: Final = 1.0
_LAG_MOST_S: Final = 5.0


class Heartbeat:
    """An observer of a session: each tick that has been through estimator and sound is a beat.

    A tick reaches the observers after the pure rooms have used it and after the sound card was
    asked what it played, so a beat means that both still work. A session that falls behind by 5 s
    is of no use to a runner, and does not beat.

    Parameters
    ----------
    alive
        Called at most once a second.
    clock
        Seconds, only ever going forward.
    """

    def __init__(self, alive: Callable[[], None], clock: Callable[[], float]) -> None:
        self._alive = alive
        self._clock = clock
        self._least_s: float | None = None
        self._next_s = clock()

    def update(self, event: Event) -> None:
        """Do nothing: events come only while somebody runs."""

    def tick(self, t: float) -> None:
        """See that session time has reached ``t``."""
        now_s = self._clock()
        lag_s = now_s - t
        self._least_s = lag_s if self._least_s is None else min(lag_s, self._least_s)
        if now_s >= self._next_s and lag_s - self._least_s <= _LAG_MOST_S:
            self._next_s = now_s + _EVERY_S
            self._alive()
