"""Sessions listed, finished when they were cut off, and let go of."""

import json
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from livecoach.model import Belt, Cue, Event, Input, Payload, PodReport, Step, Target, Tick
from livecoach.session import Tally, history
from livecoach.session.history import list_sessions, settle_all
from livecoach.store.header import REVISION, Summary
from livecoach.store.reader import SessionFile
from livecoach.store.writer import SessionWriter
from tests.commandline import command, fails_in_one_line, livecoach
from tests.store import samples

WHOLE = Summary(
    ended_at="2026-11-22T12:00:00+00:00",
    duration_s=1800.0,
    steps=5000,
    mean_step_rate_spm=166.7,
    cues=12,
    skipped=1,
    target_spm=176.0,
    reason="done",
    distance_m=5400.0,
    target_kept_ratio=0.85,
    revision=REVISION,
)


def write(
    path: Path,
    items: list[Input | Event],
    summary: Summary | None = WHOLE,
    started_at: str = "2026-11-22T11:30:00+00:00",
) -> Path:
    writer = SessionWriter(path, samples.header(path.stem, started_at))
    writer.write(items)
    if summary is not None:
        writer.finish(summary)
    writer.close()
    return path


def killed(path: Path, items: list[Input | Event]) -> Path:
    """Leave a session as kill -9 does: rows in a ``-wal``, no summary."""
    elsewhere = path.parent / "elsewhere" / path.name
    writer = SessionWriter(elsewhere, samples.header(path.stem))
    writer._db.execute("PRAGMA wal_autocheckpoint = 0")
    writer.write(items)
    for end in ("", "-wal"):
        shutil.copy(f"{elsewhere}{end}", f"{path}{end}")
    writer.close()
    shutil.rmtree(elsewhere.parent)
    return path


def running(step_time_s: float, count: int, length_m: float | None = None) -> list[Event]:
    return [
        Step(
            t=k * step_time_s,
            t_known=k * step_time_s + 0.4,
            step_time_s=step_time_s,
            step_length_m=length_m,
            activity="run",
            quality=0.9,
        )
        for k in range(count)
    ]


def tally(events: list[Event]) -> Summary:
    out = Tally()
    for event in events:
        out.update(event)
    return out.summary("2026-11-22T12:00:00+00:00", 60.0, "done")


def test_the_list_is_newest_first_with_unreadable_files_last(tmp_path: Path) -> None:
    write(tmp_path / "b.db", [], started_at="2026-11-20T11:30:00+00:00")
    write(tmp_path / "a.db", [], started_at="2026-11-21T11:30:00+00:00")
    (tmp_path / "z.db").write_text("garbage")
    (tmp_path / "dir.db").mkdir()
    os.mkfifo(tmp_path / "aa.db")
    rows = list_sessions(tmp_path)
    assert [(row.id, row.state) for row in rows] == [
        ("a", "done"),
        ("b", "done"),
        ("z", "unreadable"),
        ("dir", "unreadable"),
        ("aa", "unreadable"),
    ]
    assert (rows[0].steps, rows[0].mean_step_rate_spm, rows[0].duration_s) == (5000, 166.7, 1800.0)
    assert (rows[0].distance_m, rows[0].target_kept_ratio, rows[0].cues) == (5400.0, 0.85, 12)
    assert list_sessions(tmp_path / "missing") == []


def test_a_session_that_was_cut_off_is_finished_once(tmp_path: Path) -> None:
    cue = Cue(
        number=1,
        t_decided=1.0,
        t_due=1.2,
        kind="speech",
        phrase="",
        priority=1,
        expires_t=2.0,
        reason="slow",
    )
    path = killed(tmp_path / "x.db", [Tick(0, 9.0), *running(0.3, 20, 1.0), cue])
    said: list[str] = []
    settle_all(tmp_path, said.append)
    settle_all(tmp_path, said.append)
    assert said == ["Session x was cut off after 9 s: kept up to there."]
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.db"]
    with SessionFile(path) as file:
        assert file.cut_off
        assert file.summary is not None
        assert file.summary.ended_at == "2026-11-22T11:30:09+00:00"
        assert len(list(file.events())) == 21
    (row,) = list_sessions(tmp_path)
    assert (row.state, row.duration_s, row.steps, row.cues) == ("cut off", 9.0, 20, 1)
    assert row.mean_step_rate_spm == pytest.approx(200.0)
    assert row.distance_m == pytest.approx(20.0)


def test_nothing_recorded_is_finished_too(tmp_path: Path) -> None:
    killed(tmp_path / "nothing.db", [])
    (row,) = list_sessions(tmp_path)
    assert (row.duration_s, row.mean_step_rate_spm, row.state) == (0, None, "cut off")


