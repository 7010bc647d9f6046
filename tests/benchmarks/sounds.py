"""Print how far every beat stands out of noise, in its best third-octave band.

The noise is modelled: pink, -20 dBFS RMS in each channel, no recording of a treadmill. Both are
looked at through the same 20 ms, from the beat's first sample on, in the ear that hears it better
and in the other.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from livecoach.sound.beats import BEATS, SOUNDS, beat

RATE_HZ = 48_000
NOISE_DBFS = -20.0
WINDOW_S = 0.020
BANDS_HZ = 1000.0 * 2.0 ** (np.arange(-9, 10) / 3.0)


@cache
def pink_noise(seconds: int = 8) -> NDArray[np.float64]:
    """Return noise with equal power in each octave, shape (n,)."""
    count = RATE_HZ * seconds
    spectrum = np.fft.rfft(np.random.default_rng(1).standard_normal(count))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    spectrum[0] = 0.0
    noise = np.fft.irfft(spectrum)
    return np.asarray(noise * (10.0 ** (NOISE_DBFS / 20.0) / np.sqrt(np.mean(noise**2))))


def band_energies(windows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the energy in each band, shape (..., bands), of windows of shape (..., n)."""
    padded = RATE_HZ // 10
    energy = np.abs(np.fft.rfft(windows, padded)) ** 2
    freqs_hz = np.fft.rfftfreq(padded, 1.0 / RATE_HZ)
    edge = 2.0 ** (1.0 / 6.0)
    masks = [(freqs_hz >= f / edge) & (freqs_hz < f * edge) for f in BANDS_HZ]
    return np.stack([energy[..., mask].sum(axis=-1) for mask in masks], axis=-1)


def best_snr_db(mono: NDArray[np.float32]) -> tuple[float, float]:
    """Return the best band's signal over noise in dB, and that band's centre in Hz."""
    count = round(WINDOW_S * RATE_HZ)
    noise = pink_noise()
    noise_energies = band_energies(noise[: len(noise) // count * count].reshape(-1, count))
    ratios = band_energies(mono[:count].astype(np.float64)) / noise_energies.mean(axis=0)
    return 10.0 * float(np.log10(ratios.max())), float(BANDS_HZ[ratios.argmax()])


def main() -> None:
    """Measure and print."""
    title = f"Beats over modelled pink noise at {NOISE_DBFS:.0f} dBFS RMS: best third octave"
    columns = (
        "sound",
        "beat",
        "peak",
        "band, Hz",
        "dB at volume 1",
        "dB, other ear",
        "dB, peak 0.5",
    )
    table = Table(*columns, title=title)
    for sound in SOUNDS:
        for name in BEATS:
            frames = beat(name, RATE_HZ, sound)
            near = int(np.abs(frames).max(axis=0).argmax())
            peak = float(np.abs(frames).max())
            snr_db, band_hz = best_snr_db(frames[:, near])
            other_db, _ = best_snr_db(frames[:, 1 - near])
            figures = (snr_db, other_db, snr_db + 20.0 * float(np.log10(0.5 / peak)))
            cells = (f"{peak:.3f}", f"{band_hz:.0f}", *(f"{x:.1f}" for x in figures))
            table.add_row(sound, name, *cells)
    Console().print(table)


if __name__ == "__main__":
    main()
