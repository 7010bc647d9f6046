"""The coach: silent when it should be, one reason for every sound, never above the gaps."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from livecoach.coach import PHRASES, Coach, CoachParams
from livecoach.coach.coach import Said
from livecoach.model import (
    Activity,
    Baseline,
    Command,
    Contact,
    Cue,
    Phase,
    PodReport,
    Profile,
    Sound,
    Step,
    Tick,
)

OWN = Profile("x", (Baseline(160.0, 3.0, 900),))
FAST = CoachParams(target="+5%", grace_s=3.0, ramp_ratio_per_s=0.02)


def step(t: float, rate: float, activity: Activity = "run", quality: float = 1.0) -> Step:
    return Step(
        t=t - 60 / rate,
        t_known=t,
        step_time_s=60 / rate,
        speed_mps=3.0,
        activity=activity,
        quality=quality,
    )


def run(
    coach: Coach,
    rate: float,
    until: float,
    start: float = 0.0,
    activity: Activity = "run",
    quality: float = 1.0,
) -> list[Cue]:
    """Feed steps at a rate, with ticks between them; return the cues."""
    cues: list[Said] = []
    t_step = start
    for k in range(int(start * 10), int(until * 10)):
        while t_step <= k / 10:
            coach.update(Contact(t_step, t_step, None, quality))
            coach.update(Phase(t_step, 60 / rate, 0.0, 0.004, t_step))
            cues += coach.update(step(t_step, rate, activity, quality))
            t_step += 60 / rate
        cues += coach.update(Tick(0, k / 10))
    return [c for c in cues if isinstance(c, Cue)]


def test_off_target_brings_beats_at_the_target_and_one_phrase_with_numbers() -> None:
    cues = run(Coach(FAST, OWN), 160.0, 30.0)
    speech = [c for c in cues if c.kind == "speech"]
    beats = [c for c in cues if c.kind == "beat"]
    assert len(speech) == 1
    assert speech[0].phrase in PHRASES
    assert "from the target 168.0/min" in speech[0].reason
    assert "in phase" in beats[0].reason
    gaps = [b.t_due - a.t_due for a, b in pairwise(beats)]
    assert abs(60 / gaps[-1] - 168.0) < 0.01
    assert all(c.t_due > c.t_decided for c in cues)


def test_on_target_is_silent() -> None:
    assert run(Coach(FAST, OWN), 168.0, 60.0)[-1:] == []


def test_walking_and_low_quality_are_never_coached() -> None:
    assert run(Coach(FAST, OWN), 120.0, 60.0, activity="walk") == []
    assert run(Coach(FAST, OWN), 150.0, 60.0, quality=0.3) == []


def test_falling_quality_ends_a_burst_with_one_tone() -> None:
    coach = Coach(FAST, OWN)
    assert run(coach, 160.0, 15.0)[-1].kind == "beat"
    cues = run(coach, 160.0, 120.0, start=15.0, quality=0.2)
    late = [c for c in cues if c.t_decided > 18.5]
    assert [c.kind for c in cues if c.kind == "tone"] == ["tone"]
    assert late == []


def test_a_runner_already_at_the_goal_is_left_alone() -> None:
    assert run(Coach(CoachParams(target="+5%"), OWN), 168.0, 200.0) == []


def test_who_does_not_answer_is_asked_ever_more_rarely() -> None:
    coach = Coach(FAST, OWN)
    cues = run(coach, 160.0, 1200.0)
    due = [c.t_due for c in cues if c.kind == "beat"]
    rests = [b - a for a, b in pairwise(due) if b - a > 1.0]
    silences = sum(row.tried for row in coach.ledger if row.means == "silence")
    over = [rest / FAST.burst_s - k for rest, k in zip(rests, [2, 4, 8, 16], strict=True)]
    assert all(-0.5 < more < 0.5 + 0.6 * silences for more in over)
    assert sum(over) < 1.0 + 0.6 * silences
    assert len([c for c in cues if c.kind == "speech"]) <= 5


def test_who_answers_is_helped_again_after_the_usual_rest_with_few_words() -> None:
    coach, cues = Coach(FAST, OWN), list[Cue]()
    for k in range(10):
        cues += run(coach, 161.0, 90.0 * k + 20.0, 90.0 * k)
        cues += run(coach, 168.0, 90.0 * k + 90.0, 90.0 * k + 20.0)
    due = [c.t_due for c in cues if c.kind == "beat"]
    rests = [b - a for a, b in pairwise(due) if b - a > 1.0]
    silences = sum(row.tried for row in coach.ledger if row.means == "silence")
    assert 9 - silences <= len(rests) <= 9
    assert sum(rest > 90.0 for rest in rests) <= silences < 6
    assert 2 <= len([c for c in cues if c.kind == "speech"]) <= 4


def test_beats_always_begin_after_the_grace_in_phase_and_never_rest() -> None:
    cues = run(Coach(CoachParams(target="+5%", beats="always"), OWN), 160.0, 400.0)
    beats = [c for c in cues if c.kind == "beat"]
    due = [c.t_due for c in beats]
    assert 20.0 <= due[0] < 22.0
    assert "in phase" in beats[0].reason
    assert 60 / (due[1] - due[0]) < 161.0
    assert abs(60 / (due[-1] - due[-2]) - 168.0) < 1e-6
    assert max(b - a for a, b in pairwise(due)) < 0.4
    assert len([c for c in cues if c.kind == "speech"]) <= 3


def test_a_beat_for_every_stride() -> None:
    params = CoachParams(target="+5%", every="stride", grace_s=3.0, ramp_ratio_per_s=0.02)
    cues = run(Coach(params, OWN), 160.0, 30.0)
    beats = [c for c in cues if c.kind == "beat"]
    gaps = [b.t_due - a.t_due for a, b in pairwise(beats)]
    assert "in phase" in beats[0].reason
    assert abs(120 / gaps[-1] - 168.0) < 0.01


def test_a_long_uncertain_way_to_the_ear_makes_the_tempo_free_and_says_why() -> None:
    coach = Coach(FAST, OWN)
    coach.update(Sound(0, 0.0, "headphones", "open", 0.1, 0.6))
    beats = [c for c in run(coach, 160.0, 30.0) if c.kind == "beat"]
    assert beats
    assert all("free tempo (footfalls are known too vaguely)" in c.reason for c in beats)


def test_unmuting_lets_the_coach_speak_again() -> None:
    coach = Coach(FAST, OWN)
    run(coach, 160.0, 15.0)
    coach.update(Command(0, 15.0, "mute"))
    run(coach, 160.0, 60.0, start=15.1)
    coach.update(Command(0, 60.0, "mute", "off"))
    assert "beat" in {c.kind for c in run(coach, 160.0, 80.0, start=60.1)}


def test_beats_off_goes_on_speaking_while_off_target() -> None:
    params = CoachParams(target="+5%", beats="off", grace_s=3.0, ramp_ratio_per_s=0.02)
    cues = run(Coach(params, OWN), 160.0, 600.0)
    assert len(cues) >= 4
    assert {c.kind for c in cues} == {"speech"}


def test_a_compliant_runner_never_moves_their_own_baseline_or_cap() -> None:
    profile, own = OWN, 160.0
    for _ in range(4):
        coach = Coach(FAST, profile)
        run(coach, 160.0, 20.0)
        run(coach, 168.0, 400.0, start=20.0)
        assert coach.measured_baselines == ()
        fresh = Coach(CoachParams(target="176", grace_s=3.0, ramp_ratio_per_s=0.02), Profile())
        run(fresh, own, 20.0)
        run(fresh, 176.0, 400.0, start=20.0)
        assert fresh.measured_baselines == ()


def test_two_pods_do_not_count_twice() -> None:
    coaches = [Coach(CoachParams(target="+5%", baseline_s=30.0), Profile()) for _ in range(2)]
    for k in range(1, 26):
        for coach, names in zip(coaches, (("a",), ("a", "b")), strict=True):
            for name in names:
                coach.update(PodReport(float(k), float(k), name, "fresh", 160.0, 3.0, 1.1))
    assert [c.measured_baselines for c in coaches] == [(), ()]


def test_the_grace_is_silent() -> None:
    cues = run(Coach(CoachParams(target="+5%", grace_s=20.0), OWN), 150.0, 60.0)
    assert cues
    assert min(c.t_decided for c in cues) >= 20.0


def test_losing_the_sensor_gives_one_tone_then_silence() -> None:
    coach = Coach(FAST, OWN)
    run(coach, 168.0, 20.0)
    cues = [c for k in range(200, 600) for c in coach.update(Tick(0, k / 10))]
    assert [c.kind for c in cues if isinstance(c, Cue)] == ["tone"]


def test_a_constant_metronome_goes_on_without_any_sensor() -> None:
    coach = Coach(CoachParams(target="180", beats="constant"), Profile())
    beats = [c for k in range(600) for c in coach.update(Tick(0, k / 10)) if isinstance(c, Cue)]
    assert len(beats) == 60 * 3
    assert {c.phrase for c in beats} == {""}


def test_beats_off_still_speaks() -> None:
    coach = Coach(CoachParams(target="+5%", beats="off", grace_s=3.0, ramp_ratio_per_s=0.02), OWN)
    assert {c.kind for c in run(coach, 160.0, 40.0)} == {"speech"}


def test_mute_is_obeyed() -> None:
    coach = Coach(FAST, OWN)
    run(coach, 160.0, 15.0)
    coach.update(Command(0, 15.0, "mute"))
    assert run(coach, 150.0, 60.0, start=15.1) == []


def test_a_pod_sets_tempo_but_no_phase() -> None:
    coach = Coach(FAST, OWN)
    cues: list[Said] = []
    for k in range(400):
        if k % 10 == 0:
            cues += coach.update(PodReport(k / 10, k / 10, "pod", "fresh", 160.0, 3.0, 1.1))
        cues += coach.update(Tick(0, k / 10))
    beats = [c for c in cues if isinstance(c, Cue) and c.kind == "beat"]
    assert beats
    assert all("free tempo" in c.reason and not c.phrase for c in beats)


@given(
    st.lists(
        st.tuples(st.floats(130, 200), st.sampled_from(["run", "walk", "stand"]), st.floats(0, 1)),
        min_size=1,
        max_size=60,
    )
)
def test_speech_keeps_its_distance_whatever_the_runner_does(
    runs: list[tuple[float, Activity, float]],
) -> None:
    coach = Coach(FAST, OWN)
    spoken = [
        cue.t_decided
        for k, (rate, activity, quality) in enumerate(runs)
        for cue in run(coach, rate, 5.0 * (k + 1), 5.0 * k, activity, quality)
        if cue.kind == "speech"
    ]
    assert all(b - a >= FAST.speech_gap_s for a, b in pairwise(spoken))
