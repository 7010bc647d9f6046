"""What every door in offers."""

from collections.abc import Callable, Iterator
from typing import Protocol, runtime_checkable

from livecoach.model import Input


class Door(Protocol):
    """A source of inputs in order of time, pulled one at a time.

    Attributes
    ----------
    name
        Short, for people.
    complete
        True for a recorded session: it brings its own ticks, commands and played reports, so
        nothing may be added to it.
    """

    name: str
    complete: bool

    def inputs(self) -> Iterator[Input]:
        """Yield inputs in order of ``t`` (running numbers are set by the session)."""
        ...

    def hear(self, t: float) -> None:
        """Let whoever is behind the door hear the beat that sounds at ``t``."""
        ...


@runtime_checkable
class LiveDoor(Protocol):
    """A source that speaks when it likes: a radio, a bus.

    Attributes
    ----------
    name
        Short, for people.
    """

    name: str

    async def run(self, put: Callable[[Input], None], now: Callable[[], float]) -> None:
        """Serve until cancelled; finish what must not be left open before letting go.

        Parameters
        ----------
        put
            Takes an input stamped with session time on arrival (the running number is set by the
            session); never waits, never raises.
        now
            Session time.
        """
        ...

    def restart(self, source: str) -> None:
        """Begin a sensor's stream anew, for it lags; a name that is not this door's is ignored."""
        ...

    def hear(self, t: float) -> None:
        """Let whoever is behind the door hear the beat that sounds at ``t``."""
        ...
