"""The mixing desk: which sound a cue is, how loud, and who steps back for whom."""

from collections import deque

import numpy as np
from numpy.typing import NDArray

from livecoach.model import Cue
from livecoach.sound.beats import BeatSound, beat, tone

SPEECH_PEAK = 0.6
DUCK_RATIO = 0.35
"""What is left of a beat while someone speaks."""
_BOOST_LIMIT = 8.0
_REMEMBERED = 16


class Desk:
    """Turns cues into stereo frames.

    Only one phrase is spoken at a time: the next one waits for the line. Beats due while the line
    is taken step back.

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

    def start_t(self, cue: Cue) -> float:
        """Return when the cue can start: its due time; for speech, once the line is free."""
        if cue.kind != "speech":
            return cue.t_due
        return max([cue.t_due, *(end for _, end in self._spoken)])

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
        taken = any(start <= cue.t_due < end for start, end in self._spoken)
        return frames * (self._volume * np.float32(DUCK_RATIO if taken else 1.0))

    def clear(self) -> None:
        """Forget what was going to be spoken: the line is free."""
        self._spoken.clear()

    def _speech(self, cue: Cue, clip: NDArray[np.float32]) -> NDArray[np.float32]:
        start_t = self.start_t(cue)
        self._spoken.append((start_t, start_t + len(clip) / self._rate_hz))
        peak = float(np.abs(clip).max(initial=0.0))
        gain = min(SPEECH_PEAK / peak, _BOOST_LIMIT) if peak else 1.0
        return np.repeat((clip * (np.float32(gain) * self._volume))[:, None], 2, axis=1)
