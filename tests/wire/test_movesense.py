"""Movesense: two-part and whole frames, lost parts, what is no number."""

import math
import struct

import pytest

from livecoach.errors import WireError
from livecoach.wire.movesense import (
    CLOCK_WRAP_S,
    IMU6,
    IMU9,
    MovesenseStream,
    subscribe,
    unsubscribe,
)


def _values(reference: int, n: int) -> bytes:
    acc = [v for k in range(n) for v in (k, 0.0, 9.8)]
    gyr = [v for k in range(n) for v in (0.0, 180.0, k)]
    field = [50.0] * (3 * n if reference == IMU9 else 0)
    return struct.pack(f"<{len(acc + gyr + field)}f", *acc, *gyr, *field)


def _parts(ms: int, n: int = 8, cut: int = 200) -> tuple[bytes, bytes]:
    body = _values(IMU9, n)
    return struct.pack("<BBI", 2, IMU9, ms) + body[:cut], bytes([3, IMU9]) + body[cut:]


def _whole(ms: int, n: int = 4) -> bytes:
    return struct.pack("<BBI", 2, IMU6, ms) + _values(IMU6, n)


def test_requests() -> None:
    assert subscribe(IMU9) == b"\x01\x09/Meas/IMU9/104"
    assert unsubscribe(IMU9) == b"\x02\x09"


def test_two_parts_are_joined() -> None:
    stream = MovesenseStream()
    first, second = _parts(1000)
    assert stream.update(first, 0.0) == []
    [packet] = stream.update(second, 0.1)
    assert [row[0] for row in packet.acc] == list(range(8))
    assert packet.acc[7] == pytest.approx((7.0, 0.0, 9.8))
    assert packet.gyr[3] == pytest.approx((0.0, math.pi, math.radians(3)))
    assert packet.clock_s == pytest.approx(1.0 + 7 / 104)
    assert (packet.clock_wrap_s, packet.broken) == (CLOCK_WRAP_S, False)


def test_a_lost_second_part_is_a_break_and_not_a_shift() -> None:
    stream = MovesenseStream()
    for part in _parts(1000):
        stream.update(part, 0.0)
    stream.update(_parts(1077)[0], 0.1)
    first, second = _parts(1154)
    assert stream.update(first, 0.2) == []
    [packet] = stream.update(second, 0.3)
    assert packet.clock_s == pytest.approx(1.154 + 7 / 104)
    assert packet.broken
    [packet] = [*stream.update(_parts(1231)[0], 0.4), *stream.update(_parts(1231)[1], 0.4)]
    assert not packet.broken


def test_whole_frames_come_at_once_after_the_first() -> None:
    stream = MovesenseStream()
    assert stream.update(_whole(0), 0.0) == []
    clocks = [p.clock_s for p in stream.update(_whole(38), 0.1)]
    assert clocks == pytest.approx([3 / 104, 0.038 + 3 / 104])
    [packet] = stream.update(_whole(77), 0.2)
    assert packet.clock_s == pytest.approx(0.077 + 3 / 104)
    assert not packet.broken


def test_clock_wraps_within_a_frame() -> None:
    stream = MovesenseStream()
    stream.update(_whole(0), 0.0)
    *_, packet = stream.update(_whole(2**32 - 1), 0.1)
    assert packet.clock_s == pytest.approx(3 / 104 - 0.001)


def test_what_is_no_number_is_refused_and_marked() -> None:
    stream = MovesenseStream()
    first, second = _parts(1000)
    stream.update(first[:6] + struct.pack("<f", math.nan) + first[10:], 0.0)
    with pytest.raises(WireError, match="beyond any sensor"):
        stream.update(second, 0.1)
    stream.update(first, 0.2)
    [packet] = stream.update(second, 0.3)
    assert packet.broken


@pytest.mark.parametrize("text", ["", "02", "0506"])
def test_what_is_no_notification(text: str) -> None:
    with pytest.raises(WireError):
        MovesenseStream().update(bytes.fromhex(text), 0.0)


@pytest.mark.parametrize("text", ["0206", "020600000000", "0206" + "00" * 27, "0207" + "00" * 28])
def test_what_is_no_whole_frame(text: str) -> None:
    stream = MovesenseStream()
    stream.update(bytes.fromhex(text), 0.0)
    with pytest.raises(WireError, match="no whole"):
        stream.update(_whole(38), 0.1)
    [packet] = stream.update(_whole(77), 0.2)
    assert packet.broken


def test_an_answer_gives_nothing() -> None:
    assert MovesenseStream().update(bytes.fromhex("0106c800"), 0.0) == []
