"""Sessions as FIT files: what two readers of others say is what the session holds."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from livecoach.errors import StoreError
from livecoach.model import Event, Input, Payload, Tick
from livecoach.report import export_fit
from livecoach.report.export import Exported, export
from livecoach.report.export_build import TrackBuilder
from livecoach.report.export_track import Second, Track
from livecoach.store.reader import SessionFile
from livecoach.wire import pod
from tests.report.fit_readers import Row, fitdecode_rows, fitparse_rows
from tests.report.sessions import STARTED_AT, cue, generated, step, steps, ticks, write

ZERO = datetime.fromisoformat(STARTED_AT)
# FIT's name: ours, factor, steps per unit
FIELDS = {
    "heart_rate": ("heart_rate_bpm", 1, 1),
    "distance": ("distance_m", 1, 100),
    "enhanced_speed": ("speed_mps", 1, 1000),
    "temperature": ("temperature_degc", 1, 1),
    "stance_time": ("contact_time_s", 1e3, 10),
    "stance_time_percent": ("duty_factor", 100, 100),
    "stance_time_balance": ("contact_left_ratio", 100, 100),
    "vertical_oscillation": ("vertical_oscillation_m", 1e3, 10),
    "vertical_ratio": ("vertical_ratio", 100, 100),
    "step_length": ("step_length_m", 1e3, 10),
    "speed_loss": ("speed_loss_mps", 1, 1e6),
    "expected_braking": ("expected_braking_mps", 1, 1e6),
    "trunk_lean": ("trunk_lean_deg", 1, 1e4),
    "target_step_rate": ("target_spm", 1, 1e4),
    "quality": ("quality", 1, 1e6),
}


@pytest.fixture(autouse=True)
def kathmandu(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Be where the time zone is not a whole number of hours."""
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def exported(path: Path) -> Exported:
    with SessionFile(path) as session:
        return export(session, "fit")


def of(events: list[Event]) -> Track:
    builder = TrackBuilder()
    for event in events:
        builder.update(event)
    track = builder.finish()
    assert track is not None
    return track


def named(rows: list[Row], name: str) -> list[dict[str, Any]]:
    return [values for kind, values in rows if kind == name]


def assert_record(row: dict[str, Any], second: Second) -> None:
    assert row.pop("timestamp") == ZERO + timedelta(seconds=second.t_s)
    cadence = row.pop("cadence", None)
    part = row.pop("fractional_cadence", None)
    if second.step_rate_spm is None:
        assert cadence is None
    else:
        assert abs(2 * (cadence + part) - second.step_rate_spm) <= 1 / 128
        assert cadence == int(cadence)
        assert 0 <= part < 1
    for key, (name, factor, parts) in FIELDS.items():
        ours, theirs = getattr(second, name), row.pop(key, None)
        if ours is None:
            assert theirs is None, key
        else:
            assert abs(theirs - factor * ours) <= 0.5 / parts + 1e-9, key
    row.pop("speed", None)  # a reader's own older name for the same
    assert not row


def assert_same(data: bytes, track: Track) -> None:
    for rows in (fitdecode_rows(data), fitparse_rows(data)):
        records = named(rows, "record")
        assert len(records) == len(track.seconds)
        for row, second in zip(records, track.seconds, strict=True):
            assert_record(row, second)
        stamps = [v["timestamp"] for k, v in rows if "timestamp" in v and k != "device_info"]
        assert stamps == sorted(stamps)
        timer = [v for v in named(rows, "event") if v["event"] == "timer"]
        ends = [ZERO + timedelta(seconds=t) for span in track.spans for t in span]
        assert [v["timestamp"] for v in timer] == ends
        kinds = [v["event_type"] for v in timer]
        assert kinds == ["start", "stop"] * (len(track.spans) - 1) + ["start", "stop_all"]
        marks = [v for v in named(rows, "event") if v["event"] == "user_marker"]
        assert [v["cue"] for v in marks] == [m.text for m in track.markers]
        assert [v["timestamp"] for v in marks] == [
            ZERO + timedelta(seconds=int(m.t)) for m in track.markers
        ]
        assert [v["data"] for v in marks] == [m.cue for m in track.markers]
        assert_totals(rows, track)


def assert_totals(rows: list[Row], track: Track) -> None:
    laps, (session,) = named(rows, "lap"), named(rows, "session")
    assert [v["total_timer_time"] for v in laps] == [len(lap.seconds) for lap in track.laps]
    assert sum(v["total_elapsed_time"] for v in laps) == session["total_elapsed_time"]
    assert session["total_elapsed_time"] == track.spans[-1][1] - track.spans[0][0]
    assert session["total_timer_time"] == len(track.seconds)
    assert session["start_time"] == ZERO + timedelta(seconds=track.spans[0][0])
    assert session["num_laps"] == len(laps)
    assert (session["sport"], session["event"]) == ("running", "session")
    distance = track.seconds[-1].distance_m
    if distance is None:
        assert "total_distance" not in session
    else:
        assert session["total_distance"] == pytest.approx(distance, abs=0.006)
    strides = sum(s.steps for s in track.seconds) / 2
    assert session["total_cycles"] == pytest.approx(strides, abs=0.51)
    hearts = [s.heart_rate_bpm for s in track.seconds if s.heart_rate_bpm is not None]
    if hearts:
        assert session["avg_heart_rate"] == pytest.approx(sum(hearts) / len(hearts), abs=0.51)
        assert session["max_heart_rate"] == max(hearts)
    (activity,) = named(rows, "activity")
    local = activity["local_timestamp"] - activity["timestamp"]
    assert local == timedelta(hours=5, minutes=45)


