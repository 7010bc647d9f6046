"""Treadmill data: the flags of a real machine, the inverted bit, the field nobody agrees on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecoach.errors import WireError
from livecoach.model import TreadmillReading
from livecoach.wire import treadmill
from tests.wire import vectors


def test_flags_of_a_real_machine() -> None:
    """Flags seen on a real machine (84 24); the values behind them are our own."""
    reading = treadmill.parse(vectors.TREADMILL, 2.0)
    assert reading == TreadmillReading(t=2.0, speed_mps=300 / 360, distance_m=10, elapsed_s=60)


def test_speed_is_there_when_its_bit_is_not() -> None:
    with_speed = treadmill.parse(bytes.fromhex("00003804"), 0.0)
    without = treadmill.parse(bytes.fromhex("01003804"), 0.0)
    assert with_speed.speed_mps == pytest.approx(3.0)
    assert without.speed_mps is None


def test_average_speed_and_elevation_do_not_shift_what_follows() -> None:
    text = "1e013804ffffd20400e7ff 06000100 020096"
    reading = treadmill.parse(bytes.fromhex(text), 0.0)
    assert reading.speed_mps == pytest.approx(3.0)
    assert (reading.distance_m, reading.incline_percent) == (1234, -2.5)
    assert reading.heart_rate_per_min == 150


@pytest.mark.parametrize("pace", ["20", "40", "60"])
def test_nothing_behind_a_pace_is_trusted(pace: str) -> None:
    """Its width is not known: a heart rate read there could be half a pace."""
    reading = treadmill.parse(bytes.fromhex(f"{pace}0538040a0b0c0d0e0f"), 0.0)
    assert reading.speed_mps == pytest.approx(3.0)
    assert (reading.heart_rate_per_min, reading.elapsed_s) == (None, None)


def test_unknown_incline_is_none() -> None:
    assert treadmill.parse(bytes.fromhex("0900ff7f0000"), 0.0).incline_percent is None


@pytest.mark.parametrize("text", ["", "00", "0000", "000038", "0c0038040a0000"])
def test_short_payloads_say_what_is_missing(text: str) -> None:
    with pytest.raises(WireError, match=r"bytes, got \d"):
        treadmill.parse(bytes.fromhex(text), 0.0)


@given(
    st.none() | st.integers(0, 0xFFFF),
    st.none() | st.integers(-1000, 1000),
    st.none() | st.integers(0, 0xFF_FFFF),
    st.none() | st.integers(1, 255),
    st.none() | st.integers(0, 0xFFFF),
)
def test_build_then_parse_is_identity(
    speed: int | None,
    incline: int | None,
    distance: int | None,
    heart: int | None,
    elapsed: int | None,
) -> None:
    reading = TreadmillReading(
        t=0.0,
        speed_mps=None if speed is None else speed / 360,
        incline_percent=None if incline is None else incline / 10,
        distance_m=distance,
        heart_rate_per_min=heart,
        elapsed_s=elapsed,
    )
    assert treadmill.parse(treadmill.build(reading), 0.0) == reading
