"""What every way out for sound can do."""

from collections.abc import Callable
from typing import Literal, NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Clock: TypeAlias = Callable[[], float]
"""Returns session time now, in seconds."""


class Change(NamedTuple):
    """The device went away or came back at session time ``t``."""

    t: float
    device: str
    state: Literal["lost", "back"]


class AudioBackend(Protocol):
    """Sounds go in ahead of time and say afterwards when they really started.

    All times are session seconds. `play`, `poll` and `flush` never wait; they raise `AudioError`
    when the way out is gone.
    """

    name: str
    """Where the sound goes, for the person."""
    rate_hz: int
    latency_s: float
    """Hand a sound over at least this long before it is due, or it will be late."""

    @property
    def xruns(self) -> int:
        """How often the device ran dry: each is a gap that was heard."""

    def play(self, frames: NDArray[np.float32], t_due: float, token: int) -> None:
        """Start a sound at ``t_due``, or at once when that has passed.

        Parameters
        ----------
        frames
            Shape (n, 2) at ``rate_hz``; not to be changed afterwards.
        t_due
            When its first frame is to be heard.
        token
            Names the sound in `poll`.
        """

    def poll(self, now_s: float) -> list[tuple[int, float]]:
        """Return (token, start time) of what started by ``now_s``; each token exactly once."""

    def changes(self) -> list[Change]:
        """Return what happened to the device since the last call."""

    def flush(self) -> None:
        """Fall silent: what sounds fades out at once, what has not started is dropped.

        Tokens of what was dropped are not reported. What is in the device's own buffer by now is
        still heard: up to ``latency_s`` of it.
        """

    def close(self) -> None:
        """Stop and let go of the device or file; a second call does nothing."""
