"""When the samples of radio packets were taken. Pure.

A packet carries the device's time of its last sample, or none. The samples of packets that follow
one another without a hole share out the time between their ends; after a hole they lie one period
apart. The period is what the device says, else what its stamps show.

A device without a clock has its samples counted instead, and the count is a clock of sorts: its
rate, unless declared, is that of the first two seconds (which give no samples), and the least delay
tells the rest (`livecoach.timebase.DeviceClock`). Samples that such a device loses while connected
shift its time until the map has followed: it tells rough times.
"""

from typing import Final

from livecoach.model import ImuPacket
from livecoach.timebase import DeviceClock

_LEARN_S: Final = 2.0
_RATE_SD: Final = 0.02
_RATE_MOST: Final = 0.05
_WIRED_S: Final = 0.002
"""What reading four samples over a bus of 400 kHz takes (arithmetic, not measured)."""
_SAME_PERIOD: Final = 0.05
_SHORTEST_S: Final = 1e-5
_SQUEEZED: Final = 0.4
"""`DeviceClock` halves time at most, unless packets kept back for long come in a rush."""


class PacketTimes:
    """Packets of one stream in, times of their samples out.

    Attributes
    ----------
    missing
        Samples lost on the way so far, as far as the device's counter or clock tells.

    Parameters
    ----------
    rate_hz
        Samples per second as declared, for devices that don't say.
    """

    def __init__(self, rate_hz: float | None = None) -> None:
        self._clock: DeviceClock | None = None
        self._period_s = None if rate_hz is None else 1.0 / rate_hz
        self._longer_s: float | None = None
        self._count: int | None = None
        self._samples = 0
        self._first: tuple[float, int] | None = None
        self._t: float | None = None
        self._resumed = False
        self.missing = 0

    @property
    def lag_s(self) -> float:
        """How much later than the quickest the newest packet came."""
        return 0.0 if self._clock is None else self._clock.lag_s

    def reconnected(self) -> None:
        """Say that the link was lost: what was not sent meanwhile was not lost on the way."""
        self._resumed = True
        if self._clock is not None:
            self._clock.reconnected()
        if self._first is not None:
            self._first, self._clock = None, None

    def update(self, packet: ImuPacket, arrival_s: float) -> list[float]:
        """Return the session time of each sample, or none when they cannot be told."""
        n = len(packet.acc)
        if packet.clock_s is None:
            return self._counted(n, arrival_s)
        if self._clock is None:
            self._clock = _clock(packet)
        t = self._clock.update(packet.clock_s, arrival_s)
        passed_s = self._clock.passed_s
        period_s = self._period(packet, n, passed_s)
        missing = self._lost(packet, n, period_s, passed_s)
        resumed, self._resumed = self._resumed, False
        self.missing += 0 if resumed else missing
        return self._spread(t, n, None if missing or resumed else passed_s, period_s)

    def _spread(self, t: float, n: int, passed_s: float | None, period_s: float) -> list[float]:
        """Return ``n`` times up to ``t``; ``passed_s`` when no sample is missing before them.

        Only the last sample has a time while the period is not known.
        """
        before, self._t = self._t, t
        step_s = period_s
        if before is not None:
            room_s = t - before
            if room_s <= (_SQUEEZED * passed_s if passed_s else 0.0):
                return []
            step_s = room_s / n if passed_s else min(period_s, room_s / n)
        if step_s < _SHORTEST_S:
            return [t]
        return [t - k * step_s for k in reversed(range(n))]

    def _period(self, packet: ImuPacket, n: int, passed_s: float | None) -> float:
        """Return the time between samples on the device's clock; 0 while it is not known."""
        if packet.period_s is not None:
            return packet.period_s
        if passed_s and not packet.broken:
            each_s, period_s, longer_s = passed_s / n, self._period_s, self._longer_s
            self._longer_s = each_s
            if period_s is None or each_s < period_s * (1.0 + 0.5 / n) or _same(each_s, longer_s):
                self._period_s = each_s
        return self._period_s or 0.0

    def _lost(self, packet: ImuPacket, n: int, period_s: float, passed_s: float | None) -> int:
        """Return how many samples are missing before this packet."""
        before, self._count = self._count, packet.count
        by_time = round(passed_s / period_s) - n if passed_s and period_s else 0
        if before is None and passed_s is None:
            return 0  # nothing came before: a sensor says "broken" when its stream begins
        if packet.count is None or before is None:
            return max(by_time, int(packet.broken))
        packets = packet.count - before - 1
        packets = packets % packet.count_wrap if packet.count_wrap else max(0, packets)
        if not packets and not packet.broken:
            return 0
        return max(1, by_time if passed_s else packets * n)

    def _counted(self, n: int, arrival_s: float) -> list[float]:
        """Map a count of samples, once the rate is known."""
        self._samples += n
        if self._first is None:
            self._first = (arrival_s, self._samples)
        if self._period_s is None:
            since_s, count = arrival_s - self._first[0], self._samples - self._first[1]
            if since_s < _LEARN_S or not count:
                return []
            self._period_s = since_s / count
        if self._clock is None:
            self._clock = DeviceClock(skew_sd=_RATE_SD, skew_most=_RATE_MOST)
        t = self._clock.update(self._samples * self._period_s, arrival_s)
        return self._spread(t, n, self._clock.passed_s, self._period_s)


def _clock(packet: ImuPacket) -> DeviceClock:
    """Return the map of a device's clock; one without a crystal, on a wire, may be far off."""
    sd = packet.skew_sd_ratio
    if sd is None:
        return DeviceClock(packet.clock_wrap_s)
    wrap_s, least_s = packet.clock_wrap_s, _WIRED_S
    return DeviceClock(wrap_s, least_delay_s=least_s, skew_sd=sd, skew_most=_RATE_MOST)


def _same(each_s: float, other_s: float | None) -> bool:
    return other_s is not None and abs(each_s - other_s) < _SAME_PERIOD * each_s
