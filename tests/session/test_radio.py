"""Radio notifications through a session: times, holes, lag, clocks there are none of, replay."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
import pytest

from livecoach.coach import CoachParams
from livecoach.model import (
    Belt,
    Contact,
    Cue,
    Event,
    HeartRate,
    ImuSample,
    Input,
    Link,
    Notice,
    Payload,
    PodReport,
    Profile,
    SensorInfo,
    SensorState,
    Skipped,
    Tick,
)
from livecoach.session import Pipeline
from livecoach.session.radio import Radio
from livecoach.simulation import RunnerParams, SimulatedRunner
from livecoach.store.schema import event_of, split
from livecoach.wire import battery, heart_rate, pod, polar, rsc, treadmill, witmotion
from livecoach.wire.pod import Raw, StreamPacket
from tests import radio_link

_ACC_STEP = 0.488e-3 * 9.80665
_GYR_STEP = np.radians(0.070)
_PER_PACKET = 10
_RATE_HZ = 208.0
_INFO = SensorInfo(name="chest", kind="imu", mount="chest", speed_mps=3.0, height_m=1.75)
_COACH = CoachParams(target="180", grace_s=2.0)


def _felt(seconds: float, seed: int = 3, rate_hz: float = _RATE_HZ) -> list[ImuSample]:
    runner = SimulatedRunner(RunnerParams(rate_hz=rate_hz), np.random.default_rng(seed))
    return [runner.update() for _ in range(int(seconds * rate_hz))]


def _truth(seconds: float, seed: int = 3) -> list[float]:
    runner = SimulatedRunner(RunnerParams(rate_hz=_RATE_HZ), np.random.default_rng(seed))
    runner.record(seconds)
    return [row.t_contact_s for row in runner.truth()]


def _raw(x: ImuSample) -> Raw:
    acc = [round(v / _ACC_STEP) for v in (x.acc_x, x.acc_y, x.acc_z)]
    gyr = [round((v or 0.0) / _GYR_STEP) for v in (x.gyr_x, x.gyr_y, x.gyr_z)]
    ax, ay, az, gx, gy, gz = (min(32767, max(-32768, v)) for v in (*acc, *gyr))
    return ax, ay, az, gx, gy, gz


def _packets(
    samples: Sequence[ImuSample],
    link: radio_link.Link,
    ppm: float = 40.0,
    begin_us: int = 2**32 - 9,
) -> list[Payload]:
    """Pack samples as our pod does, its clock wrapping soon, and let them travel."""
    groups = [samples[k : k + _PER_PACKET] for k in range(0, len(samples), _PER_PACKET)]
    groups = [g for g in groups if len(g) == _PER_PACKET]
    arrivals = link.arrivals(np.array([g[-1].t for g in groups]))
    out = []
    for k, (group, t) in enumerate(zip(groups, arrivals.tolist(), strict=True)):
        packet = StreamPacket(
            count=(65_530 + k) % 65_536,
            first_us=(begin_us + round(group[0].t * 1e6 * (1.0 + 1e-6 * ppm))) % 2**32,
            period_quarter_us=round(4e6 / _RATE_HZ),
            samples=tuple(_raw(x) for x in group),
        )
        out.append(Payload(0, t, "chest", pod.STREAM, k + 1, pod.build(packet)))
    return out


def _inputs(payloads: Iterable[Payload], info: SensorInfo = _INFO) -> list[Input]:
    """Put the sensor's link before and ten ticks a second among them; number all."""
    out: list[Input] = [Link(1, 0.0, info.name, "found", info)]
    ticks = 0
    for x in payloads:
        while (ticks + 1) / 10 <= x.t:
            ticks += 1
            out.append(Tick(len(out) + 1, ticks / 10))
        out.append(Payload(len(out) + 1, x.t, x.source, x.channel, x.row, x.data))
    return out


def _events(inputs: Iterable[Input], coach: CoachParams = _COACH) -> list[Event]:
    pipeline = Pipeline(coach, Profile())
    return [event for x in inputs for event in pipeline.update(x)]


def _contacts(events: Iterable[Event], after_s: float = 0.0) -> list[Contact]:
    return [e for e in events if isinstance(e, Contact) and e.t > after_s]


