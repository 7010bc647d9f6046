"""Beats and tones: struck bodies built from a few decaying modes.

A beat is short, bright enough to stand out against a treadmill and starts at its very first sample,
which is never zero: in a recording the first non-zero sample is the onset. Left and right differ by
pitch and by pan, so that one earphone is enough to tell them apart. Beats are matched in K-weighted
loudness; the accent is 2 dB above the others.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecoach.sound.loudness import k_weighted_energy_s

PEAK = 0.35
"""No sample of a beat or tone is larger, full scale being 1."""

_FADE_S = 0.004
_ATTACK_FLOOR = 0.02
"""Share of the attack that is there from the first sample on."""


class _Timbre(NamedTuple):
    freqs_hz: tuple[float, ...]
    amplitudes: tuple[float, ...]
    decays_s: tuple[float, ...]
    length_s: float
    attack_s: float
    pan: float = 0.0
    """-1 left, 0 centre, +1 right."""
    boost_db: float = 0.0


_BEATS = {
    "neutral": _Timbre((2000, 3200), (1, 0.3), (0.006, 0.004), 0.030, 0.001),
    "left": _Timbre(
        (1050, 1890, 2900), (1, 0.7, 0.35), (0.018, 0.010, 0.005), 0.060, 0.0005, pan=-0.5
    ),
    "right": _Timbre(
        (1400, 2520, 3870), (1, 0.7, 0.35), (0.014, 0.008, 0.004), 0.060, 0.0005, pan=0.5
    ),
    "accent": _Timbre(
        (1750, 3150, 4800), (1, 0.8, 0.4), (0.016, 0.010, 0.005), 0.060, 0.0005, boost_db=2.0
    ),
}
_TONES = {
    "unknown": _Timbre(
        (440, 523.25, 880), (1, 0.8, 0.15), (0.15, 0.15, 0.06), 0.45, 0.012, boost_db=4.0
    ),
    "ready": _Timbre(
        (659.26, 987.77, 1318.5), (1, 0.8, 0.2), (0.12, 0.16, 0.06), 0.45, 0.008, boost_db=4.0
    ),
}

BEATS = tuple(_BEATS)
TONES = tuple(_TONES)


def beat(name: str, rate_hz: int) -> NDArray[np.float32]:
    """Return a beat's frames.

    Parameters
    ----------
    name
        One of `BEATS`.
    rate_hz
        Frames per second.

    Returns
    -------
    NDArray[float32]
        Shape (n, 2), read-only. Both channels of the first frame are at least 0.0003; the last
        frame is exactly 0.

    Raises
    ------
    KeyError
        There is no such beat.
    """
    return _bank(rate_hz)[name] if name in _BEATS else _missing(name)


def tone(name: str, rate_hz: int) -> NDArray[np.float32]:
    """Return the frames of one of `TONES`, in the same form as `beat` does.

    Raises
    ------
    KeyError
        There is no such tone.
    """
    return _bank(rate_hz)[name] if name in _TONES else _missing(name)


def _missing(name: str) -> NDArray[np.float32]:
    raise KeyError(name)


@cache
def _bank(rate_hz: int) -> dict[str, NDArray[np.float32]]:
    """All sounds, matched in loudness; the one with the highest peak sets the level of all."""
    matched = {}
    for name, timbre in (_BEATS | _TONES).items():
        shape = _strike(timbre, rate_hz)
        boost = 10.0 ** (timbre.boost_db / 20.0)
        matched[name] = shape * np.float32(boost / np.sqrt(k_weighted_energy_s(shape, rate_hz)))
    gain = np.float32(PEAK / max(np.abs(shape).max() for shape in matched.values()))
    bank = {name: np.minimum(np.maximum(s * gain, -PEAK), PEAK) for name, s in matched.items()}
    for frames in bank.values():
        frames.setflags(write=False)
    return bank


def _strike(timbre: _Timbre, rate_hz: int) -> NDArray[np.float32]:
    """One struck body, level arbitrary."""
    count = round(timbre.length_s * rate_hz)
    # Starting one sample after the stroke keeps the first sample off the sines' common zero.
    t = np.arange(1, count + 1) / rate_hz
    body = np.zeros(count)
    for freq_hz, amplitude, decay_s in zip(
        timbre.freqs_hz, timbre.amplitudes, timbre.decays_s, strict=True
    ):
        body += amplitude * np.sin(2.0 * np.pi * freq_hz * t) * np.exp(-t / decay_s)
    rise = 0.5 - 0.5 * np.cos(np.pi * np.minimum(1.0, t / timbre.attack_s))
    body *= _ATTACK_FLOOR + (1.0 - _ATTACK_FLOOR) * rise
    fade = round(_FADE_S * rate_hz)
    body[-fade:] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(1, fade + 1) / fade)
    angle = (timbre.pan + 1.0) * np.pi / 4.0
    return (body[:, None] * [np.cos(angle), np.sin(angle)]).astype(np.float32)
