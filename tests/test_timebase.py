"""The retimer: batches spread out, everything else left alone."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecoach.timebase import Retimer


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=100))
def test_a_stream_without_repeats_passes_unchanged(gaps: list[int]) -> None:
    times = [t / 1000 for t in itertools.accumulate(gaps)]
    retimer = Retimer()
    assert [retimer.update(t) for t in times] == times


def test_a_batch_is_spread_over_the_interval_before_its_stamp() -> None:
    true = [k * 0.005 for k in range(100)]
    stamped = [true[(k // 20) * 20 + 19] for k in range(100)]
    retimer = Retimer()
    out = [retimer.update(t) for t in stamped]
    assert out[20:] == pytest.approx(true[20:])


@given(st.lists(st.integers(0, 30), min_size=1, max_size=200))
def test_never_later_than_the_stamp_and_never_back(gaps: list[int]) -> None:
    retimer, before = Retimer(), -1.0
    for t in itertools.accumulate(gaps):
        out = retimer.update(t / 100)
        assert out <= t / 100
        assert out >= before - 0.05 * 31
        before = out


def test_a_gap_is_no_period() -> None:
    retimer = Retimer()
    for stamp in (0.1, 0.1, 0.2, 0.2, 3.2):
        out = retimer.update(stamp)
    assert out == pytest.approx(3.15)
