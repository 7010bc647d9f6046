"""A lamp that says how things are: steady with a sensor, quick without, a wink between runs."""

from typing import Literal, Protocol, TypeAlias

from livecoach.model import Event, SensorState

Mood: TypeAlias = Literal["idle", "searching", "ready"]
_PATTERNS: dict[Mood, tuple[float, float]] = {
    "idle": (3.0, 0.1),
    "searching": (0.5, 0.25),
    "ready": (1.0, 1.0),
}
"""Period and how much of it the lamp is lit, in seconds."""


class Led(Protocol):
    """What is used of ``gpiozero.LED``."""

    def on(self) -> None:
        """Light it."""

    def off(self) -> None:
        """Darken it."""


def lit(mood: Mood, t: float) -> bool:
    """Tell whether the lamp is lit at ``t`` seconds."""
    period_s, on_s = _PATTERNS[mood]
    return t % period_s < on_s


class Lamp:
    """An observer of a session that shows on a lamp whether sensors are heard."""

    def __init__(self, led: Led) -> None:
        self._led = led
        self._fresh: set[str] = set()

    def begin(self) -> None:
        """Forget what an earlier session knew."""
        self._fresh.clear()

    def update(self, event: Event) -> None:
        """See which sensors are heard."""
        if isinstance(event, SensorState):
            change = self._fresh.add if event.state in {"fresh", "stopped"} else self._fresh.discard
            change(event.name)

    def tick(self, t: float) -> None:
        """Light or darken the lamp."""
        self.show("ready" if self._fresh else "searching", t)

    def show(self, mood: Mood, t: float) -> None:
        """Show a mood."""
        if lit(mood, t):
            self._led.on()
        else:
            self._led.off()
