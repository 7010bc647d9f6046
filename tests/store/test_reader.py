"""Opening, finding and listing session files, good and bad."""

import os
import shutil
import sqlite3
import tracemalloc
from contextlib import closing, suppress
from pathlib import Path

import pytest

from livecoach.errors import StoreError
from livecoach.model import Cue, Event, Input, Tick
from livecoach.store.header import new_session_id
from livecoach.store.reader import SessionFile, find_session
from livecoach.store.writer import SessionWriter
from tests.store import samples


def write(path: Path, items: list[Input | Event], *, finish: bool = True, day: int = 22) -> None:
    writer = SessionWriter(path, samples.header(path.stem, f"2026-11-{day}T11:30:00+00:00"))
    writer.write(items)
    if finish:
        writer.finish(samples.SUMMARY)
    writer.close()


def cue(number: int, kind: str) -> Cue:
    return Cue(
        number=number,
        t_decided=1.0,
        t_due=1.2,
        kind="beat" if kind == "beat" else "speech",
        phrase="",
        priority=1,
        expires_t=2.0,
        reason="slow",
    )


def refused(path: Path) -> str:
    with pytest.raises(StoreError) as caught:
        SessionFile(path)
    line = str(caught.value)
    assert line.startswith(str(path))
    assert "\n" not in line
    return line


def test_kinds_and_counts(tmp_path: Path) -> None:
    write(tmp_path / "x.db", [Tick(0, 0.0), Tick(1, 0.1), samples.step(1.0), cue(0, "beat")])
    with SessionFile(tmp_path / "x.db") as file:
        assert file.counts() == {"tick": 2, "step": 1, "cue": 1}
        assert list(file.events("step")) == [samples.step(1.0)]
        assert list(file.events("cue", "step")) == [samples.step(1.0), cue(0, "beat")]


def test_what_is_not_a_session(tmp_path: Path) -> None:
    assert "no such file" in refused(tmp_path / "missing.db")
    assert "folder" in refused(tmp_path)
    (tmp_path / "garbage.db").write_bytes(os.urandom(5000))
    assert "not an SQLite file" in refused(tmp_path / "garbage.db")
    (tmp_path / "empty.db").write_bytes(b"")
    assert "not a livecoach session" in refused(tmp_path / "empty.db")
    with closing(sqlite3.connect(tmp_path / "other.db")) as db:
        db.execute("CREATE TABLE header (key, value)")
    assert "not a livecoach session" in refused(tmp_path / "other.db")
    assert {entry.name for entry in tmp_path.iterdir()} == {"garbage.db", "empty.db", "other.db"}


def test_a_newer_file_format(tmp_path: Path) -> None:
    write(tmp_path / "x.db", [])
    with closing(sqlite3.connect(tmp_path / "x.db")) as db:
        db.execute("PRAGMA user_version = 99")
    assert "newer livecoach (file format 99" in refused(tmp_path / "x.db")


def test_a_reader_left_in_the_middle_ends_quietly(tmp_path: Path) -> None:
    write(tmp_path / "x.db", [Tick(0, 0.0), Tick(1, 0.1), Tick(2, 0.2)])
    with SessionFile(tmp_path / "x.db") as file:
        dropped, used = file.inputs(), file.inputs()
        assert next(dropped) == next(used)
    del dropped
    with pytest.raises(StoreError, match="closed"):
        list(used)