@pytest.mark.parametrize("seed", range(20))
def test_generated_sessions_come_back(seed: int, tmp_path: Path) -> None:
    events = generated(seed)
    path = write(tmp_path / "x.db", [*events])
    assert_same(exported(path).data, of(events))


@st.composite
def odd_events(draw: st.DrawFn) -> list[Event]:
    def maybe(low: float, high: float) -> float | None:
        return draw(st.none() | st.floats(low, high))

    out: list[Event] = []
    t = draw(st.floats(0, 1e4))
    for number in range(draw(st.integers(1, 25))):
        made = step(
            t,
            foot=draw(st.sampled_from(["left", "right", None])),
            step_time_s=draw(st.floats(0.23, 1.5)),
            contact_time_s=maybe(0.08, 1.2),
            speed_mps=maybe(0.2, 12),
            step_length_m=maybe(0.2, 3),
            vertical_oscillation_m=maybe(0.01, 0.25),
            speed_loss_mps=maybe(0, 1.5),
            expected_braking_mps=maybe(0, 1),
            trunk_lean_deg=maybe(-30, 45),
            activity=draw(st.sampled_from(["run", "run", "walk", "stand"])),
        )
        out.append(made)
        if draw(st.booleans()):
            out += cue(number, t, draw(st.sampled_from(["beat", "speech"])), draw(st.text("aé漢")))
        t += draw(st.floats(0.2, 12))
    return [*out, step(t)]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(odd_events())
def test_odd_sessions_come_back(events: list[Event]) -> None:
    track = of(events)
    data = export_fit.encode(track, ZERO.astimezone(), treadmill=False, version="0.1.0")
    assert_same(data, track)


def test_a_session_that_was_cut_off_comes_back_the_same(tmp_path: Path) -> None:
    events = generated(1)
    ended = exported(write(tmp_path / "ended.db", [*events]))
    assert exported(write(tmp_path / "cut.db", [*events], ended=False)).data == ended.data


def test_events_that_were_not_stored_are_made_again(tmp_path: Path) -> None:
    numbered: list[Input | Event] = []
    for k in range(60):
        said = _rsc(3.0 + k % 3 / 50, 85)
        numbered += [Tick(2 * k, float(k)), Payload(2 * k + 1, k + 0.1, "pod", "2a53", k, said)]
    with SessionFile(write(tmp_path / "x.db", numbered)) as session:
        done = export(session, "fit")
    rates = [2 * r["cadence"] for r in named(fitdecode_rows(done.data), "record") if "cadence" in r]
    assert len(rates) > 20
    assert set(rates) == {170}


def _rsc(speed_mps: float, cadence: int) -> bytes:
    return bytes([4]) + round(speed_mps * 256).to_bytes(2, "little") + bytes([cadence])


def test_treadmill_when_a_speed_was_typed_in_and_who_recorded(tmp_path: Path) -> None:
    path = write(tmp_path / "x.db", [*steps(0, 30)], config={"speed": "10.5kmh"})
    rows = fitdecode_rows(exported(path).data)
    assert named(rows, "session")[0]["sub_sport"] == "treadmill"
    (file,) = named(rows, "file_id")
    assert (file["type"], file["manufacturer"]) == ("activity", "development")
    assert named(rows, "device_info")[0]["product_name"] == "livecoach"


def test_sensors_are_listed_with_their_batteries(tmp_path: Path) -> None:
    rows = fitdecode_rows(exported(write(tmp_path / "x.db", [*generated(0)])).data)
    strap = next(v for v in named(rows, "device_info") if v["product_name"] == "strap")
    assert 5 <= strap["battery_level"] <= 100


def test_the_two_kinds_of_braking_keep_their_labels(tmp_path: Path) -> None:
    only = steps(0, 30, expected_braking_mps=0.2)
    rows = fitdecode_rows(exported(write(tmp_path / "x.db", [*only])).data)
    record = named(rows, "record")[5]
    assert record["expected_braking"] == pytest.approx(0.2)
    assert "speed_loss" not in record


def test_a_pods_temperature_is_told(tmp_path: Path) -> None:
    packet = pod.StreamPacket(
        count=0, first_us=0, period_quarter_us=20_000, samples=((0,) * 6,), temperature_degc=31
    )
    inputs = [Payload(k, float(k), "T", pod.STREAM, k, pod.build(packet)) for k in range(30)]
    bad = Payload(99, 30.0, "T", pod.STREAM, 99, b"?")
    rows = fitdecode_rows(exported(write(tmp_path / "x.db", [*inputs, bad, *steps(0, 30)])).data)
    assert {r["temperature"] for r in named(rows, "record")} == {31}


@pytest.mark.parametrize(
    ("told", "words"),
    [("1970-01-01T00:00:10+00:00", "clock that was not set"), ("yesterday", "is damaged")],
)
def test_dates_that_cannot_be(told: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=words):
        exported(write(tmp_path / "x.db", [*steps(0, 9)], started_at=told))


def test_a_session_without_anything_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="nothing was measured"):
        exported(write(tmp_path / "x.db", ticks(10)))


def test_three_hours_take_seconds(tmp_path: Path) -> None:
    known = {"contact_time_s": 0.25, "speed_mps": 3.0, "step_length_m": 1.0, "foot": "left"}
    path = write(tmp_path / "x.db", [*steps(0, 3 * 3600, **known)])
    before_s = time.process_time()
    done = exported(path)
    assert time.process_time() - before_s < 5.0
    assert done.rows == 3 * 3600
    assert done.laps == 33
    assert os.environ["TZ"] == "Asia/Kathmandu"
    assert done.started.astimezone(UTC) == ZERO
