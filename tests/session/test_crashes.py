"""The crash matrix: at most two seconds are lost, every file opens, the next run starts."""

from pathlib import Path

import pytest

from livecoach.session.history import list_sessions
from livecoach.store.reader import SessionFile
from tests.rigs import require_rig
from tests.session import crashes

KILLS = 50
MOST_LOST_S = 2.0


@pytest.mark.timeout(600)
def test_fifty_kills_at_random_moments_and_as_many_cut_wals(tmp_path: Path) -> None:
    runs = list(crashes.killed(tmp_path, KILLS, seed=1))
    assert len(runs) == KILLS
    losses = [loss for run in runs for loss in run]
    assert len(losses) > 1.5 * KILLS
    assert [x for x in losses if not (x.opens and x.replays) or x.lost_s > MOST_LOST_S] == []
    assert max(loss.kept_s for loss in losses) > 0.5
    for lane in tmp_path.iterdir():
        if lane.is_dir():
            # each run finished what the one before it had left; the last is left to the list, and
            # the one before it when that was killed on its first line
            files = sorted(lane.glob("*.db"))
            for path in files[:-2]:
                with SessionFile(path) as file:
                    assert file.summary is not None
                    assert file.summary.reason == "cut off"
            assert {row.state for row in list_sessions(lane)} == {"cut off"}
            assert not list(lane.glob("*-wal"))


@pytest.mark.rig
def test_a_disk_that_fills_up(tmp_path: Path) -> None:
    with crashes.small_disk(tmp_path / "disk") as disk:
        require_rig(disk is not None, "a small file system (mount -t tmpfs, as root)")
        assert disk is not None
        (disk / "sessions").mkdir()
        nearly, steps_missing_s = crashes.nearly_full(disk)
        assert nearly.opens
        assert nearly.replays
        assert nearly.kept_s > 0.0
        assert nearly.lost_s <= MOST_LOST_S
        # two steps of a runner at 170, and the time they take to be known
        assert steps_missing_s < 2.0
        notices = [
            line
            for line in (tmp_path / "disk" / "sessions-nearly.said").read_text().splitlines()
            if "sensor data are no longer recorded" in line
        ]
        assert len(notices) == 1
        for loss in crashes.full(disk):
            assert loss.opens, loss
            assert loss.replays, loss
            assert loss.lost_s <= MOST_LOST_S, loss
        rows = {row.id: row for row in list_sessions(disk / "sessions")}
        assert {ident: row.state for ident, row in rows.items()} == {
            "nearly": "interrupted",
            "killed": "cut off",
            "freed": "interrupted",
        }
        assert rows["nearly"].raw_end_s == nearly.kept_s
        assert rows["freed"].raw_end_s is not None


@pytest.mark.rig
def test_a_folder_that_turns_read_only(tmp_path: Path) -> None:
    require_rig(crashes.PROTECTABLE, "a folder that root cannot write in (setpriv of util-linux)")
    folder = tmp_path / "sessions"
    folder.mkdir()
    loss = crashes.turned_read_only(folder)
    assert loss.opens
    assert loss.replays
    assert loss.lost_s <= MOST_LOST_S
    # the next run starts, unrecorded
    child = crashes.Child(folder, "next", seconds=1.5)
    child.process.wait(30)
    assert child.process.returncode == 0
    assert "This run is not recorded: " in child.said.read_text()
    assert child.reached_s() >= 1.0
    assert [entry.name for entry in folder.glob("*.db")] == ["protected.db"]
    folder.chmod(0o755)
    (row,) = list_sessions(folder)
    assert row.state == "cut off"
    assert row.steps > 3
