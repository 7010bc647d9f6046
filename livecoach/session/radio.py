"""One radio sensor: its notifications in, readings on session time out. Pure.

Each characteristic has its own decoder, kept for as long as the connection lasts, and its own
clock, kept for longer. Holes in a stream are told once and counted; whoever gets the samples sees
them by their times. A stream that comes half a second late is late: its samples are held back, for
what is said to a runner about steps so old is wrong, until it has caught up to a quarter.
"""

from typing import Final, TypeAlias

from livecoach.model import (
    FootPodReading,
    HeartRateReading,
    ImuPacket,
    ImuSample,
    Notice,
    Payload,
    TreadmillReading,
)
from livecoach.session.packets import PacketTimes
from livecoach.wire.radio import Battery, Decoder, decoder

LATE_S: Final = 0.5
CAUGHT_UP_S: Final = 0.25

Reading: TypeAlias = FootPodReading | HeartRateReading | TreadmillReading | Battery
Item: TypeAlias = ImuSample | Reading | Notice


class Radio:
    """One sensor's notifications.

    Attributes
    ----------
    late
        Its newest packet came so late that its samples are held back.
    missing
        Samples lost on the way so far, as far as the sensor's counter or clock tells.

    Parameters
    ----------
    name
        The sensor's, for people.
    rate_hz
        Samples per second as declared, for sensors that don't say.
    """

    def __init__(self, name: str, rate_hz: float | None = None) -> None:
        self._name = name
        self._rate_hz = rate_hz
        self._decoders: dict[str, Decoder] = {}
        self._times: dict[str, PacketTimes] = {}
        self._told = 0
        self.late = False
        self.missing = 0

    @property
    def lag_s(self) -> float:
        """How much later than its quickest packets the newest one came, at worst."""
        return max((times.lag_s for times in self._times.values()), default=0.0)

    def reconnected(self) -> None:
        """Begin a new connection."""
        self._decoders.clear()
        self.late = False
        for times in self._times.values():
            times.reconnected()

    def update(self, x: Payload) -> list[Item]:
        """Take in a notification; raises `WireError` for one that cannot be read."""
        known = self._decoders.get(x.channel)
        if known is None:
            known = self._decoders[x.channel] = decoder(x.channel)
        out: list[Item] = []
        for reading in known.update(x.data, x.t):
            if isinstance(reading, ImuPacket):
                self._packet(x, reading, out)
            else:
                out.append(reading)
        return out

    def _packet(self, x: Payload, packet: ImuPacket, out: list[Item]) -> None:
        times = self._times.get(x.channel)
        if times is None:
            times = self._times[x.channel] = PacketTimes(self._rate_hz)
        at = times.update(packet, x.t)
        self.missing = sum(stream.missing for stream in self._times.values())
        if self.missing >= max(1, 10 * self._told):
            self._told = self.missing
            lost = "1 sample was" if self.missing == 1 else f"{self.missing} samples were"
            text = f"{self._name}: {lost} lost on the way so far"
            out.append(Notice(x.t, text))
        self._judge(x.t, out)
        if not self.late:
            # Where the first packet's period is not known yet only its last sample has a time.
            out += _samples(packet, at)

    def _judge(self, t: float, out: list[Item]) -> None:
        lag_s = self.lag_s
        if not self.late and lag_s > LATE_S:
            out.append(
                Notice(t, f"{self._name}: its data comes {lag_s:.1f} s late; it is left out")
            )
        self.late = lag_s > (CAUGHT_UP_S if self.late else LATE_S)


def _samples(packet: ImuPacket, at: list[float]) -> list[ImuSample]:
    """Return the newest samples, as many as have a time."""
    if not at:
        return []
    acc, gyr = packet.acc[-len(at) :], packet.gyr[-len(at) :]
    if not gyr:
        return [ImuSample(t, *a) for t, a in zip(at, acc, strict=True)]
    return [ImuSample(t, *a, *g) for t, a, g in zip(at, acc, gyr, strict=True)]
