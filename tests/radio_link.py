"""A synthetic radio link: when packets arrive of which it is known when they were made.

A packet waits for the next connection event, again and again while it is lost; now and then the
link stalls; the host adds jitter. Nothing overtakes.
"""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Link(Struct, frozen=True, kw_only=True):
    """What the link is like; ``lost_ratio`` are packets that never arrive (queue full)."""

    interval_s: float = 0.030
    repeat_ratio: float = 0.03
    stall_every_s: float = 60.0
    stall_s: float = 0.4
    jitter_s: float = 0.0005
    seed: int = 0

    def arrivals(self, made_s: Array) -> Array:
        """Return when packets made at these times arrive."""
        rng = np.random.default_rng(self.seed)
        phase_s = rng.uniform(0.0, self.interval_s)

        def event(t: Array | float) -> Array:
            k = np.ceil((np.asarray(t) + 0.0015 - phase_s) / self.interval_s)
            return np.asarray(k * self.interval_s + phase_s)

        out = event(made_s)
        first_s, last_s = float(made_s[0]), float(made_s[-1])
        for begin in rng.uniform(
            first_s, last_s, rng.poisson((last_s - first_s) / self.stall_every_s)
        ):
            stalled = (out > begin) & (out < begin + self.stall_s)
            out[stalled] = event(begin + self.stall_s)
        out += (rng.geometric(1.0 - self.repeat_ratio, len(out)) - 1) * self.interval_s
        out = np.maximum.accumulate(out) + 0.0008
        out += rng.lognormal(np.log(self.jitter_s), 0.6, len(out))
        return np.maximum.accumulate(out)
