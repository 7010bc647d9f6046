"""Clock mapping: blocks with jitter in, frame <-> time out."""

from collections.abc import Iterator

import numpy as np
import pytest

from livecoach.timebase import ClockMapper

_RATE_HZ = 48_000
_BLOCK = 1_024
_LATENCY_S = 0.2
_FAR_S = 1.7e9
"""The driver's clock is wall time; the session's begins at 0."""


def _blocks(seconds: float, *, ppm: float = 0.0, seed: int = 1) -> Iterator[tuple[float, ...]]:
    """Yield (frame, host, current, dac) with late callbacks and a jittery driver."""
    rng = np.random.default_rng(seed)
    for n in range(int(seconds * _RATE_HZ / _BLOCK)):
        now_s = 1.0 + n * _BLOCK / _RATE_HZ * (1.0 + ppm * 1e-6)
        jitter_s = rng.normal(0.0, 2e-4)
        waited_s = 1e-5 + rng.exponential(2e-3)
        yield n * _BLOCK, now_s + waited_s, _FAR_S + now_s, _FAR_S + now_s + _LATENCY_S + jitter_s


def _feed(mapper: ClockMapper, blocks: Iterator[tuple[float, ...]]) -> None:
    for frame, host_s, current_s, dac_s in blocks:
        mapper.update(int(frame), host_s, current_s, dac_s)


def test_waiting_callbacks_and_a_foreign_clock_do_not_move_the_sound() -> None:
    mapper = ClockMapper(_RATE_HZ)
    _feed(mapper, _blocks(20.0))
    assert mapper.time_of(960_000) == pytest.approx(1.0 + _LATENCY_S + 20.0, abs=2e-4)


def test_a_slow_crystal_is_followed() -> None:
    mapper = ClockMapper(_RATE_HZ)
    _feed(mapper, _blocks(60.0, ppm=100.0))
    truth_s = 1.0 + _LATENCY_S + 60.0 * (1.0 + 1e-4)
    assert mapper.time_of(60 * _RATE_HZ) == pytest.approx(truth_s, abs=5e-4)


@pytest.mark.parametrize("ppm", [1000.0, -1000.0])
def test_a_sink_clock_a_thousandth_off_drifts_less_than_a_millisecond_in_an_hour(
    ppm: float,
) -> None:
    mapper = ClockMapper(_RATE_HZ)
    worst_s = 0.0
    for frame, host_s, current_s, dac_s in _blocks(3600.0, ppm=ppm):
        mapper.update(int(frame), host_s, current_s, dac_s)
        if frame > 30 * _RATE_HZ:
            ahead = int(frame) + _RATE_HZ // 3  # a beat is placed a step ahead
            truth_s = 1.0 + _LATENCY_S + ahead / _RATE_HZ * (1.0 + ppm * 1e-6)
            worst_s = max(worst_s, abs(mapper.time_of(ahead) - truth_s))
    assert worst_s < 1e-3


def test_frame_and_time_are_each_others_inverse() -> None:
    mapper = ClockMapper(_RATE_HZ)
    _feed(mapper, _blocks(5.0))
    for frame in (0, 1, 240_000, 999_999):
        assert mapper.frame_at(mapper.time_of(frame)) == frame


def test_after_a_gap_in_the_stream_the_mapping_jumps() -> None:
    mapper = ClockMapper(_RATE_HZ)
    blocks = list(_blocks(10.0))
    _feed(mapper, iter(blocks[:200]))
    lost_s = 0.25
    gap = [(f, h + lost_s, c + lost_s, d + lost_s) for f, h, c, d in blocks[200:240]]
    _feed(mapper, iter(gap))
    frame = int(gap[-1][0])
    truth_s = 1.0 + _LATENCY_S + frame / _RATE_HZ + lost_s
    assert mapper.time_of(frame) == pytest.approx(truth_s, abs=2e-3)


def test_a_wall_clock_set_back_by_an_hour_is_noticed_at_once() -> None:
    mapper = ClockMapper(_RATE_HZ)
    blocks = list(_blocks(20.0))
    _feed(mapper, iter(blocks[:400]))
    _feed(mapper, ((f, h, c - 3600.0, d - 3600.0) for f, h, c, d in blocks[400:]))
    truth_s = 1.0 + _LATENCY_S + 20.0
    assert mapper.time_of(20 * _RATE_HZ) == pytest.approx(truth_s, abs=2e-3)


def test_memory_stays_bounded() -> None:
    mapper = ClockMapper(_RATE_HZ)
    _feed(mapper, _blocks(120.0))
    assert len(mapper._offsets) < 11.0 * _RATE_HZ / _BLOCK
    assert len(mapper._recent) < 0.5 * _RATE_HZ / _BLOCK