def _matched(
    found: Iterable[Contact], true: Sequence[float], begin_s: float, end_s: float
) -> tuple[list[float], float]:
    """Return the errors of the contacts found between two times, and F1 there."""
    times = np.array(true)
    near = [(int(np.argmin(np.abs(times - c.t))), c.t) for c in found]
    hits = {k: t - true[k] for k, t in near if abs(t - true[k]) < 0.1}
    inner = [k for k, t in enumerate(true) if begin_s < t < end_s]
    told = [k if abs(t - true[k]) < 0.1 else -1 for k, t in near if begin_s < true[k] < end_s]
    errors = [hits[k] for k in inner if k in hits]
    return errors, 2 * len(errors) / (len(told) + len(inner))


def _between(times: Iterable[float], low: float, high: float) -> list[float]:
    return [t for t in times if low < t < high]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_steps_over_the_air_are_as_good_as_without(seed: int) -> None:
    seconds, begin_s = 90.0, 30.0
    samples = _felt(seconds, seed)
    link = radio_link.Link(seed=seed)
    true, plain = _truth(seconds, seed), _events(_inputs(_plain(samples)))
    events = _events(_inputs(_packets(samples, link)))
    spread, score = [], []
    for found in (plain, events):
        errors, f1 = _matched(_contacts(found), true, begin_s, seconds - 2.0)
        spread.append(float(np.std(errors)))
        score.append(f1)
    assert spread[1] < spread[0] + 0.0005
    assert score == [1.0, 1.0]
    assert not [e for e in events if isinstance(e, Skipped | Notice)]
    assert all(a.t_known <= b.t_known for a, b in pairwise(_contacts(events)))


def _plain(samples: Sequence[ImuSample]) -> list[Payload]:
    """Let samples travel in no time, one by one, each as a packet of its own."""
    out = []
    for k, x in enumerate(samples):
        packet = StreamPacket(
            count=k % 65_536,
            first_us=round(x.t * 1e6) % 2**32,
            period_quarter_us=round(4e6 / _RATE_HZ),
            samples=(_raw(x),),
        )
        out.append(Payload(0, x.t, "chest", pod.STREAM, k + 1, pod.build(packet)))
    return out


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_one_packet_in_twenty_lost_costs_hardly_a_step_and_is_told(seed: int) -> None:
    seconds = 90.0
    rng = np.random.default_rng(seed)
    sent = _packets(_felt(seconds, seed), radio_link.Link(seed=seed))
    kept = [x for x in sent if rng.random() >= 0.05]
    events = _events(_inputs(kept))
    true = _truth(seconds, seed)
    _, f1 = _matched(_contacts(events), true, 5.0, seconds - 2.0)
    assert f1 > 0.99
    told = [e.text for e in events if isinstance(e, Notice)]
    assert "10 samples were lost on the way so far" in told[0]
    assert len(told) <= 3


def test_missing_samples_are_counted_by_the_counter() -> None:
    sent = _packets(_felt(20.0), radio_link.Link())
    radio = Radio("chest")
    for k, x in enumerate(sent):
        if not (100 <= k < 103 or k == 200):
            radio.update(x)
    assert radio.missing == 4 * _PER_PACKET


def test_samples_lie_where_they_were_felt() -> None:
    samples = _felt(60.0)
    got: list[ImuSample] = []
    radio = Radio("chest")
    for k, x in enumerate(_packets(samples, radio_link.Link(seed=5))):
        if k % 17:
            got += [i for i in radio.update(x) if isinstance(i, ImuSample)]
    assert all(a.t < b.t for a, b in pairwise(got))
    truth = {_raw(x): x.t for x in samples}
    errors = np.array([x.t - truth[_raw(x)] for x in got if x.t > 30.0])
    assert np.percentile(errors, 95) - np.percentile(errors, 5) < 0.5e-3
    assert np.abs(errors - np.median(errors)).max() < 1e-3


def _delayed(payloads: Sequence[Payload], begin_s: float, end_s: float) -> list[Payload]:
    """Hold back what arrives between two times, by ever more, up to 2 s."""
    out, t = [], 0.0
    for x in payloads:
        late_s = min(2.0, x.t - begin_s) if begin_s < x.t < end_s else 0.0
        t = max(t, x.t + late_s)
        out.append(Payload(x.n, t, x.source, x.channel, x.row, x.data))
    return out


