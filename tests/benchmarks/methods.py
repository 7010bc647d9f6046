"""Other ways to find footfalls at the waist, restated to compare with; nothing of them is used.

All are batch methods with zero-lag filters: they see the future, which a live coach cannot. They
are restated from their usual descriptions, not from their authors' code, so a figure here judges
the idea, not the paper.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, find_peaks, sosfiltfilt

Array = NDArray[np.float64]
_FASTEST_STEP_S = 0.25


def _low(x: Array, rate_hz: float, cut_hz: float) -> Array:
    sos = butter(2, cut_hz, fs=rate_hz, output="sos")
    return np.asarray(sosfiltfilt(sos, x), dtype=np.float64)


def peaks(up: Array, ahead: Array, rate_hz: float) -> Array:
    """Pick peaks of the vertical, low-passed at 5 Hz, with scipy: one a step."""
    del ahead
    smooth = _low(up, rate_hz, 5.0)
    found, _ = find_peaks(smooth, distance=int(_FASTEST_STEP_S * rate_hz), prominence=3.0)
    return np.asarray(found / rate_hz, dtype=np.float64)


def one_g(up: Array, ahead: Array, rate_hz: float) -> Array:
    """Find the vertical's rise through 1 g before each peak."""
    found = []
    for peak in np.round(peaks(up, ahead, rate_hz) * rate_hz).astype(int):
        k = peak
        while k > 0 and up[k] >= 9.80665:
            k -= 1
        found.append(k)
    return np.unique(np.array(found, dtype=float)) / rate_hz


def valley_before(up: Array, ahead: Array, rate_hz: float) -> Array:
    """Find the least vertical before each peak (after Auvinet et al. 2002)."""
    found = []
    window = int(0.2 * rate_hz)
    for peak in np.round(peaks(up, ahead, rate_hz) * rate_hz).astype(int):
        start = max(0, peak - window)
        found.append(start + int(np.argmin(up[start : peak + 1])))
    return np.unique(np.array(found, dtype=float)) / rate_hz


def fore_aft_peak(up: Array, ahead: Array, rate_hz: float) -> Array:
    """Find the greatest fore-aft acceleration around each rise (after Lee et al. 2010)."""
    found = []
    window = int(0.08 * rate_hz)
    for rise in np.round(one_g(up, ahead, rate_hz) * rate_hz).astype(int):
        start = max(0, rise - window)
        found.append(start + int(np.argmax(ahead[start : rise + window])))
    return np.unique(np.array(found, dtype=float)) / rate_hz


METHODS: dict[str, Callable[[Array, Array, float], Array]] = {
    "scipy peak picking, 5 Hz": peaks,
    "rise through 1 g before the peak": one_g,
    "valley before the peak (after Auvinet 2002)": valley_before,
    "fore-aft peak at the rise (after Lee 2010)": fore_aft_peak,
}
