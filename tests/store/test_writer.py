"""The writer on disks that do not let it."""

import errno
import os
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from livecoach.errors import StoreError
from livecoach.model import Input, Payload, Tick
from livecoach.store.header import RawEnd
from livecoach.store.reader import SessionFile
from livecoach.store.writer import SessionWriter
from livecoach.wire.pod import STREAM
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


def test_an_hour_of_a_200_hz_pod_takes_at_most_12_mb(tmp_path: Path) -> None:
    """Packets of ten samples of six axes, 136 bytes each, as `livecoach.wire.pod` reads them."""
    sizes: list[int] = []
    for minutes in (2, 5):
        path = tmp_path / f"{minutes}.db"
        writer = SessionWriter(path, samples.header())
        for second in range(60 * minutes):
            numbers = range(20 * second, 20 * second + 20)
            packets = [
                Payload(n, n / 20 + 0.0123, "LC-POD-1234", STREAM, n, bytes(136)) for n in numbers
            ]
            writer.write([*packets])
        writer.close()
        sizes.append(path.stat().st_size)
    assert 20 * (sizes[1] - sizes[0]) <= 12e6


def test_raw_data_end_where_they_are_no_longer_wanted(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    items = [samples.item(n) for n in range(100)]
    writer = SessionWriter(path, samples.header())
    writer.write(items[:36])
    writer.write([Tick(100, 0.5)], raw=False)
    assert writer.raw_end is None
    writer.write(items[36:60], raw=False)
    writer.write(items[60:])
    writer.close()
    with SessionFile(path) as file:
        assert file.raw_end == RawEnd(n=36, t=0.18)
        assert list(file.inputs()) == [item for n, item in enumerate(items[:36]) if n % 10 != 9]
        assert list(file.events()) == items[9::10]
        assert file.counts() == {"payload": 29, "tick": 11, "step": 10}


def test_a_write_that_fails_can_be_tried_again(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    items = [samples.item(n) for n in range(50)]
    writer = SessionWriter(path, samples.header())
    with pytest.raises(StoreError):
        writer.write([*items, samples.payload(0, 0.0)])
    writer.write(items, raw=False)
    with pytest.raises(StoreError):
        writer.write([samples.payload(60, 0.3), Tick(5, 0.3)])
    assert writer.raw_end == RawEnd(n=0, t=0.0)
    writer.close()
    with SessionFile(path) as file:
        assert file.counts() == {"tick": 5, "step": 5}


def test_a_file_appears_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []

    def look(*_: Path) -> Path:
        seen.append(sorted(entry.name for entry in tmp_path.iterdir()))
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "rename", look)
    with pytest.raises(StoreError, match="No space left"):
        SessionWriter(tmp_path / "x.db", samples.header())
    assert seen == [["x.db.part"]]
    assert list(tmp_path.iterdir()) == []


def test_a_wal_cut_anywhere_costs_one_commit_at_most(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    writer = SessionWriter(path, samples.header())
    items = [samples.item(n) for n in range(4000)]
    for start in range(0, 4000, 160):
        writer.write(items[start : start + 160])
    (tmp_path / "cut").mkdir()
    cut = tmp_path / "cut" / "x.db"
    size = path.with_name("x.db-wal").stat().st_size
    assert size < 400_000
    for left in range(0, size + 1, 4099):
        for end in ("", "-wal"):
            shutil.copy(f"{path}{end}", f"{cut}{end}")
        os.truncate(f"{cut}-wal", left)
        with SessionFile(cut) as file:
            assert sum(file.counts().values()) >= 4000 - 160
            assert file._db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    writer.close()
