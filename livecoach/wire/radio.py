"""What livecoach knows of Bluetooth sensors: the one table that searching and listening use.

16-bit identifiers are written short and lower case (``"1814"``), others in full; `short` and
`full` turn one into the other. Values of this room come from `decoder`.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Literal, Protocol, TypeAlias

from msgspec import Struct

from livecoach.errors import WireError
from livecoach.model import FootPodReading, HeartRateReading, ImuPacket, TreadmillReading
from livecoach.wire import (
    battery,
    heart_rate,
    iio,
    lsm6ds,
    movesense,
    pod,
    pod_control,
    polar,
    polar_control,
    rsc,
    treadmill,
    witmotion,
    xsens_dot,
)
from livecoach.wire.battery import Battery

__all__ = [
    "BATTERY",
    "KNOWN",
    "Battery",
    "Decoder",
    "Kind",
    "Reading",
    "Write",
    "decoder",
    "full",
    "of",
    "short",
]

_BASE = "-0000-1000-8000-00805f9b34fb"
BATTERY = ("180f", battery.CHARACTERISTIC)
"""Service and characteristic of the battery, which any kind of sensor may have."""

Reading: TypeAlias = ImuPacket | FootPodReading | HeartRateReading | TreadmillReading | Battery


class Decoder(Protocol):
    """One characteristic of one sensor: keep one for as long as the connection lasts."""

    def update(self, data: bytes, t: float) -> Sequence[Reading]:
        """Take in a notification that arrived at ``t``; raises `WireError` for a wrong one."""


class Write(Struct, frozen=True):
    """One request to a sensor.

    ``answer`` is how the indication on the same characteristic begins that answers it (empty: none
    is waited for), ``good`` what follows when the answer is yes.
    """

    characteristic: str
    data: bytes
    answer: bytes = b""
    good: bytes = b""


class Kind(Struct, frozen=True, kw_only=True):
    """One kind of sensor.

    ``names`` are how the names of sensors begin that have this service without advertising it.
    ``control`` are characteristics to subscribe to for answers, before any ``start``. ``start``
    holds alternatives, best first: the requests of one are written in turn, and the first one whose
    answers are all good has started the sensor; empty: it starts by itself. ``stop`` is written
    before leaving. ``measures`` is a line for people.
    """

    name: str
    service: str
    kind: Literal["imu", "pod", "heart", "treadmill"]
    notify: tuple[str, ...]
    measures: str
    names: tuple[str, ...] = ()
    control: tuple[str, ...] = ()
    start: tuple[tuple[Write, ...], ...] = ()
    stop: tuple[Write, ...] = ()


_MOTION = "steps, contact time, bounce, braking or landing: once told where it is worn"


def _pod_start(samples: int) -> Write:
    data = pod_control.set_request(pod_control.Settings(samples=samples))
    return Write(pod_control.CONTROL, data, bytes([0x80, pod_control.SET]), bytes([pod_control.OK]))


def _polar_start(settings: polar_control.Settings) -> tuple[Write, ...]:
    """Stop what another program left running, whatever comes of that, then start."""
    reply, stop, start = polar_control.REPLY, polar_control.STOP, polar_control.START
    kind, control = polar.ACCELERATION, polar_control.CONTROL
    request = polar_control.start_request(settings)
    return (
        Write(control, polar_control.stop_request(), bytes([reply, stop, kind])),
        Write(control, request, bytes([reply, start, kind]), bytes([polar_control.OK])),
    )


_H10 = polar_control.Settings(rates_hz=(200,), resolutions_bit=(16,), ranges=(8,))
_VERITY = polar_control.Settings(rates_hz=(52,), resolutions_bit=(16,), ranges=(8,), channels=(3,))

KNOWN: tuple[Kind, ...] = (
    Kind(
        name="livecoach pod",
        service=pod.SERVICE,
        kind="imu",
        notify=(pod.STREAM,),
        measures=_MOTION,
        names=("LCPOD-",),
        control=(pod_control.CONTROL,),
        start=((_pod_start(10),), (_pod_start(0),)),
    ),
    Kind(
        name="Polar acceleration",
        service=polar.SERVICE,
        kind="imu",
        notify=(polar.DATA,),
        measures="steps, contact time, bounce and braking, worn on the chest",
        names=("Polar H10", "Polar Sense", "Polar Verity Sense"),
        control=(polar_control.CONTROL,),
        start=(_polar_start(_H10), _polar_start(_VERITY)),
        stop=(Write(polar_control.CONTROL, polar_control.stop_request()),),
    ),
    Kind(
        name="Movesense",
        service=movesense.SERVICE,
        kind="imu",
        notify=(movesense.NOTIFY,),
        measures=_MOTION,
        names=("Movesense",),
        start=((Write(movesense.WRITE, movesense.subscribe(movesense.IMU6)),),),
        stop=(Write(movesense.WRITE, movesense.unsubscribe(movesense.IMU6)),),
    ),
    Kind(
        name="Movella DOT",
        service=xsens_dot.SERVICE,
        kind="imu",
        notify=(xsens_dot.MEDIUM,),
        measures=_MOTION + "; 60 Hz only",
        names=("Movella DOT", "Xsens DOT"),
        start=((Write(xsens_dot.CONTROL, xsens_dot.start_request(xsens_dot.RATE_QUANTITIES)),),),
        stop=(Write(xsens_dot.CONTROL, xsens_dot.stop_request(xsens_dot.RATE_QUANTITIES)),),
    ),
    Kind(
        name="WitMotion",
        service=witmotion.SERVICE,
        kind="imu",
        notify=(witmotion.DATA,),
        measures=_MOTION + "; no clock",
        names=("WT901", "WTBLE"),
        start=(
            (
                Write(witmotion.WRITE, witmotion.UNLOCK),
                Write(witmotion.WRITE, witmotion.rate_request(100)),
            ),
        ),
    ),
    Kind(
        name="foot pod",
        service="1814",
        kind="pod",
        notify=(rsc.CHARACTERISTIC,),
        measures="speed and step rate once a second, step length; no contact time, no beat",
    ),
    Kind(
        name="heart rate",
        service="180d",
        kind="heart",
        notify=(heart_rate.CHARACTERISTIC,),
        measures="heart rate and the time between beats",
    ),
    Kind(
        name="treadmill",
        service="1826",
        kind="treadmill",
        notify=(treadmill.CHARACTERISTIC,),
        measures="belt speed and incline; with another sensor step length and expected braking",
    ),
)


def short(uuid: str) -> str:
    """Return an identifier as this table writes it."""
    low = uuid.lower()
    if len(low) == 36 and low.startswith("0000") and low.endswith(_BASE):
        return low[4:8]
    return low


def full(uuid: str) -> str:
    """Return the 128-bit form of an identifier of this table."""
    return f"0000{uuid.lower()}{_BASE}" if len(uuid) == 4 else uuid.lower()


def of(services: Collection[str], name: str = "") -> list[Kind]:
    """Return the kinds that these services, or a name, stand for, in the table's order."""
    there = {short(service) for service in services}
    return [k for k in KNOWN if k.service in there or (k.names and name.startswith(k.names))]


