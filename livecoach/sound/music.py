"""Music that keeps step: which part of a song is heard when, how fast, and how the parts join.

The song is cut into parts of half a second, each stretched by one ratio. From part to part the
ratio follows the target; a small correction pulls the song's beats onto the beats that are played.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_PULL_S = 4.0
"""A song out of step is brought back within about this time."""
_PULL_RATIO = 0.02
"""The most the tempo is bent for it: a third of a semitone's worth, not heard as a change."""
_STALE_S = 5.0
_SILENCE = 1e-8
_IN_TIME = 0.1
"""What a shift by the whole reach costs, in likeness."""
_FRAME = 1024
_HOP = 256
_HARMONICS = np.arange(1, 5)
_SLOWEST_BPM, _FASTEST_BPM = 70.0, 180.0


class Tempo(NamedTuple):
    """A song's beats: how many a minute, and when one of them is."""

    bpm: float
    beat_s: float


class Part(NamedTuple):
    """A piece of a song: from ``start_s`` on, ``ratio`` seconds of it in each second heard."""

    start_s: float
    ratio: float


def fold(bpm: float, rate_spm: float) -> float:
    """Return the tempo a song has for feet: doubled or halved until it is nearest to the rate."""
    return float(bpm * 2.0 ** round(math.log2(rate_spm / bpm)))


class MusicPlan:
    """Where in the song the runner is.

    Parameters
    ----------
    tempo
        The song's own.
    length_s
        The song's length; it begins again when it is over.
    """

    def __init__(self, tempo: Tempo, length_s: float) -> None:
        self._tempo = tempo
        self._length_s = length_s
        self._at_s = 0.0
        self.rate_spm: float | None = None
        """What the song is to be played at; None: at its own tempo."""
        self.beat_due: float | None = None
        """When the last beat is due that is played beside the song."""

    def next(self, t: float, length_s: float) -> Part:
        """Return what is heard from ``t`` on for ``length_s`` seconds, and move on."""
        ratio = 1.0
        if self.rate_spm is not None:
            ratio = self.rate_spm / fold(self._tempo.bpm, self.rate_spm)
            ratio *= 1.0 - self._pull(t)
        part = Part(self._at_s, ratio)
        self._at_s = (self._at_s + ratio * length_s) % self._length_s
        return part

    def _pull(self, t: float) -> float:
        """Return by how much to slow down because the song is ahead of the beats."""
        if self.rate_spm is None or self.beat_due is None or t - self.beat_due > _STALE_S:
            return 0.0
        song = (self._at_s - self._tempo.beat_s) * fold(self._tempo.bpm, self.rate_spm) / 60.0
        beats = (t - self.beat_due) * self.rate_spm / 60.0
        ahead = (song - beats + 0.5) % 1.0 - 0.5
        pull = ahead * 60.0 / self.rate_spm / _PULL_S
        return min(max(pull, -_PULL_RATIO), _PULL_RATIO)


