"""Polar frames: the SDK's vectors, an encoder of our own, frames that do not fit."""

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecoach.errors import WireError
from livecoach.wire import polar
from livecoach.wire.triples import G_MPS2
from tests.wire import vectors

_MG = G_MPS2 / 1000
_Samples = list[tuple[int, int, int]]
_steps = st.integers(-16000, 16000)
_samples = st.lists(st.tuples(_steps, _steps, _steps), min_size=1, max_size=60)


def _mg(frame: polar.Frame) -> _Samples:
    return [(round(x / _MG), round(y / _MG), round(z / _MG)) for x, y, z in frame.values]


def test_raw_frame_of_an_h10() -> None:
    frame = polar.parse(vectors.POLAR_RAW)
    assert _mg(frame) == [(-9, -1, 999), (-8, -2, 997)]
    assert (frame.kind, frame.clock_s) == (polar.ACCELERATION, 2.0)


@pytest.mark.parametrize(("form", "text"), [(0, "f701e7"), (2, "f7ffff010000e7ffff")])
def test_the_other_raw_widths(form: int, text: str) -> None:
    head = bytes([2]) + bytes(8) + bytes([form])
    assert _mg(polar.parse(head + bytes.fromhex(text))) == [(-9, 1, -25)]


def test_delta_frame_in_mg() -> None:
    frame = polar.parse(vectors.POLAR_DELTA_1)
    assert _mg(frame) == [(-15, 20, 1008), (-20, 17, 1008)]
    assert _mg(polar.parse(vectors.POLAR_DELTA_1, 2.0))[0] == (-30, 40, 2016)


def test_delta_frame_in_g_takes_the_factor_of_the_range_we_ask_for() -> None:
    """Real bytes: first sample and first difference of the SDK's long frame, its factor 2.44e-4."""
    frame = polar.parse(vectors.POLAR_DELTA_0)
    expected = [(1905, 27376, -29282), (2095, 27271, -29367)]
    for row, steps in zip(frame.values, expected, strict=True):
        assert row == pytest.approx([s * 8 / 32768 * G_MPS2 for s in steps])
    said = polar.parse(vectors.POLAR_DELTA_0, 2.44e-4)
    assert said.values[0] == pytest.approx(frame.values[0], rel=1e-3)


def test_gyro_frame_needs_the_factor() -> None:
    frame = polar.parse(vectors.POLAR_GYRO, 0.1)
    assert frame.kind == polar.GYRO
    assert frame.values[0] == pytest.approx([math.radians(v / 10) for v in (-22, 8, 13)])
    assert frame.values[1] == pytest.approx([math.radians(v / 10) for v in (-23, 11, 16)])
    with pytest.raises(WireError, match="cannot be read"):
        polar.parse(vectors.POLAR_GYRO)


def test_stream_gives_the_clock_of_the_last_sample_and_passes_gyro_over() -> None:
    stream = polar.PmdStream()
    [packet] = stream.update(vectors.POLAR_RAW, 9.0)
    assert (len(packet.acc), packet.clock_s, packet.clock_wrap_s) == (2, 2.0, 0.0)
    assert (packet.gyr, packet.count, packet.period_s) == ((), None, None)
    assert stream.update(vectors.POLAR_GYRO, 9.1) == []


def test_an_h10_packet_has_its_size() -> None:
    assert len(polar.build(0, [(1, 2, 3)] * 36)) == 226


@pytest.mark.parametrize(
    "tail",
    [
        "",
        "0102030405",
        "0102030405060001",
        "0102030405062101" + "00" * 13,
        "01020304050606ff000000",
    ],
    ids=["nothing", "half a sample", "no width", "33 bits", "255 samples in 3 bytes"],
)
def test_delta_frames_that_do_not_fit(tail: str) -> None:
    with pytest.raises(WireError):
        polar.parse(vectors.POLAR_DELTA_1[:10] + bytes.fromhex(tail))


def test_a_drift_beyond_any_sensor_is_refused() -> None:
    block = bytes([32, 1]) + struct.pack("<3i", 2**31 - 1, 0, 0)
    with pytest.raises(WireError, match="beyond any sensor"):
        polar.parse(vectors.POLAR_DELTA_1[:16] + block)


@given(_samples, st.integers(0, 2**64 - 1))
def test_build_then_parse_is_identity(samples: _Samples, clock_ns: int) -> None:
    frame = polar.parse(polar.build(clock_ns, samples))
    assert (_mg(frame), frame.clock_s) == (samples, clock_ns / 1e9)


@given(_samples)
def test_deltas_then_parse_is_identity(samples: _Samples) -> None:
    assert _mg(polar.parse(polar.build_delta(0, samples))) == samples