def test_a_stream_that_comes_late_falls_silent_and_comes_back() -> None:
    late = _delayed(_packets(_felt(60.0), radio_link.Link(stall_s=0.1)), 30.0, 45.0)
    inputs = _inputs(late)
    pipeline = Pipeline(_COACH, Profile())
    events: list[Event] = []
    said: set[float] = set()
    for x in inputs:
        events += pipeline.update(x)
        if pipeline.late == ["chest"]:
            said.add(x.t)
    assert 30.4 < min(said) < 31.5
    assert 46.0 < max(said) < 48.0
    states = [(e.state, e.t_known) for e in events if isinstance(e, SensorState)]
    assert [s for s, _ in states] == ["fresh", "stale", "fresh"]
    assert not _between((c.t_known for c in _contacts(events)), 32.0, 46.0)
    assert not _between(
        (e.t_decided for e in events if isinstance(e, Cue) and e.kind == "beat"), 36, 46
    )
    assert _between((c.t_known for c in _contacts(events)), 48.0, 60.0)
    assert sum("late" in e.text for e in events if isinstance(e, Notice)) == 1


def test_a_lost_link_keeps_the_clock_and_counts_nothing_as_lost() -> None:
    samples = _felt(60.0)
    sent = _packets(samples, radio_link.Link())
    inputs = _inputs(x for x in sent if not 30.0 < x.t < 33.0)
    at = next(k for k, x in enumerate(inputs) if x.t > 30.5)
    inputs[at:at] = [Link(0, 30.5, "chest", "lost"), Link(0, 30.5, "chest", "found", _INFO)]
    events = _events(inputs)
    states = [e.state for e in events if isinstance(e, SensorState)]
    assert states == ["fresh", "lost", "fresh"]
    assert not [e for e in events if isinstance(e, Notice)]
    true = _truth(60.0)
    errors, f1 = _matched(_contacts(events), true, 36.0, 58.0)
    assert f1 == 1.0
    assert np.std(errors) < 0.004


def test_replay_of_a_whole_session_with_every_kind_of_sensor_is_equal() -> None:
    first = _events(_mixed())
    again = _events(_mixed())
    assert first == again
    kinds = {type(e) for e in first}
    assert {Contact, PodReport, HeartRate, Belt, SensorState, Cue} <= kinds
    _, rows = split(first)
    assert [event_of(data) for _, _, data in rows] == first
    t_known = [e.t_decided if isinstance(e, Cue) else e.t_known for e in first]
    assert all(a <= b for a, b in pairwise(t_known))
    assert not [e for e in first if isinstance(e, Skipped)]


def _mixed() -> list[Input]:
    """Return a session of an open pod, a foot pod, heart rate and a treadmill."""
    payloads = _packets(_felt(40.0), radio_link.Link())
    for k in range(39):
        run = bytes.fromhex("04") + int(3.0 * 256 + k % 5).to_bytes(2, "little") + b"\x55"
        t = k + 0.3
        payloads += [
            Payload(0, t, "pod", rsc.CHARACTERISTIC, k, run),
            Payload(0, t + 0.1, "strap", heart_rate.CHARACTERISTIC, k, bytes([0x10, 150, 0, 2])),
            Payload(0, t + 0.2, "belt", treadmill.CHARACTERISTIC, k, bytes([0, 0, 0x38, 4])),
        ]
    payloads.append(Payload(0, 20.0, "pod", battery.CHARACTERISTIC, 0, bytes([73])))
    inputs = _inputs(sorted(payloads, key=lambda x: x.t))
    inputs[1:1] = [
        Link(0, 0.0, "pod", "found", SensorInfo(name="pod", kind="pod")),
        Link(0, 0.0, "strap", "found", SensorInfo(name="strap", kind="heart")),
        Link(0, 0.0, "belt", "found", SensorInfo(name="belt", kind="treadmill")),
    ]
    return inputs


