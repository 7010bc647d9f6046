"""Our FIT writer, read back by two readers of others: every message, field and value."""

import io
import math
import struct
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import fitdecode
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livecoach.wire.fit import EPOCH_UNIX_S, FitWriter, Value, crc16
from livecoach.wire.fit_profile import BYTES, F32, MESSAGES, STRING, U8, U32Z, Base, Field
from tests.report.fit_readers import fitdecode_rows, fitparse_rows

APP = bytes(range(16))
DEVELOPER = {"lean": ("deg", F32), "cue": ("", STRING)}
# Their values are words in a reader, or they steer the reading itself.
STEERING = {"file_id", "developer_data_id", "field_description", "file_creator"}
# fitparse's profile is of 2020.
READERS = ((fitdecode_rows, set[str]()), (fitparse_rows, {"battery_level"}))
TIMES = {"timestamp", "start_time", "time_created", "local_timestamp"}


def writer() -> FitWriter:
    made = FitWriter(APP, 1, DEVELOPER)
    made.message("file_id", {"type": 4, "manufacturer": 255, "time_created": 1_100_000_000})
    made.describe()
    return made


def in_range(field: Field, *, time: bool = False) -> st.SearchStrategy[Value]:
    if time:
        return st.integers(0x10000001, field.base.high)  # the lowest one has a name of its own
    if field.base is STRING:
        return st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=60)
    return st.integers(field.base.low, field.base.high).map(lambda raw: raw / field.scale)


@st.composite
def messages(draw: st.DrawFn) -> tuple[str, dict[str, Value], dict[str, Value]]:
    name = draw(st.sampled_from(sorted(MESSAGES.keys() - STEERING)))
    fields = {k: f for k, f in MESSAGES[name].fields.items() if f.base.code or k == "sport"}
    chosen = draw(st.sets(st.sampled_from(sorted(fields)), min_size=1))
    own: dict[str, Value] = {}
    if draw(st.booleans()):
        own["lean"] = draw(st.floats(-90, 90, width=32))
    if draw(st.booleans()):
        own["cue"] = draw(in_range(Field(0, STRING)))
    return name, {k: draw(in_range(fields[k], time=k in TIMES)) for k in sorted(chosen)}, own


@settings(max_examples=150)
@given(st.lists(messages(), min_size=1, max_size=30))
def test_what_is_written_is_what_both_readers_read(
    told: list[tuple[str, dict[str, Value], dict[str, Value]]],
) -> None:
    made = writer()
    for name, values, own in told:
        made.message(name, values, own)
    data = made.finish()
    for read_rows, unknown in READERS:
        rows = read_rows(data)
        read = [row for row in rows if row[0] not in STEERING]
        assert [name for name, _ in read] == [name for name, _, _ in told]
        for (name, values, own), (_, found) in zip(told, read, strict=True):
            for key in values.keys() - unknown:
                assert_same(MESSAGES[name].fields[key], key, values[key], found)
            for key, value in own.items():
                assert found[key] == value


def assert_same(field: Field, key: str, value: Value, found: Mapping[str, object]) -> None:
    """Compare to the field's resolution; enumerations are words in a reader."""
    got = found.get(key)
    if isinstance(got, str) and not isinstance(value, str):
        return  # a number that has a name: its meaning is pinned in test_export_fit
    if key in TIMES and isinstance(got, datetime) and isinstance(value, int | float):
        assert got == datetime.fromtimestamp(value + EPOCH_UNIX_S, UTC)
    elif isinstance(value, str):
        assert got == value
    else:
        assert isinstance(got, int | float), (key, value, found)
        assert isinstance(value, int | float)
        assert abs(got - value) <= 0.5 / field.scale + 1e-9


def test_crc_of_the_check_string() -> None:
    assert crc16(b"123456789") == 0xBB3D


def test_the_header_says_what_it_is() -> None:
    data = writer().finish()
    size, protocol, _, length, kind, crc = struct.unpack_from("<BBHI4sH", data)
    assert (size, protocol, kind) == (14, 0x20, b".FIT")
    assert length == len(data) - 16
    assert crc == crc16(data[:12])
    assert crc16(data) == 0


