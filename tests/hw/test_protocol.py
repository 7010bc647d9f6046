"""PROTOCOL.md is the specification: its tables against C and against the coach's side."""

import re
import struct

import pytest
from msgspec import structs

from livecoach.wire import pod, pod_control
from tests.hw.core import FIRMWARE
from tests.hw.tools import PAGE, Row, tables

_HEADER = (FIRMWARE / "core/lcpod.h").read_text("utf-8")
_BLE = (FIRMWARE / "arduino/livecoach_pod/pod_uuids.h").read_text("utf-8")
_TYPES = {"u8": "B", "i8": "b", "u16": "H", "u32": "I", "u64": "Q"}


def _defines() -> dict[str, int]:
    found = re.findall(r"^#define LCPOD_(\w+) (0x[0-9A-F]+|\d+)u?$", _HEADER, re.MULTILINE)
    return {name: int(value, 0) for name, value in found}


def _layout(rows: list[Row]) -> struct.Struct:
    """Return a table of offsets and types as a struct; the offsets must be without holes."""
    layout = "<"
    for row in rows:
        assert int(row["offset"]) == struct.calcsize(layout), row
        layout += _TYPES[row["type"]]
    return struct.Struct(layout)


_C = _defines()


def test_stream_header() -> None:
    rows = next(tables("Stream"))
    layout = _layout(rows)
    assert layout.size == _C["HEADER"]
    assert {row["field"].upper(): int(row["offset"]) for row in rows} == {
        name.removeprefix("AT_"): value for name, value in _C.items() if name.startswith("AT_")
    }
    packet = pod.StreamPacket(
        count=1001,
        first_us=3_000_000_001,
        period_quarter_us=19230,
        samples=((1, -2, 3, -4, 5, -6),) * 7,
        acc_full_scale_g=32,
        gyr_full_scale_125dps=8,
        temperature_degc=-9,
        battery_mv=3456,
        side=2,
        dropped=True,
    )
    values = dict(
        zip((r["field"] for r in rows), layout.unpack(pod.build(packet)[:16]), strict=True)
    )
    assert values == {
        "format": _C["FORMAT"],
        "flags": 0x25,
        "count": 1001,
        "first_us": 3_000_000_001,
        "period": 19230,
        "n": 7,
        "acc_g": 32,
        "gyr_125": 8,
        "degc": -9,
        "battery_mv": 3456,
    }
    assert len(pod.build(packet)) == _C["HEADER"] + 7 * _C["SAMPLE"]


def test_flags() -> None:
    _, rows = tables("Stream")
    empty = pod.StreamPacket(count=0, first_us=0, period_quarter_us=1, samples=(), gyro=False)
    assert {row["flag"] for row in rows} == {"gyro", "overrun", "dropped", "battery_low"}
    for row in rows:
        value = int(row["value"], 0)
        assert _C[f"FLAG_{row['flag'].upper()}"] == value
        assert pod.build(structs.replace(empty, **{row["flag"]: True}))[1] == value
    assert pod.build(structs.replace(empty, side=3))[1] == 3 << _C["SIDE_SHIFT"]


def test_requests_and_their_answers() -> None:
    ops, results, faults = tables("Control point")
    for row in ops:
        assert getattr(pod_control, row["name"]) == _C[f"OP_{row['name']}"] == int(row["op"], 0)
    assert len(ops) == sum(name.startswith("OP_") for name in _C) - 1
    for row in results:
        value = int(row["result"], 0)
        assert getattr(pod_control, row["name"]) == _C[f"RESULT_{row['name']}"] == value
    assert set(pod_control.RESULTS) == {int(row["result"], 0) for row in results}
    assert {f"FAULT_{row['fault']}": int(row["value"], 0) for row in faults} == {
        name: value for name, value in _C.items() if name.startswith("FAULT_")
    }


@pytest.mark.parametrize(
    ("op", "column", "fields", "built"),
    [
        ("SET", "request", pod_control.Settings, pod_control.set_request(pod_control.Settings())),
        ("SYNC", "reply", pod_control.Synced, b"?" + bytes(12)),
    ],
)
def test_what_a_request_carries(
    op: str,
    column: str,
    fields: type[pod_control.Settings | pod_control.Synced],
    built: bytes,
) -> None:
    row = next(row for row in next(tables("Control point")) if row["name"] == op)
    types, names = zip(*(cell.split() for cell in row[column].split(", ")), strict=True)
    assert names == fields.__struct_fields__
    assert struct.calcsize("<B" + "".join(_TYPES[t] for t in types)) == len(built)


def test_info() -> None:
    rows = next(tables("Info"))
    layout = _layout(rows)
    assert tuple(row["field"] for row in rows) == pod_control.Info.__struct_fields__
    assert layout.size == _C["INFO_BYTES"]
    info = pod_control.Info(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
    assert pod_control.build_info(info) == layout.pack(*structs.astuple(info))


def test_counters() -> None:
    rows = next(tables("Counters"))
    layout = _layout(rows)
    assert tuple(row["field"] for row in rows) == pod_control.Counters.__struct_fields__
    assert layout.size == _C["COUNTERS_BYTES"]
    counters = pod_control.Counters(1, 2, 3, 4)
    assert pod_control.build_counters(counters) == layout.pack(*structs.astuple(counters))


def test_uuids() -> None:
    rows = next(tables("Characteristics"))
    base = "0087{}-48a3-4935-b697-0be829dbf171"
    assert f"`{base.format('xxxx')}`" in PAGE
    ours = {
        "Pod service": pod.SERVICE,
        "Stream": pod.STREAM,
        "Control point": pod_control.CONTROL,
        "Info": pod_control.INFO,
        "Counters": pod_control.COUNTERS,
    }
    assert {row["name"]: base.format(row["slot"]) for row in rows} == ours
    assert '"0087" slot "-48a3-4935-b697-0be829dbf171"' in _BLE
    lowest_first = [int(byte, 16) for byte in re.findall(r"0x(\w\w)", _BLE)]
    given = bytes([*lowest_first[:12], 0x02, *lowest_first[12:]])
    assert given[::-1].hex() == pod.STREAM.replace("-", "")
