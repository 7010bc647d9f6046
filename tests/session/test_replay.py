"""Every recording, run twice and replayed: the same events, byte for byte."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Literal

import pytest

from livecoach.coach import CoachParams
from livecoach.commands.replay import compare
from livecoach.commands.run import open_all, recorded
from livecoach.config import AudioConfig, Config
from livecoach.errors import SourceError
from livecoach.model import Profile
from livecoach.session import Plan, run
from livecoach.sinks.audio import wav
from livecoach.sources.file import SessionDoor
from tests.session.recordings import imu_file

# Words and beats within the seconds that most recordings last.
COACH = CoachParams(target="178", grace_s=2.0, patience_s=2.0, ramp_ratio_per_s=0.02)
REFUSED = 7


def config(source: Path, audio: str = "null", seconds: float | None = None) -> Config:
    sound = AudioConfig(output=audio, speech=False)
    return Config(sources=(f"file:{source}",), coach=COACH, audio=sound, seconds=seconds)


def ran(chosen: Config, folder: Path, name: str, pace: Literal["realtime", "max"] = "max") -> Path:
    """Run a recording or a session; return the new session's file."""
    doors, profile = open_all(chosen), Profile("x")
    for door in doors:
        if isinstance(door, SessionDoor):
            chosen, profile = recorded(door, {}, chosen)
    plan = Plan(config=chosen, profile=profile, pace=pace, session_id=name, record_in=folder)
    outcome = asyncio.run(run(plan, doors, lambda _: None))
    assert outcome.path is not None
    return outcome.path


def stream(path: Path, *kinds: str) -> list[bytes]:
    """Return the events of a session as they lie on the disk, all or those of some kinds."""
    with closing(sqlite3.connect(path)) as db:
        rows = db.execute("SELECT kind, data FROM events ORDER BY id")
        return [data for kind, data in rows if not kinds or kind in kinds]


@pytest.mark.timeout(900)
def test_every_recording_twice_and_replayed(data_dir: Path, tmp_path: Path) -> None:
    refused = beats = 0
    recordings = sorted([*data_dir.rglob("*.imu.csv"), *data_dir.rglob("*.ble.csv")])
    for k, recording in enumerate(recordings):
        try:
            first = ran(config(recording), tmp_path, f"{k} first")
        except SourceError:
            refused += 1
            continue
        second = ran(config(recording), tmp_path, f"{k} second")
        events = stream(first)
        assert stream(second) == events, recording.name
        found = compare(second)
        assert found.identical, f"{recording.name}: {found.first_difference}"
        assert found.events == len(events)
        beats += sum(b'"kind":"beat"' in event for event in events)
    assert refused == REFUSED
    assert len(recordings) >= 80
    assert beats > 500


@pytest.mark.parametrize("which", ["alcantara/*_v3.33_*.imu.csv", "ble/*.ble.csv"])
def test_block_sizes_change_neither_events_nor_sound(
    which: str, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = min(data_dir.glob(which))
    outcomes = []
    for block_s in (1.0, 0.1, 0.0107):
        monkeypatch.setattr(wav, "_BLOCK_S", block_s)
        sound = tmp_path / f"{block_s}.wav"
        chosen = config(recording, str(sound), seconds=60.0)
        outcomes.append((stream(ran(chosen, tmp_path, f"{block_s}")), sound.read_bytes()))
    assert b'"kind":"beat"' in b"".join(outcomes[0][0])
    assert outcomes[1] == outcomes[0]
    assert outcomes[2] == outcomes[0]


def test_pace_changes_nothing(tmp_path: Path) -> None:
    """What was heard, and when, is an input: a live run is the record's, at whatever pace."""
    chosen = config(imu_file(tmp_path, 8.0))
    live = ran(chosen, tmp_path, "live", "realtime")
    events = stream(live)
    assert len(stream(live, "cue_played")) > 3
    assert compare(live).identical
    again: tuple[Literal["realtime", "max"], ...] = ("realtime", "max")
    for pace in again:
        source = Config(sources=(f"file:{live}",))
        assert stream(ran(source, tmp_path, f"again {pace}", pace)) == events
    quick = ran(chosen, tmp_path, "quick", "max")
    measured = ("contact", "phase", "step", "target", "cue")
    assert stream(quick, *measured) == stream(live, *measured)
