"""What every door in offers."""

from collections.abc import Iterator
from typing import Protocol

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
