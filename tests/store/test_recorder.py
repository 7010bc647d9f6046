"""The recorder's thread: nothing dropped, nothing in the way, failures remembered."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from livecoach.errors import StoreError, StoreFullError
from livecoach.model import Event, Input, Tick
from livecoach.sinks import recorder
from livecoach.sinks.recorder import Recorder
from livecoach.store.header import RawEnd
from livecoach.store.reader import SessionFile
from livecoach.store.writer import SessionWriter
from tests.store import samples

_DISK_FULL = """
import json, resource, signal, sys, time
from pathlib import Path
from livecoach.sinks import recorder as module
from livecoach.sinks.recorder import Recorder
from tests.store import samples
module.MOST_WAITING = 3_000
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
recorder = Recorder(Path(sys.argv[1]), samples.header())
count = 0
while recorder.error is None:
    for _ in range(5_000):
        recorder.put(samples.item(count))
        count += 1
for _ in range(100):
    recorder.put(samples.item(count))
    count += 1
recorder.close(samples.SUMMARY)
told = {"error": str(recorder.error), "lost": recorder.lost, "put": count}
print(json.dumps(told | {"news": recorder.news()}))
"""


def recorded(path: Path) -> int:
    with SessionFile(path) as file:
        return sum(file.counts().values())


def test_everything_is_kept_in_one_file(tmp_path: Path) -> None:
    path = tmp_path / "sessions" / "x.db"
    items = [samples.item(n) for n in range(12_345)]
    kept = Recorder(path, samples.header())
    for item in items:
        kept.put(item)
    kept.close(samples.SUMMARY)
    kept.close(samples.SUMMARY)
    assert (kept.error, kept.lost) == (None, 0)
    assert [entry.name for entry in path.parent.iterdir()] == ["x.db"]
    with SessionFile(path) as file:
        assert file.summary == samples.SUMMARY
        assert list(file.inputs()) == [item for n, item in enumerate(items) if n % 10 != 9]
        assert list(file.events()) == items[9::10]


def test_it_commits_within_two_seconds_while_it_goes_on(tmp_path: Path) -> None:
    kept = Recorder(tmp_path / "x.db", samples.header())
    time.sleep(0.1)
    kept.put(Tick(0, 0.0))
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline and not recorded(kept.path):
        time.sleep(0.05)
    assert recorded(kept.path) == 1
    assert "livecoach-recorder" in {thread.name for thread in threading.enumerate()}
    kept.close(samples.SUMMARY)
    assert "livecoach-recorder" not in {thread.name for thread in threading.enumerate()}


def test_what_comes_after_the_end_is_counted(tmp_path: Path) -> None:
    kept = Recorder(tmp_path / "x.db", samples.header())
    kept.close(samples.SUMMARY)
    kept.put(Tick(0, 0.0))
    assert kept.lost == 1


def test_a_place_where_nothing_can_be_created_is_told_at_once() -> None:
    before = threading.active_count()
    with pytest.raises(StoreError, match="/proc"):
        Recorder(Path("/proc/x/y.db"), samples.header())
    assert threading.active_count() == before


class SlowDisk:
    """Holds every write until it is let go, and remembers how many items came at once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.go = threading.Event()
        write = SessionWriter.write

        def held(
            writer: SessionWriter, items: Sequence[Input | Event], *, raw: bool = True
        ) -> None:
            self.go.wait()
            write(writer, items, raw=raw)

        monkeypatch.setattr(SessionWriter, "write", held)
        monkeypatch.setattr(recorder, "BATCH", 50)
        monkeypatch.setattr(recorder, "MOST_WAITING", 200)


def test_a_replay_faster_than_the_disk_is_held_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = SlowDisk(monkeypatch)
    monkeypatch.setattr(recorder, "PATIENCE_S", 60.0)
    kept = Recorder(tmp_path / "x.db", samples.header())
    handed: list[int] = []

    def replay() -> None:
        for n in range(2000):
            kept.put(Tick(n, n / 10))
            handed.append(n)

    thread = threading.Thread(target=replay)
    thread.start()
    time.sleep(0.3)
    assert 200 <= len(handed) <= 300
    disk.go.set()
    thread.join(20)
    kept.close(samples.SUMMARY)
    assert (len(handed), kept.lost, recorded(kept.path)) == (2000, 0, 2000)


