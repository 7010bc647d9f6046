"""What is done to a spoken clip before it is kept: it starts with its first syllable."""

import numpy as np
from numpy.typing import NDArray

_SILENCE_RATIO = 0.01
"""Quieter than this share of the peak is silence (-40 dB)."""
_LEAD_S = 0.005
_TAIL_S = 0.040


def trim(clip: NDArray[np.float32], rate_hz: int) -> NDArray[np.float32]:
    """Return the clip without the silence around it.

    Parameters
    ----------
    clip
        Mono, shape (n,).
    rate_hz
        Samples per second.

    Returns
    -------
    NDArray[float32]
        At most 5 ms before the first and 40 ms after the last audible sample, faded at both ends;
        empty when nothing is audible.
    """
    size = np.abs(clip)
    audible = np.flatnonzero(size > _SILENCE_RATIO * size.max(initial=0.0))
    if not len(audible):
        return clip[:0]
    lead, tail = round(_LEAD_S * rate_hz), round(_TAIL_S * rate_hz)
    cut = clip[max(0, audible[0] - lead) : audible[-1] + tail + 1].astype(np.float32)
    edge = min(lead, len(cut) // 2)
    ramp = np.linspace(0.0, 1.0, edge, dtype=np.float32)
    cut[:edge] *= ramp
    cut[len(cut) - edge :] *= ramp[::-1]
    return cut
