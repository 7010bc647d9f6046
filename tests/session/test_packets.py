"""Times of the samples of radio packets, by hand and by chance."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecoach.coach import CoachParams
from livecoach.model import ImuPacket, Link, Payload, Profile, SensorInfo, Tick
from livecoach.session import Pipeline
from livecoach.session.packets import PacketTimes
from livecoach.wire import heart_rate, movesense, pod, polar, rsc, treadmill, witmotion, xsens_dot

_ACC = (0.0, 0.0, 9.81)
_CHANNELS = (
    heart_rate.CHARACTERISTIC,
    movesense.NOTIFY,
    pod.STREAM,
    polar.DATA,
    rsc.CHARACTERISTIC,
    treadmill.CHARACTERISTIC,
    witmotion.DATA,
    xsens_dot.MEDIUM,
)


def _packet(n: int, clock_s: float | None) -> ImuPacket:
    return ImuPacket(acc=(_ACC,) * n, clock_s=clock_s)


def test_a_hole_is_left_where_it_was() -> None:
    times = PacketTimes()
    for k in range(1, 40):
        times.update(_packet(4, 0.04 * k), 0.04 * k + 0.02)
    at = times.update(_packet(4, 0.04 * 42), 0.04 * 42 + 0.02)
    assert times.missing == 8
    assert [b - a for a, b in pairwise(at)] == pytest.approx([0.01] * 3, abs=1e-6)


def test_a_period_learned_across_a_hole_is_corrected() -> None:
    times = PacketTimes()
    for k in (1, 3, 4, 5, 6, 7):  # the second packet never came
        at = times.update(_packet(4, 0.04 * k), 0.04 * k + 0.02)
    assert times.missing == 0
    assert [b - a for a, b in pairwise(at)] == pytest.approx([0.01] * 3, abs=1e-6)
    times.update(_packet(4, 0.04 * 9), 0.04 * 9 + 0.02)
    assert times.missing == 4


def test_another_rate_is_taken_up() -> None:
    times, t = PacketTimes(), 0.0
    for k in range(60):
        t += 0.04 if k < 30 else 0.08
        at = times.update(_packet(4, t), t + 0.02)
    assert [b - a for a, b in pairwise(at)] == pytest.approx([0.02] * 3, abs=1e-6)
    assert times.missing <= 4


def test_a_rate_is_learned_before_a_sensor_without_a_clock_is_used() -> None:
    times = PacketTimes()
    first = next(k for k in range(1000) if times.update(_packet(1, None), 0.01 * k))
    assert 0.01 * first == pytest.approx(2.0, abs=0.02)
    declared = PacketTimes(rate_hz=100.0)
    assert len(declared.update(_packet(3, None), 1.0)) == 3


_WILD = st.tuples(
    st.integers(1, 40),
    st.one_of(st.floats(0.0, 1e9), st.floats(0.0, 2.0)),
    st.one_of(st.floats(0.0, 0.2), st.floats(0.0, 20.0)),
    st.booleans(),
    st.integers(0, 3),
)


@given(st.lists(_WILD, max_size=40), st.booleans(), st.sampled_from([0.0, 2.0, 65.536]))
def test_whatever_comes_times_only_grow_and_stay_before_arrival(
    packets: Sequence[tuple[int, float, float, bool, int]], clocked: bool, wrap_s: float
) -> None:
    times, now_s = PacketTimes(), 0.0
    out: list[float] = []
    for n, clock_s, after_s, broken, count in packets:
        now_s += after_s
        packet = ImuPacket(
            acc=(_ACC,) * n,
            clock_s=clock_s if clocked else None,
            clock_wrap_s=wrap_s,
            count=count,
            count_wrap=4,
            broken=broken,
        )
        at = times.update(packet, now_s)
        assert len(at) in {0, 1, n}
        assert not at or at[-1] <= now_s
        out += at
    assert all(a < b for a, b in pairwise(out))
    assert times.missing >= 0


@given(
    st.lists(
        st.tuples(st.sampled_from(_CHANNELS), st.binary(max_size=64), st.floats(0.0, 2.0)),
        max_size=30,
    )
)
def test_no_bytes_stop_a_session(notifications: Sequence[tuple[str, bytes, float]]) -> None:
    pipeline, t = Pipeline(CoachParams(), Profile()), 0.0
    info = SensorInfo(name="x", kind="imu", mount="chest")
    pipeline.update(Link(1, 0.0, "x", "found", info))
    for channel, data, after_s in notifications:
        t += after_s
        events = pipeline.update(Payload(2, t, "x", channel, 1, data))
        events += pipeline.update(Tick(3, t))
        assert all(getattr(e, "t_known", t) <= t for e in events)
