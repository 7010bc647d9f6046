"""One streaming contract, run over every estimator, coach and mixer.

Two fresh instances agree; reset equals new; shifting time shifts events; events come out in order
of when they were known, never before their input; cutting the input at any time leaves all that was
known before it unchanged; gaps, repeats and out-of-order samples never raise; memory after ten
minutes equals memory after one; the mixer's output does not depend on the block size.

Sample times are whole 128ths of a second, so that adding a whole number of seconds is exact and a
shifted run must agree to the bit in everything but absolute time.
"""

import gc
import math
import tracemalloc
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, Protocol

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livecoach.coach import Coach, CoachParams
from livecoach.gait import Gait, SensorTracker
from livecoach.gait.pod import PodTracker
from livecoach.model import (
    Baseline,
    FootPodReading,
    ImuSample,
    Link,
    Mount,
    Payload,
    Profile,
    SensorInfo,
    Tick,
)
from livecoach.session import Pipeline
from livecoach.simulation import RunnerParams, SimulatedRunner
from livecoach.sound.mixer import Mixer
from livecoach.wire import recording

RATE_HZ = 128.0
MOUNTS: tuple[Mount, ...] = ("chest", "back", "waist", "foot_left")
PROFILE = Profile("x", (Baseline(160.0, 3.0, 900),))
QUICK = CoachParams(target="+8%", grace_s=2.0, ramp_ratio_per_s=0.02)


class Machine(Protocol):
    """Anything with the one verb."""

    def update(self, x: Any) -> Sequence[Any]:  # noqa: ANN401 (each machine has its own input)
        """Take one input."""
        ...


def run_of(seconds: float, seed: int = 0) -> list[ImuSample]:
    """Return what a simulated chest sensor feels."""
    runner = SimulatedRunner(RunnerParams(rate_hz=RATE_HZ), np.random.default_rng(seed))
    return [runner.update() for _ in range(int(seconds * RATE_HZ))]


def foot_of(seconds: float) -> list[ImuSample]:
    """Return what a foot feels, roughly: push-off, swing, slap, quiet stance; 0.72 s a stride."""
    lobes = ((0.25, 0.42, -8.0), (0.45, 0.75, 10.0), (0.78, 0.83, -6.0))
    out = []
    for k in range(int(seconds * RATE_HZ)):
        phase = (k / RATE_HZ / 0.72) % 1.0
        toes_up = 0.3 * math.sin(40.0 * phase)
        for a, b, peak in lobes:
            if a <= phase < b:
                toes_up = peak * math.sin(math.pi * (phase - a) / (b - a))
        up = 9.81 + 5.0 * math.sin(2 * math.pi * phase)
        out.append(ImuSample(k / RATE_HZ, 1.0, 0.0, up, 0.0, -toes_up, 0.0))
    return out


def ticked(items: Sequence[Any], every: int) -> list[Any]:
    """Put a tick after every so many items."""
    out: list[Any] = []
    for k, item in enumerate(items):
        out.append(item)
        if k % every == every - 1:
            out.append(Tick(0, item.t))
    return out


def steps_of(seconds: float) -> list[Any]:
    """Return what a tracker makes of a run, with ticks: what a coach is fed."""
    tracker = SensorTracker(SensorInfo(name="s", kind="imu", mount="chest", speed_mps=3.0))
    out: list[Any] = []
    for k, sample in enumerate(run_of(seconds)):
        out += tracker.update(sample)
        if k % 10 == 9:
            out.append(Tick(0, sample.t))
    return out


def readings(seconds: float) -> list[Any]:
    return ticked(
        [FootPodReading(k + 0.05, 3 + k % 3 / 100, 80, True) for k in range(int(seconds))], 1
    )


def tracker(mount: Mount) -> Machine:
    return SensorTracker(SensorInfo(name="s", kind="imu", mount=mount, speed_mps=3.0, height_m=1.8))


class OneSensor:
    """`Gait` with one sensor, to give it the one-argument verb."""

    def __init__(self) -> None:
        self._gait = Gait()
        self._gait.add("s", SensorInfo(name="s", kind="imu", mount="waist"))

    def update(self, x: ImuSample) -> Sequence[Any]:
        """Pass a sample on."""
        return self._gait.update("s", x)


class RowsIn:
    """`Pipeline` fed with samples as rows, and ticks."""

    def __init__(self) -> None:
        self._pipeline = Pipeline(QUICK, PROFILE)
        info = SensorInfo(name="s", kind="imu", mount="chest", columns=recording.IMU_COLUMNS)
        self._pipeline.update(Link(0, 0.0, "s", "found", info))

    def update(self, x: ImuSample | Tick) -> Sequence[Any]:
        """Pass a tick on, or a sample as its row."""
        if isinstance(x, Tick):
            return self._pipeline.update(x)
        return self._pipeline.update(Payload(0, x.t, "s", "imu.csv", 0, recording.imu_row(x)))


Make = Callable[[], Machine]
MACHINES: dict[str, tuple[Make, Callable[[float], list[Any]]]] = {
    "chest": (lambda: tracker("chest"), run_of),
    "back": (lambda: tracker("back"), run_of),
    "waist": (lambda: tracker("waist"), run_of),
    "foot_left": (lambda: tracker("foot_left"), foot_of),
    "gait": (OneSensor, run_of),
    "pod": (lambda: PodTracker("pod"), readings),
    "coach": (lambda: Coach(QUICK, PROFILE), steps_of),
    "pipeline": (RowsIn, lambda seconds: ticked(run_of(seconds), 10)),
}
every_machine = pytest.mark.parametrize("name", MACHINES)


