"""Drills: their own words, a score of their own measure where it is known, else none at all."""

from itertools import pairwise

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livecoach.coach import CoachParams
from livecoach.coach.drill import BLIND_S, DRILL_S, REMIND_S, Drill
from livecoach.coach.drill_score import MEASURES, DrillName, DrillResult, Stretch, scored
from livecoach.coach.phrases import english
from livecoach.coach.stage import SPEECH_S
from livecoach.model import Command, Cue, Foot, Notice, Step, Target, Tick
from livecoach.simulation import RunnerParams
from tests.coach.guided_runner import Body, Heard, led

RUNNER = RunnerParams(variation_alpha=0.5)
TRUNK = Body(expected_braking_mps=0.2, vertical_oscillation_m=0.062)


def drilled(
    name: DrillName,
    body: Body,
    *,
    commands: tuple[Command, ...] = (),
    holes: tuple[tuple[float, float], ...] = (),
    changed: dict[str, float] | None = None,
) -> tuple[Drill, Heard]:
    guide = Drill(CoachParams(), name)
    heard = led(
        guide, RUNNER, body, 1, seconds=300.0, commands=commands, holes=holes, changed=changed
    )
    return guide, heard


def steps(field: str, of: float, to: float, foot: Foot | None, scatter: float) -> list[Step]:
    rng = np.random.default_rng(5)
    out = []
    for k in range(220):
        side: Foot | None = foot or ("left" if k % 2 else "right")
        mean = (of if k < 55 else to) + (3.0 if side == "right" else 0.0)
        step = Step(
            t=0.36 * k, t_known=0.36 * k, step_time_s=0.36, foot=side, activity="run", quality=1.0
        )
        value = {field: mean + scatter * float(rng.standard_normal())}
        out.append(msgspec.structs.replace(step, **value))
    return out


def score(
    name: DrillName, of: float, to: float, foot: Foot | None = None, scatter: float = 0.5
) -> DrillResult | None:
    m = MEASURES[name]
    field = m.fields[-1]
    before, during = (Stretch(field, per_foot=m.per_foot) for _ in range(2))
    for k, step in enumerate(steps(field, of, to, foot, scatter)):
        (before if k < 55 else during).add(step)
    return scored(name, field, before, during)


@pytest.mark.parametrize(
    ("name", "of", "better", "worse"),
    [
        ("toe-last", -45.0, -51.0, -39.0),
        ("high-knee", -72.0, -80.0, -64.0),
        ("lean", 2.0, 6.0, -2.0),
    ],
)
def test_the_right_direction_is_better_and_the_other_worse(
    name: DrillName, of: float, better: float, worse: float
) -> None:
    for to, verdict in ((better, "better"), (worse, "worse"), (of, "no clear change")):
        found = score(name, of, to, "left" if MEASURES[name].per_foot else None)
        assert found is not None
        assert found.verdict == verdict
        assert found.low is not None
        assert found.high is not None
        slack = 0.1  # an interval of 95 % may miss a little
        assert found.low - slack <= to - of <= found.high + slack
        assert found.lines[0].startswith(f"Drill {name}: {verdict}: ")


def test_each_foot_is_held_against_itself() -> None:
    both = score("toe-last", -45.0, -50.0)
    assert both is not None
    assert both.change == pytest.approx(-5.0, abs=0.3)
    assert both.high is not None
    assert both.high + 5.0 < 1.0  # 3 degrees between the feet are no scatter


def test_a_sure_change_too_small_to_matter_is_no_clear_change() -> None:
    found = score("toe-last", -45.0, -46.0, "left", scatter=0.1)
    assert found is not None
    assert found.high is not None
    assert found.high < 0.0
    assert found.verdict == "no clear change"


def test_tall_is_scored_closed_loop_by_a_trunk_sensor() -> None:
    guide, heard = drilled("tall", TRUNK, changed={"vertical_oscillation_m": -0.008})
    found = guide.result
    assert (found.metric, found.verdict) == ("vertical_oscillation_m", "better")
    assert found.change == pytest.approx(-0.008, abs=0.002)
    said = heard.of("speech")
    words = english()
    assert said[0].phrase in words.guide_begin
    assert {said[1].phrase, said[2].phrase} == set(words.drill_tall)
    assert said[2].t_due - said[1].t_due == pytest.approx(REMIND_S, abs=0.3)
    assert said[3].phrase in words.guide_done
    assert len(said) == 4
    assert heard.of("beat") == []
    assert heard.t_over == pytest.approx(25.0 + DRILL_S + 5.0, abs=3.0)


