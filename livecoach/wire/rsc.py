"""Running Speed and Cadence (GATT service 0x1814).

Measurement 0x2A53, little-endian: flags u8 (b0 stride length present, b1 total distance present,
b2 running), speed u16 in 1/256 m/s, cadence u8 per minute, [stride length u16 cm], [distance u32 in
0.1 m]. Vectors: Polar BLE SDK ``BleRscClientTest``. The cadence is left raw: pods disagree whether
it counts the steps of both legs or of one.

Unverified, from the names the SIG gives them: Feature 0x2A54, u16 (b0 stride length, b1 distance,
b2 walking or running, b3 calibration, b4 several locations); Sensor Location 0x2A5D, u8 into
`LOCATIONS`; SC Control Point 0x2A55, requests 01 u32 set distance, 02 calibrate, 03 u8 set
location, 04 list locations, answered by the indication ``10 op result ...``.
"""

from msgspec import Struct, structs

from livecoach.errors import WireError
from livecoach.model import FootPodReading

CHARACTERISTIC = "2a53"
FEATURE = "2a54"
LOCATION = "2a5d"
CONTROL = "2a55"
SET_DISTANCE, CALIBRATE, SET_LOCATION, LIST_LOCATIONS = range(1, 5)
OK, UNSUPPORTED, INVALID, FAILED = range(1, 5)
LOCATIONS = (
    "other",
    "top of shoe",
    "in shoe",
    "hip",
    "front wheel",
    "left crank",
    "right crank",
    "left pedal",
    "right pedal",
    "front hub",
    "rear dropout",
    "chainstay",
    "rear wheel",
    "rear hub",
    "chest",
    "spider",
    "chain ring",
)
_STRIDE, _DISTANCE, _RUNNING = 0x01, 0x02, 0x04
_REPLY = 0x10


class Feature(Struct, frozen=True, kw_only=True):
    """What a foot pod says it can do."""

    stride_length: bool = False
    total_distance: bool = False
    running: bool = False
    calibration: bool = False
    several_locations: bool = False


class Reply(Struct, frozen=True):
    """A foot pod's answer to request ``op``; ``rest`` is what that request adds."""

    op: int
    result: int
    rest: bytes = b""


def parse(data: bytes, t: float) -> FootPodReading:
    """Read one notification that arrived at ``t``; longer payloads than known are accepted."""
    if len(data) < 4:
        raise WireError(f"running speed and cadence needs 4 bytes, got {len(data)}", data)
    flags = data[0]
    end = 4 + (2 if flags & _STRIDE else 0) + (4 if flags & _DISTANCE else 0)
    if len(data) < end:
        raise WireError(f"flags {flags:#04x} promise {end} bytes, got {len(data)}", data)
    stride = int.from_bytes(data[4:6], "little") / 100.0 if flags & _STRIDE else None
    distance = int.from_bytes(data[end - 4 : end], "little") / 10.0 if flags & _DISTANCE else None
    return FootPodReading(
        t=t,
        speed_mps=int.from_bytes(data[1:3], "little") / 256.0,
        cadence_raw_per_min=data[3],
        running=bool(flags & _RUNNING),
        stride_length_raw_m=stride,
        total_distance_m=distance,
    )


def build(reading: FootPodReading) -> bytes:
    """Write a reading as a notification: the inverse of `parse`."""
    stride, distance = reading.stride_length_raw_m, reading.total_distance_m
    flags = (
        (_STRIDE if stride is not None else 0)
        | (_DISTANCE if distance is not None else 0)
        | (_RUNNING if reading.running else 0)
    )
    out = bytes([flags]) + round(reading.speed_mps * 256).to_bytes(2, "little")
    out += bytes([reading.cadence_raw_per_min])
    if stride is not None:
        out += round(stride * 100).to_bytes(2, "little")
    if distance is not None:
        out += round(distance * 10).to_bytes(4, "little")
    return out


def parse_feature(data: bytes) -> Feature:
    """Read what the pod can do; bits beyond the known are passed over."""
    if len(data) < 2:
        raise WireError(f"the feature needs 2 bytes, got {len(data)}", data)
    return Feature(
        **{name: bool(data[0] >> k & 1) for k, name in enumerate(Feature.__struct_fields__)}
    )


def build_feature(feature: Feature) -> bytes:
    """Write what the pod can do: the inverse of `parse_feature`."""
    bits: int = sum(said << k for k, said in enumerate(structs.astuple(feature)))
    return bits.to_bytes(2, "little")


def parse_location(data: bytes) -> str:
    """Read where the sensor is worn; one of `LOCATIONS`."""
    if not data or data[0] >= len(LOCATIONS):
        raise WireError("this is no known sensor location", data)
    return LOCATIONS[data[0]]


def build_location(location: str) -> bytes:
    """Write where the sensor is worn: the inverse of `parse_location`."""
    return bytes([LOCATIONS.index(location)])


def set_distance_request(decimetres: int) -> bytes:
    """Ask the pod to count its total distance on from here."""
    return bytes([SET_DISTANCE]) + decimetres.to_bytes(4, "little")


def set_location_request(location: str) -> bytes:
    """Tell the pod where it is worn."""
    return bytes([SET_LOCATION]) + build_location(location)


def parse_reply(data: bytes) -> Reply:
    """Read an indication of the control point."""
    if len(data) < 3 or data[0] != _REPLY:
        raise WireError("this is no answer of a foot pod", data)
    return Reply(data[1], data[2], data[3:])


def build_reply(reply: Reply) -> bytes:
    """Write an answer: the inverse of `parse_reply`."""
    return bytes([_REPLY, reply.op, reply.result]) + reply.rest
