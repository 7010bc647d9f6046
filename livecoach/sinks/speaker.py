"""The speaker: cues in, sound out, and word back of when each was really heard."""

from collections import deque
from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from livecoach.model import Cue, Sound
from livecoach.sinks.audio.base import AudioBackend
from livecoach.sinks.music import Music
from livecoach.sinks.voice import Voice
from livecoach.sound.beats import BeatSound
from livecoach.sound.desk import Desk

_REMEMBERED = 256
_MUSIC = -1
"""Token of what is no cue."""
_MUTED = "muted"
_CUT = "cut short: muted"
_BLOCK_S = 0.2
"""More than a device takes to begin with its next block."""


def _no_offset(_device: str) -> float:
    return 0.0


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
    offset_of
        Device name to how much later than it says its sound is heard, in seconds.
    sound
        What a beat sounds like.
    music
        Played beside the cues; the speaker closes it.
    """

    def __init__(
        self,
        backend: AudioBackend,
        voice: Voice | None,
        volume: float = 1.0,
        offset_of: Callable[[str], float] = _no_offset,
        sound: BeatSound = "woodblock",
        music: Music | None = None,
    ) -> None:
        self._dropped: deque[tuple[int, str]] = deque(maxlen=_REMEMBERED)
        self.dropped_total = 0
        self._backend = backend
        self._voice = voice
        self._desk = Desk(backend.rate_hz, volume, sound)
        self._due_s: dict[int, tuple[float, float]] = {}
        """Of what is handed over: when it is due, and how long a phrase goes on (else 0)."""
        self._heard: list[tuple[int, float, float]] = []
        self._phrase: tuple[int, float] | None = None
        self._muted = False
        self._flushed: set[int] = set()
        self._settled_s = 0.0
        self._music = music
        self._offset_of = offset_of
        self._offset_s = offset_of(backend.name)
        self._gone = False

    def update(self, cue: Cue, now_s: float) -> None:
        """Hand a cue over; never waits.

        Raises
        ------
        AudioError
            The way out is gone.
        """
        if self._muted:
            self._hush(cue.number, _MUTED)
            return
        if self._gone:
            self._drop(cue, "the sound is gone")
            return
        soonest_s = now_s + self._backend.latency_s + self._offset_s
        if max(soonest_s, self._desk.start_t(cue)) > cue.expires_t:
            late = soonest_s > cue.expires_t
            self._drop(cue, "too late to be heard in time" if late else "the line was taken")
            return
        clip = self._clip(cue)
        if cue.kind == "speech" and clip is None:
            self._drop(cue, self._why_unspoken())
            return
        t_start = self._desk.start_t(cue)
        try:
            frames = self._desk.voice(cue, clip)
        except KeyError:
            self._drop(cue, f"no {cue.kind} called {cue.phrase!r}")
            return
        self._backend.play(frames, t_start - self._offset_s, cue.number)
        if self._music is not None and cue.kind == "beat":
            self._music.beat(cue.t_due)
        elif self._music is not None and cue.kind == "speech":
            self._music.duck(t_start, t_start + len(frames) / self._backend.rate_hz)
        length_s = len(frames) / self._backend.rate_hz if cue.kind == "speech" else 0.0
        self._due_s[cue.number] = cue.t_due, length_s
        if len(self._due_s) > _REMEMBERED:
            del self._due_s[next(iter(self._due_s))]

    def follow(self, rate_spm: float | None) -> None:
        """Let the music go at this many steps a minute; None: at its own tempo."""
        if self._music is not None:
            self._music.follow(rate_spm)

    def poll(self, now_s: float) -> list[tuple[int, float, float]]:
        """Return (cue number, time heard, lateness in s) of what was heard by now, in order.

        It also hands over the music that is due next: to be called ten times a second.

        Raises
        ------
        AudioError
            The way out is gone.
        """
        if self._music is not None:
            for frames, t in self._music.take(now_s + self._backend.latency_s + self._offset_s):
                # A whole number of frames earlier, so that the pieces meet on their samples.
                early = round(self._offset_s * self._backend.rate_hz) / self._backend.rate_hz
                self._backend.play(frames, t - early, _MUSIC)
        self._listen(now_s)
        if now_s >= self._settled_s:
            for number in sorted(self._flushed):
                if self._due_s.pop(number, None) is not None:
                    self._hush(number, _MUTED)
            self._flushed.clear()
        heard, self._heard = self._heard, []
        return sorted(heard, key=lambda item: item[1])

    def _listen(self, now_s: float) -> None:
        """Note what has been heard by now."""
        for number, t_started in self._backend.poll(now_s - self._offset_s):
            if number not in self._due_s:
                continue
            t_due, length_s = self._due_s.pop(number)
            t_heard = t_started + self._offset_s
            self._heard.append((number, t_heard, t_heard - t_due))
            if length_s and number in self._flushed:
                self._hush(number, _CUT)
            elif length_s:
                self._phrase = number, t_heard + length_s

    def mute(self, now_s: float, *, on: bool, ending: bool = False) -> None:
        """Fall silent at once, music too, or be heard again; nothing when that is so already.

        What was handed over and has not begun is dropped (`dropped` tells of it once it is certain
        that the device did not begin it after all; at once when the run is ``ending``), a phrase
        that has begun is cut short. The music goes on unheard, to be in step when it comes back.

        Raises
        ------
        AudioError
            The way out is gone.
        """
        if on == self._muted and not ending:
            return
        self._muted = on
        if self._music is not None:
            self._music.mute(on=on)
        if not on:
            return
        self._listen(now_s)
        self._backend.flush()
        self._desk.clear()
        self._flushed.update(self._due_s)
        self._settled_s = now_s
        if not ending:
            self._settled_s += self._backend.latency_s + self._offset_s + _BLOCK_S
        if self._phrase is not None and now_s < self._phrase[1]:
            self._hush(self._phrase[0], _CUT)
        self._phrase = None

    def dropped(self) -> list[tuple[int, str]]:
        """Return (cue number, why) of what was not played since the last call."""
        out = list(self._dropped)
        self._dropped.clear()
        return out

    def opened(self, t: float) -> Sound:
        """Return where the sound goes at the start."""
        return self._sound(t, self._backend.name, "open")

    def changes(self) -> list[Sound]:
        """Return the device's losses and returns since the last call."""
        out = []
        for change in self._backend.changes():
            self._gone = change.state == "lost"
            if not self._gone:
                self._offset_s = self._offset_of(change.device)
            out.append(self._sound(change.t, change.device, change.state))
        return out

    def _sound(self, t: float, device: str, state: Literal["open", "lost", "back"]) -> Sound:
        return Sound(0, t, device, state, self._backend.latency_s, self._offset_s)

    @property
    def gaps(self) -> int:
        """How many gaps in the sound were heard because the device ran dry."""
        return self._backend.xruns

    def close(self) -> None:
        """Close the backend and the music."""
        if self._music is not None:
            self._music.close()
        self._backend.close()

    def _clip(self, cue: Cue) -> NDArray[np.float32] | None:
        return self._voice.clip(cue.phrase) if self._voice and cue.kind == "speech" else None

    def _why_unspoken(self) -> str:
        if self._voice is None:
            return "speech is off"
        return self._voice.problem or "it is not rendered yet"

    def _drop(self, cue: Cue, reason: str) -> None:
        self._dropped.append((cue.number, reason))
        self.dropped_total += 1

    def _hush(self, number: int, reason: str) -> None:
        """Note what is not heard because someone wished it so: that is no failure."""
        self._dropped.append((number, reason))
