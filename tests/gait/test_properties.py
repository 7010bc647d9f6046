"""What holds for any input."""

import math
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from livecoach.gait import Gait, SensorTracker
from livecoach.model import ImuSample, Step
from tests.gait.recordings import bouncing, contacts, info, read, recordings, run

ANY = st.floats(allow_nan=True, allow_infinity=True, width=32)
SANE = st.floats(-40.0, 40.0)
MAYBE = st.none() | ANY
SAMPLE = st.builds(ImuSample, st.floats(-5.0, 20.0), *[SANE | ANY] * 3, *[MAYBE] * 3)


@given(st.lists(SAMPLE, max_size=80), st.sampled_from(["waist", "chest", "foot_left"]))
@settings(max_examples=60, deadline=None)
def test_no_input_raises_and_known_times_never_go_back(
    samples: list[ImuSample], mount: str
) -> None:
    tracker = SensorTracker(info(mount))
    known = -math.inf
    for sample in samples:
        for event in tracker.update(sample):
            assert event.t_known == sample.t
            assert event.t_known >= known
            known = event.t_known


@given(
    st.lists(st.tuples(st.floats(0.0, 0.4), *[SANE] * 6), max_size=200),
    st.sampled_from(["waist", "foot_right"]),
)
@settings(max_examples=40, deadline=None)
def test_contacts_move_forward_and_are_never_known_before_they_happen(
    rows: list[tuple[float, ...]], mount: str
) -> None:
    t, samples = 0.0, []
    for dt, *values in rows:
        t += dt
        samples.append(ImuSample(t, *values))
    found = contacts(run(info(mount), samples))
    assert all(c.t <= c.t_known and 0.0 <= c.quality <= 1.0 for c in found)
    assert all(a.t < b.t for a, b in pairwise(found))


@given(st.integers(-(2**12), 2**12).map(float))
@settings(max_examples=12, deadline=None)
def test_shifting_time_shifts_the_events(shift_s: float) -> None:
    samples = bouncing(6.0)
    plain = contacts(run(info(), samples))
    moved = contacts(run(info(), [replace(s, t=s.t + shift_s) for s in samples]))
    assert len(plain) == len(moved)
    for a, b in zip(plain, moved, strict=True):
        assert abs(b.t - shift_s - a.t) < 1e-6
        assert abs(b.quality - a.quality) < 0.01


@given(st.floats(0.05, 0.95))
@settings(max_examples=8, deadline=None)
def test_a_cut_changes_nothing_that_was_known_before(data_dir: Path, share: float) -> None:
    for pattern in ("davis/*_chest", "davis/*_foot_left"):
        (path,) = recordings(data_dir, pattern)
        sensor, samples = read(path)
        whole, cut = run(sensor, samples), samples[: int(share * len(samples))]
        assert run(sensor, cut) == [e for e in whole if e.t_known <= cut[-1].t]


def test_memory_is_bounded() -> None:
    tracker = SensorTracker(info("chest"))
    for n in range(30000):
        tracker.update(ImuSample(n / 100.0, 0.0, 0.0, 9.81))
    held = tracker._machine.__dict__["_stride"].__dict__
    assert all(len(x) <= 1024 for x in held.values() if isinstance(x, list))


def test_a_clock_that_begins_anew_is_lived_through() -> None:
    samples = bouncing(6.0)
    again = [*samples, *samples, *(replace(s, t=s.t + 6.0) for s in samples)]
    events = run(info(), again)
    known = [e.t_known for e in events]
    assert known == sorted(known)
    assert sum(c.t > 6.0 for c in contacts(events)) >= 10


def test_one_sensor_passes_through_the_fusion() -> None:
    samples = bouncing(6.0)
    gait = Gait()
    gait.add("belt", info())
    through = [e for s in samples for e in gait.update("belt", s)]
    assert all(e.stride_time_s for e in [e for e in through if isinstance(e, Step)][1:])
    plain = [replace(e, stride_time_s=None) if isinstance(e, Step) else e for e in through]
    assert plain == run(info(), samples)