def feed(machine: Machine, items: Sequence[Any]) -> list[Any]:
    return [event for item in items for event in machine.update(item)]


def known(event: Any) -> float:  # noqa: ANN401
    """Return when an event was known, or an input came."""
    for name in ("t_known", "t_decided", "t"):
        if hasattr(event, name):
            return float(getattr(event, name))
    raise AssertionError(event)


def times(item: Any) -> list[str]:  # noqa: ANN401
    """Return the names of all fields that are points in time."""
    return [n for n in item.__struct_fields__ if n in {"t", "expires_t"} or n.startswith("t_")]


def without_times(event: Any) -> Any:  # noqa: ANN401
    """Return an event without its times, and without what rounding of times does to periods."""
    plain = msgspec.structs.replace(event, **dict.fromkeys(times(event), 0.0))
    rounded = {
        n: round(v, 6) for n in plain.__struct_fields__ if isinstance(v := getattr(plain, n), float)
    }
    return msgspec.structs.replace(plain, **rounded)


def moved(item: ImuSample, by: float) -> ImuSample:
    """Return a sample at another time."""
    return msgspec.structs.replace(item, t=item.t + by)


@every_machine
def test_something_comes_out(name: str) -> None:
    make, source = MACHINES[name]
    assert len(feed(make(), source(30))) > 15


@every_machine
def test_two_fresh_instances_agree(name: str) -> None:
    make, source = MACHINES[name]
    items = source(20)
    assert feed(make(), items) == feed(make(), items)


@pytest.mark.parametrize("name", [*MOUNTS, "pod", "coach"])
def test_reset_equals_new(name: str) -> None:
    make, source = MACHINES[name]
    items = source(20)
    used: Any = make()
    feed(used, items)
    used.reset()
    assert feed(used, items) == feed(make(), items)


@every_machine
def test_events_come_in_order_and_never_before_their_input(name: str) -> None:
    make, source = MACHINES[name]
    machine, last = make(), -1.0
    for item in source(30):
        now = known(item)
        for event in machine.update(item):
            assert last <= known(event) <= now + 1e-9
            last = known(event)


@every_machine
@settings(max_examples=10, deadline=None)
@given(cut=st.integers(1, 1500))
def test_cutting_the_input_leaves_the_past_unchanged(name: str, cut: int) -> None:
    make, source = MACHINES[name]
    items = source(15)
    part = feed(make(), items[:cut])
    assert feed(make(), items)[: len(part)] == part


@pytest.mark.parametrize("name", [*MOUNTS, "gait"])
@pytest.mark.parametrize("by", [64.0, 4096.0])
def test_shifting_time_shifts_events(name: str, by: float) -> None:
    make, source = MACHINES[name]
    items = source(15)
    plain = feed(make(), items)
    shifted = feed(make(), [moved(item, by) for item in items])
    assert [without_times(e) for e in plain] == [without_times(e) for e in shifted]
    for before, after in zip(plain, shifted, strict=True):
        for field in times(before):
            assert getattr(after, field) == pytest.approx(getattr(before, field) + by, abs=1e-6)


@pytest.mark.parametrize("name", [*MOUNTS, "gait"])
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_gaps_repeats_and_disorder_never_raise(name: str, data: st.DataObject) -> None:
    make, source = MACHINES[name]
    items = source(6)
    order = data.draw(st.lists(st.integers(0, len(items) - 1), max_size=300))
    wild = data.draw(
        st.lists(
            st.builds(
                ImuSample,
                st.floats(0, 1e6),
                *(st.floats(allow_nan=True, allow_infinity=True) for _ in range(6)),
            ),
            max_size=10,
        )
    )
    machine = make()
    out = feed(machine, [*items[:200], *(items[k] for k in order), *wild, *items[200:]])
    assert all(a <= b + 1e-9 for a, b in pairwise([known(e) for e in out]))


@every_machine
def test_memory_after_ten_minutes_is_memory_after_one(name: str) -> None:
    make, source = MACHINES[name]
    first, rest = source(60), source(600)
    rest = [item for item in rest if known(item) > 60]
    machine = make()
    tracemalloc.start()
    try:
        for item in first:
            machine.update(item)
        gc.collect()
        after_one = tracemalloc.get_traced_memory()[0]
        for item in rest:
            machine.update(item)
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - after_one
    finally:
        tracemalloc.stop()
    assert grown < 20_000


@settings(max_examples=40, deadline=None)
@given(
    voices=st.lists(st.tuples(st.integers(0, 4000), st.integers(1, 900)), max_size=12),
    blocks=st.lists(st.integers(1, 700), min_size=1, max_size=12),
)
def test_the_mixers_output_does_not_depend_on_the_block_size(
    voices: list[tuple[int, int]], blocks: list[int]
) -> None:
    rng = np.random.default_rng(0)
    sounds = [(at, rng.uniform(-0.4, 0.4, (n, 2)).astype(np.float32)) for at, n in voices]
    whole, pieces = Mixer(48_000), Mixer(48_000)
    for at, sound in sounds:
        whole.schedule(sound, at)
        pieces.schedule(sound, at)
    total = sum(blocks)
    joined = np.concatenate([pieces.render(n) for n in blocks])
    assert np.array_equal(whole.render(total), joined)
