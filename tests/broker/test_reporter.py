"""What is told of a run: the moment, strides, what happened."""

import msgspec
import pytest

from livecoach.model import (
    Belt,
    Contact,
    Cue,
    CueDropped,
    CuePlayed,
    Event,
    HeartRate,
    Notice,
    PodReport,
    SensorState,
    Step,
    Target,
)
from livecoach.sinks.broker.home_assistant import discovery
from livecoach.sinks.broker.reporter import Message, Reporter
from livecoach.wire.topics import EventMessage, Live, Strides, read_report, report_topic, write

EPOCH = 1_800_000_000.0


def step(n: int, **more: object) -> Step:
    t = 0.36 * n
    known = {"t": t, "t_known": t + 0.4, "step_time_s": 0.36, "activity": "run", "quality": 0.9}
    return msgspec.convert(known | {"type": "step"} | more, Step)


def cue(number: int, t: float, kind: str = "speech", phrase: str = "Light feet") -> Cue:
    fields = {
        "type": "cue",
        "number": number,
        "t_decided": t,
        "t_due": t + 0.2,
        "kind": kind,
        "phrase": phrase,
        "priority": 1,
        "expires_t": t + 2,
        "reason": "step rate -4 % from the target",
    }
    return msgspec.convert(fields, Cue)


def told(reporter: Reporter, *events: Event) -> list[EventMessage]:
    out = [m for e in events for m in reporter.update(e, EPOCH)]
    return [report for _, report in out if isinstance(report, EventMessage)]


def readable(messages: list[Message]) -> list[Message]:
    """Return messages after a way over the wire."""
    out = []
    for name, report in messages:
        read = read_report(name, write(report))
        assert read == report
        out.append((name, report))
    return out


def test_nothing_known_is_nothing_said() -> None:
    live = Reporter("s", 0.025).live(0.0, EPOCH)
    fields = msgspec.json.decode(write(live))
    assert set(fields) == {"v", "sid", "seq", "t", "epoch_s"}


def test_the_moment_is_the_mean_of_the_last_steps_and_grows_old() -> None:
    reporter = Reporter("s", 0.02)
    for n in range(20):
        told(reporter, step(n, contact_time_s=0.25 if n % 2 else 0.27, speed_mps=3.0))
    told(reporter, Target(1.0, 170.0, 160.0, "170 as asked"))
    t = 20 * 0.36 + 0.5
    live = reporter.live(t, EPOCH)
    assert live.step_rate_spm == pytest.approx(166.7, abs=0.05)
    assert live.contact_time_s == pytest.approx(0.26)
    assert (live.target_low_spm, live.target_high_spm) == (166.6, 173.4)
    assert (live.state, live.steps, live.quality) == ("running", 20, 0.9)
    assert live.speed_loss_mps is None
    assert live.link_age_s == pytest.approx(t - step(19).t_known, abs=0.01)
    later = reporter.live(t + 10.0, EPOCH)
    assert (later.state, later.step_rate_spm, later.contact_time_s) == ("unknown", None, None)
    assert later.target_spm == 170.0


def test_a_pod_a_belt_and_a_heart_are_told_of_while_they_are_fresh() -> None:
    reporter = Reporter("s", 0.02)
    told(
        reporter,
        PodReport(1.0, 1.0, "pod", "fresh", 172.0, 2.9),
        HeartRate(1.0, "strap", 151.0),
        Belt(1.0, "belt", 2.8),
        SensorState(1.0, "pod", "fresh", 80.0, -70.0),
        SensorState(1.0, "strap", "stale", 15.0, None),
    )
    live = reporter.live(2.0, EPOCH)
    assert (live.step_rate_spm, live.speed_mps, live.heart_rate_bpm) == (172.0, 2.8, 151.0)
    assert (live.state, live.battery_percent, live.rssi_dbm) == ("running", 15.0, -70.0)
    assert live.sensor_state == "fresh"
    old = reporter.live(20.0, EPOCH)
    assert (old.step_rate_spm, old.speed_mps, old.heart_rate_bpm) == (None, None, None)
    told(reporter, PodReport(21.0, 21.0, "pod", "stopped"))
    assert reporter.live(21.0, EPOCH).state == "standing"


def test_every_step_is_in_one_batch_of_about_a_second() -> None:
    reporter = Reporter("s", 0.02)
    batches: list[Strides] = []
    for n in range(40):
        told(reporter, step(n, foot="left" if n % 2 else None, speed_loss_mps=0.1 * (n % 2)))
        for _, report in readable(reporter.tick(step(n).t_known, EPOCH)):
            assert isinstance(report, Strides)
            batches.append(report)
    batches += [r for _, r in reporter.rest() if isinstance(r, Strides)]
    assert [t for b in batches for t in b.t] == [round(0.36 * n, 3) for n in range(40)]
    assert [b.n0 for b in batches] == [
        sum(len(c.t) for c in batches[:k]) for k in range(len(batches))
    ]
    assert [b.seq for b in batches] == list(range(1, len(batches) + 1))
    assert {len(b.t) for b in batches[:-1]} <= {3, 4}
    assert batches[0].contact_time_s is None
    assert batches[0].foot is not None
    assert not reporter.rest()