def test_damage_further_in_is_told_by_its_row(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    write(path, [samples.item(n) for n in range(20)])
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE events SET data = '{' WHERE id = 2")
        db.execute("UPDATE inputs SET data = x'ff' WHERE n = 5")
        db.commit()
    with SessionFile(path) as file:
        events, inputs = file.events(), file.inputs()
        assert next(events) == samples.item(9)
        with pytest.raises(StoreError, match="event 2 is damaged"):
            next(events)
        assert [next(inputs) for _ in range(5)] == [samples.item(n) for n in range(5)]
        with pytest.raises(StoreError, match="input 5 is damaged"):
            next(inputs)


def test_torn_and_truncated_files_never_do_worse_than_a_store_error(tmp_path: Path) -> None:
    whole = tmp_path / "x.db"
    write(whole, [samples.item(n) for n in range(2000)])
    data = whole.read_bytes()
    for size in range(0, len(data), 7919):
        torn = tmp_path / "torn.db"
        torn.write_bytes(data[:size])
        with suppress(StoreError), SessionFile(torn) as file:
            assert sum(1 for _ in file.inputs()) < 1800


def test_read_only_folders_with_and_without_a_wal() -> None:
    items = [samples.item(n) for n in range(100)]
    with samples.as_nobody() as folder:
        for name in ("done", "killed"):
            (folder / name).mkdir()
        write(folder / "done" / "x.db", items)
        writer = SessionWriter(folder / "live.db", samples.header())
        writer.write(items)
        for end in ("", "-wal"):
            shutil.copy(folder / f"live.db{end}", folder / "killed" / f"x.db{end}")
        writer.close()
        for name in ("done", "killed"):
            (folder / name).chmod(0o555)
            before = sorted(entry.name for entry in (folder / name).iterdir())
            with SessionFile(folder / name / "x.db") as file:
                assert list(file.inputs()) == [samples.item(n) for n in range(100) if n % 10 != 9]
            assert sorted(entry.name for entry in (folder / name).iterdir()) == before
            (folder / name).chmod(0o755)


def test_a_file_nobody_may_read() -> None:
    with samples.as_nobody() as folder:
        write(folder / "x.db", [])
        (folder / "x.db").chmod(0)
        assert "Permission denied" in refused(folder / "x.db")


def test_reading_200000_inputs_takes_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    writer = SessionWriter(path, samples.header())
    for start in range(0, 200_000, 10_000):
        writer.write([samples.payload(n, n / 200) for n in range(start, start + 10_000)])
    writer.close()
    with SessionFile(path) as file:
        tracemalloc.start()
        count = sum(1 for _ in file.inputs())
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert count == 200_000
    assert peak < 300_000


def test_session_ids_sort_by_time_and_differ() -> None:
    ids = [new_session_id() for _ in range(20)]
    assert len(set(ids)) > 15
    assert all(len(name) == len(samples.SESSION_ID) for name in ids)


def test_finding_by_path_id_and_beginning(tmp_path: Path) -> None:
    one, two = tmp_path / "20261122T1130-aaaa.db", tmp_path / "20261122T1145-bbbb.db"
    write(one, [])
    write(two, [])
    assert find_session(str(one), Path("/nowhere")) == one
    assert find_session(one.stem, tmp_path) == one
    assert find_session("20261122T114", tmp_path) == two


@pytest.mark.parametrize(
    ("ident", "words"),
    [
        ("20261122", "2 sessions begin like this"),
        ("1999", "`livecoach sessions` lists them"),
        ("", "`livecoach sessions` lists them"),
        ("./none.db", "no such file"),
    ],
)
def test_what_is_not_found_says_the_way_out(tmp_path: Path, ident: str, words: str) -> None:
    write(tmp_path / "20261122T1130-aaaa.db", [])
    write(tmp_path / "20261122T1145-bbbb.db", [])
    with pytest.raises(StoreError) as caught:
        find_session(ident, tmp_path)
    assert words in str(caught.value)


def test_a_change_left_half_done_is_read_as_it_was_before(tmp_path: Path) -> None:
    """A summary that was being added when the power went: the ``-journal`` undoes it."""
    path, copy = tmp_path / "x.db", tmp_path / "copy" / "x.db"
    items = [samples.item(n) for n in range(500)]
    write(path, items, finish=False)
    copy.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA cache_size = 1")
        db.execute("BEGIN IMMEDIATE")
        db.execute("UPDATE inputs SET data = x'ff'")
        for end in ("", "-journal"):
            shutil.copy(f"{path}{end}", f"{copy}{end}")
        db.execute("ROLLBACK")
    assert copy.read_bytes() != path.read_bytes()
    with SessionFile(copy) as file:
        assert list(file.inputs()) == [item for n, item in enumerate(items) if n % 10 != 9]
        assert file._db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
