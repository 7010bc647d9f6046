"""The runner's profile, and where things are kept."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from livecoach.errors import StoreError
from livecoach.model import Baseline, Device, Efficacy, Lesson, Profile
from livecoach.store import places
from livecoach.store.profile import ProfileStore
from tests.store import samples

_SAVE = """
import sys
from pathlib import Path
from livecoach.model import Baseline
from livecoach.store.profile import ProfileStore
store = ProfileStore(Path(sys.argv[1]))
for k in range(40):
    store.save_baseline(sys.argv[2], Baseline(150.0 + k, k * 0.25, k))
    store.save_baseline("both", Baseline(150.0 + k, 3.0, k))
"""


def test_a_new_runner_is_empty_and_nothing_is_created(tmp_path: Path) -> None:
    store = ProfileStore(tmp_path / "deep" / "profile.db")
    assert store.load("Zoë") == Profile("Zoë", ())
    assert list(tmp_path.iterdir()) == []


def test_baselines_are_kept_by_speed_and_replaced_at_the_same_speed(tmp_path: Path) -> None:
    store = ProfileStore(tmp_path / "deep" / "profile.db")
    for baseline in (
        Baseline(164.123456789, 3.0, 900),
        Baseline(170.0, 3.5, 100),
        Baseline(160.0, None, 40),
        Baseline(165.5, 3.1, 950),
        Baseline(161.0, None, 41),
    ):
        store.save_baseline("Zoë", baseline)
    store.save_baseline("Ada", Baseline(180.0, 3.0, 10))
    kept = (Baseline(161.0, None, 41), Baseline(165.5, 3.1, 950), Baseline(170.0, 3.5, 100))
    assert ProfileStore(store.path).load("Zoë") == Profile("Zoë", kept)
    assert store.load("Ada").baselines == (Baseline(180.0, 3.0, 10),)


def test_devices_are_kept_by_runner_in_a_file_an_older_livecoach_still_reads(
    tmp_path: Path,
) -> None:
    store = ProfileStore(tmp_path / "profile.db")
    store.save_baseline("Ada", Baseline(180.0, 3.0, 10))
    assert store.load("Ada").devices == ()
    store.save_device("Ada", Device("Stryd", "steps"))
    store.save_device("Ada", Device("AA:BB:CC:DD:EE:FF", "per_leg"))
    store.save_device("Ada", Device("Stryd", "per_leg"))
    kept = (Device("AA:BB:CC:DD:EE:FF", "per_leg"), Device("Stryd", "per_leg"))
    assert store.load("Ada") == Profile("Ada", (Baseline(180.0, 3.0, 10),), (), kept)
    assert store.load("Zoë").devices == ()
    with closing(sqlite3.connect(store.path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (3,)


def test_lessons_are_kept_in_order_of_their_sessions_and_can_be_begun_anew(tmp_path: Path) -> None:
    store = ProfileStore(tmp_path / "profile.db")
    store.save_baseline("Ada", Baseline(180.0, 3.0, 10))
    assert store.load("Ada").lessons == ()
    store.save_lesson("Ada", "20261123T080000Z-aaaa", Lesson(1500.0, None, 0.25))
    store.save_lesson("Ada", "20261122T080000Z-ffff", Lesson(1480.5, 0.8125, 0.5))
    store.save_lesson("Zoë", "20261122T080000Z-0000", Lesson(300.0))
    assert store.load("Ada").lessons == (Lesson(1480.5, 0.8125, 0.5), Lesson(1500.0, None, 0.25))
    store.forget_lessons("Ada")
    assert store.load("Ada") == Profile("Ada", (Baseline(180.0, 3.0, 10),))
    assert store.load("Zoë").lessons == (Lesson(300.0),)


def test_the_ledger_adds_up_by_runner_in_a_file_an_older_livecoach_still_reads(
    tmp_path: Path,
) -> None:
    store = ProfileStore(tmp_path / "profile.db")
    store.save_baseline("Ada", Baseline(180.0, 3.0, 10))
    assert store.load("Ada").ledger == ()
    said = Efficacy(kind="lean", measure="trunk_lean_deg", means="words", phrase="Up.", tried=2)
    held = Efficacy(
        kind="lean", measure="trunk_lean_deg", means="silence", tried=3, n=2, total=1.5, squares=2.5
    )
    store.add_to_ledger("Ada", [said, held])
    assert store.load("Ada").ledger == (held, said)
    store.add_to_ledger("Ada", [held])
    twice = msgspec.structs.replace(held, tried=6, n=4, total=3.0, squares=5.0)
    assert store.load("Ada").ledger == (twice, said)
    assert store.load("Zoë").ledger == ()
    with closing(sqlite3.connect(store.path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (3,)


def test_two_processes_save_at_once(tmp_path: Path) -> None:
    path = tmp_path / "profile.db"
    runs = [subprocess.Popen([sys.executable, "-c", _SAVE, str(path), name]) for name in "ab"]
    assert [run.wait(60) for run in runs] == [0, 0]
    store = ProfileStore(path)
    assert all(store.load(name).baselines for name in ("a", "b", "both"))
    expected = tuple(Baseline(150.0 + k, k * 0.25, k) for k in range(40))
    assert store.load("a").baselines == store.load("b").baselines == expected
    assert store.load("both").baselines == (Baseline(189.0, 3.0, 39),)


def refusals(path: Path) -> set[str]:
    store = ProfileStore(path)
    lines = set()
    for act in (
        lambda: store.load("x"),
        lambda: store.save_baseline("x", Baseline(160.0, 3.0, 1)),
    ):
        with pytest.raises(StoreError) as caught:
            act()
        lines.add(str(caught.value))
    return lines


def test_files_that_are_no_profile_say_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "profile.db"
    path.write_bytes(b"garbage" * 1000)
    assert refusals(path) == {
        f"{path}: the runner's profile is damaged: move it away and a new one is begun"
    }
    assert path.read_bytes() == b"garbage" * 1000
    path.unlink()
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE theirs (x)")
    (line,) = refusals(path)
    assert "another program's file" in line
    assert "move it away" in line


def test_a_torn_profile_is_damaged_and_a_newer_one_is_newer(tmp_path: Path) -> None:
    path = tmp_path / "profile.db"
    store = ProfileStore(path)
    for k in range(200):
        store.save_baseline(f"runner {k % 4} {'x' * 200}", Baseline(160.0, k * 0.25, 1))
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    (line,) = refusals(path)
    assert "damaged" in line
    path.write_bytes(whole)
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 9")
    (line,) = refusals(path)
    assert "newer livecoach (profile format 9)" in line


def test_folders_and_files_in_the_wrong_place(tmp_path: Path) -> None:
    (line,) = refusals(tmp_path)
    assert "this is a folder" in line
    (tmp_path / "file").write_text("")
    store = ProfileStore(tmp_path / "file" / "profile.db")
    with pytest.raises(StoreError, match="no folder can be created"):
        store.save_baseline("x", Baseline(160.0, 3.0, 1))


def test_a_read_only_profile_can_still_be_read() -> None:
    with samples.as_nobody() as folder:
        store = ProfileStore(folder / "profile.db")
        store.save_baseline("x", Baseline(160.0, 3.0, 1))
        store.path.chmod(0o444)
        folder.chmod(0o555)
        assert store.load("x").baselines == (Baseline(160.0, 3.0, 1),)
        with pytest.raises(StoreError, match="read-only"):
            store.save_baseline("x", Baseline(161.0, 3.0, 1))


def test_places(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert places.data_dir() == home
    assert places.sessions_dir() == home / "sessions"
    assert places.profile_path() == home / "profile.db"
    assert places.cache_dir() == home / "cache"
    monkeypatch.setenv("LIVECOACH_HOME", "~/coach")
    assert places.data_dir() == Path.home() / "coach"
    monkeypatch.setenv("LIVECOACH_HOME", "")
    assert places.data_dir().name == places.cache_dir().name == "livecoach"
    assert places.data_dir() != places.cache_dir()
    assert not home.exists()
