"""The learning plan from session to session: simulated runners, the profile, the command line."""

import asyncio
import json
from pathlib import Path

import numpy as np
import pytest

from livecoach.coach import CoachParams
from livecoach.coach.phrases import english
from livecoach.coach.plan import BAD, next_stage
from livecoach.config import Config, RunnerConfig, override
from livecoach.model import Baseline, Event, Lesson, Profile, Retention
from livecoach.session import Plan, run
from livecoach.session.known import keep_lesson, stored_profile
from livecoach.simulation import RunnerParams
from livecoach.sources import open_sources
from livecoach.store.places import profile_path
from livecoach.store.profile import ProfileStore
from livecoach.store.reader import SessionFile
from tests.commandline import livecoach
from tests.session.closed_loop import Loop, by_footfalls
from tests.session.recordings import imu_file

OWN_SPM, GOAL_SPM = 164.0, 1.05 * 164.0
HALF_HOUR_S, ALONE_S = 1800.0, 1500.0
SESSION = CoachParams(target="+5%", session_s=HALF_HOUR_S)
OWN = Profile("Ada", (Baseline(OWN_SPM, None, 900),))
KEEPS = RunnerParams(forget_s=600.0)


def truly_kept(loop: Loop) -> float:
    rate = loop.rate_spm(ALONE_S, HALF_HOUR_S - 1.0)
    return (rate - OWN_SPM) / (GOAL_SPM - OWN_SPM)


@pytest.mark.parametrize("seed", range(4))
def test_a_responder_reaches_holds_and_keeps_half_of_the_gain(seed: int) -> None:
    loop = by_footfalls(KEEPS, SESSION, OWN, HALF_HOUR_S, seed)
    five_minutes = loop.rates_spm(300.0, ALONE_S, 300.0)
    assert np.abs(five_minutes / GOAL_SPM - 1).max() < 0.015
    assert len(loop.spoken) <= 8
    assert max(c.t_due for c in loop.cues) < ALONE_S + 61.0
    assert truly_kept(loop) >= 0.5
    assert loop.kept[-1].kept_ratio == pytest.approx(truly_kept(loop), abs=0.02)
    assert loop.lesson is not None
    assert loop.lesson.kept_ratio == loop.kept[-1].kept_ratio


@pytest.mark.parametrize("seed", range(2))
def test_a_non_responder_is_asked_ever_less_and_keeps_nothing(seed: int) -> None:
    loop = by_footfalls(RunnerParams(follows=False), SESSION, OWN, HALF_HOUR_S, seed)
    assert len(loop.spoken) <= 6
    early, late = loop.beats < ALONE_S / 2, loop.beats >= ALONE_S / 2
    assert 0 < np.sum(late) <= 0.6 * np.sum(early)
    assert truly_kept(loop) < 0.3
    assert loop.kept[-1].kept_ratio == pytest.approx(truly_kept(loop), abs=0.02)


def chain(forgets_s: list[float]) -> tuple[list[Loop], ProfileStore]:
    """Run session after session, each of which knows the ones before from the profile."""
    store, loops = ProfileStore(profile_path()), list[Loop]()
    store.save_baseline("Ada", OWN.baselines[0])
    config = Config(runner=RunnerConfig(name="Ada"))
    for k, forget_s in enumerate(forgets_s):
        runner = RunnerParams(forget_s=forget_s)
        loop = by_footfalls(runner, SESSION, stored_profile(config), HALF_HOUR_S, k)
        loops.append(loop)
        assert loop.lesson is not None
        assert keep_lesson("Ada", f"2026112{k}T080000Z-0000", loop.lesson, pytest.fail)
    return loops, store


def test_eight_sessions_of_a_runner_who_learns() -> None:
    """Who learns forgets ever more slowly: half as fast again with each session."""
    loops, store = chain([600.0 * 1.5**k for k in range(8)])
    lessons = store.load("Ada").lessons
    assert lessons == tuple(loop.lesson for loop in loops)
    shares = [next_stage(lessons[:k], 8).share for k in range(9)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] == 1.0
    assert shares[8] == pytest.approx(0.2)
    reminded = [any(c.phrase in english().recall for c in loop.spoken) for loop in loops]
    assert reminded == sorted(reminded)
    assert not any(reminded[:4])
    assert reminded[7]
    assert len(loops[7].beats) < 0.5 * len(loops[0].beats)
    assert all((lesson.kept_ratio or 0.0) >= BAD for lesson in lessons)
    assert all(len(loop.spoken) <= 8 for loop in loops)


