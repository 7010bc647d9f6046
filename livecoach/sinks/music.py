"""Music beside the beats: prepared ahead by a worker, handed over in short pieces.

The worker decodes and stretches half a second at a time, half a second before the last is used up
(python-stretch holds the interpreter's lock meanwhile, some 20 ms on a laptop). A change of tempo
is heard about a second later, in one piece with what was before. Pieces are handed over late, so
that the music can still step back for speech. They overlap by a few milliseconds, one fading out
while the next fades in: on their samples they add up to the music exactly, and where a device
places them a little off, or one is missing, nothing clicks.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livecoach.errors import AudioError
from livecoach.sinks.song import Song
from livecoach.sound.music import MusicPlan, fold

DUCK_RATIO = 0.3
"""What is left of the music while someone speaks."""
_PART_S = 0.5
_AHEAD_S = 0.5
_PIECE_S = 0.125
_FADE_S = 0.005
_HANDED_OVER_S = 0.25
"""A piece is handed over this long before it would be late: stalls of the loop are shorter."""
_SUITS_RATIO = 0.2


class Music:
    """One song that goes on as long as the session.

    Parameters
    ----------
    path, bpm
        The song (``~`` is the home folder) and its tempo; None: detected.
    rate_hz
        Frames per second.
    volume
        Gain, 0 to 1.
    say
        Gets one line: what is played, or why nothing is.
    wait
        Prepare parts when they are needed, in no thread: for a session faster than time.
    """

    def __init__(
        self,
        path: str,
        bpm: float | None,
        rate_hz: int,
        volume: float,
        say: Callable[[str], None],
        *,
        wait: bool,
    ) -> None:
        self._rate_hz = rate_hz
        self._volume = volume
        self._say = say
        self._wait = wait
        self._song: Song | None = None
        self._plan: MusicPlan | None = None
        self._rate_spm: float | None = None
        self._beat_due: float | None = None
        self._speech: list[tuple[float, float]] = []
        self._gain = volume
        self._muted = False
        self._ready = np.zeros((0, 2), np.float32)
        self._frame: int | None = None
        """Where the first frame of what is ready belongs."""
        self._worker = ThreadPoolExecutor(1, "music")
        self._opening: Future[Song] | None = self._worker.submit(
            Song, Path(path).expanduser(), bpm, rate_hz
        )
        self._part: Future[NDArray[np.float32]] | None = None
        if wait:
            self._open()

    def follow(self, rate_spm: float | None) -> None:
        """Play at this many steps a minute from now on; None: at the song's own tempo."""
        if rate_spm is not None and self._rate_spm is None and self._plan is not None:
            self._say_if_it_suits_not(rate_spm)
        self._rate_spm = rate_spm

    def beat(self, t_due: float) -> None:
        """Keep in step with a beat."""
        self._beat_due = t_due

    def duck(self, start: float, end: float) -> None:
        """Step back while someone speaks."""
        self._speech = [*self._speech[-3:], (start, end)]

    def mute(self, *, on: bool) -> None:
        """Go on unheard, or be heard again; pieces handed over before are the caller's to drop."""
        self._muted = on
        self._gain = 0.0 if on else self._gain
        self._speech = []

    def take(self, soonest_s: float) -> list[tuple[NDArray[np.float32], float]]:
        """Return the pieces to hand over now: (frames, when their first one is heard).

        Parameters
        ----------
        soonest_s
            When a sound that is handed over now can be heard.
        """
        self._open()
        if self._song is None:
            return []
        if self._frame is None:
            self._frame = round((soonest_s + _HANDED_OVER_S) * self._rate_hz)
        pieces = []
        try:
            self._prepare(soonest_s)
            while (piece := self._piece(soonest_s + _HANDED_OVER_S)) is not None:
                if piece[1] >= soonest_s and not self._muted:
                    pieces.append(piece)
                self._prepare(soonest_s)
        except AudioError as exc:
            self._end(exc)
        return pieces

    def close(self) -> None:
        """Stop the worker, which ends with the part it has in hand, and close the file."""
        self._worker.shutdown(wait=True, cancel_futures=True)
        if self._song is not None:
            self._song.close()

    def _open(self) -> None:
        """Take the song over from the worker when it has been read."""
        if self._opening is None or not (self._wait or self._opening.done()):
            return
        opening, self._opening = self._opening, None
        try:
            self._song = opening.result()
        except AudioError as exc:
            self._end(exc)
            return
        tempo = self._song.tempo
        self._plan = MusicPlan(tempo, self._song.length_s)
        self._say(f"Music: {self._song.path.name}, {tempo.bpm:.1f} beats/min.")
        if self._rate_spm is not None:
            self._say_if_it_suits_not(self._rate_spm)

    def _prepare(self, soonest_s: float) -> None:
        """Have the next part made, and take over the one that is."""
        if self._song is None or self._plan is None or self._frame is None:
            return
        if self._part is not None and (self._wait or self._part.done()):
            part, self._part = self._part, None
            self._ready = np.concatenate([self._ready, part.result()])
        end_s = (self._frame + len(self._ready)) / self._rate_hz
        if self._part is None and end_s < soonest_s + _HANDED_OVER_S + _AHEAD_S:
            if end_s < soonest_s:
                # The worker has fallen behind: go on a little later, after a short silence.
                self._ready = self._ready[:0]
                self._frame = round((soonest_s + _HANDED_OVER_S) * self._rate_hz)
                end_s = self._frame / self._rate_hz
            self._plan.rate_spm, self._plan.beat_due = self._rate_spm, self._beat_due
            todo = self._plan.next(end_s, _PART_S)
            self._part = self._worker.submit(
                self._song.render, todo, round(_PART_S * self._rate_hz)
            )

    def _piece(self, until_s: float) -> tuple[NDArray[np.float32], float] | None:
        """Cut off the next piece when it begins by then and is ready."""
        count, fade = round(_PIECE_S * self._rate_hz), round(_FADE_S * self._rate_hz)
        if self._frame is None or len(self._ready) < count + fade:
            return None
        t = self._frame / self._rate_hz
        if t > until_s:
            return None
        spoken = any(start < t + _PIECE_S and t < end for start, end in self._speech)
        gain = 0.0 if self._muted else self._volume * (DUCK_RATIO if spoken else 1.0)
        level = np.full(count + fade, gain)
        level[:count] = np.linspace(self._gain, gain, count)
        rise = np.arange(fade) / fade
        level[:fade] *= rise
        level[count:] *= 1.0 - rise
        frames = self._ready[: count + fade] * level[:, None].astype(np.float32)
        self._gain = gain
        self._ready = self._ready[count:]
        self._frame += count
        return frames, t

    def _say_if_it_suits_not(self, rate_spm: float) -> None:
        if self._song is None:
            return
        ratio = rate_spm / fold(self._song.tempo.bpm, rate_spm)
        if abs(ratio - 1.0) > _SUITS_RATIO:
            self._say(
                f"Music: {self._song.tempo.bpm:.0f} beats/min is far from {rate_spm:.0f} steps/min;"
                f" it is played at {ratio:.2f} times its speed (if misheard, set music_bpm)."
            )

    def _end(self, exc: AudioError) -> None:
        """Go on without music."""
        self._song = self._plan = None
        self._say(f"No music: {exc}")
