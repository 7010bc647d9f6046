"""The speaker: cues in, sound out, and word back of when each was really heard."""

from collections import deque

import numpy as np
from numpy.typing import NDArray

from livecoach.model import Cue
from livecoach.sinks.audio.base import AudioBackend
from livecoach.sinks.voice import Voice
from livecoach.sound.desk import Desk

_REMEMBERED = 256


class Speaker:
    """Plays cues through a backend; a cue that cannot be played in time is dropped and noted.

    Parameters
    ----------
    backend
        The way out; the speaker closes it.
    voice
        Spoken phrases; None: speech is dropped.
    volume
        Gain on everything, 0 to 1.
    """

    def __init__(self, backend: AudioBackend, voice: Voice | None, volume: float = 1.0) -> None:
        self.dropped: deque[tuple[int, str]] = deque(maxlen=_REMEMBERED)
        """(cue number, why) of the last cues that were not played; the reader may empty it."""
        self.dropped_total = 0
        self._backend = backend
        self._voice = voice
        self._desk = Desk(backend.rate_hz, volume)
        self._due_s: dict[int, float] = {}

    def update(self, cue: Cue, now_s: float) -> None:
        """Hand a cue over; never waits.

        Raises
        ------
        AudioError
            The way out is gone.
        """
        if max(now_s, self._desk.start_t(cue)) > cue.expires_t:
            self._drop(cue, "expired" if now_s > cue.expires_t else "the line was taken")
            return
        clip = self._clip(cue)
        if cue.kind == "speech" and clip is None:
            self._drop(cue, "no clip")
            return
        t_start = self._desk.start_t(cue)
        try:
            frames = self._desk.voice(cue, clip)
        except KeyError:
            self._drop(cue, f"no {cue.kind} called {cue.phrase!r}")
            return
        self._backend.play(frames, t_start, cue.number)
        self._due_s[cue.number] = cue.t_due
        if len(self._due_s) > _REMEMBERED:
            del self._due_s[next(iter(self._due_s))]

    def poll(self, now_s: float) -> list[tuple[int, float, float]]:
        """Return (cue number, time heard, lateness in s) of what was heard by now, in order.

        Raises
        ------
        AudioError
            The way out is gone.
        """
        heard = []
        for number, t_played in self._backend.poll(now_s):
            t_due = self._due_s.pop(number, None)
            if t_due is not None:
                heard.append((number, t_played, t_played - t_due))
        return sorted(heard, key=lambda item: item[1])

    def flush(self) -> None:
        """Stop: drop everything that has not started."""
        self._backend.flush()
        self._desk.clear()

    @property
    def gaps(self) -> int:
        """How many gaps in the sound were heard because the device ran dry."""
        return self._backend.xruns

    def close(self) -> None:
        """Close the backend."""
        self._backend.close()

    def _clip(self, cue: Cue) -> NDArray[np.float32] | None:
        return self._voice.clip(cue.phrase) if self._voice and cue.kind == "speech" else None

    def _drop(self, cue: Cue, reason: str) -> None:
        self.dropped.append((cue.number, reason))
        self.dropped_total += 1
