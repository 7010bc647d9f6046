"""Names and URIs of Bluetooth sensors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecoach.errors import ConfigError
from livecoach.sources import is_live, open_live, open_sources
from livecoach.sources.ble import parse
from livecoach.sources.ble.wanted import Wanted, quoted, source_name

_ADDRESS = "C1:00:00:00:AB:01"


@given(st.text(min_size=1))
def test_a_name_quoted_for_a_uri_is_read_back(name: str) -> None:
    text = name.strip()
    if text:
        assert parse(quoted(text) + "?mount=chest") == Wanted(text=text, mount="chest")


@given(st.text(max_size=12), st.integers(0, 0xFFFF), st.integers(0, 0xFFFF))
def test_two_sensors_of_one_name_are_two_sources(name: str, one: int, other: int) -> None:
    addresses = [f"C1:00:00:00:{n >> 8:02X}:{n & 255:02X}" for n in (one, other)]
    sources = [source_name(name, address) for address in addresses]
    own_digits = source_name(name, addresses[0]) == " ".join(
        "".join(c if c.isprintable() else " " for c in name).split()
    )
    assert own_digits or (sources[0] == sources[1]) == (one == other)


def test_a_name_with_digits_of_its_own_stays_as_it_is() -> None:
    assert source_name("Polar H10 12345678", _ADDRESS) == "Polar H10 12345678"
    assert source_name("LCPOD-L-1A2B", _ADDRESS) == "LCPOD-L-1A2B"
    assert source_name("WT901BLE67", _ADDRESS) == "WT901BLE67 AB01"
    assert source_name("", _ADDRESS) == "sensor AB01"
    assert source_name("De\x1b[31mad\nFace", _ADDRESS) == "De [31mad Face AB01"


def test_a_sensor_is_meant_by_address_name_source_or_part_of_the_name() -> None:
    for text in (_ADDRESS.lower(), "Stryd", "stryd AB01"):
        assert Wanted(text=text).fits_exactly("Stryd", _ADDRESS)
    assert Wanted(text="try").fits("Stryd", _ADDRESS)
    assert not Wanted(text="try").fits_exactly("Stryd", _ADDRESS)
    assert not Wanted(text="C1:00:00:00:AB:02").fits("Stryd", _ADDRESS)


def test_axes_keep_their_plus_sign() -> None:
    wanted = parse("WT?mount=foot_left&forward=+x&up=-z&left=%2By&cadence=per_leg")
    assert (wanted.forward, wanted.up, wanted.left) == ("+x", "-z", "+y")
    assert (wanted.mount, wanted.cadence) == ("foot_left", "per_leg")


@pytest.mark.parametrize(
    "uri", ["A?mount=head", "A?mout=chest", "A?mount=chest&mount=back", "A?x", "?mount=chest"]
)
def test_a_wrong_uri_is_a_usage_error_that_names_it(uri: str) -> None:
    with pytest.raises(ConfigError, match="ble:"):
        parse(uri)


def test_all_sensors_are_behind_one_door_and_recordings_behind_others() -> None:
    (door,) = open_live(("ble:A", "sim:", "ble:B"), mount=None)
    assert door.name == "Bluetooth"
    assert open_live(("sim:",), mount=None) == []
    assert not is_live("sim:")
    with pytest.raises(ConfigError, match="twice"):
        open_live(("ble:a", "ble:A"), mount=None)
    with pytest.raises(ConfigError, match="livecoach run"):
        open_sources(("ble:A",), mount=None, speed_mps=None, speed_told=False, seed=0)
