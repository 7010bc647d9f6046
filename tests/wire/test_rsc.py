"""Running Speed and Cadence: published vectors, any bytes, there and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecoach.errors import WireError
from livecoach.model import FootPodReading
from livecoach.wire import rsc


def test_vector_with_every_field() -> None:
    """Vector of the Polar BLE SDK's client test."""
    reading = rsc.parse(bytes.fromhex("07341256890704030201"), 3.0)
    assert reading == FootPodReading(3.0, 4660 / 256, 86, True, 19.29, 1690906.0)


def test_vector_with_only_cadence() -> None:
    reading = rsc.parse(bytes.fromhex("000a0014"), 0.0)
    assert (reading.cadence_raw_per_min, reading.running) == (20, False)
    assert reading.stride_length_raw_m is None
    assert reading.total_distance_m is None


@pytest.mark.parametrize("text", ["", "04ee", "0134125689", "02341256890704"])
def test_short_payloads_say_what_is_missing(text: str) -> None:
    with pytest.raises(WireError, match=r"bytes, got \d"):
        rsc.parse(bytes.fromhex(text), 0.0)


@given(st.binary(max_size=24))
def test_any_bytes_give_a_value_or_a_wire_error(data: bytes) -> None:
    try:
        reading = rsc.parse(data, 1.0)
    except WireError as exc:
        assert exc.payload == data
    else:
        assert 0 <= reading.cadence_raw_per_min <= 255
        assert 0 <= reading.speed_mps < 256


@given(
    st.integers(0, 0xFFFF),
    st.integers(0, 255),
    st.booleans(),
    st.none() | st.integers(0, 0xFFFF),
    st.none() | st.integers(0, 0xFFFF_FFFF),
)
def test_build_then_parse_is_identity(
    speed: int, cadence: int, running: bool, stride: int | None, distance: int | None
) -> None:
    reading = FootPodReading(
        t=0.0,
        speed_mps=speed / 256,
        cadence_raw_per_min=cadence,
        running=running,
        stride_length_raw_m=None if stride is None else stride / 100,
        total_distance_m=None if distance is None else distance / 10,
    )
    assert rsc.parse(rsc.build(reading), 0.0) == reading


@given(st.builds(rsc.Feature, **dict.fromkeys(rsc.Feature.__struct_fields__, st.booleans())))
def test_feature_there_and_back(feature: rsc.Feature) -> None:
    assert rsc.parse_feature(rsc.build_feature(feature)) == feature


def test_feature_bits_are_in_order() -> None:
    assert rsc.parse_feature(b"\x09\xff") == rsc.Feature(stride_length=True, calibration=True)


@pytest.mark.parametrize("location", rsc.LOCATIONS)
def test_location_there_and_back(location: str) -> None:
    assert rsc.parse_location(rsc.build_location(location)) == location


def test_control_point() -> None:
    assert rsc.set_distance_request(0x01020304) == bytes.fromhex("0104030201")
    assert rsc.set_location_request("in shoe") == b"\x03\x02"
    reply = rsc.parse_reply(bytes.fromhex("100401010203"))
    assert reply == rsc.Reply(rsc.LIST_LOCATIONS, rsc.OK, b"\x01\x02\x03")
    assert rsc.build_reply(reply) == bytes.fromhex("100401010203")


@pytest.mark.parametrize("text", ["", "10", "1004", "800401"])
def test_what_is_no_answer(text: str) -> None:
    with pytest.raises(WireError):
        rsc.parse_reply(bytes.fromhex(text))


@pytest.mark.parametrize("text", ["", "11", "ff"])
def test_what_is_no_location(text: str) -> None:
    with pytest.raises(WireError):
        rsc.parse_location(bytes.fromhex(text))
