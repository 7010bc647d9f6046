"""FIFO bursts and IIO records: read whole, cut anywhere, never trusted."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecoach.errors import WireError
from livecoach.model import ImuPacket
from livecoach.wire import iio, lsm6ds

G = 9.80665


def word(tag: int, count: int, data: bytes) -> bytes:
    return bytes([tag << 3 | count << 1]) + data


def instant(k: int, *, counted: bool = True) -> bytes:
    """Return the three words of sample ``k``: 1 g on z, k steps of rotation about x."""
    count = k & 3 if counted else 0
    return (
        word(lsm6ds.TIME, count, struct.pack("<IH", 192 * k, 0))
        + word(lsm6ds.GYRO, count, struct.pack("<3h", k, 0, 0))
        + word(lsm6ds.ACCELERATION, count, struct.pack("<3h", 0, 0, 4098))
    )


def fed(words: bytes, cuts: list[int], settings: lsm6ds.Settings) -> list[ImuPacket]:
    """Feed words in bursts that end after so many of them."""
    stream, out, ends = lsm6ds.FifoStream(), [], [*sorted(cuts), len(words) // 7]
    begin = 0
    for end in ends:
        out += stream.update(lsm6ds.burst(settings, words[7 * begin : 7 * end]), 0.0)
        begin = end
    return out


@given(st.lists(st.integers(0, 30), max_size=6), st.booleans())
def test_an_instant_may_be_cut_anywhere(cuts: list[int], counted: bool) -> None:
    words = b"".join(instant(k, counted=counted) for k in range(10))
    packets = fed(words, cuts, lsm6ds.Settings(8))
    turns = [gyr[0] for p in packets for gyr in p.gyr]
    assert turns == pytest.approx([k * 0.070 * 3.141592653589793 / 180 for k in range(10)])
    assert all(acc == pytest.approx((0, 0, G), rel=1e-3) for p in packets for acc in p.acc)
    assert packets[-1].clock_s == pytest.approx(9 * 192 * 25e-6)


def test_what_an_overrun_cut_off_is_left_out_and_said() -> None:
    words = instant(0)[14:] + instant(1) + instant(2)
    (packet,) = lsm6ds.FifoStream().update(
        lsm6ds.burst(lsm6ds.Settings(8, overrun=True), words), 0.0
    )
    assert packet.broken
    assert len(packet.acc) == 2


def test_a_hole_between_bursts_never_joins_words_of_two_instants() -> None:
    stream = lsm6ds.FifoStream()
    assert stream.update(lsm6ds.burst(lsm6ds.Settings(8), instant(0)[:14]), 0.0) == []
    assert stream.update(lsm6ds.burst(lsm6ds.Settings(8), instant(5)[14:]), 0.0) == []


def test_the_chips_own_word_on_its_oscillator_is_taken() -> None:
    slow = lsm6ds.Settings(8, fine=-10)
    (packet,) = lsm6ds.FifoStream().update(lsm6ds.burst(slow, instant(9)), 0.0)
    assert packet.clock_s == pytest.approx(9 * 192 / (40_000 * (1 - 0.015)))
    assert packet.clock_wrap_s == pytest.approx(2**32 * slow.tick_s)


def test_the_same_code_is_twice_the_range_on_the_other_chip() -> None:
    for g, code in lsm6ds.RANGES_G["lsm6dsox"].items():
        assert lsm6ds.RANGES_G["lsm6dso32"][2 * g] == code


@pytest.mark.parametrize("data", ["", "01081000", "0208100000", "0109100000", "010810000000"])
def test_bursts_that_make_no_sense_are_refused(data: str) -> None:
    with pytest.raises(WireError):
        lsm6ds.FifoStream().update(bytes.fromhex(data), 0.0)


CHANNELS = [
    *((k, name, "le:s16/16>>0") for k, name in enumerate(iio.ACC)),
    *((k + 3, name, "be:s12/16>>4") for k, name in enumerate(iio.GYR)),
    (6, iio.TIME, "le:s64/64>>0"),
]


def test_iio_records_are_read_with_their_holes_orders_and_shifts() -> None:
    layout = iio.layout(CHANNELS, dict.fromkeys(iio.ACC, 0.001) | dict.fromkeys(iio.GYR, 0.5))
    assert layout.size == 24
    row = struct.pack("<3h", 1, -2, 9807) + struct.pack(">3h", 16, -16, 32) + bytes(4)
    row += struct.pack("<q", 2_500_000_000)
    stream = iio.IioStream()
    assert stream.update(iio.described(layout), 0.0) == []
    (packet,) = stream.update(iio.records(row * 2), 0.0)
    assert len(packet.acc) == 2
    assert packet.acc[1] == pytest.approx((0.001, -0.002, 9.807))
    assert packet.gyr == ((0.5, -0.5, 1.0), (0.5, -0.5, 1.0))
    assert packet.clock_s == pytest.approx(2.5)
    with pytest.raises(WireError):
        stream.update(iio.records(row[:-1]), 0.0)


def test_iio_types_and_layouts_that_make_no_sense_are_refused() -> None:
    with pytest.raises(WireError):
        iio.layout([(0, "in_accel_x", "le:s17/16>>0")], {})
    for data in (b"\0{}", b"\0{", b'\0{"size":0,"fields":[]}', b"\1abc"):
        with pytest.raises(WireError):
            iio.IioStream().update(data, 0.0)
