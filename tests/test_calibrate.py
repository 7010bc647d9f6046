"""``livecoach calibrate contact`` and ``speed``, and what becomes of them."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from livecoach.config import Config
from livecoach.gait import Gait
from livecoach.gait.calibration import compare, refusal
from livecoach.model import Baseline, Calibration, Step
from livecoach.session.known import stored_profile
from livecoach.store import places
from livecoach.store.profile import ProfileStore
from tests.commandline import fails_in_one_line, livecoach
from tests.gait.recordings import contacts, read, recordings, steps

OWN = Calibration("waist", -0.013, 0.0125, 0.004, 36)


def made(n: int, *, late_s: float = 0.0, longer_s: float = 0.0, shaky_s: float = 0.0) -> list[Step]:
    """Return ``n`` steps, one every 0.36 s, off by so much."""
    return [
        Step(
            t=0.36 * k + late_s,
            t_known=0.36 * k + 0.4,
            step_time_s=0.36,
            contact_time_s=0.25 + longer_s + shaky_s * (-1) ** k,
            activity="run",
            quality=0.9,
        )
        for k in range(n)
    ]


def test_differences_are_medians_with_their_spread() -> None:
    found = compare(made(40, late_s=0.018, longer_s=-0.03, shaky_s=0.004), made(40)[::2])
    assert found.steps == 20
    assert found.contact_lag_s == pytest.approx(0.018)
    assert found.contact_time_s == pytest.approx(-0.026)
    assert refusal(found) is None


def test_too_few_or_too_scattered_steps_set_nothing() -> None:
    few = refusal(compare(made(19), made(19)))
    assert few is not None
    assert "only 19 steps" in few
    wild = refusal(compare(made(40, shaky_s=0.03), made(40)))
    assert wild is not None
    assert "scatter" in wild
    grey = [replace(s, quality=0.3) for s in made(40)]
    assert refusal(compare(grey, made(40))) is not None
    assert refusal(compare(made(40), [])) is not None
    assert refusal(compare(made(40, longer_s=0.4), made(40))) is not None


def sources(data_dir: Path, *patterns: str) -> list[str]:
    """Return ``--source file:PATH`` for each recording."""
    paths = [recordings(data_dir, pattern)[0] for pattern in patterns]
    return [word for path in paths for word in ("--source", f"file:{path}")]


def test_a_waist_is_set_by_a_foot_and_kept(data_dir: Path, home: Path) -> None:
    pair = sources(data_dir, "rbds/*_waist", "rbds/*_foot_left")
    said = livecoach("calibrate", "contact", *pair, "--runner", "Ada")
    assert said.returncode == 0, said.stderr
    assert len(said.stdout.strip().splitlines()) == 2
    assert "waist" in said.stdout
    assert "Ada" in said.stdout
    (kept,) = ProfileStore(places.profile_path()).load("Ada").calibrations
    assert kept.mount == "waist"
    assert kept.steps >= 20
    assert kept.spread_s < 0.025
    assert str(home) in str(places.profile_path())


def test_json_says_the_same(data_dir: Path) -> None:
    pair = sources(data_dir, "rbds/*_foot_right", "rbds/*_waist")
    said = livecoach("calibrate", "contact", *pair, "--json")
    found = json.loads(said.stdout)
    (kept,) = ProfileStore(places.profile_path()).load("runner").calibrations
    assert found["contact_time_s"] == kept.contact_time_s
    assert found["contact_lag_s"] == kept.contact_lag_s
    assert (found["mount"], found["steps"]) == ("waist", kept.steps)


@pytest.mark.parametrize(
    ("patterns", "seconds", "code", "word"),
    [
        (("rbds/*_waist", "rbds/*_foot_left"), "5", 1, "needed"),
        (("rbds/*_foot_right", "rbds/*_foot_left"), "60", 2, "--source"),
        (("davis/*_waist", "davis/*_chest"), "60", 2, "two trunk"),
        (("rbds/*_waist",), "60", 2, "--source"),
    ],
)
def test_what_can_t_be_compared_is_refused_in_one_line(
    data_dir: Path, patterns: tuple[str, ...], seconds: str, code: int, word: str
) -> None:
    said = livecoach("calibrate", "contact", *sources(data_dir, *patterns), "--seconds", seconds)
    assert word in fails_in_one_line(said, code)
    assert ProfileStore(places.profile_path()).load("runner").calibrations == ()


def test_a_calibration_is_taken_off_by_mount(data_dir: Path) -> None:
    (path,) = recordings(data_dir, "rbds/*_waist")
    info, samples = read(path)
    runs = []
    for own in ((), (OWN,), (replace(OWN, mount="chest"),)):
        gait = Gait(calibrations=own)
        gait.add("belt", info)
        runs.append([e for s in samples[:2000] for e in gait.update("belt", s)])
    plain, set_, other = runs
    assert other == plain
    for before, after in zip(contacts(plain), contacts(set_), strict=True):
        assert after.t == pytest.approx(before.t - OWN.contact_lag_s, abs=1e-9)
        assert after.t <= after.t_known
    for old, new in zip(steps(plain), steps(set_), strict=True):
        if old.contact_time_s is not None and new.contact_time_s is not None:
            assert new.contact_time_s == pytest.approx(old.contact_time_s + 0.013)


def test_a_run_with_a_calibration_replays_to_the_bit(data_dir: Path, tmp_path: Path) -> None:
    ProfileStore(places.profile_path()).save_calibration("Ada", OWN)
    (path,) = recordings(data_dir, "davis/*_waist")
    source = ("--source", f"file:{path}", "--pace", "max", "--runner", "Ada", "--audio", "null")
    ran = livecoach("run", *source, "--session", tmp_path, "--json")
    assert ran.returncode == 0, ran.stderr
    ident = json.loads(ran.stdout)["session_id"]
    ProfileStore(places.profile_path()).save_calibration("Ada", replace(OWN, contact_lag_s=0.1))
    replayed = livecoach("replay", ident, "--session", tmp_path)
    assert replayed.returncode == 0, replayed.stdout + replayed.stderr


def test_calibrations_live_beside_baselines_and_old_files_are_taken_over(tmp_path: Path) -> None:
    store = ProfileStore(tmp_path / "profile.db")
    store.save_baseline("Ada", Baseline(170.0, 3.0, 50))
    with closing(sqlite3.connect(store.path)) as db:
        db.executescript("DROP TABLE calibrations; PRAGMA user_version = 1")
    assert store.load("Ada").calibrations == ()
    chest = replace(OWN, mount="chest")
    store.save_calibration("Ada", OWN)
    store.save_calibration("Ada", chest)
    store.save_calibration("Ada", replace(OWN, steps=50))
    known = store.load("Ada")
    assert known.calibrations == (chest, replace(OWN, steps=50))
    assert known.baselines == (Baseline(170.0, 3.0, 50),)
    assert store.load("Zoë").calibrations == ()


def test_a_foot_is_set_by_a_known_speed_and_kept(data_dir: Path) -> None:
    (pair,) = recordings(data_dir, "rbds/*_foot_left")
    source = ("--source", f"file:{pair}", "--runner", "Ada")
    said = livecoach("calibrate", "speed", *source)
    assert said.returncode == 0, said.stderr
    assert len(said.stdout.strip().splitlines()) == 2
    assert "2.50 m/s" in said.stdout
    (kept,) = ProfileStore(places.profile_path()).load("Ada").calibrations
    assert kept.mount == "foot_left"
    assert kept.speed_scale_ratio == pytest.approx(1.0, abs=0.03)
    told = json.loads(
        livecoach("calibrate", "speed", *source, "--speed", "9.9kmh", "--json").stdout
    )
    assert told["speed_scale_ratio"] == pytest.approx(1.1 * kept.speed_scale_ratio)
    (kept,) = ProfileStore(places.profile_path()).load("Ada").calibrations
    assert (told["mount"], told["strides"]) == ("foot_left", kept.steps)
    assert kept.speed_scale_ratio == told["speed_scale_ratio"]


@pytest.mark.parametrize(
    ("pattern", "more", "code", "word"),
    [
        ("davis/*_foot_left", (), 1, "run on"),
        ("rbds/*_foot_left", ("--speed", "25kmh"), 1, "unit"),
        ("rbds/*_waist", (), 2, "name one foot sensor"),
        ("pyshoe/*11-13-10_foot_right", (), 2, "add --speed"),
        ("adept_gpl3/*_foot_left", ("--speed", "10kmh"), 1, "no gyroscope"),
        ("rbds/*_foot_left", ("--speed", "fast"), 2, "10.5kmh"),
    ],
)
def test_what_sets_no_speed_is_refused_in_one_line(
    data_dir: Path, pattern: str, more: tuple[str, ...], code: int, word: str
) -> None:
    (path,) = recordings(data_dir, pattern)
    said = livecoach("calibrate", "speed", "--source", f"file:{path}", *more)
    assert word in fails_in_one_line(said, code)
    assert ProfileStore(places.profile_path()).load("runner").calibrations == ()


def test_a_profile_of_format_2_is_taken_over(tmp_path: Path) -> None:
    store = ProfileStore(tmp_path / "profile.db")
    store.save_calibration("Ada", OWN)
    with closing(sqlite3.connect(store.path)) as db:
        db.executescript(
            "ALTER TABLE calibrations DROP COLUMN speed_scale_ratio; PRAGMA user_version = 2"
        )
    assert store.load("Ada").calibrations == (OWN,)
    foot = Calibration("foot_left", steps=40, speed_scale_ratio=1.04)
    store.save_calibration("Ada", foot)
    assert store.load("Ada").calibrations == (foot, OWN)


def test_a_simulated_runner_wears_no_calibrated_sensor() -> None:
    ProfileStore(places.profile_path()).save_calibration("runner", OWN)
    assert stored_profile(Config(sources=("file:x",))).calibrations == (OWN,)
    assert stored_profile(Config(sources=("sim:",))).calibrations == ()
