"""The writer on disks that do not let it."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from livecoach.errors import StoreError
from livecoach.model import Input, Payload, Tick
from livecoach.store.reader import SessionFile
from livecoach.store.writer import SessionWriter
from tests.store import samples


def refused(path: Path) -> str:
    with pytest.raises(StoreError) as caught:
        SessionWriter(path, samples.header())
    line = str(caught.value)
    assert "\n" not in line
    return line


def test_the_file_is_wal_and_stamped_while_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    writer = SessionWriter(path, samples.header())
    writer.write([Tick(0, 0.0)])
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert db.execute("PRAGMA user_version").fetchone() == (2,)
        assert db.execute("PRAGMA application_id").fetchone() == (0x6C637331,)
    assert path.with_name("x.db-wal").exists()
    writer.close()
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.db"]


def test_closing_while_somebody_reads_keeps_everything(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    writer = SessionWriter(path, samples.header())
    writer.write([Tick(0, 0.0), Tick(1, 0.1)])
    with SessionFile(path) as reader:
        inputs = reader.inputs()
        assert next(inputs) == Tick(0, 0.0)
        writer.write([Tick(2, 0.2)])
        writer.close()
        assert list(inputs) == [Tick(1, 0.1)]
    with SessionFile(path) as reader:
        assert len(list(reader.inputs())) == 3


def test_a_session_is_never_written_over_another(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(b"precious")
    assert "already exists" in refused(path)
    assert path.read_bytes() == b"precious"


def test_a_file_where_a_folder_is_needed(tmp_path: Path) -> None:
    (tmp_path / "sessions").write_text("")
    assert "sessions: no folder" in refused(tmp_path / "sessions" / "x.db")
    assert "no folder" in refused(tmp_path / "sessions" / "deeper" / "x.db")


def test_a_place_where_nothing_can_be_created() -> None:
    assert "/proc" in refused(Path("/proc/x.db"))


def test_a_read_only_folder() -> None:
    with samples.as_nobody() as folder:
        folder.chmod(0o555)
        assert "Permission denied" in refused(folder / "x.db")
        assert "no folder can be created" in refused(folder / "sessions" / "x.db")


def test_a_header_that_is_not_json_leaves_no_file(tmp_path: Path) -> None:
    header = samples.header()
    header.config["bad"] = object()
    with pytest.raises(StoreError, match="object"):
        SessionWriter(tmp_path / "x.db", header)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "bad",
    [
        Tick(0, 9.9),
        Payload(5, 0.5, "\udcff", "imu.csv", 0, b""),
        Payload(5, 0.5, "", "", 2**64, b""),
        Payload(5, float("nan"), "", "", 0, b""),
    ],
    ids=["number twice", "not unicode", "too large", "nan"],
)
def test_what_cannot_be_kept_leaves_the_rest_whole(tmp_path: Path, bad: Input) -> None:
    path = tmp_path / "x.db"
    writer = SessionWriter(path, samples.header())
    writer.write([Tick(0, 0.0)])
    with pytest.raises(StoreError, match=re.escape(str(path))):
        writer.write([Tick(1, 0.1), bad])
    writer.write([Tick(2, 0.2)])
    writer.close()
    with SessionFile(path) as file:
        assert list(file.inputs()) == [Tick(0, 0.0), Tick(2, 0.2)]


def test_a_file_removed_under_the_writer_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    writer = SessionWriter(path, samples.header())
    path.unlink()
    with pytest.raises(StoreError, match="removed"):
        writer.write([Tick(0, 0.0)])
    writer.close()
