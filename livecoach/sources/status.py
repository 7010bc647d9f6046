"""What a device without a screen says of itself: sensor found, gone, back; nothing is kept.

It watches the session and asks for words as a person elsewhere would (command ``say``), so they are
recorded with everything else, never cover a beat, and are not said while muted.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from livecoach.coach.phrases import Phrases
from livecoach.model import Command, Cue, CueDropped, Event, Input, SensorState

_PATIENCE_S: Final = 15.0
_APART_S: Final = 16.0
"""The coach keeps remarks so far apart; only the newest waits there."""
_AGAIN_S: Final = 3.0
_TRIES: Final = 5
_HEARD = {"fresh", "stopped"}


class Status:
    """A door that commands come through, and an observer.

    Parameters
    ----------
    phrases
        The words.
    in_memory
        The run is kept in memory only: that is said, too.
    """

    name = "status"

    def __init__(self, phrases: Phrases, *, in_memory: bool = False) -> None:
        self._words = phrases
        self._in_memory = in_memory
        self._put: Callable[[Input], None] | None = None
        self._now: Callable[[], float] | None = None
        self._sayings: deque[str] = deque()
        self._next_s = 0.0
        self._ready = False
        self._waited = False
        self._lost: set[str] = set()
        self._cues: dict[int, str] = {}
        self._tries = 0

    async def run(self, put: Callable[[Input], None], now: Callable[[], float]) -> None:
        """Serve until cancelled."""
        self._put, self._now = put, now
        await asyncio.Event().wait()

    def restart(self, source: str) -> None:
        """Do nothing: no sensor is here."""

    def hear(self, t: float) -> None:
        """Do nothing: nobody listens here."""

    def update(self, event: Event) -> None:
        """See what there is to say."""
        match event:
            case SensorState():
                self._sensor(event)
            case Cue(kind="speech"):
                if event.phrase in self._words.status():
                    self._cues = {event.number: event.phrase}
            case CueDropped():
                self._unheard(event)
            case _:
                pass

    def tick(self, t: float) -> None:
        """Say what waits, one thing at a time."""
        if not self._ready and not self._waited and t > _PATIENCE_S:
            self._waited = True
            self._say(self._words.status_waiting)
        if self._sayings and t >= self._next_s and self._put is not None and self._now is not None:
            self._next_s = t + _APART_S
            self._put(Command(0, self._now(), "say", self._sayings.popleft()))

    def _sensor(self, event: SensorState) -> None:
        if event.state in _HEARD:
            if not self._ready:
                self._ready = True
                self._say(self._words.status_ready)
                if self._in_memory:
                    self._say(self._words.status_memory)
            elif event.name in self._lost:
                self._say(self._words.status_back)
            self._lost.discard(event.name)
        elif event.state == "lost" and self._ready and event.name not in self._lost:
            self._lost.add(event.name)
            self._say(self._words.status_lost)

    def _unheard(self, event: CueDropped) -> None:
        """Say again what could not be said: at first, words are still being rendered."""
        phrase = self._cues.pop(event.cue, None) if "not rendered" in event.reason else None
        if phrase is not None and self._tries < _TRIES and not self._sayings:
            self._tries += 1
            self._sayings.appendleft(phrase)
            self._next_s = max(event.t_known, self._next_s - _APART_S) + _AGAIN_S

    def _say(self, wordings: tuple[str, ...]) -> None:
        if wordings:
            self._sayings.append(wordings[0])
