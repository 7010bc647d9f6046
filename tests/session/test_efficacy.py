"""Sessions in a row with a simulated runner: who answers is found out, and so is who does not."""

from itertools import pairwise
from pathlib import Path

import pytest

from livecoach.coach import CoachParams
from livecoach.coach.evidence import Effect, Evidence
from livecoach.model import Baseline, Efficacy, Profile
from livecoach.simulation import RunnerParams
from livecoach.store.profile import ProfileStore
from tests.session.closed_loop import Loop, added, by_footfalls

OWN = Baseline(164.0, None, 900)
PLUS_5 = CoachParams(target="+5%")
HALF_HOUR_S = 1800.0
SILENT_S = 12.0
KIND = ("quicker", "step_rate_spm")


def in_a_row(runner: RunnerParams, sessions: int, seed: int) -> list[Loop]:
    """Run sessions, each knowing what the ones before found out."""
    loops: list[Loop] = []
    ledger: tuple[Efficacy, ...] = ()
    for k in range(sessions):
        profile = Profile("x", (OWN,), ledger=ledger)
        loops.append(by_footfalls(runner, PLUS_5, profile, HALF_HOUR_S, 100 * seed + k))
        ledger = added(ledger, loops[-1].ledger)
    return loops


def found(loops: list[Loop]) -> tuple[Evidence, dict[str, Effect]]:
    """Return what all sessions together say of each way of asking."""
    ledger: tuple[Efficacy, ...] = ()
    for loop in loops:
        ledger = added(ledger, loop.ledger)
    evidence = Evidence(ledger)
    effects = {
        row.phrase or row.means: effect
        for row in ledger
        if row.means != "silence"
        and row.kind == KIND[0]
        and (effect := evidence.effect((*KIND, row.means, row.phrase)))
    }
    return evidence, effects


@pytest.mark.parametrize("seed", [1, 2])
def test_the_beats_of_who_answers_have_an_effect_beyond_doubt(seed: int) -> None:
    loops = in_a_row(RunnerParams(forget_s=600.0), 6, seed)
    evidence, effects = found(loops)
    assert effects
    for effect in effects.values():
        if effect.n >= 5:
            assert effect.sd is not None
            assert effect.mean - 2.0 * effect.sd > 0.0
            assert 1.5 < effect.mean < 5.0
    assert max(effect.n for effect in effects.values()) >= 5
    assert not evidence.futile(*KIND)
    helped = [e.verdict for loop in loops[2:] for e in loop.effects if e.effect is not None]
    assert helped.count("helped") > 0.7 * len(helped)


@pytest.mark.parametrize("seed", [1, 2])
def test_who_does_not_answer_hears_ever_less_over_the_sessions(seed: int) -> None:
    loops = in_a_row(RunnerParams(follows=False), 8, seed)
    evidence, effects = found(loops)
    for effect in effects.values():
        assert effect.sd is not None
        assert abs(effect.mean) < 3.0 * effect.sd
    assert evidence.futile(*KIND)
    beats, spoken = [len(x.beats) for x in loops], [len(x.spoken) for x in loops]
    assert sum(beats[4:]) < 0.8 * 4 * beats[0]
    assert spoken[0] >= 4
    assert max(spoken[4:]) < spoken[0]
    assert sum(spoken[4:]) < 0.5 * 4 * spoken[0]


def test_a_silence_on_purpose_is_silent_and_a_replay_keeps_the_same() -> None:
    runner = RunnerParams(forget_s=600.0)
    first = by_footfalls(runner, PLUS_5, Profile("x", (OWN,)), HALF_HOUR_S, 3)
    profile = Profile("x", (OWN,), ledger=first.ledger)
    loop = by_footfalls(runner, PLUS_5, profile, HALF_HOUR_S, 4)
    held = [e for e in (*first.effects, *loop.effects) if e.means == "silence"]
    assert len(held) >= 2
    for session in (first, loop):
        for effect in session.effects:
            if effect.means == "silence":
                sounded = [c for c in session.cues if effect.t_asked <= c.t_due < effect.t_known]
                assert sounded == []
                assert effect.t_known - effect.t_asked > SILENT_S
    asked = [e.t_asked for e in loop.effects]
    assert all(b > a for a, b in pairwise(asked))
    assert by_footfalls(runner, PLUS_5, profile, HALF_HOUR_S, 4).effects == loop.effects


@pytest.mark.parametrize("beats", ["always", "constant"])
def test_beats_that_never_rest_are_never_held(beats: str) -> None:
    params = CoachParams(target="+5%", beats="always" if beats == "always" else "constant")
    profile = Profile(
        "x", (OWN,), ledger=(Efficacy(kind=KIND[0], measure=KIND[1], means="both", tried=1),)
    )
    for seed in range(3):
        loop = by_footfalls(RunnerParams(follows=False), params, profile, 600.0, seed)
        assert loop.cues
        assert [e for e in loop.effects if e.means == "silence"] == []


def test_a_runners_ledger_goes_from_profile_to_run_and_back(tmp_path: Path) -> None:
    store = ProfileStore(tmp_path / "profile.db")
    store.save_baseline("x", OWN)
    expected: tuple[Efficacy, ...] = ()
    for seed in range(2):
        loop = by_footfalls(RunnerParams(), PLUS_5, store.load("x"), 600.0, seed)
        assert loop.ledger
        store.add_to_ledger("x", loop.ledger)
        expected = added(expected, loop.ledger)
    assert set(store.load("x").ledger) == set(expected)