def test_standing_makes_no_strides() -> None:
    reporter = Reporter("s", 0.02)
    told(reporter, step(0, activity="stand"))
    assert not reporter.rest()
    assert reporter.live(0.5, EPOCH).state == "standing"


def test_a_cue_is_told_decided_played_and_what_it_brought() -> None:
    reporter = Reporter("s", 0.02)
    told(reporter, *(step(n) for n in range(10)))
    events = told(reporter, cue(1, 4.0), CuePlayed(1, 4.2, 0.003, 4.3), CuePlayed(1, 4.2, 0.0, 4.3))
    assert [e.kind for e in events] == ["cue_decided", "cue_played"]
    assert (events[0].phrase, events[0].reason) == ("Light feet", cue(1, 0.0).reason)
    assert (events[1].cue, events[1].late_s) == (1, 0.003)
    live = reporter.live(5.0, EPOCH)
    assert (live.cue_phrase, live.cue_age_s, live.audio_late_p95_s) == ("Light feet", 1.0, 0.003)
    told(reporter, *(step(n, step_time_s=0.34) for n in range(56, 66)))
    effects = [r for _, r in reporter.tick(24.1, EPOCH) if isinstance(r, EventMessage)]
    assert [e.text for e in effects] == ["step rate 166.7 before, 176.5 after 20 s"]


def test_of_a_burst_of_beats_only_the_first_is_told() -> None:
    reporter = Reporter("s", 0.02)
    beats = [cue(n, 1.0 + 0.35 * n, "beat", "left") for n in range(20)]
    beats += [cue(n, 20.0 + 0.35 * n, "beat", "left") for n in range(20, 25)]
    assert [e.cue for e in told(reporter, *beats)] == [0, 20]
    dropped = told(reporter, CueDropped(20, "too late", 21.0), CueDropped(21, "too late", 21.0))
    assert [(e.cue, e.reason) for e in dropped] == [(20, "too late")]


def test_states_targets_and_notices_are_told_when_they_are_news() -> None:
    reporter = Reporter("s", 0.02)
    events = told(
        reporter,
        SensorState(1.0, "pod", "fresh"),
        SensorState(2.0, "pod", "fresh", 50.0),
        SensorState(3.0, "pod", "lost"),
        Target(1.0, 165.0, None, "ramp"),
        Target(2.0, 165.5, None, "ramp"),
        Target(3.0, 170.0, 161.0, "there"),
        Notice(4.0, "x" * 1_000),
        Contact(4.0, 4.1, None, 1.0),
    )
    assert [(e.kind, e.sensor_state) for e in events[:2]] == [
        ("sensor", "fresh"),
        ("sensor", "lost"),
    ]
    assert [e.target_spm for e in events if e.kind == "target"] == [165.0, 170.0]
    assert len(events[-1].text) == 400
    assert [e.seq for e in events] == list(range(1, len(events) + 1))
    assert len(readable([("event", e) for e in events])) == 5


def test_the_95th_percentile_is_that_of_the_last_minute() -> None:
    reporter = Reporter("s", 0.02)
    told(reporter, *(CuePlayed(n, 0.1 * n, 0.9, 0.1 * n) for n in range(10)))
    told(reporter, *(CuePlayed(n, 70.0, n / 1e3, 70.0 + n / 100) for n in range(1, 101)))
    assert reporter.live(71.5, EPOCH).audio_late_p95_s == pytest.approx(0.095)


def test_home_assistant_gets_every_shown_field_with_its_topic() -> None:
    topic, payload = discovery("club", "ann", "1.0")
    told = msgspec.json.decode(payload)
    assert topic == f"homeassistant/device/{told['dev']['ids']}/config"
    assert told["state_topic"] == report_topic("club", "ann", "live")
    assert told["availability_topic"] == report_topic("club", "ann", "status")
    assert told["o"]["name"] == "livecoach"
    assert told["cmps"]
    for name, part in told["cmps"].items():
        assert part["p"] == "sensor"
        assert name in {f.name for f in msgspec.structs.fields(Live)}
        assert f"value_json.{name} " in part["value_template"]
    ids = [part["unique_id"] for part in told["cmps"].values()]
    assert len(set(ids)) == len(ids)


def test_names_that_differ_are_different_devices() -> None:
    names = ["ann b", "ann_b", "annäb", "ann-b", "ann_20b"]
    assert len({discovery("club", name, "1")[0] for name in names}) == len(names)
