"""Our open pod's stream: the packets of its Stream characteristic.

Layout, little-endian, 16-byte header and n x 12: u8 0x11 (protocol 1, format 1: int16 acceleration
and gyro), flags u8 (b0 gyro present, b1 samples lost before these, b2 packets dropped before this
one, b3 battery low, b4-5 side: 0 not set, 1 left, 2 right, 3 trunk), u16 packet number, u32
microseconds of the *first* sample, u16 measured sample period in 0.25 us, u8 n, u8 acceleration
full scale in g, u8 gyro full scale in 125 deg/s, s8 temperature in degC, u16 battery in mV, then n
samples of six s16. Scales are ST's sensitivities, not full scale / 32768. The project's own
protocol; `livecoach.wire.pod_control` holds the rest of it.
"""

import math
import struct

from msgspec import Struct

from livecoach.errors import WireError
from livecoach.model import ImuPacket, Triple

SERVICE = "00870001-48a3-4935-b697-0be829dbf171"
STREAM = "00870002-48a3-4935-b697-0be829dbf171"
CLOCK_WRAP_S = 2**32 / 1e6
_FORMAT = 0x11
_HEADER = struct.Struct("<BBHIHBBBbH")
_SAMPLE = struct.Struct("<6h")
_GYRO, _OVERRUN, _DROPPED, _LOW = 0x01, 0x02, 0x04, 0x08
_G_MPS2 = 9.80665
# At 32 g one step is 0.976 mg; at 2000 deg/s it is 70 mdps. Both halve with the range.
_ACC_STEP_MPS2 = {g: 0.976e-3 * _G_MPS2 * g / 32 for g in (2, 4, 8, 16, 32)}
_GYR_STEP_RADPS = {k: math.radians(0.070) * k / 16 for k in (1, 2, 4, 8, 16, 32)}

Raw = tuple[int, int, int, int, int, int]


class StreamPacket(Struct, frozen=True, kw_only=True, gc=False):
    """One stream packet as it is on the air; ``samples`` are (ax, ay, az, gx, gy, gz) in steps.

    ``side`` is 0 not set, 1 left, 2 right, 3 trunk.
    """

    count: int
    first_us: int
    period_quarter_us: int
    samples: tuple[Raw, ...]
    acc_full_scale_g: int = 16
    gyr_full_scale_125dps: int = 16
    gyro: bool = True
    overrun: bool = False
    dropped: bool = False
    battery_low: bool = False
    side: int = 0
    temperature_degc: int = 25
    battery_mv: int = 0

    def imu(self) -> ImuPacket:
        """Turn steps into m/s2 and rad/s, and the first sample's time into the last one's."""
        acc, gyr = (
            _ACC_STEP_MPS2[self.acc_full_scale_g],
            _GYR_STEP_RADPS[self.gyr_full_scale_125dps],
        )
        period_s = self.period_quarter_us * 0.25e-6
        last_s = self.first_us * 1e-6 + (len(self.samples) - 1) * period_s
        turns: tuple[Triple, ...] = ()
        if self.gyro:
            turns = tuple((s[3] * gyr, s[4] * gyr, s[5] * gyr) for s in self.samples)
        return ImuPacket(
            acc=tuple((s[0] * acc, s[1] * acc, s[2] * acc) for s in self.samples),
            gyr=turns,
            clock_s=last_s % CLOCK_WRAP_S,
            clock_wrap_s=CLOCK_WRAP_S,
            period_s=period_s,
            count=self.count,
            count_wrap=0x1_0000,
            broken=self.overrun or self.dropped,
        )


def parse(data: bytes) -> StreamPacket:
    """Read one stream packet; its length, scales and period must make sense."""
    if len(data) < _HEADER.size:
        raise WireError(f"a pod packet needs {_HEADER.size} bytes, got {len(data)}", data)
    form, flags, count, first_us, period, n, acc_g, gyr_125, degc, mv = _HEADER.unpack_from(data)
    if form != _FORMAT:
        raise WireError(f"pod packet format {form:#04x} is not {_FORMAT:#04x}", data)
    if n == 0 or len(data) != _HEADER.size + n * _SAMPLE.size:
        raise WireError(f"{n} samples do not fill {len(data)} bytes", data)
    if acc_g not in _ACC_STEP_MPS2 or gyr_125 not in _GYR_STEP_RADPS or period == 0:
        raise WireError(f"no such range or period: {acc_g} g, {gyr_125} x 125 deg/s", data)
    return StreamPacket(
        count=count,
        first_us=first_us,
        period_quarter_us=period,
        samples=tuple(_SAMPLE.iter_unpack(data[_HEADER.size :])),
        acc_full_scale_g=acc_g,
        gyr_full_scale_125dps=gyr_125,
        gyro=bool(flags & _GYRO),
        overrun=bool(flags & _OVERRUN),
        dropped=bool(flags & _DROPPED),
        battery_low=bool(flags & _LOW),
        side=flags >> 4 & 0x03,
        temperature_degc=degc,
        battery_mv=mv,
    )


def build(packet: StreamPacket) -> bytes:
    """Write a packet: the inverse of `parse`."""
    flags = (
        (_GYRO if packet.gyro else 0)
        | (_OVERRUN if packet.overrun else 0)
        | (_DROPPED if packet.dropped else 0)
        | (_LOW if packet.battery_low else 0)
        | packet.side << 4
    )
    head = _HEADER.pack(
        _FORMAT,
        flags,
        packet.count,
        packet.first_us,
        packet.period_quarter_us,
        len(packet.samples),
        packet.acc_full_scale_g,
        packet.gyr_full_scale_125dps,
        packet.temperature_degc,
        packet.battery_mv,
    )
    return head + b"".join(_SAMPLE.pack(*sample) for sample in packet.samples)
