"""Polar's control point: what is written byte for byte, what answers mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecoach.errors import WireError
from livecoach.wire import polar_control
from livecoach.wire.polar_control import Reply, Settings
from tests.wire import vectors


def test_requests() -> None:
    h10 = Settings(rates_hz=(200,), resolutions_bit=(16,), ranges=(8,))
    assert polar_control.get_settings_request() == bytes.fromhex("0102")
    wanted = bytes.fromhex("02020001c8000101100002010800")
    assert polar_control.start_request(h10) == wanted
    assert polar_control.stop_request() == bytes.fromhex("0302")


def test_a_stream_that_runs_already_says_so() -> None:
    reply = polar_control.parse_reply(vectors.POLAR_ALREADY)
    assert reply == Reply(polar_control.START, 2, polar_control.ALREADY)
    assert polar_control.STATUSES[reply.status] == "already in that state"


def test_settings_of_a_gyro() -> None:
    settings = polar_control.parse_settings(vectors.POLAR_SETTINGS)
    assert settings == Settings(
        rates_hz=(52,), resolutions_bit=(16,), ranges=(245, 500, 1000, 2000), channels=(3,)
    )


def test_a_start_reply_holds_the_factor() -> None:
    reply = polar_control.parse_reply(bytes.fromhex("f0020200000501d044d83b"))
    assert polar_control.parse_settings(reply.settings).factor == pytest.approx(0.0066, rel=1e-2)


def test_a_read_is_no_answer() -> None:
    """What is read arrives as a notification too."""
    with pytest.raises(WireError):
        polar_control.parse_reply(bytes.fromhex("0f050000"))
    assert polar_control.parse_kinds(bytes.fromhex("0f050000")) == {0, 2}


@pytest.mark.parametrize("text", ["00", "0001", "000134", "0000", "09010000", "0501000080ff"])
def test_settings_that_do_not_fit(text: str) -> None:
    with pytest.raises(WireError):
        polar_control.parse_settings(bytes.fromhex(text))


_shorts = st.lists(st.integers(0, 0xFFFF), max_size=5).map(tuple)


@given(
    _shorts,
    _shorts,
    _shorts,
    st.lists(st.integers(0, 2**32 - 1), max_size=3).map(tuple),
    st.lists(st.integers(0, 255), max_size=3).map(tuple),
    st.none() | st.floats(width=32, allow_nan=False, allow_infinity=False),
)
def test_settings_there_and_back(
    rates: tuple[int, ...],
    bits: tuple[int, ...],
    ranges: tuple[int, ...],
    milli: tuple[int, ...],
    channels: tuple[int, ...],
    factor: float | None,
) -> None:
    settings = Settings(
        rates_hz=rates,
        resolutions_bit=bits,
        ranges=ranges,
        ranges_milli=milli,
        channels=channels,
        factor=factor,
    )
    built = polar_control.build_settings(settings)
    assert polar_control.parse_settings(built) == settings


@given(st.builds(Reply, *[st.integers(0, 255)] * 3, st.booleans(), st.binary(max_size=30)))
def test_replies_there_and_back(reply: Reply) -> None:
    assert polar_control.parse_reply(polar_control.build_reply(reply)) == reply
