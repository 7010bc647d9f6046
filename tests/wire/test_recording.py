"""Recordings: headers, rows, descriptions, and what is wrong with them in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecoach.errors import WireError
from livecoach.model import ImuSample, SensorInfo
from livecoach.wire import recording
from livecoach.wire.recording import IMU_COLUMNS, ImuRows

INFO = SensorInfo(name="x", kind="imu", mount="waist", columns=IMU_COLUMNS, t_origin_s=10.0)


def test_a_row_in_session_time() -> None:
    sample = ImuRows(INFO).update(b"10.5,1,2,9.81,0.1,0.2,0.3")
    assert sample == ImuSample(0.5, 1.0, 2.0, 9.81, 0.1, 0.2, 0.3)


def test_columns_in_another_order() -> None:
    columns = recording.header(b"t,acc_z,acc_y,acc_x\r\n", "imu")
    rows = ImuRows(SensorInfo(name="x", kind="imu", columns=columns))
    assert rows.update(b"1,9,2,3") == ImuSample(1.0, 3.0, 2.0, 9.0)


def test_byte_order_mark_is_no_part_of_the_header() -> None:
    assert recording.header(b"\xef\xbb\xbft,acc_x,acc_y,acc_z\n", "imu")[0] == "t"


def test_wrong_header_is_quoted() -> None:
    with pytest.raises(WireError, match="found 'time;ax'"):
        recording.header(b"time;ax\n", "imu")


def test_a_gyro_with_a_hole_is_no_gyro() -> None:
    assert ImuRows(INFO).update(b"10,1,2,3,0.1,,0.3") == ImuSample(0.0, 1.0, 2.0, 3.0)


def test_an_axis_never_measured_reads_zero_until_it_has_spoken() -> None:
    rows = ImuRows(INFO)
    assert rows.update(b"10,1,,3,,,").acc_y == 0.0
    assert rows.update(b"11,1,2,3,,,").acc_y == 2.0
    with pytest.raises(WireError, match="missing"):
        rows.update(b"12,1,,3,,,")


@pytest.mark.parametrize(
    "row",
    [
        b"10,1,2",
        b"10,1,2,3,,,,9",
        b"x,1,2,3,,,",
        b"10,nan,NaN,inf,,,",
        b"10,1e9,0,0,,,",
        b"10,,,,,,",
        b"",
    ],
)
def test_rows_that_hold_no_sample(row: bytes) -> None:
    with pytest.raises(WireError):
        ImuRows(INFO).update(row)


@given(st.lists(st.binary(max_size=60), max_size=8))
def test_any_bytes_give_a_sample_or_a_wire_error(rows: list[bytes]) -> None:
    reader = ImuRows(INFO)
    for row in rows:
        try:
            sample = reader.update(row)
        except WireError as exc:
            assert exc.payload == row
        else:
            assert abs(sample.acc_x) <= 1962


@given(
    st.builds(
        ImuSample,
        *(st.floats(-50, 50).map(lambda v: round(v, 3)) for _ in range(4)),
        *(st.floats(-30, 30).map(lambda v: round(v, 3)) for _ in range(3)),
    )
)
def test_a_sample_written_and_read_is_the_same(sample: ImuSample) -> None:
    info = SensorInfo(name="x", kind="imu", columns=IMU_COLUMNS)
    assert ImuRows(info).update(recording.imu_row(sample)) == sample


def test_a_capture_row() -> None:
    row = recording.capture_row(b"1.5,pod,00002A53-0000-1000-8000-00805f9a34fb,04ba02b9")
    assert (row.t, row.device, row.characteristic) == (1.5, "pod", "2a53")
    assert row.data == bytes.fromhex("04ba02b9")


@given(st.binary(max_size=80))
def test_any_capture_row_gives_a_value_or_a_wire_error(data: bytes) -> None:
    try:
        row = recording.capture_row(data)
    except WireError as exc:
        assert exc.payload == data
    else:
        assert isinstance(row.data, bytes)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('mount = "waist', "not TOML"),
        ('mount = "left_elbow"', "mount must be one of chest, back"),
        ('mount = "chest"\nup = "z"', "up must be one of"),
        ('mount = "chest"\nrate_hz = "fast"', "rate_hz must be a number"),
        ('mount = "chest"\nmass_kg = true', "mass_kg must be a number"),
        ('mount = "chest"\nspeed_mps = 1' + "0" * 400, "speed_mps must be 0 to 15"),
        ('mount = "chest"\nspeed_mps = nan', "speed_mps must be 0 to 15"),
        ('mount = "chest"\nup = "+x"', "three different axes"),
    ],
)
def test_descriptions_that_are_wrong_say_where(text: str, words: str) -> None:
    with pytest.raises(WireError, match=words):
        recording.imu_info(text, "x")


def test_unknown_keys_of_a_description_are_remarks() -> None:
    info = recording.imu_info('mount = "back"\nspeed_mps = 3\nfancy = [1, 2]', "x")
    assert (info.mount, info.speed_mps, info.forward) == ("back", 3.0, "+x")