@pytest.mark.parametrize("name", ["toe-last", "high-knee", "lean"])
def test_without_a_sensor_that_knows_it_is_coached_and_not_scored(name: DrillName) -> None:
    guide, heard = drilled(name, TRUNK)
    found = guide.result
    assert found.refused == ""
    assert (found.change, found.before, found.verdict) == (None, None, None)
    assert f"nothing here knows the {MEASURES[name].name}" in found.unscored
    assert MEASURES[name].needs in found.lines[0]
    assert len(heard.of("speech")) == 4


def test_a_foot_that_is_seen_less_often_shifts_nothing() -> None:
    before, during = (Stretch("toe_off_pitch_deg", per_foot=True) for _ in range(2))
    for k, step in enumerate(steps("toe_off_pitch_deg", -45.0, -45.0, None, 0.3)):
        if k < 55:
            before.add(step)
        elif step.foot == "right" or k % 5 == 0:
            during.add(step)
    found = scored("toe-last", "toe_off_pitch_deg", before, during)
    assert found is not None
    assert found.change == pytest.approx(0.0, abs=0.2)


def test_steps_of_low_quality_are_not_scored() -> None:
    guide, _ = drilled("tall", msgspec.structs.replace(TRUNK, bad_every=5))
    assert guide.result.before == pytest.approx(0.062, rel=0.03)
    assert guide.result.change == pytest.approx(0.0, abs=0.002)


def test_who_is_never_seen_well_is_coached_without_a_score() -> None:
    guide, heard = drilled("tall", msgspec.structs.replace(TRUNK, quality=0.4))
    assert guide.result.unscored
    assert guide.result.change is None
    assert len(heard.of("speech")) == 3


def test_who_is_not_seen_at_all_is_coached_after_a_while() -> None:
    guide = Drill(CoachParams(), "tall")
    cues = list[Cue | Target | Notice]()
    for k in range(1, 2000):
        cues += guide.update(Tick(k, 0.1 * k))
        if guide.over:
            break
    said = [c for c in cues if isinstance(c, Cue) and c.kind == "speech"]
    assert said[0].t_decided == pytest.approx(BLIND_S, abs=0.2)
    assert len(said) == 3
    assert "nothing here knows" in guide.result.unscored
    assert guide.result.change is None


def test_a_pause_in_the_middle_is_waited_for() -> None:
    _, straight = drilled("tall", TRUNK)
    guide, heard = drilled("tall", TRUNK, holes=((50.0, 65.0),))
    assert guide.result.change is not None
    assert heard.t_over is not None
    assert straight.t_over is not None
    assert heard.t_over - straight.t_over == pytest.approx(12.0, abs=1.0)
    assert [c.phrase for c in heard.of("tone")] == ["unknown"]


def test_one_that_is_ended_early_did_not_take_place() -> None:
    guide = Drill(CoachParams(), "tall")
    led(guide, RUNNER, TRUNK, 1, seconds=50.0)
    assert guide.result.refused.startswith("it was ended after 2")
    assert Drill(CoachParams(), "lean").result.refused == "no running was seen yet"


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.0, 120.0), st.booleans()), max_size=5),
    st.lists(st.tuples(st.floats(0.0, 120.0), st.floats(0.5, 20.0)), max_size=3),
)
def test_muted_is_silent_and_phrases_never_overlap(
    mutes: list[tuple[float, bool]], holes: list[tuple[float, float]]
) -> None:
    commands = tuple(Command(0, t, "mute", "on" if on else "off") for t, on in sorted(mutes))
    gone = tuple((t, t + s) for t, s in holes)
    _, heard = drilled("tall", TRUNK, commands=commands, holes=gone)
    for now, then in pairwise([*commands, Command(0, 1e9, "mute", "off")]):
        inside = [c for c in heard.cues if now.t + 0.1 < c.t_decided < then.t]
        assert now.value == "off" or inside == []
    said = [c for c in heard.cues if c.kind == "speech"]
    assert all(b.t_due - a.t_due >= SPEECH_S for a, b in pairwise(said))
