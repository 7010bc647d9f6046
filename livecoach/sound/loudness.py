"""How loud a short sound is to the ear: K-weighted energy (ITU-R BS.1770)."""

import numpy as np
from numpy.typing import NDArray

_DESIGN_RATE_HZ = 48_000.0
"""The rate the recommendation gives its filter coefficients for."""
_SHELF = ((1.53512485958697, -2.69169619, 1.19839281), (1.0, -1.69065929318241, 0.73248077421585))
_HIGH_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))


def k_weighted_energy_s(frames: NDArray[np.float32], rate_hz: int) -> float:
    """Return the K-weighted energy of a sound, summed over channels.

    Parameters
    ----------
    frames
        Shape (n, channels).
    rate_hz
        Frames per second.

    Returns
    -------
    float
        Integral of the weighted, squared signal over time: full scale squared times seconds, so
        that sounds of different length or rate compare.
    """
    count = len(frames)
    spectrum = np.fft.rfft(frames, axis=0)
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(count, 1.0 / rate_hz) / _DESIGN_RATE_HZ)
    weight = np.ones(len(z))
    for numerator, denominator in (_SHELF, _HIGH_PASS):
        weight *= np.abs(np.polyval(numerator[::-1], z) / np.polyval(denominator[::-1], z)) ** 2
    # Parseval: rfft keeps one half of the spectrum of a real signal.
    return float(2.0 * np.sum(weight[:, None] * np.abs(spectrum) ** 2) / (count * rate_hz))
