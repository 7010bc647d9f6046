"""How late a device is heard, from what a microphone recorded: a matched filter, purely."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

EARLIEST_S = -0.1
LATEST_S = 1.05
"""A beat is looked for from ``EARLIEST_S`` to ``LATEST_S`` after the device says it begins."""

_NEAR_S = 0.010
_HEARD_RATIO = 6.0
"""A beat's peak over the noise around it; noise alone reaches about 4."""
_AGREE_S = 0.008
"""A sound server's own idea of its delay wanders by a few milliseconds."""
_LEAST_BEATS = 8
_MAD_TO_SD = 1.4826
_OUT_SPREADS = 4.0
_OUT_FLOOR_S = 0.0005


class Echo(NamedTuple):
    """What the microphone heard."""

    offset_s: float
    """Median of how much later than the device says the beats were heard."""
    spread_s: float
    """Standard deviation over the beats, from their median absolute deviation."""
    beats: int
    """How many stood out of the noise and agree with the median."""
    played: int


def frame_times(frames: ArrayLike, times_s: ArrayLike) -> tuple[float, float]:
    """Fit a recording's clock.

    Parameters
    ----------
    frames
        Number of each block's first frame.
    times_s
        Session time at which that frame was recorded, as the driver says.

    Returns
    -------
    tuple[float, float]
        Time of frame 0 and seconds per frame: a straight line, outliers left out.
    """
    count, t = np.asarray(frames, float), np.asarray(times_s, float)
    slope, start = np.polyfit(count, t, 1)
    off = np.abs(t - start - slope * count)
    good = off <= max(_OUT_FLOOR_S, _OUT_SPREADS * float(np.median(off)))
    slope, start = np.polyfit(count[good], t[good], 1)
    return float(start), float(slope)


def heard(
    recording: NDArray[np.float32],
    start_s: float,
    frame_s: float,
    beats_s: ArrayLike,
    template: NDArray[np.float32],
) -> Echo:
    """Find the beats in a recording.

    Parameters
    ----------
    recording
        Shape (n,).
    start_s, frame_s
        Time of its first frame and seconds per frame, see `frame_times`.
    beats_s
        When the beats began, as the device says, at least ``LATEST_S - EARLIEST_S`` apart.
    template
        The beat at the recording's rate, shape (m,).

    Returns
    -------
    Echo
        The offset, between `EARLIEST_S` and `LATEST_S`; see `refusal` for whether to believe it.
        Polarity does not matter.
    """
    likeness = np.abs(_correlated(recording, template))
    width, near = round((LATEST_S - EARLIEST_S) / frame_s), round(_NEAR_S / frame_s)
    beats = np.asarray(beats_s, float)
    firsts = (beats + EARLIEST_S - start_s) / frame_s
    whole = (firsts >= 0.0) & (firsts + width <= len(likeness))
    at = np.floor(firsts[whole]).astype(int)
    if not len(at):
        return Echo(0.0, 0.0, 0, len(beats))
    windows = np.stack([likeness[k : k + width] for k in at])
    noise = _MAD_TO_SD * np.median(windows, axis=1)
    # All beats together show where to look: a bang in the room is only one window's.
    scaled = windows / np.maximum(noise, np.finfo(float).tiny)[:, None]
    rough = int(np.argmax(np.median(scaled, axis=0)))
    low = min(max(rough - near, 1), width - 2)
    peaks = low + np.argmax(windows[:, low : min(rough + near, width - 1)], axis=1)
    rows = np.arange(len(at))
    loud = windows[rows, peaks] > _HEARD_RATIO * noise
    late = (at + _tops(windows, rows, peaks)) * frame_s + start_s - beats[whole]
    late = late[loud]
    if not len(late):
        return Echo(0.0, 0.0, 0, len(beats))
    middle = float(np.median(late))
    agreeing = late[np.abs(late - middle) <= _AGREE_S]
    spread = _MAD_TO_SD * float(np.median(np.abs(late - middle)))
    return Echo(middle, spread, len(agreeing), len(beats))


def refusal(found: Echo) -> str | None:
    """Return why what was heard does not settle it; None when it does."""
    if found.beats < max(_LEAST_BEATS, found.played / 2.0):
        return f"only {found.beats} of {found.played} beats were heard clearly above the noise"
    return None


def _correlated(
    recording: NDArray[np.float32], template: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Correlate; value k belongs to the template beginning at frame k of the recording."""
    count = len(recording) + len(template) - 1
    size = 1 << max(count - 1, 1).bit_length()
    product = np.fft.rfft(recording, size) * np.conj(np.fft.rfft(template, size))
    return np.asarray(np.fft.irfft(product, size)[: len(recording)])


def _tops(
    windows: NDArray[np.float64], rows: NDArray[np.intp], peaks: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Refine peaks by a parabola through their neighbours."""
    before, top, after = (windows[rows, peaks + step] for step in (-1, 0, 1))
    bend = before - 2.0 * top + after
    shift = 0.5 * (before - after) / np.where(bend == 0.0, -1.0, bend)
    return np.asarray(peaks + np.clip(shift, -0.5, 0.5))
