"""Our open pod: packets there and back, scales, the clock of the last sample and its wrap."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from livecoach.errors import WireError
from livecoach.wire import pod, pod_control
from livecoach.wire.pod import StreamPacket

_s16 = st.integers(-32768, 32767)
_packets = st.builds(
    StreamPacket,
    count=st.integers(0, 0xFFFF),
    first_us=st.integers(0, 2**32 - 1),
    period_quarter_us=st.integers(1, 0xFFFF),
    samples=st.lists(st.tuples(*[_s16] * 6), min_size=1, max_size=19).map(tuple),
    acc_full_scale_g=st.sampled_from([2, 4, 8, 16, 32]),
    gyr_full_scale_125dps=st.sampled_from([1, 2, 4, 8, 16, 32]),
    gyro=st.booleans(),
    overrun=st.booleans(),
    dropped=st.booleans(),
    battery_low=st.booleans(),
    side=st.integers(0, 3),
    temperature_degc=st.integers(-128, 127),
    battery_mv=st.integers(0, 0xFFFF),
)
_ONE = StreamPacket(
    count=0x1234,
    first_us=1_000_000,
    period_quarter_us=19231,
    samples=((2048, 0, -2048, 1000, 0, -1000),) * 10,
    side=1,
    overrun=True,
    battery_mv=3700,
)


def test_bytes_of_a_packet() -> None:
    built = pod.build(_ONE)
    assert built[:16] == bytes.fromhex("11 13 3412 40420f00 1f4b 0a 10 10 19 740e")
    assert built[16:28] == bytes.fromhex("0008 0000 00f8 e803 0000 18fc")
    assert len(built) == 136


def test_scales_are_the_sensors_own() -> None:
    """0.488 mg a step at 16 g, 70 mdps at 2000 deg/s: 2.4 % and 15 % off full scale / 32768."""
    packet = _ONE.imu()
    assert packet.acc[0] == pytest.approx(
        [2048 * 0.488e-3 * 9.80665, 0, -2048 * 0.488e-3 * 9.80665]
    )
    assert packet.gyr[0] == pytest.approx([math.radians(70), 0, -math.radians(70)])


def test_clock_is_that_of_the_last_sample() -> None:
    packet = _ONE.imu()
    assert packet.period_s == pytest.approx(1 / 208, rel=1e-4)
    assert packet.clock_s == pytest.approx(1.0 + 9 * 19231 * 0.25e-6)
    assert (packet.count, packet.count_wrap) == (0x1234, 0x10000)
    assert packet.clock_wrap_s == 2**32 / 1e6


def test_clock_wraps_inside_a_packet() -> None:
    packet = structs.replace(_ONE, first_us=2**32 - 10_000).imu()
    assert packet.clock_s == pytest.approx(9 * 19231 * 0.25e-6 - 0.01)


@pytest.mark.parametrize(("overrun", "dropped"), [(True, False), (False, True), (False, False)])
def test_either_flag_is_a_break(overrun: bool, dropped: bool) -> None:
    packet = structs.replace(_ONE, overrun=overrun, dropped=dropped)
    assert pod.parse(pod.build(packet)).imu().broken is (overrun or dropped)


def test_without_the_gyro_flag_there_is_no_gyro() -> None:
    assert structs.replace(_ONE, gyro=False).imu().gyr == ()


@pytest.mark.parametrize(
    ("at", "value"), [(0, 0x12), (10, 0), (10, 9), (10, 255), (11, 5), (12, 3)]
)
def test_headers_that_make_no_sense(at: int, value: int) -> None:
    data = bytearray(pod.build(_ONE))
    data[at] = value
    with pytest.raises(WireError):
        pod.parse(bytes(data))


@given(_packets)
def test_build_then_parse_is_identity(packet: StreamPacket) -> None:
    data = pod.build(packet)
    assert pod.parse(data) == packet
    assert pod.build(pod.parse(data)) == data


def test_control_point_requests() -> None:
    settings = pod_control.Settings(rate_hz=416, acc_full_scale_g=32, samples=19, side=2)
    assert pod_control.set_request(settings) == bytes.fromhex("01 a001 20 10 13 02 00")
    assert pod_control.parse_set(pod_control.set_request(settings)) == settings
    assert pod_control.sync_request(0xAABBCCDD) == bytes.fromhex("02ddccbbaa")
    assert pod_control.parse_sync(bytes.fromhex("02ddccbbaa")) == 0xAABBCCDD


def test_a_request_is_not_taken_for_another() -> None:
    data = bytearray(pod_control.set_request(pod_control.Settings()))
    data[0] = pod_control.SLEEP
    with pytest.raises(WireError):
        pod_control.parse_set(bytes(data))
    with pytest.raises(WireError):
        pod_control.parse_sync(bytes.fromhex("01ddccbbaa"))


_u8, _u16, _u32 = (st.integers(0, 2**bits - 1) for bits in (8, 16, 32))


@given(
    st.builds(pod_control.Reply, _u8, _u8, st.binary(max_size=20)),
    st.builds(pod_control.Synced, _u32, _u32, _u32),
    st.builds(pod_control.Info, *[_u8] * 8, st.integers(0, 2**64 - 1), _u16, _u16),
    st.builds(pod_control.Counters, _u32, _u32, _u32, _u32),
)
def test_answers_there_and_back(
    reply: pod_control.Reply,
    synced: pod_control.Synced,
    info: pod_control.Info,
    counters: pod_control.Counters,
) -> None:
    assert pod_control.parse_reply(pod_control.build_reply(reply)) == reply
    assert pod_control.parse_synced(pod_control.build_synced(synced)) == synced
    assert pod_control.parse_info(pod_control.build_info(info)) == info
    assert len(pod_control.build_info(info)) == 20
    assert pod_control.parse_counters(pod_control.build_counters(counters)) == counters
    assert len(pod_control.build_counters(counters)) == 16