def test_a_forgetful_runner_is_held_at_full_help() -> None:
    _, store = chain([60.0] * 8)
    stage = next_stage(store.load("Ada").lessons, 8)
    assert (stage.session, stage.stage, stage.share, stage.again) == (9, 1, 1.0, True)
    assert not stage.reminds


def test_a_simulated_runner_learns_nothing_for_the_real_one() -> None:
    ProfileStore(profile_path()).save_lesson("runner", "20261122T080000Z-0000", Lesson(1500.0))
    assert stored_profile(Config(sources=("sim:",))).lessons == ()
    assert stored_profile(Config(sources=("ble:",))).lessons == (Lesson(1500.0),)


def events(path: Path) -> list[Event]:
    with SessionFile(path) as session:
        return list(session.events())


def test_a_run_tells_and_records_it_and_replays(tmp_path: Path) -> None:
    source = ("--source", "sim:?forget_s=600", "--seconds", "660", "--pace", "max")
    places = ("--audio", "null", "--session", tmp_path)
    result = livecoach("run", *source, "--target", "+5%", *places, "--json")
    assert result.returncode == 0, result.stderr
    assert result.stderr.startswith("Plan: session 1 of 8: help all the time. (This run does not")
    said = json.loads(result.stdout)
    told = said["plan"]
    assert (told["session"], told["planned"], told["share"], told["counted"]) == (1, 8, 1.0, False)
    (path,) = tmp_path.glob("*.db")
    kept = [e for e in events(path) if isinstance(e, Retention)]
    assert len(kept) >= 2
    assert told["retention"]["kept_ratio"] == kept[-1].kept_ratio
    assert kept[-1].kept_ratio == pytest.approx(0.85, abs=0.25)
    assert kept[-1].lasted_s == pytest.approx(131.7, abs=0.3)
    assert livecoach("replay", path).returncode == 0


def test_a_real_run_that_coached_enough_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livecoach.coach.plan.COUNTS_S", 1.0)
    recording = imu_file(tmp_path, 8.0)
    config = Config(coach=CoachParams(target="170", grace_s=1.0))
    lines: list[str] = []
    for pace, counted in (("max", 0), ("realtime", 1), ("realtime", 2)):
        doors = open_sources(
            (f"file:{recording}",), mount=None, speed_mps=None, speed_told=False, seed=0
        )
        todo = Plan(
            config=override(config, {"audio.output": "null"}, "test"),
            profile=stored_profile(config),
            pace="max" if pace == "max" else "realtime",
        )
        outcome = asyncio.run(run(todo, doors, lines.append))
        assert outcome.counted == (counted > 0)
        assert len(stored_profile(config).lessons) == counted
    assert [line[:22] for line in lines if line.startswith("Plan")] == [
        "Plan: session 1 of 8: ",
        "Plan: session 1 of 8: ",
        "Plan: session 2 of 8: ",
    ]


def test_plan_off_and_beats_without_a_plan(tmp_path: Path) -> None:
    short = ("--source", "sim:", "--seconds", "5", "--target", "+5%", "--pace", "max")
    places = ("--audio", "null", "--session", tmp_path)
    off = livecoach("run", *short, *places, "--plan", "off", "--json")
    assert off.stderr == ""
    assert json.loads(off.stdout)["plan"] is None
    constant = livecoach("run", *short, *places, "--beats", "constant")
    assert "No learning plan: beats are constant." in constant.stdout
    assert "not counted: coached for less than 5 min" in livecoach("run", *short, *places).stdout


def test_the_plan_command_shows_and_restarts() -> None:
    store = ProfileStore(profile_path())
    for k in range(5):
        store.save_lesson("Ada", f"2026112{k}T080000Z-0000", Lesson(1500.0, 0.625, None))
    shown = livecoach("plan", "--runner", "Ada").stdout
    assert "62 %" in shown
    assert "session 6 of 8: help 60 % of it." in shown
    told = json.loads(livecoach("plan", "--runner", "Ada", "--json").stdout)
    assert told["next"]["session"] == 6
    assert told["sessions"][0] == {
        "coached_s": 1500.0,
        "kept_ratio": 0.625,
        "on_target_ratio": None,
    }
    assert "session 1 of 8" in livecoach("plan", "--runner", "Ada", "--restart").stdout
    assert store.load("Ada").lessons == ()