class Joiner:
    """Parts in, one stream out.

    Stretching leaves each part with phases of its own, so each is shifted by a few milliseconds to
    where it fits the end of the one before, and the two are cross-faded at constant power.

    Parameters
    ----------
    overlap, reach
        Frames of cross-fade, and how far a part may be shifted either way.
    """

    def __init__(self, overlap: int, reach: int) -> None:
        self._overlap = overlap
        self._reach = reach
        self._tail: NDArray[np.float32] | None = None

    def extra(self) -> int:
        """Return how many frames more than it yields a part must have."""
        return self._overlap + 2 * self._reach

    def join(self, part: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the next frames of the stream.

        Parameters
        ----------
        part
            Shape (n + `extra`, 2); its first ``reach`` frames belong before its place.

        Returns
        -------
        NDArray[float32]
            Shape (n, 2).
        """
        count = len(part) - self.extra()
        if self._tail is None:
            shift, out = self._reach, part[self._reach : self._reach + count].copy()
        else:
            shift, likeness = self._fit(part, self._tail)
            out = part[shift : shift + count].copy()
            rise = 0.5 - 0.5 * np.cos(np.pi * np.arange(self._overlap) / self._overlap)
            power = rise**2 + (1.0 - rise) ** 2 + 2.0 * likeness * rise * (1.0 - rise)
            up = (rise / np.sqrt(power)).astype(np.float32)[:, None]
            down = ((1.0 - rise) / np.sqrt(power)).astype(np.float32)[:, None]
            out[: self._overlap] = out[: self._overlap] * up + self._tail * down
        self._tail = part[shift + count : shift + count + self._overlap]
        return out

    def _fit(self, part: NDArray[np.float32], tail: NDArray[np.float32]) -> tuple[int, float]:
        """Return the shift at which a part is most like the tail, and how alike they are."""
        end = tail.sum(axis=1, dtype=np.float64)
        begin = part[: self.extra()].sum(axis=1, dtype=np.float64)
        energy = np.convolve(begin**2, np.ones(self._overlap), "valid") * np.sum(end**2)
        likeness = np.correlate(begin, end, "valid") / np.sqrt(energy + _SILENCE)
        # Being in time counts too: in near silence nothing is gained by a shift.
        away = np.abs(np.arange(len(likeness)) - self._reach) / self._reach
        shift = int((likeness - _IN_TIME * away).argmax())
        return shift, float(min(max(likeness[shift], 0.0), 1.0))


def detect_tempo(mono: NDArray[np.float32], rate_hz: int) -> Tempo:
    """Find the tempo of a song by how regularly its sound rises.

    Parameters
    ----------
    mono
        Half a minute or more of the song, from its beginning, shape (n,).
    rate_hz
        Samples per second.

    Returns
    -------
    Tempo
        With ``bpm`` between 70 and 180; half or twice the tempo one would tap is possible (it is
        folded to the step rate anyway).
    """
    rise, step_s = _rises(mono, rate_hz)
    t = np.arange(len(rise)) * step_s
    lags = np.arange(60.0 / _FASTEST_BPM, 60.0 / _SLOWEST_BPM, step_s / 4.0) / step_s
    # Widened, so that a period between two lags is not missed.
    spectrum = np.fft.rfft(np.convolve(rise, np.hanning(7), "same"), 2 * len(rise))
    alike = np.fft.irfft(np.abs(spectrum) ** 2)
    # A beat repeats after two and more of its periods as well; a chance likeness does not.
    score = sum(np.interp(lags * k, np.arange(len(rise)), alike[: len(rise)]) for k in _HARMONICS)
    coarse_hz = 1.0 / (float(lags[np.argmax(score)]) * step_s)
    near_hz = coarse_hz * np.linspace(0.97, 1.03, 601)
    turns = np.exp(-2j * np.pi * near_hz[:, None] * t[None, :])
    waves = np.stack([(turns**k) @ rise for k in _HARMONICS])
    best = int(np.abs(waves).sum(axis=0).argmax())
    beat_hz = float(near_hz[best])
    offsets_s = np.linspace(0.0, 1.0 / beat_hz, 400, endpoint=False)
    comb = np.exp(2j * np.pi * beat_hz * _HARMONICS[:, None] * offsets_s[None, :])
    at = int(np.real(waves[:, best] @ comb).argmax())
    return Tempo(60.0 * beat_hz, float(offsets_s[at]) + step_s / 2.0)


def _rises(mono: NDArray[np.float32], rate_hz: int) -> tuple[NDArray[np.float64], float]:
    """Return how much louder each moment is than the one before, and the moments' distance."""
    thin = max(1, rate_hz // 22_050)
    thinned = mono[: len(mono) // thin * thin].reshape(-1, thin).mean(axis=1)
    frames = np.lib.stride_tricks.sliding_window_view(thinned, _FRAME)[::_HOP]
    size = np.abs(np.fft.rfft(frames * np.hanning(_FRAME), axis=1))
    rise = np.maximum(np.diff(np.log1p(100.0 * size), axis=0), 0.0).sum(axis=1)
    step_s = _HOP * thin / rate_hz
    # A stroke is first seen where a window begins to hold it: near its end.
    lead = (_FRAME - _HOP) // _HOP
    return np.concatenate([np.zeros(lead), rise - rise.mean()]), step_s
