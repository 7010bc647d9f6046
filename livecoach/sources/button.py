"""One button: a press starts or ends a run, holding it mutes, two presses repeat the last words."""

import asyncio
from collections.abc import Callable
from typing import Final, Literal, Protocol, TypeAlias

from livecoach.model import Command, Cue, Event, Input

Action: TypeAlias = Literal["press", "hold", "double"]
_LOOK_S: Final = 0.02
"""Longer than a contact bounces, so what is seen needs no other filter."""
_HOLD_S: Final = 0.8
_SECOND_S: Final = 0.4


class Contact(Protocol):
    """What is used of ``gpiozero.DigitalInputDevice``."""

    @property
    def is_active(self) -> bool:
        """Whether the button is down."""


class Presses:
    """Down or up, looked at again and again -> what was meant. Pure."""

    def __init__(self) -> None:
        self._down = False
        self._since_s = 0.0
        self._held = False
        self._first_s: float | None = None

    def update(self, t: float, *, down: bool) -> Action | None:
        """Take in how the button is at ``t``; return what has become clear."""
        if down != self._down:
            self._down = down
            if not down:
                return self._released(t)
            self._since_s, self._held = t, False
            return None
        if down and not self._held and t - self._since_s >= _HOLD_S:
            self._held, self._first_s = True, None
            return "hold"
        if not down and self._first_s is not None and t - self._first_s >= _SECOND_S:
            self._first_s = None
            return "press"
        return None

    def _released(self, t: float) -> Action | None:
        if self._held:
            return None
        if self._first_s is not None:
            self._first_s = None
            return "double"
        self._first_s = t
        return None


class Button:
    """The button as a door that commands come through, and an observer of what was said.

    Looked at fifty times a second: that needs no thread.

    Parameters
    ----------
    contact
        The pin.
    say
        Gets one line when there is nothing to repeat.
    """

    name = "button"

    def __init__(self, contact: Contact, say: Callable[[str], None]) -> None:
        self._contact = contact
        self._say = say
        self._words = ""

    async def run(self, put: Callable[[Input], None], now: Callable[[], float]) -> None:
        """Serve until cancelled."""
        while True:
            action = await self.next()
            if action == "press":
                put(Command(0, now(), "stop"))
            elif action == "hold":
                put(Command(0, now(), "mute", "toggle"))
            elif self._words:
                put(Command(0, now(), "say", self._words))
            else:
                self._say("Nothing was said yet that could be repeated.")

    async def next(self) -> Action:
        """Wait for the button."""
        loop, presses = asyncio.get_running_loop(), Presses()
        while True:
            action = presses.update(loop.time(), down=self._contact.is_active)
            if action is not None:
                return action
            await asyncio.sleep(_LOOK_S)

    def restart(self, source: str) -> None:
        """Do nothing: no sensor is here."""

    def hear(self, t: float) -> None:
        """Do nothing: nobody listens here."""

    def update(self, event: Event) -> None:
        """Remember what was said last."""
        if isinstance(event, Cue) and event.kind == "speech":
            self._words = event.phrase

    def tick(self, t: float) -> None:
        """Do nothing."""
