"""Heart rate: published vectors, there and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecoach.errors import WireError
from livecoach.model import HeartRateReading
from livecoach.wire import heart_rate


@pytest.mark.parametrize(
    ("text", "rate"), [("018080", 32896), ("00ff", 255), ("08007f80", 0), ("110000ffff7f80", 0)]
)
def test_rates(text: str, rate: int) -> None:
    """Vectors of the Polar BLE SDK's client test."""
    assert heart_rate.parse(bytes.fromhex(text), 3.0).rate_per_min == rate


def test_beat_intervals() -> None:
    reading = heart_rate.parse(bytes.fromhex("110000ffff7f80"), 0.0)
    assert reading.rr_s == (65535 / 1024, 32895 / 1024)


def test_energy_is_not_taken_for_an_interval() -> None:
    reading = heart_rate.parse(bytes.fromhex("185a7f800004"), 0.0)
    assert (reading.rate_per_min, reading.rr_s) == (90, (1.0,))


@pytest.mark.parametrize(("text", "contact"), [("0600", True), ("0400", False), ("0200", None)])
def test_contact(text: str, contact: bool | None) -> None:
    assert heart_rate.parse(bytes.fromhex(text), 0.0).contact is contact


@pytest.mark.parametrize("text", ["", "00", "0180", "080000"])
def test_short_payloads_say_what_is_missing(text: str) -> None:
    with pytest.raises(WireError, match=r"bytes, got \d"):
        heart_rate.parse(bytes.fromhex(text), 0.0)


@given(
    st.integers(0, 0xFFFF),
    st.lists(st.integers(0, 0xFFFF), max_size=9),
    st.none() | st.booleans(),
)
def test_build_then_parse_is_identity(rate: int, rr: list[int], contact: bool | None) -> None:
    reading = HeartRateReading(0.0, rate, tuple(v / 1024 for v in rr), contact)
    assert heart_rate.parse(heart_rate.build(reading), 0.0) == reading
