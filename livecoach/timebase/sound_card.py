"""The sound card's clock: which frame is heard when."""

from collections import deque

_WINDOW_S = 10.0
_STEP_S = 1.0
"""A larger rise of the offset is a driver clock that was set, not waiting."""
_LOOP_RADPS = 0.5
"""Natural frequency of the loop: errors of the driver average out over some seconds."""
_SKEW_MOST = 0.003
"""No crystal is worse; PulseAudio's null sink runs 0.12 % fast."""
_SNAP_S = 0.02
"""Less is the driver's estimate wandering; a gap is a buffer or more."""
_SNAP_AFTER_S = 0.2
_RECENT_S = 0.3


class ClockMapper:
    """Which frame is heard when: a stream's frame count against the session's clock.

    The audio callback knows three times: the host's clock when it began to run, and the driver's
    own idea of now and of when its first frame will be heard. The driver's clock may be any clock.
    Its offset to the host is the least difference seen in ten seconds: the driver stamps its time
    before the callback waits for the interpreter, so that waiting only ever makes the difference
    larger. What is heard when then follows a loop of second order, critically damped: it averages
    the driver's jitter and learns how fast the card's crystal runs, so that a card 0.1 % off is
    0.1 ms late after an hour, not a growing or constant millisecond (a first-order loop's lag).

    Parameters
    ----------
    rate_hz
        Frames per second the stream claims.
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._offsets: deque[tuple[float, float]] = deque()
        self._recent: deque[tuple[float, int, float]] = deque()
        self._frame = 0
        self._heard_s = 0.0
        self._skew = 0.0
        self._blocks = 0

    def update(self, frame: int, host_s: float, current_s: float, dac_s: float) -> None:
        """Take in one block.

        Parameters
        ----------
        frame
            Number of the block's first frame.
        host_s
            Session time when the callback began to run.
        current_s, dac_s
            The driver's clock: now, and when the first frame will be heard.
        """
        heard_s = dac_s + self._least_offset_s(host_s, host_s - current_s)
        predicted_s = self.time_of(frame)
        error_s = heard_s - predicted_s
        passed_s = (frame - self._frame) / self._rate_hz
        self._blocks += 1
        gain = min(1.0, 2.0 * _LOOP_RADPS * passed_s)
        if gain < 1.0 / self._blocks:
            gain = 1.0 / self._blocks
        elif abs(error_s) < _SNAP_S:
            skew = self._skew + _LOOP_RADPS * _LOOP_RADPS * passed_s * error_s
            self._skew = min(_SKEW_MOST, max(-_SKEW_MOST, skew))
        self._frame, self._heard_s = frame, predicted_s + gain * error_s
        self._snap(host_s, frame, heard_s)

    def frame_at(self, t_s: float) -> int:
        """Return the frame that is heard at session time ``t_s``."""
        return self._frame + round((t_s - self._heard_s) * self._rate_hz / (1.0 + self._skew))

    def time_of(self, frame: int) -> float:
        """Return the session time at which ``frame`` is heard."""
        return self._heard_s + (frame - self._frame) * (1.0 + self._skew) / self._rate_hz

    def _least_offset_s(self, host_s: float, offset_s: float) -> float:
        """Find the least offset of the last ten seconds; the deque holds only rising candidates."""
        offsets = self._offsets
        if offsets and offset_s - offsets[0][1] > _STEP_S:
            offsets.clear()
        while offsets and offsets[-1][1] >= offset_s:
            offsets.pop()
        offsets.append((host_s, offset_s))
        while offsets[0][0] < host_s - _WINDOW_S:
            offsets.popleft()
        return offsets[0][1]

    def _snap(self, host_s: float, frame: int, heard_s: float) -> None:
        """Jump after a gap in the stream: all recent blocks lie far out on one side."""
        recent = self._recent
        recent.append((host_s, frame, heard_s))
        while recent[0][0] < host_s - _RECENT_S:
            recent.popleft()
        if host_s - recent[0][0] < _SNAP_AFTER_S or len(recent) < 4:
            return
        errors_s = sorted(heard - self.time_of(at) for _, at, heard in recent)
        if errors_s[0] > _SNAP_S or errors_s[-1] < -_SNAP_S:
            self._heard_s += errors_s[len(errors_s) // 2]
            recent.clear()
