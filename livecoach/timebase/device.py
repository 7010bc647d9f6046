"""A sensor's own clock, heard over a radio that delays it.

A radio packet arrives late by a waiting time that is never below some least value: the next
connection event, a repeat after a lost packet, a stall of the host. So the least of (arrival -
device time) is what the two clocks differ by, and it moves along a straight line, for crystals are
steady. Of every two seconds the least difference is kept, for two minutes. Their line by least
squares, twice without the late quarter, says how fast the device's clock goes; the least difference
about that line is the map. All further delay is the stream's lag.

Assumptions. One crystal each, within 500 millionths of one another; delays begin again and again
from the same least one. That one cannot be seen from one side: 5 ms are taken for it, and what it
differs from that stays as a constant error. A sensor whose packets keep step with the connection
events waits equally long each time, which looks the same. The slope starts at equal clocks, 200
millionths uncertain, and learns.
"""

from collections import deque
from collections.abc import Sequence
from math import fsum

_WINDOW_S = 2.0
_WINDOWS = 60
_BACK_S = 0.05
"""A device clock that goes back further has begun anew."""
_AHEAD_S = 0.5
"""One packet earlier than every one before by this much: the clock was set."""
_DOUBT_S = 2.0
"""No sensor keeps so much for a new connection: its clock has begun anew."""
_JITTER_S = 3e-4
"""The least scatter of a minimum: few points may lie on a line by chance."""
_KEPT = 0.75
_SLOWEST = 0.5
"""Session time never passes slower than this share of device time, while the map settles."""


class DeviceClock:
    """Device time of packets -> session time, never later than arrival, never going back.

    Attributes
    ----------
    lag_s
        How much later the newest packet came than the quickest ones come.
    passed_s
        Device time since the packet before (0: the same instant again), None when the clock began
        anew with this one.

    Parameters
    ----------
    wrap_s
        The device's clock begins at 0 again after this long; 0: never.
    least_delay_s
        What the quickest packet takes.
    skew_sd, skew_most
        How far the rates of the two clocks may be expected to differ, and differ at most.
    """

    def __init__(
        self,
        wrap_s: float = 0.0,
        *,
        least_delay_s: float = 0.005,
        skew_sd: float = 2e-4,
        skew_most: float = 5e-4,
    ) -> None:
        self._wrap_s = wrap_s
        self._least_s = least_delay_s
        self._skew_sd = skew_sd
        self._skew_most = skew_most
        self._envelope: _Envelope | None = None
        self._doubted = False
        self._arrival_s = 0.0
        self._out_s = 0.0
        self.lag_s = 0.0
        self.passed_s: float | None = None

    def reconnected(self) -> None:
        """Say that the link was lost: the device may have started anew, or only been away."""
        self._doubted = True

    def update(self, device_s: float, arrival_s: float) -> float:
        """Return the session time of a device instant whose packet arrived at ``arrival_s``."""
        envelope = self._envelope
        if envelope is None:
            self._out_s = arrival_s - self._least_s
            return self._anew(device_s, arrival_s)
        device_s = self._unwrapped(device_s, envelope.newest_s + arrival_s - self._arrival_s)
        passed_s = device_s - envelope.newest_s
        late_s = arrival_s - device_s - envelope.least_s(device_s)
        if passed_s < -_BACK_S or late_s < -_AHEAD_S or (self._doubted and late_s > _DOUBT_S):
            return self._anew(device_s, arrival_s)
        self._doubted, self._arrival_s = False, arrival_s
        self.passed_s = max(0.0, passed_s)
        offset_s = envelope.update(device_s, arrival_s - device_s)
        self.lag_s = arrival_s - device_s - offset_s
        # While the map moves to quicker packets time goes on, but not beyond arrival.
        slowest_s = self._out_s + _SLOWEST * self.passed_s
        target_s = max(device_s + offset_s - self._least_s, slowest_s)
        self._out_s = max(self._out_s, min(target_s, arrival_s - self._least_s))
        return self._out_s

    def _unwrapped(self, device_s: float, expected_s: float) -> float:
        """Return the instant, with as many wraps as its arrival asks for."""
        if not self._wrap_s:
            return device_s
        return device_s + self._wrap_s * round((expected_s - device_s) / self._wrap_s)

    def _anew(self, device_s: float, arrival_s: float) -> float:
        offset_s = arrival_s - device_s
        self._envelope = _Envelope(device_s, offset_s, self._skew_sd, self._skew_most)
        self._doubted, self._arrival_s = False, arrival_s
        self.lag_s, self.passed_s = 0.0, None
        self._out_s = max(self._out_s, arrival_s - self._least_s)
        return self._out_s


class _Envelope:
    """The least difference of two clocks, from a first packet on."""

    def __init__(self, device_s: float, offset_s: float, skew_sd: float, skew_most: float) -> None:
        self.newest_s = device_s
        self._skew_sd = skew_sd
        self._skew_most = skew_most
        self._skew = 0.0
        self._origin_s = device_s
        self._offset_s = offset_s
        self._base_s = offset_s
        self._minima: deque[tuple[float, float]] = deque(maxlen=_WINDOWS)
        self._window = 0
        self._now = (0.0, offset_s)

    def least_s(self, device_s: float) -> float:
        """Return the difference of the clocks as the line and the minima say."""
        at, least_s = self._now
        base_s = min(self._base_s, least_s - self._skew * at)
        return base_s + self._skew * (device_s - self._origin_s)

    def update(self, device_s: float, offset_s: float) -> float:
        """Take in a packet; return the difference that is believed now."""
        self._learn(device_s - self._origin_s, offset_s)
        passed_s = max(0.0, device_s - self.newest_s)
        self.newest_s += passed_s
        # No crystal drifts faster: lag that stays is lag for hours.
        most_s = self._offset_s + self._skew_most * passed_s
        self._offset_s = min(self.least_s(device_s), most_s, offset_s)
        return self._offset_s

    def _learn(self, x: float, offset_s: float) -> None:
        window = int(x / _WINDOW_S)
        if window > self._window:
            self._window = window
            self._minima.append(self._now)
            self._skew = self._slope()
            self._base_s = min(o - self._skew * at for at, o in self._minima)
            self._now = (x, offset_s)
        elif offset_s - self._now[1] < self._skew * (x - self._now[0]):
            self._now = (x, offset_s)

    def _slope(self) -> float:
        """Fit a line through the minima, then through those that are not late about it."""
        points = list(self._minima)
        slope = _fitted(points, self._skew_sd)
        for _ in range(2):
            late = sorted((o - slope * at, at, o) for at, o in points)
            points = [(at, o) for _, at, o in late[: max(3, round(_KEPT * len(late)))]]
            slope = _fitted(points, self._skew_sd)
        return min(self._skew_most, max(-self._skew_most, slope))


def _fitted(points: Sequence[tuple[float, float]], slope_sd: float) -> float:
    """Return the slope by least squares, 0 +- ``slope_sd`` counting as one more observation."""
    n = len(points)
    mid_x, mid_y = fsum(x for x, _ in points) / n, fsum(y for _, y in points) / n
    xx = fsum((x - mid_x) ** 2 for x, _ in points)
    if xx == 0.0:
        return 0.0
    xy = fsum((x - mid_x) * (y - mid_y) for x, y in points)
    slope = xy / xx
    left = fsum((y - mid_y - slope * (x - mid_x)) ** 2 for x, y in points) / n
    return xy / (xx + (left + _JITTER_S**2) / slope_sd**2)
