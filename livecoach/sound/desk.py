"""The mixing desk: which sound a cue is, how loud, and who steps back for whom."""

import math
from collections import deque

import numpy as np
from numpy.typing import NDArray

from livecoach.model import Cue
from livecoach.sound.beats import BeatSound, beat, tone
from livecoach.sound.speech import level

SPEECH_PEAK = 0.6
SPEECH_LEVEL = 0.1
"""K-weighted root mean square (-20 dB) a phrase is brought to, as far as its peak lets it."""
DUCK_RATIO = 0.35
"""What is left of a beat while someone speaks."""
_BOOST_LIMIT = 8.0
_REMEMBERED = 16
_FADED_S = 0.08
"""A beat is over this long after it began."""
_SLOWEST_S = 1.0
_STOPPED_S = 4.0


class Desk:
    """Turns cues into stereo frames.

    Only one phrase is spoken at a time: the next one waits for the line. Beats due while the line
    is taken step back. A phrase never begins under a beat that was handed over at its full level,
    and one that had to wait begins just after a beat, if there are beats.

    Parameters
    ----------
    rate_hz
        Frames per second.
    volume
        Gain on everything, 0 to 1.
    sound
        What a beat sounds like.
    """

    def __init__(self, rate_hz: int, volume: float = 1.0, sound: BeatSound = "woodblock") -> None:
        self._rate_hz = rate_hz
        self._sound = sound
        self._volume = np.float32(volume)
        self._spoken: deque[tuple[float, float]] = deque(maxlen=_REMEMBERED)
        self._beats: deque[float] = deque(maxlen=2)

    def start_t(self, cue: Cue) -> float:
        """Return when the cue can start: its due time; for speech, once the line is free."""
        if cue.kind != "speech":
            return cue.t_due
        last_beat = max(self._beats, default=-math.inf)
        free = max([cue.t_due, *(end for _, end in self._spoken)])
        if free == cue.t_due and last_beat + _FADED_S <= free:
            return free
        return self._after_a_beat(max(free, last_beat + _FADED_S))

    def _after_a_beat(self, t: float) -> float:
        """Return ``t``, or the first moment after it when a beat of the present tempo has faded."""
        if len(self._beats) < 2:
            return t
        first, last = sorted(self._beats)
        period_s = last - first
        # Nothing more is known of beats than that they go on as before; a pause is no tempo.
        if not 0.0 < period_s < _SLOWEST_S or t - last > _STOPPED_S:
            return t
        return last + math.ceil((t - _FADED_S - last) / period_s) * period_s + _FADED_S

    def voice(self, cue: Cue, clip: NDArray[np.float32] | None) -> NDArray[np.float32]:
        """Return the frames of a cue, at the level it is to be played.

        Parameters
        ----------
        cue
            What is due. A beat's phrase is ``"left"``, ``"right"``, ``"accent"`` or ``""``.
        clip
            The spoken phrase, mono at the desk's rate, shape (n,); only for speech.

        Returns
        -------
        NDArray[float32]
            Shape (n, 2). Speech takes the line from `start_t` to its end.

        Raises
        ------
        KeyError
            No such beat or tone, or speech without a clip.
        """
        if cue.kind == "speech":
            if clip is None:
                raise KeyError(cue.phrase)
            return self._speech(cue, clip)
        if cue.kind == "tone":
            return tone(cue.phrase, self._rate_hz) * self._volume
        frames = beat(cue.phrase or "neutral", self._rate_hz, self._sound)
        self._beats.append(cue.t_due)
        taken = any(start <= cue.t_due < end for start, end in self._spoken)
        return frames * (self._volume * np.float32(DUCK_RATIO if taken else 1.0))

    def clear(self) -> None:
        """Forget what was going to be spoken: the line is free."""
        self._spoken.clear()
        self._beats.clear()

    def _speech(self, cue: Cue, clip: NDArray[np.float32]) -> NDArray[np.float32]:
        start_t = self.start_t(cue)
        self._spoken.append((start_t, start_t + len(clip) / self._rate_hz))
        peak = float(np.abs(clip).max(initial=0.0))
        loud = level(clip, self._rate_hz)
        gain = min(
            SPEECH_PEAK / peak if peak else 1.0,
            SPEECH_LEVEL / loud if loud else _BOOST_LIMIT,
            _BOOST_LIMIT,
        )
        return np.repeat((clip * (np.float32(gain) * self._volume))[:, None], 2, axis=1)
