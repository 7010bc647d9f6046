"""``livecoach calibrate audio`` without a sound card, and what becomes of what is known."""

import json
import platform
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from livecoach.model import Baseline, Sound
from livecoach.session.known import stored_offsets
from livecoach.sinks.audio.route import full_name
from livecoach.store import places
from livecoach.store.profile import AudioOffset, ProfileStore
from livecoach.store.reader import SessionFile
from tests.commandline import fails_in_one_line, livecoach

HOST = platform.node()
BUDS = AudioOffset("Buds", 0.183, 0.021, "taps", "2026-11-22T10:00:00+00:00")
DESK = AudioOffset("Desk", -0.004, 0.0003, "microphone", "2026-11-22T11:00:00+00:00")


def store() -> ProfileStore:
    return ProfileStore(places.profile_path())


def test_offsets_are_kept_by_machine_and_device() -> None:
    assert store().audio_offsets(HOST) == ()
    assert not places.profile_path().exists()
    store().save_audio_offset(HOST, AudioOffset("Buds", 0.3, 0.1, "taps", "2026"))
    for own in (DESK, BUDS):
        store().save_audio_offset(HOST, own)
    store().save_audio_offset("elsewhere", AudioOffset("Buds", 0.1, 0.0, "taps", "2026"))
    assert store().audio_offsets(HOST) == (BUDS, DESK)
    assert stored_offsets() == {"Buds": 0.183, "Desk": -0.004}
    store().forget_audio_offset(HOST, "Buds")
    assert store().audio_offsets(HOST) == (DESK,)
    assert len(store().audio_offsets("elsewhere")) == 1


@pytest.mark.parametrize("version", [1, 2])
def test_a_profile_of_before_is_taken_over(tmp_path: Path, version: int) -> None:
    old = ProfileStore(tmp_path / "profile.db")
    old.save_baseline("Ada", Baseline(170.0, 3.0, 50))
    with closing(sqlite3.connect(old.path)) as db:
        if version == 1:
            db.execute("DROP TABLE calibrations")
        if version == 2:
            db.execute("ALTER TABLE calibrations DROP COLUMN speed_scale_ratio")
        db.execute(f"PRAGMA user_version = {version}")
    assert old.audio_offsets(HOST) == ()
    old.save_audio_offset(HOST, BUDS)
    assert old.audio_offsets(HOST) == (BUDS,)
    assert old.load("Ada").baselines == (Baseline(170.0, 3.0, 50),)


def test_what_is_known_is_listed_and_forgotten() -> None:
    assert "No sound device" in livecoach("calibrate", "audio", "--list").stdout
    for own in (BUDS, DESK):
        store().save_audio_offset(HOST, own)
    said = livecoach("calibrate", "audio", "--list").stdout.splitlines()
    assert said[0].startswith("Buds: heard 183 ms later")
    assert said[1].startswith("Desk: heard 4 ms earlier")
    unknown = livecoach("calibrate", "audio", "--forget", "Bads")
    assert "known: Buds, Desk" in fails_in_one_line(unknown, 2)
    left = json.loads(livecoach("calibrate", "audio", "--forget", "Buds", "--json").stdout)
    assert [own["device"] for own in left] == ["Desk"]
    assert store().audio_offsets(HOST) == (DESK,)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--audio", "null"), 2, "never heard"),
        (("--audio", "out.wav", "--mic"), 2, "never heard"),
    ],
)
def test_what_cannot_be_measured_is_one_line(
    arguments: tuple[str, ...], code: int, words: str
) -> None:
    said = livecoach("calibrate", "audio", *arguments)
    assert words in fails_in_one_line(said, code)
    assert not places.profile_path().exists()


@pytest.mark.parametrize(("told", "offset_s"), [("", 0.183), ("[audio]\noffset_s = 0.05", 0.05)])
def test_a_run_uses_what_was_measured_unless_told_otherwise(
    tmp_path: Path, told: str, offset_s: float
) -> None:
    (tmp_path / "my.toml").write_text(told)
    store().save_audio_offset(HOST, replace(BUDS, device="null"))
    ran = livecoach(
        *("run", tmp_path / "my.toml", "--source", "sim:", "--audio", "null"),
        *("--seconds", "1", "--session", tmp_path),
    )
    assert ran.returncode == 0, ran.stderr
    (line,) = [x for x in ran.stdout.splitlines() if "later than it says" in x]
    assert f"null is heard {1e3 * offset_s:.0f} ms later" in line
    assert ("[audio] offset_s" in line) == bool(told)
    (path,) = tmp_path.glob("*.db")
    with SessionFile(path) as file:
        (sound,) = [x for x in file.inputs() if isinstance(x, Sound)]
    assert sound.offset_s == offset_s


def test_the_demo_uses_it_too(tmp_path: Path) -> None:
    store().save_audio_offset(HOST, replace(BUDS, device="null"))
    ran = livecoach("demo", "--audio", "null", "--seconds", "1", "--out", tmp_path)
    assert "null is heard 183 ms later than it says (measured)" in ran.stdout


def test_the_sink_behind_a_device_that_only_passes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("PULSE_SINK", "buds")
    assert full_name("default") == "default (buds)"
    assert full_name("USB Audio: - (hw:1,0)") == "USB Audio: - (hw:1,0)"
    store().save_audio_offset(HOST, AudioOffset("default (buds)", 0.2, 0.0, "taps", "2026"))
    assert stored_offsets()["default"] == 0.2
    monkeypatch.setenv("PULSE_SINK", "desk")
    assert "default" not in stored_offsets()
    monkeypatch.delenv("PULSE_SINK")
    monkeypatch.setenv("PATH", "")
    assert full_name("default") == "default"
