"""Songs with a known tempo, made of drums and a few held notes."""

from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray


def song(
    bpm: float, first_s: float = 0.2, seconds: float = 30.0, rate_hz: int = 44_100, seed: int = 0
) -> NDArray[np.float32]:
    """Return a mono song: kick and snare on the beats, hats between them, changing chords."""
    rng = np.random.default_rng(seed)
    out = np.zeros(round(seconds * rate_hz))
    t = np.arange(round(0.25 * rate_hz)) / rate_hz
    kick = 0.8 * np.sin(2 * np.pi * (50 * t + 3 * (1 - np.exp(-30 * t)))) * np.exp(-t / 0.08)
    snare = 0.35 * rng.standard_normal(len(t)) * np.exp(-t / 0.05)
    hat = 0.12 * np.diff(rng.standard_normal(len(t) + 1)) * np.exp(-t / 0.015)
    period_s = 60.0 / bpm
    held = np.arange(round(2 * period_s * rate_hz)) / rate_hz
    soft: NDArray[np.float64] = np.minimum(1, held / 0.05) * np.minimum(1, (held[-1] - held) / 0.05)
    for n in range(int((seconds - first_s) / period_s)):
        at_s = first_s + n * period_s
        _add(out, hat + (snare if n % 2 else kick), at_s, rate_hz)
        _add(out, hat, at_s + period_s / 2, rate_hz)
        if n % 2 == 0:
            root_hz = 110.0 * 2.0 ** (rng.integers(0, 12) / 12)
            for ratio in (1.0, 1.26, 1.5):
                _add(out, 0.1 * soft * np.sin(2 * np.pi * ratio * root_hz * held), at_s, rate_hz)
    return np.asarray(0.8 * out / np.abs(out).max(), np.float32)


def clicks(bpm: float, seconds: float, rate_hz: int) -> NDArray[np.float32]:
    """Return a mono song of short strokes alone, the first at 0.2 s: its beats can be measured."""
    t = np.arange(round(0.03 * rate_hz)) / rate_hz
    stroke = np.sin(2 * np.pi * 1500 * t) * np.exp(-t / 0.004)
    out = np.zeros(round(seconds * rate_hz))
    for n in range(int((seconds - 0.2) * bpm / 60)):
        _add(out, stroke, 0.2 + n * 60 / bpm, rate_hz)
    return out.astype(np.float32)


def save(path: Path, frames: NDArray[np.float32], rate_hz: int) -> Path:
    """Write a song in the format its name ends with."""
    channels = 1 if frames.ndim == 1 else frames.shape[1]
    with soundfile.SoundFile(path, "w", rate_hz, channels) as file:
        # Second by second: libsndfile 1.2 crashes when a minute of OGG is written at once.
        for first in range(0, len(frames), rate_hz):
            file.write(frames[first : first + rate_hz])
    return path


def _add(out: NDArray[np.float64], sound: NDArray[np.float64], at_s: float, rate_hz: int) -> None:
    at = round(at_s * rate_hz)
    part = sound[: max(0, len(out) - at)]
    out[at : at + len(part)] += part