def test_a_disk_that_hangs_holds_the_session_up_only_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = SlowDisk(monkeypatch)
    monkeypatch.setattr(recorder, "PATIENCE_S", 0.2)
    kept = Recorder(tmp_path / "x.db", samples.header())
    began = time.monotonic()
    for n in range(2000):
        kept.put(Tick(n, n / 10))
    assert 0.2 <= time.monotonic() - began < 2
    disk.go.set()
    kept.close(samples.SUMMARY)
    assert (kept.error, kept.lost, recorded(kept.path)) == (None, 0, 2000)


def test_a_removed_file_does_not_end_the_session(tmp_path: Path) -> None:
    kept = Recorder(tmp_path / "x.db", samples.header())
    kept.path.unlink()
    for n in range(6000):
        kept.put(Tick(n, n / 10))
    kept.close(samples.SUMMARY)
    assert "removed" in str(kept.error)
    assert kept.lost == 6000


def test_a_full_disk_keeps_what_was_written_and_counts_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    done = subprocess.run(
        [sys.executable, "-c", _DISK_FULL, str(path)],
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )
    told = json.loads(done.stdout)
    assert "disk is full" in told["error"]
    assert recorded(path) == told["put"] - told["lost"]
    assert told["lost"] >= 100
    assert told["news"][0].startswith("The disk is full: sensor data are no longer recorded")
    assert not done.stderr


class FullDisk:
    """Takes nothing until there is room; like `SessionWriter.write`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.room = threading.Event()
        self.tried = threading.Event()
        write = SessionWriter.write

        def full(
            writer: SessionWriter, items: Sequence[Input | Event], *, raw: bool = True
        ) -> None:
            if not self.room.is_set():
                if not raw:
                    self.tried.set()
                raise StoreFullError("the disk is full: free some space")
            write(writer, items, raw=raw)

        monkeypatch.setattr(SessionWriter, "write", full)
        monkeypatch.setattr(recorder, "INTERVAL_S", 0.02)


def test_on_a_full_disk_all_but_raw_data_wait_for_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FullDisk(monkeypatch)
    kept = Recorder(tmp_path / "x.db", samples.header())
    items = [samples.item(n) for n in range(3000)]
    for item in items[:2000]:
        kept.put(item)
    assert disk.tried.wait(10)
    disk.room.set()
    for item in items[2000:]:
        kept.put(item)
    kept.close(samples.SUMMARY)
    assert kept.error is None
    assert [line.split(":")[0] for line in kept.news()] == [
        "The disk is full",
        "The disk takes nothing more",
    ]
    assert kept.news() == []
    assert kept.lost == 2400
    with SessionFile(kept.path) as file:
        assert file.raw_end == RawEnd(n=0, t=0.0)
        assert file.counts() == {"tick": 300, "step": 300}
        assert list(file.events()) == items[9::10]
        assert file.summary == samples.SUMMARY


def test_a_disk_full_to_the_end_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    FullDisk(monkeypatch)
    kept = Recorder(tmp_path / "x.db", samples.header())
    for n in range(100):
        kept.put(samples.item(n))
    kept.close(samples.SUMMARY)
    assert "disk is full" in str(kept.error)
    assert kept.lost == 100


def test_a_disk_nearly_full_keeps_all_but_raw_data(tmp_path: Path) -> None:
    kept = Recorder(tmp_path / "x.db", samples.header(), spare_bytes=2**62)
    for n in range(100):
        kept.put(samples.item(n))
    kept.close(samples.SUMMARY)
    (line,) = kept.news()
    assert line.startswith("The disk is nearly full (")
    assert (kept.error, kept.lost) == (None, 80)
    assert recorded(kept.path) == 20
