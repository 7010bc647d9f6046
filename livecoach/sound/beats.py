"""Beats and tones: struck bodies built from a few decaying modes.

A beat is short, stands out against a treadmill and starts at its very first sample, which is never
zero: in a recording the first non-zero sample is the onset. There are three sounds, each in four
variants that differ by pitch (left low, right high, accent highest), so that one earphone is enough
to tell them apart; left and right also lean to their side. All of them are equally loud
(K-weighted). No beat exceeds `PEAK`: together with speech at its own peak it stays below the knee
of the mixer's limiter, so that volume 1 is the ceiling of what is safe and clean.
"""

from functools import cache
from typing import Literal, NamedTuple, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from livecoach.sound.loudness import k_weighted_energy_s

BeatSound: TypeAlias = Literal["woodblock", "tick", "drum"]

PEAK = 0.349
"""No sample of a beat or tone is larger, full scale being 1."""

_FADE_S = 0.004
_ATTACK_FLOOR = 0.02
"""Share of the attack that is there from the first sample on."""
_START_RAD = 0.3
"""Phase of every mode at the stroke: the first sample is off the sines' common zero."""


class _Timbre(NamedTuple):
    freqs_hz: tuple[float, ...]
    amplitudes: tuple[float, ...]
    decays_s: tuple[float, ...]
    length_s: float
    attack_s: float


class _Variant(NamedTuple):
    pitch_ratio: float
    pan: float
    """-1 left, 0 centre, +1 right."""


_SOUNDS: dict[BeatSound, _Timbre] = {
    "woodblock": _Timbre((1212, 2180, 3350), (1, 0.5, 0.25), (0.024, 0.010, 0.005), 0.090, 0.0008),
    "tick": _Timbre((2600, 4200), (1, 0.3), (0.010, 0.005), 0.050, 0.0008),
    "drum": _Timbre((330, 525, 710), (1, 0.6, 0.3), (0.045, 0.030, 0.020), 0.150, 0.003),
}
_VARIANTS = {
    "neutral": _Variant(1.0, 0.0),
    "left": _Variant(0.866, -0.35),
    "right": _Variant(1.155, 0.35),
    "accent": _Variant(1.5, 0.0),
}
_TONES = {
    "unknown": _Timbre((440, 523.25, 880), (1, 0.8, 0.15), (0.15, 0.15, 0.06), 0.45, 0.012),
    "ready": _Timbre((659.26, 987.77, 1318.5), (1, 0.8, 0.2), (0.12, 0.16, 0.06), 0.45, 0.008),
}
_TONE_BOOST_DB = 3.0
"""A tone is longer than a beat, and rare."""

SOUNDS: tuple[BeatSound, ...] = get_args(BeatSound)
BEATS = tuple(_VARIANTS)
TONES = tuple(_TONES)


def beat(name: str, rate_hz: int, sound: BeatSound = "woodblock") -> NDArray[np.float32]:
    """Return a beat's frames.

    Parameters
    ----------
    name
        One of `BEATS`.
    rate_hz
        Frames per second.
    sound
        What is struck.

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
    return _bank(rate_hz)[sound, name]


def tone(name: str, rate_hz: int) -> NDArray[np.float32]:
    """Return the frames of one of `TONES`, in the same form as `beat` does.

    Raises
    ------
    KeyError
        There is no such tone.
    """
    return _bank(rate_hz)["tone", name]


@cache
def _bank(rate_hz: int) -> dict[tuple[str, str], NDArray[np.float32]]:
    """All sounds, matched in loudness; the one with the highest peak sets the level of all."""
    shapes: dict[tuple[str, str], NDArray[np.float32]] = {
        (sound, name): _strike(timbre, variant, rate_hz)
        for sound, timbre in _SOUNDS.items()
        for name, variant in _VARIANTS.items()
    }
    for name, timbre in _TONES.items():
        shapes["tone", name] = _strike(timbre, _VARIANTS["neutral"], rate_hz)
    gains = {
        key: 10.0 ** ((_TONE_BOOST_DB if key[0] == "tone" else 0.0) / 20.0)
        / np.sqrt(k_weighted_energy_s(shape, rate_hz))
        for key, shape in shapes.items()
    }
    level = PEAK / max(np.abs(shape).max() * gains[key] for key, shape in shapes.items())
    bank = {}
    for key, shape in shapes.items():
        bank[key] = np.clip(shape * np.float32(gains[key] * level), -PEAK, PEAK)
        bank[key].setflags(write=False)
    return bank


def _strike(timbre: _Timbre, variant: _Variant, rate_hz: int) -> NDArray[np.float32]:
    """One struck body, level arbitrary."""
    t = np.arange(round(timbre.length_s * rate_hz)) / rate_hz
    body = np.zeros(len(t))
    # A smaller body rings higher and shorter.
    shorter = variant.pitch_ratio**-0.5
    for freq_hz, amplitude, decay_s in zip(
        timbre.freqs_hz, timbre.amplitudes, timbre.decays_s, strict=True
    ):
        turn = 2.0 * np.pi * freq_hz * variant.pitch_ratio
        body += amplitude * np.sin(turn * t + _START_RAD) * np.exp(-t / (decay_s * shorter))
    rise = 0.5 - 0.5 * np.cos(np.pi * np.minimum(1.0, t / timbre.attack_s))
    body *= _ATTACK_FLOOR + (1.0 - _ATTACK_FLOOR) * rise
    fade = round(_FADE_S * rate_hz)
    body[-fade:] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(1, fade + 1) / fade)
    angle = (variant.pan + 1.0) * np.pi / 4.0
    return (body[:, None] * [np.cos(angle), np.sin(angle)]).astype(np.float32)