def record(values: dict[str, Value]) -> dict[str, object]:
    made = writer()
    made.message("record", {"timestamp": 1_100_000_000, **values})
    (_, found) = fitdecode_rows(made.finish())[-1]
    del found["timestamp"]
    return found


@pytest.mark.parametrize("value", [None, math.nan, math.inf, -1.0, 254.6, 1e12, "fast", b"x"])
def test_what_is_no_value_of_its_field_is_not_written(value: Value) -> None:
    assert record({"heart_rate": value, "cadence": 90}) == {"cadence": 90}


def test_the_largest_value_is_written_and_the_next_means_unknown() -> None:
    assert record({"heart_rate": 254}) == {"heart_rate": 254}
    assert record({"heart_rate": 255}) == {}
    assert record({"temperature": -127}) == {"temperature": -127}
    assert record({"temperature": 127}) == {}


def test_a_serial_number_of_zero_means_unknown() -> None:
    assert (U32Z.low, U8.high) == (1, 254)


def test_more_kinds_of_messages_than_there_are_local_numbers() -> None:
    made = writer()
    names = [n for n, f in MESSAGES["record"].fields.items() if n != "timestamp"]
    for _ in range(3):
        for skipped in names + names[::-1]:
            values: dict[str, Value] = {n: 20.0 for n in names if n != skipped}
            made.message("record", {"timestamp": 1_100_000_000, **values})
            made.message("record", {"timestamp": 1_100_000_000, skipped: 20.0})
    read = [v for n, v in fitdecode_rows(made.finish()) if n == "record"]
    assert len(read) == 3 * 2 * 2 * len(names)
    assert all(v == 20.0 for row in read for k, v in row.items() if k != "timestamp")


def test_long_text_is_cut_between_letters() -> None:
    made = writer()
    made.message("event", {"timestamp": 1_100_000_000}, {"cue": "größer\0 " * 60})
    data = made.finish()
    for rows in (fitdecode_rows(data), fitparse_rows(data)):
        text = rows[-1][1]["cue"]
        assert ("größer  " * 60).startswith(text)
        assert 240 <= len(text.encode()) < 250


def test_times_count_from_the_last_day_of_1989() -> None:
    zero = datetime(1989, 12, 31, tzinfo=UTC)
    assert zero.timestamp() == EPOCH_UNIX_S
    made = writer()
    made.message("record", {"timestamp": 1_100_000_000})
    rows = fitparse_rows(made.finish())
    assert rows[-1][1]["timestamp"] == zero + timedelta(seconds=1_100_000_000)


def test_every_field_is_numbered_typed_and_scaled_as_in_the_readers_profile() -> None:
    for name, message in MESSAGES.items():
        theirs = fitdecode.profile.MESSAGE_TYPES[message.number]
        assert theirs.name == name
        for key, field in message.fields.items():
            known = theirs.fields[field.number]
            assert known.name == key
            assert (known.scale or 1) == field.scale, key
            if field.base is not BYTES:
                assert _base_code(known) == field.base.code, key


def _base_code(field: fitdecode.types.Field) -> int:
    return int(field.base_type.identifier)


def test_a_file_that_is_cut_off_is_refused_by_readers() -> None:
    made = writer()
    made.message("record", {"timestamp": 1_100_000_000, "heart_rate": 150})
    data = made.finish()
    for size in range(1, len(data)):
        with pytest.raises(fitdecode.FitError):
            list(fitdecode.FitReader(io.BytesIO(data[:size])))


def test_base_types_are_what_the_struct_letters_hold() -> None:
    bases = {f.base.code: f.base for m in MESSAGES.values() for f in m.fields.values()}
    for base in bases.values():
        assert isinstance(base, Base)
        if base.letter != "s":
            struct.pack("<" + base.letter, base.low)
            struct.pack("<" + base.letter, base.high)
