"""WitMotion: a real frame, frames cut anywhere, garbage between them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecoach.model import ImuPacket, Triple
from livecoach.wire import witmotion
from livecoach.wire.triples import G_MPS2
from tests.wire import vectors


def _samples(packets: list[ImuPacket]) -> list[Triple]:
    return [row for packet in packets for row in packet.acc]


def test_a_real_frame() -> None:
    [packet] = witmotion.WitMotionStream().update(vectors.WITMOTION, 0.0)
    acc_g = [v / G_MPS2 for v in packet.acc[0]]
    assert acc_g == pytest.approx([0.308, -0.168, -0.179], abs=5e-4)
    assert packet.gyr[0][0] == pytest.approx(math.radians(0x0206 * 2000 / 32768))
    assert (packet.clock_s, packet.count, packet.period_s) == (None, None, None)


def test_requests() -> None:
    assert witmotion.rate_request(200) == bytes.fromhex("ffaa030a00")
    assert bytes.fromhex("ffaa6988b5") == witmotion.UNLOCK


def test_an_answer_between_frames_is_passed_over() -> None:
    answer = bytes.fromhex("5571") + bytes(18)
    data = vectors.WITMOTION + answer + vectors.WITMOTION
    [packet] = witmotion.WitMotionStream().update(data, 0.0)
    assert len(packet.acc) == 2


_acc = st.tuples(*[st.floats(-15.9, 15.9)] * 3)
_gyr = st.tuples(*[st.floats(-1999, 1999)] * 3)


@given(st.lists(st.tuples(_acc, _gyr), min_size=1, max_size=8), st.data())
def test_frames_cut_anywhere_all_come_out(
    rows: list[tuple[Triple, Triple]], data: st.DataObject
) -> None:
    """Also when values look like heads: in step, a frame is followed by a frame."""
    whole = b"".join(witmotion.build(acc, gyr) for acc, gyr in rows)
    stream, packets = witmotion.WitMotionStream(), []
    while whole:
        n = data.draw(st.integers(1, 60))
        packets += stream.update(whole[:n], 0.0)
        whole = whole[n:]
    expected = [v * G_MPS2 for acc, _ in rows for v in acc]
    assert [v for row in _samples(packets) for v in row] == pytest.approx(expected, abs=5e-3)
    turns = [v for packet in packets for row in packet.gyr for v in row]
    assert turns == pytest.approx([math.radians(v) for _, g in rows for v in g], abs=2e-3)


@given(st.binary(max_size=50), st.integers(0, 40))
def test_after_garbage_it_is_in_step_again(garbage: bytes, n: int) -> None:
    """At most two frames go by before all that follow are right."""
    frames = [witmotion.build((k / 8, 1.0, -1.0), (1.0, 2.0, 3.0)) for k in range(n)]
    packets = witmotion.WitMotionStream().update(garbage + b"".join(frames), 0.0)
    right = [[k / 8 * G_MPS2, G_MPS2, -G_MPS2] for k in range(2, n)]
    got = _samples(packets)[-len(right) :] if right else []
    assert len(got) == len(right)
    for row, wanted in zip(got, right, strict=True):
        assert row == pytest.approx(wanted, abs=5e-3)


@given(st.lists(st.binary(max_size=300), max_size=8))
def test_what_is_kept_is_less_than_a_frame(notifications: list[bytes]) -> None:
    stream = witmotion.WitMotionStream()
    for data in notifications:
        stream.update(data, 0.0)
        assert len(stream._rest) < 20
