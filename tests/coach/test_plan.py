"""The plan over sessions: what fades, what holds it back, and silence at the end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from livecoach.coach import Coach, CoachParams
from livecoach.coach.phrases import english
from livecoach.coach.plan import ALONE_AFTER_S, BAD, COUNTS_S, GOOD, LearningPlan, next_stage
from livecoach.model import Command, Cue, Lesson, Profile, Tick
from tests.coach.test_coach import FAST, OWN, run

KEPT, HALF, LOST = Lesson(1500.0, 0.9, 0.8), Lesson(1500.0, 0.6, 0.4), Lesson(1500.0, 0.1, 0.0)
UNKNOWN = Lesson(1500.0)
NEVER_ALONE = replace(FAST, session_s=80_000.0)


def after(*lessons: Lesson) -> Profile:
    return replace(OWN, lessons=lessons)


def test_the_shipped_plan_is_the_one_that_is_told() -> None:
    stages = [next_stage((HALF,) * k, 8) for k in range(9)]
    shares = [1.0, 1.0, 1.0, 1.0, 0.8, 0.6, 0.4, 0.2, 0.2]
    assert [s.share for s in stages] == pytest.approx(shares)
    assert [s.reminds for s in stages] == [False] * 6 + [True] * 3
    assert "session 5 of 8: help 80 % of it." in stages[4].text()
    assert "8 stages are done" in stages[8].text()


@given(st.integers(1, 100), st.lists(st.floats(-1, 2) | st.none(), max_size=40))
def test_help_never_grows_again_and_the_first_half_has_all_of_it(
    planned: int, kept: list[float | None]
) -> None:
    lessons = [Lesson(600.0, ratio) for ratio in kept]
    stages = [next_stage(lessons[:k], planned) for k in range(len(lessons) + 1)]
    shares = [s.share for s in stages]
    assert shares == sorted(shares, reverse=True)
    assert all(0.199 < s <= 1.0 for s in shares)
    assert all(s.share == 1.0 and not s.reminds for s in stages if s.stage <= planned / 2)
    assert [s.session for s in stages] == list(range(1, len(stages) + 1))


def test_who_keeps_little_stays_who_keeps_much_twice_skips_and_unknown_goes_on() -> None:
    assert next_stage((LOST,) * 20, 8).stage == 1
    assert next_stage((HALF, HALF, LOST), 8).again
    assert [next_stage((KEPT,) * k, 8).stage for k in range(4)] == [1, 2, 4, 6]
    assert next_stage((KEPT, HALF, KEPT), 8).stage == 4
    assert next_stage((UNKNOWN,) * 3, 8).stage == 4
    assert next_stage((Lesson(1500.0, BAD),), 8).stage == 2
    assert next_stage((Lesson(1500.0, GOOD),) * 2, 8).stage == 4


def starts(cues: list[Cue]) -> list[float]:
    """Return when something new began: a burst of beats, or a phrase."""
    times, newest = [], -100.0
    for cue in cues:
        if cue.kind == "speech" or cue.t_due - newest > 1.0:
            times.append(cue.t_decided)
        newest = cue.t_due
    return times


@pytest.mark.parametrize(("done", "share"), [(4, 0.8), (5, 0.6), (6, 0.4), (7, 0.2)])
def test_nothing_begins_in_the_silent_blocks(done: int, share: float) -> None:
    coach, cues = Coach(NEVER_ALONE, after(*(HALF,) * done)), list[Cue]()
    for k in range(12):
        # comes to the target and forgets, so that there is always something to ask for
        cues += run(coach, 168.0, 150.0 * k + 40.0, 150.0 * k)
        cues += run(coach, 160.0, 150.0 * k + 150.0, 150.0 * k + 40.0)
    begun = starts(cues)
    assert len(begun) >= 4
    # coached time begins with the end of the grace
    assert all((t - 3.0) % 300.0 < 300.0 * share + 1.0 for t in begun)


def test_reminders_come_first_and_beats_after_two_in_vain() -> None:
    cues = run(Coach(NEVER_ALONE, after(*(HALF,) * 6)), 160.0, 2400.0)
    said = [c for c in cues if c.kind == "speech"]
    assert [c.phrase in english().recall for c in said] == [True, True, False, True, True, False]
    beats = [c.t_decided for c in cues if c.kind == "beat"]
    assert min(beats) >= said[2].t_decided
    assert not any(said[3].t_decided <= t < said[5].t_decided for t in beats)


def test_a_reminder_that_helps_is_followed_by_another_one_never_by_beats() -> None:
    coach, cues = Coach(NEVER_ALONE, after(*(HALF,) * 6)), list[Cue]()
    for k in range(8):
        cues += run(coach, 160.0, 300.0 * k + 25.0, 300.0 * k)
        cues += run(coach, 168.0, 300.0 * k + 300.0, 300.0 * k + 25.0)
    assert {c.kind for c in cues} == {"speech"}
    assert len(cues) >= 5
    assert {c.phrase for c in cues} == set(english().recall)


@pytest.mark.parametrize("session_s", [0.0, 1800.0])
def test_the_end_is_announced_once_and_then_only_others_speak(session_s: float) -> None:
    coach = Coach(replace(FAST, session_s=session_s), OWN)
    begin = 1500.0 if session_s else ALONE_AFTER_S + 3.0
    cues = run(coach, 160.0, begin + 100.0)
    (goodbye,) = [c for c in cues if c.phrase in english().on_your_own]
    assert begin - 0.2 <= goodbye.t_decided <= begin + FAST.speech_gap_s + 0.2
    assert "without cues" in goodbye.reason
    assert cues[-1] is goodbye
    coach.update(Command(0, begin + 100.0, "say", "Well done."))
    later = run(coach, 155.0, begin + 280.0, begin + 100.0)
    assert [c.phrase for c in later] == ["Well done."]
    gone = [c for k in range(60) for c in coach.update(Tick(0, begin + 280.0 + k / 10))]
    assert [c.kind for c in gone if isinstance(c, Cue)] == ["tone"]


def test_a_short_run_ends_with_a_fifth_and_too_short_a_one_does_not_count() -> None:
    coach = Coach(replace(FAST, session_s=600.0), OWN)
    run(coach, 168.0, 599.0)
    assert coach.plan.lesson is not None
    assert coach.plan.lesson.kept_ratio == pytest.approx(1.0, abs=0.01)
    assert coach.plan.lesson.coached_s == pytest.approx(477.0, abs=2.0)
    short = Coach(replace(FAST, session_s=COUNTS_S), OWN)
    assert run(short, 168.0, COUNTS_S) == []
    assert short.plan.lesson is None


def test_muted_time_is_not_coached() -> None:
    coach = Coach(FAST, OWN)
    coach.update(Command(0, 0.0, "mute"))
    run(coach, 160.0, COUNTS_S + 100.0)
    assert coach.plan.lesson is None


@pytest.mark.parametrize(
    "params",
    [
        CoachParams(target="+5%", plan="off"),
        CoachParams(target="+5%", beats="always"),
        CoachParams(target="+5%", beats="constant"),
    ],
)
def test_without_a_plan_nothing_fades_and_nobody_is_left_alone(params: CoachParams) -> None:
    plan = LearningPlan(params, (HALF,) * 7)
    for k in range(20_000):
        assert plan.tick(k / 10, coaching=True) is None
    assert plan.open
    assert not plan.alone
    assert (plan.stage, plan.lesson, plan.reminds) == (None, None, False)
