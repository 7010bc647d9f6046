"""Silence that keeps time."""

import numpy as np
from numpy.typing import NDArray

from livecoach.sinks.audio.base import Change


class NullBackend:
    """Plays nothing and reports every sound at its due time."""

    def __init__(self, rate_hz: int = 48_000) -> None:
        self.name = "null"
        self.rate_hz = rate_hz
        self.latency_s = 0.0
        self.xruns = 0
        self._waiting: list[tuple[int, float]] = []

    def play(self, frames: NDArray[np.float32], t_due: float, token: int) -> None:
        """Remember a sound; see `AudioBackend`."""
        del frames
        self._waiting.append((token, t_due))

    def poll(self, now_s: float) -> list[tuple[int, float]]:
        """Return what was due by now; see `AudioBackend`."""
        started = [item for item in self._waiting if item[1] <= now_s]
        self._waiting = [item for item in self._waiting if item[1] > now_s]
        return started

    def changes(self) -> list[Change]:
        """Return nothing: nowhere is always there; see `AudioBackend`."""
        return []

    def flush(self) -> None:
        """Forget what has not started; see `AudioBackend`."""
        self._waiting.clear()

    def close(self) -> None:
        """Drop everything."""
        self._waiting.clear()