class _Each:
    """A characteristic whose notifications stand alone."""

    def __init__(self, parse: Callable[[bytes, float], Reading]) -> None:
        self._parse = parse

    def update(self, data: bytes, t: float) -> Sequence[Reading]:
        return [self._parse(data, t)]


_DECODERS: dict[str, Callable[[], Decoder]] = {
    rsc.CHARACTERISTIC: lambda: _Each(rsc.parse),
    heart_rate.CHARACTERISTIC: lambda: _Each(heart_rate.parse),
    treadmill.CHARACTERISTIC: lambda: _Each(treadmill.parse),
    battery.CHARACTERISTIC: lambda: _Each(lambda data, _: battery.parse(data)),
    pod.STREAM: lambda: _Each(lambda data, _: pod.parse(data).imu()),
    polar.DATA: polar.PmdStream,
    movesense.NOTIFY: movesense.MovesenseStream,
    xsens_dot.MEDIUM: lambda: _Each(lambda data, _: xsens_dot.parse(data, xsens_dot.MEDIUM)),
    xsens_dot.LONG: lambda: _Each(lambda data, _: xsens_dot.parse(data, xsens_dot.LONG)),
    witmotion.DATA: witmotion.WitMotionStream,
    lsm6ds.CHANNEL: lsm6ds.FifoStream,
    iio.CHANNEL: iio.IioStream,
}


def decoder(channel: str) -> Decoder:
    """Return a fresh decoder of one characteristic; `WireError` when nothing is known of it."""
    make = _DECODERS.get(short(channel))
    if make is None:
        raise WireError(f"nothing is known of the characteristic {channel}", b"")
    return make()
