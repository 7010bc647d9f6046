"""Sums sounds, each placed on the frame it belongs to."""

import numpy as np
from numpy.typing import NDArray

FADE_S = 0.005
"""How long a sound takes that is cut short: without a click, and at once."""
_KNEE = np.float32(0.95)
_ROOM = np.float32(1.0) - _KNEE


class Mixer:
    """Voices in, blocks out; the output does not depend on how it is cut into blocks.

    Parameters
    ----------
    rate_hz
        Frames per second.
    channels
        Samples per frame.
    """

    def __init__(self, rate_hz: int, channels: int = 2) -> None:
        self.rate_hz = rate_hz
        self.channels = channels
        self._frame = 0
        self._voices: list[tuple[int, NDArray[np.float32]]] = []

    @property
    def frame(self) -> int:
        """The next frame to render."""
        return self._frame

    @property
    def end_frame(self) -> int:
        """The first frame from which on everything scheduled so far is over."""
        return max([self._frame, *(start + len(frames) for start, frames in self._voices)])

    def schedule(self, frames: NDArray[np.float32], at_frame: int) -> int:
        """Place a sound.

        Parameters
        ----------
        frames
            Shape (n, channels); kept, not copied: do not change it afterwards.
        at_frame
            Where its first frame belongs.

        Returns
        -------
        int
            Where it really starts: later than asked only when that frame is rendered already.

        Raises
        ------
        ValueError
            The shape does not fit.
        """
        if frames.ndim != 2 or frames.shape[1] != self.channels:
            raise ValueError(f"frames of shape (n, {self.channels}) expected, not {frames.shape}")
        start = max(at_frame, self._frame)
        self._voices.append((start, frames))
        return start

    def flush(self) -> None:
        """Drop every sound that has not started."""
        self._voices = [voice for voice in self._voices if voice[0] < self._frame]

    def silence(self) -> None:
        """Drop every sound that has not started; let those that have fade out in `FADE_S`."""
        self.flush()
        count = round(FADE_S * self.rate_hz)
        fade = np.linspace(1.0, 0.0, count, endpoint=False, dtype=np.float32)[:, None]
        for k, (start, frames) in enumerate(self._voices):
            rest = frames[self._frame - start :][:count]
            self._voices[k] = (self._frame, rest * fade[: len(rest)])

    def render(self, count: int) -> NDArray[np.float32]:
        """Return the next ``count`` frames, shape (count, channels), no sample beyond +-1."""
        out = np.zeros((count, self.channels), np.float32)
        begin, end = self._frame, self._frame + count
        for start, frames in self._voices:
            first, last = max(start, begin), min(start + len(frames), end)
            if first < last:
                out[first - begin : last - begin] += frames[first - start : last - start]
        self._frame = end
        self._voices = [
            (start, frames) for start, frames in self._voices if start + len(frames) > end
        ]
        return _limit(out)


def _limit(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bend what is above the knee so that it stays below full scale; sample by sample, no state."""
    size = np.abs(frames)
    loud = size > _KNEE
    if loud.any():
        bent = _KNEE + _ROOM * np.tanh((size[loud] - _KNEE) / _ROOM)
        frames[loud] = np.copysign(np.minimum(bent, np.float32(1.0)), frames[loud])
    return frames