def test_battery_belongs_to_the_sensors_state() -> None:
    states = [e for e in _events(_mixed()) if isinstance(e, SensorState) and e.name == "pod"]
    assert [(s.state, s.battery_percent) for s in states if s.t_known == 20.0] == [("fresh", 73.0)]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_sensor_without_a_clock_tells_steps_too(seed: int) -> None:
    """WitMotion: frames of one sample; only their number and their arrival are known."""
    samples = _felt(90.0, seed, 100.0)
    arrivals = radio_link.Link(seed=seed, stall_s=0.2).arrivals(np.array([x.t for x in samples]))
    payloads = []
    for k, (x, t) in enumerate(zip(samples, arrivals.tolist(), strict=True)):
        acc = (x.acc_x / 9.80665, x.acc_y / 9.80665, x.acc_z / 9.80665)
        p, q, r = (float(np.degrees(w or 0.0)) for w in (x.gyr_x, x.gyr_y, x.gyr_z))
        payloads.append(Payload(0, t, "chest", witmotion.DATA, k, witmotion.build(acc, (p, q, r))))
    events = _events(_inputs(payloads))
    true = _truth(90.0, seed)
    errors, f1 = _matched(_contacts(events), true, 30.0, 88.0)
    assert f1 > 0.99
    assert np.std(errors) < 0.006


def test_a_chest_strap_shares_out_its_samples_between_its_stamps() -> None:
    samples = _felt(60.0, 4, 200.0)
    groups = [samples[k : k + 36] for k in range(0, len(samples) - 36, 36)]
    arrivals = radio_link.Link(interval_s=0.04875).arrivals(np.array([g[-1].t for g in groups]))
    radio, got = Radio("strap"), []
    for k, (group, t) in enumerate(zip(groups, arrivals.tolist(), strict=True)):
        steps = [
            (round(x.acc_x / 9.80665e-3), round(x.acc_y / 9.80665e-3), round(x.acc_z / 9.80665e-3))
            for x in group
        ]
        data = polar.build(800_000_000_000_000_000 + round(group[-1].t * 1e9), steps)
        items = radio.update(Payload(0, t, "strap", polar.DATA, k, data))
        got += [i for i in items if isinstance(i, ImuSample)]
    assert radio.missing == 0
    assert len(got) == len(groups) * 36 - 35  # the first frame's period is not known yet
    late = [x for x in got if x.t > 30.0]
    steps_s = np.diff([x.t for x in late])
    assert np.abs(steps_s - 0.005).max() < 1e-4


def test_motion_of_a_sensor_nobody_placed_is_left_out_and_told_once() -> None:
    nowhere = SensorInfo(name="chest", kind="imu")
    events = _events(_inputs(_packets(_felt(10.0), radio_link.Link()), nowhere))
    assert not _contacts(events)
    assert [e.text for e in events if isinstance(e, Notice)] == [
        "chest: nobody said where it is worn (--mount); its motion is left out"
    ]


def test_a_capture_may_hold_any_characteristic() -> None:
    info = SensorInfo(name="run.ble.csv", kind="pod", mount="chest", t_origin_s=100.0)
    rows = [
        Payload(
            0,
            x.t,
            "run.ble.csv",
            "ble.csv",
            x.row,
            f"{x.t + 100.0!r},LCPOD-T,{x.channel},{x.data.hex()}".encode(),
        )
        for x in _packets(_felt(20.0), radio_link.Link())
    ]
    beat = f"{105.0 + rows[-1].t!r},strap,{heart_rate.CHARACTERISTIC},0096".encode()
    rows.append(Payload(0, rows[-1].t + 5.0, "run.ble.csv", "ble.csv", 0, beat))
    events = _events(_inputs(rows, info))
    assert len(_contacts(events)) > 40
    assert [e.rate_bpm for e in events if isinstance(e, HeartRate)] == [150.0]
    assert {e.name for e in events if isinstance(e, SensorState)} == {"LCPOD-T", "strap"}


@pytest.mark.parametrize("channel", ["ffff", "no such", rsc.CHARACTERISTIC, pod.STREAM])
def test_what_cannot_be_read_is_skipped(channel: str) -> None:
    (event,) = Pipeline(_COACH, Profile()).update(Payload(1, 1.0, "x", channel, 7, b"\x01"))
    assert isinstance(event, Skipped)
    assert event.row == 7
