"""A sensor's clock over a synthetic radio link of which the truth is known."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livecoach.timebase import DeviceClock
from tests.radio_link import Array, Link

_SETTLED_S = 30.0


def _made(seconds: float, rate_hz: float, per_packet: int, begin_s: float = 0.0) -> Array:
    """Return when the last sample of each packet was taken."""
    count = int(seconds * rate_hz / per_packet)
    return begin_s + 0.0137 + np.arange(1, count + 1) * per_packet / rate_hz


def _mapped(clock: DeviceClock, device_s: Array, arrival_s: Array) -> Array:
    pairs = zip(device_s.tolist(), arrival_s.tolist(), strict=True)
    return np.array([clock.update(d, a) for d, a in pairs])


def _check(out: Array, made_s: Array, settled_s: float = _SETTLED_S) -> None:
    """Hold it to the bar: the constant error apart, which cannot be seen from one side."""
    error_ms = 1e3 * (out - made_s)[made_s > made_s[0] + settled_s]
    low, middle, high = np.percentile(error_ms, [5, 50, 95])
    assert high - low < 0.5
    assert np.abs(error_ms - middle).max() < 1.0
    assert abs(middle) < 5.0
    assert (np.diff(out) >= 0.0).all()


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    interval_s=st.sampled_from([0.015, 0.030, 0.050]),
    ppm=st.sampled_from([40.0, -40.0, 300.0, -300.0]),
    begin_s=st.sampled_from([0.0, 777.7]),
)
def test_a_samples_time_is_found_to_less_than_a_millisecond(
    seed: int, interval_s: float, ppm: float, begin_s: float
) -> None:
    made_s = _made(90.0, 200.0, 1, begin_s)
    device_s = 123.4 + (made_s - begin_s) * (1.0 + 1e-6 * ppm)
    arrival_s = Link(interval_s=interval_s, seed=seed).arrivals(made_s)
    _check(_mapped(DeviceClock(), device_s, arrival_s), made_s)


@pytest.mark.parametrize("seed", range(12))
def test_frames_of_36_samples_five_a_second(seed: int) -> None:
    made_s = _made(240.0, 200.0, 36)
    arrival_s = Link(interval_s=0.04875, seed=seed).arrivals(made_s)
    _check(_mapped(DeviceClock(), 8e8 + made_s * (1.0 + 40e-6), arrival_s), made_s)


@pytest.mark.parametrize("wrap_s", [65.536, 65536.0 / 32768.0, 2**32 / 1e6])
def test_a_clock_that_wraps_is_the_same_clock(wrap_s: float) -> None:
    made_s = _made(200.0, 200.0, 10)
    made_s = made_s[(made_s < 80.0) | (made_s > 95.0)]  # a hole of many wraps
    arrival_s = Link(seed=3).arrivals(made_s)
    plain = _mapped(DeviceClock(), made_s + 1.0, arrival_s)
    wrapped = _mapped(DeviceClock(wrap_s), (made_s + 1.0) % wrap_s, arrival_s)
    assert np.abs(wrapped - plain).max() < 1e-6


@pytest.mark.parametrize("jump_s", [-60.0, -1.0, 2.0, 5e8])
@pytest.mark.parametrize("wrap_s", [0.0, 2**32 / 1e6])
def test_a_clock_that_began_anew_is_learned_anew(jump_s: float, wrap_s: float) -> None:
    made_s = _made(120.0, 200.0, 10)
    device_s = made_s + 100.0
    device_s[made_s > 60.0] += jump_s
    arrival_s = Link(seed=4).arrivals(made_s)
    clock = DeviceClock(wrap_s)
    out = _mapped(clock, device_s % wrap_s if wrap_s else device_s, arrival_s)
    assert (np.diff(out) >= 0.0).all()
    assert np.abs(out - made_s).max() < 0.5
    _check(out[made_s > 60.0], made_s[made_s > 60.0])


def test_only_a_lost_link_makes_a_late_clock_a_new_one() -> None:
    for lost in (False, True):
        clock = DeviceClock()
        _mapped(clock, np.arange(0.0, 40.0, 0.05), np.arange(0.0, 40.0, 0.05) + 0.02)
        if lost:
            clock.reconnected()
        t = clock.update(45.0, 100.0)  # it stood still, or the packet is 55 s late
        assert t == pytest.approx(99.995 if lost else 45.015, abs=1e-3)
        assert clock.lag_s == pytest.approx(0.0 if lost else 54.98, abs=1e-3)
        assert (clock.passed_s is None) == lost


def test_lag_that_grows_is_not_taken_for_a_slow_clock() -> None:
    """As chest straps do it: seconds late, then minutes."""
    device_s = np.arange(0.0, 900.0, 0.18)
    clock = DeviceClock()
    _mapped(clock, device_s, device_s + 0.02 + 0.02 * np.maximum(0.0, device_s - 60.0))
    assert clock.lag_s == pytest.approx(0.02 * 840.0, rel=0.05)


def test_a_stall_is_lag_and_nothing_else() -> None:
    device_s = np.arange(0.0, 60.0, 0.05)
    arrival_s = device_s + 0.02
    arrival_s[(device_s > 40.0) & (device_s < 46.0)] = 46.0
    clock = DeviceClock()
    out: list[float] = []
    lags: list[float] = []
    for d, a in zip(device_s.tolist(), arrival_s.tolist(), strict=True):
        out.append(clock.update(d, a))
        lags.append(clock.lag_s)
    assert np.abs(np.array(out) - device_s - 0.015).max() < 1e-4
    assert max(lags) == pytest.approx(6.0, abs=0.1)
    assert lags[-1] == pytest.approx(0.0, abs=1e-4)


@given(
    st.lists(
        st.tuples(st.floats(0.0, 1e9), st.floats(0.0, 2.0)),
        min_size=1,
        max_size=60,
    ),
    st.sampled_from([0.0, 2.0, 65.536]),
)
def test_no_clock_however_wild_makes_time_go_back_or_ahead_of_arrival(
    packets: Sequence[tuple[float, float]], wrap_s: float
) -> None:
    clock, now_s, before_s = DeviceClock(wrap_s), 0.0, -1.0
    for device_s, after_s in packets:
        now_s += after_s
        t = clock.update(device_s, now_s)
        assert before_s <= t <= now_s
        assert clock.lag_s >= -1e-6
        before_s = t
