"""DOT: the published vector, our modes in padded and bare payloads."""

import math
import struct

import pytest

from livecoach.errors import WireError
from livecoach.wire import xsens_dot
from tests.wire import vectors

_VALUES = (0.5, -1.0, 9.75, 90.0, -180.0, 45.0)


def test_vector_of_free_acceleration() -> None:
    clock_s, acc = xsens_dot.parse_free_acceleration(vectors.DOT_FREE)
    assert clock_s == 1143.080408
    assert acc == pytest.approx((3.009, 5.224, -2.326), abs=5e-4)


@pytest.mark.parametrize(
    ("characteristic", "between", "size"),
    [(xsens_dot.MEDIUM, (), 40), (xsens_dot.LONG, (1.0, 0.0, 0.0, 0.0), 63)],
)
def test_modes_of_ours(characteristic: str, between: tuple[float, ...], size: int) -> None:
    floats = between + _VALUES
    data = struct.pack(f"<I{len(floats)}f", 2**32 - 1, *floats)
    for payload in (data, data.ljust(size, b"\x00")):
        packet = xsens_dot.parse(payload, characteristic)
        assert packet.acc == ((0.5, -1.0, 9.75),)
        assert packet.gyr[0] == pytest.approx((math.pi / 2, -math.pi, math.pi / 4))
        assert packet.clock_s == (2**32 - 1) / 1e6
        assert packet.clock_wrap_s == 2**32 / 1e6
    with pytest.raises(WireError, match=r"bytes, got \d"):
        xsens_dot.parse(data[:-1], characteristic)


def test_what_is_no_number_is_refused() -> None:
    data = struct.pack("<I6f", 1, *_VALUES[:5], math.inf)
    with pytest.raises(WireError, match="beyond any sensor"):
        xsens_dot.parse(data, xsens_dot.MEDIUM)


def test_requests() -> None:
    assert xsens_dot.start_request(xsens_dot.RATE_QUANTITIES) == bytes.fromhex("010115")
    assert xsens_dot.stop_request(xsens_dot.CUSTOM_5) == bytes.fromhex("01001a")