def test_a_session_that_runs_is_neither_finished_nor_removed(tmp_path: Path) -> None:
    with subprocess.Popen(
        command(
            *("run", "--source", "sim:", "--audio", "null", "--seconds", "60"),
            *("--session", tmp_path, "--json"),
        ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            while not list(tmp_path.glob("*.db-wal")):
                assert process.poll() is None
            said: list[str] = []
            settle_all(tmp_path, said.append)
            assert said == []
            (row,) = list_sessions(tmp_path)
            assert row.state == "running"
            pruned = livecoach("sessions", "--prune", "0h", "--session", tmp_path, "--json")
            assert json.loads(pruned.stdout) == {"removed": [], "kept": []}
            assert not history.remove(row)
        finally:
            process.terminate()
    (row,) = list_sessions(tmp_path)
    assert row.state == "interrupted"


def test_the_start_of_a_run_finishes_what_was_cut_off(tmp_path: Path) -> None:
    path = killed(tmp_path / "x.db", [Tick(0, 9.0), *running(0.3, 20)])
    arguments = ("--source", "sim:", "--audio", "null", "--seconds", "3", "--pace", "max")
    result = livecoach("run", *arguments, "--session", tmp_path, "--json")
    assert result.returncode == 0, result.stderr
    assert "Session x was cut off after 9 s" in result.stderr
    with SessionFile(path) as file:
        assert file.summary is not None
        assert file.summary.reason == "cut off"


def test_an_older_summary_is_made_anew_and_keeps_its_end(tmp_path: Path) -> None:
    path = write(tmp_path / "x.db", [*running(0.36, 30, 1.1)], samples.SUMMARY)
    watched: list[Path] = []

    def watch(paths: list[Path]) -> list[Path]:
        watched.extend(paths)
        return paths

    for _ in range(2):
        (row,) = list_sessions(tmp_path, watch)
    assert watched == [path]
    assert row.distance_m == pytest.approx(33.0)
    assert (row.state, row.duration_s) == ("done", 1800.0)
    with SessionFile(path) as file:
        assert file.summary is not None
        assert file.summary.ended_at == samples.SUMMARY.ended_at


def test_a_summary_that_cannot_be_stored_is_shown_all_the_same() -> None:
    with samples.as_nobody() as folder:
        killed(folder / "x.db", [Tick(0, 9.0), *running(0.3, 20)])
        (folder / "x.db").chmod(0o444)
        folder.chmod(0o555)
        (row,) = list_sessions(folder)
        assert (row.state, row.steps, row.duration_s) == ("cut off", 20, 9.0)
        with SessionFile(folder / "x.db") as file:
            assert file.summary is None


@pytest.mark.parametrize(
    ("events", "distance_m"),
    [
        (running(0.36, 100, 1.1), 110.0),
        ([*running(0.36, 95, 1.0), *running(0.36, 5)], 95.0),
        (running(0.36, 100), None),
        ([*running(0.36, 80, 1.0), *running(0.36, 20)], None),
        ([Belt(float(k), "belt", 3.0) for k in range(101)], 300.0),
        ([Belt(0.0, "belt", 3.0), Belt(60.0, "belt", 3.0)], 7.5),
        ([PodReport(float(k), float(k), "pod", "fresh", 170.0, 2.5) for k in range(41)], 100.0),
        ([PodReport(float(k), float(k), "pod", "fresh", 170.0) for k in range(41)], None),
        ([*running(0.36, 100, 1.0), *[Belt(float(k), "b", 3.0) for k in range(9)]], 100.0),
    ],
    ids=["steps", "most", "unknown", "too few", "belt", "hole", "pod", "slow pod", "steps first"],
)
def test_distance(events: list[Event], distance_m: float | None) -> None:
    found = tally(events).distance_m
    assert found == (None if distance_m is None else pytest.approx(distance_m))


def test_the_share_of_time_on_target() -> None:
    before = running(0.4, 50)
    target = Target(20.0, 176.0, 168.0, "")
    near, far = running(60 / 177, 100), running(60 / 165, 100)
    walk = [Step(t=0, t_known=0, step_time_s=0.5, activity="walk", quality=1.0)]
    assert tally([*before, *near]).target_kept_ratio is None
    assert tally([*before, target]).target_kept_ratio is None
    assert tally([*before, target, *walk, *near]).target_kept_ratio == pytest.approx(1.0)
    half = tally([target, *near, *walk, *far]).target_kept_ratio
    assert half == pytest.approx(177**-1 / (177**-1 + 165**-1), abs=0.001)
    pods: list[Event] = [
        PodReport(float(k), float(k), "pod", "fresh", 170.0 + k) for k in range(11)
    ]
    assert tally([Target(0.0, 170.0, None, ""), *pods]).target_kept_ratio == 5 / 11


def started(days_ago: float) -> str:
    return (datetime.now(UTC) - timedelta(days=days_ago)).isoformat(timespec="seconds")


@pytest.fixture
def old_and_new(tmp_path: Path) -> Path:
    folder = tmp_path / "sessions"
    for name, days in (("old", 40), ("older", 400), ("new", 2)):
        write(folder / f"{name}.db", [], started_at=started(days))
    (folder / "old.wav").write_bytes(b"sound")
    (folder / "broken.db").write_text("garbage")
    os.utime(folder / "broken.db", (0, 0))
    return folder


def test_prune_shows_and_removes_what_is_old(old_and_new: Path) -> None:
    refused = livecoach("sessions", "--prune", "30d", "--session", old_and_new)
    assert refused.returncode == 2
    assert "add --yes" in refused.stderr
    assert len(list(old_and_new.iterdir())) == 5
    result = livecoach("sessions", "--prune", "30d", "--yes", "--session", old_and_new)
    assert result.returncode == 0, result.stderr
    assert "Removed 2." in result.stdout
    assert "older" in result.stdout
    assert "new" not in result.stdout.replace("newer", "")
    assert sorted(entry.name for entry in old_and_new.iterdir()) == ["broken.db", "new.db"]


def test_prune_for_scripts_asks_nothing(old_and_new: Path) -> None:
    result = livecoach("sessions", "--prune", "52w", "--session", old_and_new, "--json")
    assert json.loads(result.stdout) == {"removed": ["older"], "kept": []}
    assert result.returncode == 0
    assert not (old_and_new / "older.db").exists()
    assert (old_and_new / "old.db").exists()
    again = livecoach("sessions", "--prune", "52w", "--session", old_and_new, "--yes")
    assert again.stdout == "No session is that old.\n"


@pytest.mark.parametrize("age", ["30", "d", "-3d", "1.5d", "999999d", "tomorrow", ""])
def test_an_age_that_is_none(tmp_path: Path, age: str) -> None:
    result = livecoach("sessions", "--prune", age, "--session", tmp_path)
    assert "is not an age like 30d" in fails_in_one_line(result, 2)


def test_the_table_says_what_came_of_a_session(tmp_path: Path) -> None:
    write(tmp_path / "x.db", [])
    shown = livecoach("sessions", "--session", tmp_path).stdout
    for text in ("2026-11-22 11:30", "30:00", "5.40", "5000", "166.7", "85 %", "12", "done"):
        assert text in shown
    (row,) = json.loads(livecoach("sessions", "--session", tmp_path, "--json").stdout)
    assert row["target_kept_ratio"] == 0.85


def test_a_file_of_version_1_reads_the_same_before_and_after_it_is_brought_up_to_date(
    tmp_path: Path,
) -> None:
    items = [samples.item(n) for n in range(500)]
    path = tmp_path / "x.db"
    _write_version_1(path, items)
    for version in (1, 2):
        with SessionFile(path) as file:
            assert file._version == version
            assert file.header == samples.header()
            assert list(file.inputs()) == [item for n, item in enumerate(items) if n % 10 != 9]
            assert list(file.events()) == items[9::10]
            assert file.counts() == {"payload": 400, "tick": 50, "step": 50}
            assert file._db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        (row,) = list_sessions(tmp_path)
        assert (row.state, row.steps) == ("cut off", 50)


def _write_version_1(path: Path, items: list[Input | Event]) -> None:
    """Write a file as livecoach did at first: no streams, everything but payloads as JSON."""
    encode = msgspec.json.encode
    with closing(sqlite3.connect(path)) as db:
        db.executescript(
            "CREATE TABLE header (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
            "CREATE TABLE inputs (n INTEGER PRIMARY KEY, t NOT NULL, kind TEXT NOT NULL,"
            " source TEXT, channel TEXT, row INTEGER, data BLOB NOT NULL);"
            "CREATE TABLE events (id INTEGER PRIMARY KEY, t_known NOT NULL, kind TEXT NOT NULL,"
            " data BLOB NOT NULL);"
            "PRAGMA application_id = 0x6C637331; PRAGMA user_version = 1;"
        )
        header = samples.header()
        for key in header.__struct_fields__:
            value = encode(getattr(header, key)).decode()
            db.execute("INSERT INTO header VALUES (?, ?)", (key, value))
        for item in items:
            if isinstance(item, Step):
                row = (item.t_known, "step", encode(item))
                db.execute("INSERT INTO events (t_known, kind, data) VALUES (?, ?, ?)", row)
            elif isinstance(item, Tick):
                tick = (item.n, item.t, "tick", None, None, None, encode(item))
                db.execute("INSERT INTO inputs VALUES (?, ?, ?, ?, ?, ?, ?)", tick)
            elif isinstance(item, Payload):
                values = (item.n, item.t, "payload", item.source, item.channel, item.row, item.data)
                db.execute("INSERT INTO inputs VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        db.commit()
