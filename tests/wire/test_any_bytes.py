"""Any bytes, and any sequence of notifications, give values or `WireError`, in bounded memory."""

import gc
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livecoach.errors import WireError
from livecoach.wire import polar, radio, witmotion
from tests.wire import targets

_picks = st.integers(0, len(targets.CHANNELS) + len(targets.PACKETS) - 1)


@st.composite
def _spoilt(draw: st.DrawFn) -> bytes:
    """Give a known byte string with some bytes changed, cut off or repeated."""
    data = bytearray(draw(st.sampled_from(targets.SEEDS)))
    for _ in range(draw(st.integers(0, 4))):
        data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    end = draw(st.integers(0, len(data)))
    return bytes(data[:end]) * draw(st.sampled_from([1, 1, 1, 2, 9]))


_packets = st.binary(max_size=250) | _spoilt()


@settings(max_examples=400)
@given(_picks, st.lists(_packets, max_size=6))
def test_values_or_wire_errors(pick: int, packets: list[bytes]) -> None:
    notifications = b"".join(bytes([min(255, len(p))]) + p[:255] for p in packets)
    single = packets[0] if packets else b""
    targets.one(bytes([pick]) + (notifications if pick < len(targets.CHANNELS) else single))


def test_known_bytes_are_read_by_every_parser() -> None:
    """The seeds are no decoration: every channel but the unvectored makes a value of one."""
    silent = []
    for channel in targets.CHANNELS:
        made = 0
        for seed in targets.SEEDS:
            decoder = radio.decoder(channel)
            try:
                made += len(decoder.update(seed, 0.0))
            except WireError:
                continue
        silent += [channel] if not made else []
    assert len(silent) <= 4, silent


@pytest.mark.parametrize("channel", [c for c in targets.CHANNELS if c != witmotion.DATA])
@pytest.mark.parametrize("data", [b"", b"\xff"])
def test_an_error_carries_the_payload(channel: str, data: bytes) -> None:
    with pytest.raises(WireError) as caught:
        radio.decoder(channel).update(data, 0.0)
    assert caught.value.payload == data


def test_a_length_field_allocates_nothing_beyond_the_packet() -> None:
    """Blocks that claim 255 samples of 32 bit, in a packet as long as packets get."""
    head = bytes([2]) + bytes(8) + b"\x81" + bytes(6)
    packets = [head + bytes([width, 255]) + b"\x00" * 490 for width in range(33)]
    packets += [head + b"\x01\x00" * 240, head + bytes([1, 255]) * 240]
    tracemalloc.start()
    try:
        for data in packets:
            tracemalloc.reset_peak()
            before, _ = tracemalloc.get_traced_memory()
            with suppress(WireError):
                polar.parse(data)
            _, peak = tracemalloc.get_traced_memory()
            assert peak - before < 1_000_000, data[16:18].hex()
    finally:
        tracemalloc.stop()


def test_streams_keep_no_more_than_a_notification() -> None:
    decoders = [radio.decoder(channel) for channel in targets.CHANNELS]
    taken = []
    tracemalloc.start()
    try:
        for k in range(3001):
            if k % 1000 == 0:
                gc.collect()  # empties CPython's lists of spare tuples
                taken.append(tracemalloc.get_traced_memory()[0])
            data = bytes([k % 7, 6 + k % 4]) + targets.SEEDS[k % len(targets.SEEDS)] * 3
            for decoder in decoders:
                with suppress(WireError):
                    decoder.update(data, 0.0)
    finally:
        tracemalloc.stop()
    assert taken[-1] - taken[1] < 5_000
