"""Whether a sensor is still heard, and how full its battery is. Pure."""

from typing import Final

from livecoach.model import SensorState, State

STALE_AFTER_S: Final = 1.0
LOST_AFTER_S: Final = 10.0


class Watch:
    """One sensor; every method returns the changes that it makes known.

    Attributes
    ----------
    state
        What is known now.
    unlinked
        Its link is lost, and it was not heard since.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._t_heard: float | None = None
        self._battery_percent: float | None = None
        self.state: State = "unknown"
        self.unlinked = False

    def heard(self, t: float, *, late: bool = False) -> list[SensorState]:
        """Say that it spoke at ``t``; ``late``: of what was long ago."""
        self._t_heard = t
        self.unlinked = False
        return self._to("stale" if late else "fresh", t)

    def lost(self, t: float) -> list[SensorState]:
        """Say that its link is gone."""
        self.unlinked = True
        return self._to("lost", t)

    def judged(self, t: float, state: State) -> list[SensorState]:
        """Say how its readings are judged elsewhere (a foot pod's); a lost link stays lost."""
        return [] if self.unlinked else self._to(state, t)

    def battery(self, t: float, percent: float) -> list[SensorState]:
        """Say how full its battery is."""
        if percent == self._battery_percent:
            return []
        self._battery_percent = percent
        return [self.report(t)]

    def tick(self, t: float) -> list[SensorState]:
        """Say that time passed."""
        age_s = 0.0 if self._t_heard is None else t - self._t_heard
        if self.state == "fresh" and age_s > STALE_AFTER_S:
            return self._to("stale", t)
        if self.state == "stale" and age_s > LOST_AFTER_S:
            return self._to("lost", t)
        return []

    def report(self, t: float) -> SensorState:
        """Return what is known of it."""
        return SensorState(t, self._name, self.state, self._battery_percent)

    def _to(self, state: State, t: float) -> list[SensorState]:
        if state == self.state:
            return []
        self.state = state
        return [self.report(t)]
