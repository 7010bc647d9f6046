"""Faults of form: found against the runner's own, said once, never on what is not known."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from livecoach.coach import Coach, CoachParams
from livecoach.coach.faults import MEASURES, FaultWatch
from livecoach.coach.phrases import english
from livecoach.gait import Gait
from livecoach.model import Baseline, Command, Cue, CueEffect, Event, ImuSample, Profile, Step, Tick
from livecoach.session import Pipeline
from livecoach.session.pacing import merged
from livecoach.simulation import RunnerParams, SimulatedRunner
from livecoach.sources import open_sources

RATE = 164.0
OWN = Profile("x", (Baseline(RATE, 3.0, 900),))
FORM = CoachParams(target="+0%", grace_s=3.0)
USUAL: dict[str, float] = {
    "speed_loss_mps": 0.15,
    "landing_angle_deg": 10.0,
    "expected_braking_mps": 0.2,
    "vertical_oscillation_m": 0.06,
    "trunk_lean_deg": 6.0,
    "toe_off_pitch_deg": -44.0,
    "propulsion_mps": 0.15,
}


def step(k: int, *, quality: float = 1.0, speed: float | None = 3.0, **values: Any) -> Step:  # noqa: ANN401 (the fields of Step)
    """Return the k-th step of a steady runner, with some noise of its own."""
    t = k * 60 / RATE
    return Step(
        t=t,
        t_known=t + 0.4,
        step_time_s=60 / RATE,
        foot="left" if k % 2 else "right",
        step_length_m=None if speed is None else speed * 60 / RATE,
        speed_mps=speed,
        activity="run",
        quality=quality,
        **values,
    )


def spread(k: int) -> float:
    """Return noise of +-4 %, the same every time."""
    return 1.0 + 0.04 * float(np.sin(7.3 * k))


def after(seconds: float) -> int:
    return round(seconds * RATE / 60)


def run(steps: Sequence[Step], params: CoachParams = FORM, until: float | None = None) -> list[Cue]:
    """Feed steps, and ticks between them; return what was spoken."""
    coach, tick, cues = Coach(params, OWN), 0, list[Any]()
    for x in steps:
        while tick / 10 <= x.t_known:
            cues += coach.update(Tick(0, tick / 10))
            tick += 1
        cues += coach.update(x)
    for k in range(tick, int(10 * (until or 0.0))):
        cues += coach.update(Tick(0, k / 10))
    return [c for c in cues if isinstance(c, Cue) and c.kind == "speech"]


def changed(field: str, value: float, at_s: float = 80.0, until_s: float = 110.0) -> list[Step]:
    """Return steps that carry only ``field``, which changes at ``at_s``."""
    usual = USUAL[field]
    return [
        step(k, **{field: (usual if k < after(at_s) else value) * spread(k)})
        for k in range(after(until_s))
    ]


@pytest.mark.parametrize(
    ("field", "value", "topic", "reason"),
    [
        ("speed_loss_mps", 0.19, "braking", "% above your own 0.150 m/s at 3.0 m/s for "),
        ("landing_angle_deg", 16.0, "braking", " landing angle "),
        ("expected_braking_mps", 0.25, "braking", "expected braking 2"),
        ("vertical_oscillation_m", 0.075, "bounce", "bounce per metre 2"),
        ("trunk_lean_deg", 0.0, "lean", "forward lean 6.0 deg below your own 6.0 deg"),
        ("toe_off_pitch_deg", -36.0, "push", "toe-off pitch "),
    ],
)
def test_each_fault_is_found_in_time_and_said_with_numbers(
    field: str, value: float, topic: str, reason: str
) -> None:
    (cue,) = run(changed(field, value))
    assert 88.0 <= cue.t_decided <= 100.0
    assert cue.phrase in getattr(english(), topic)
    assert reason in cue.reason
    assert " s" in cue.reason[-3:]


def test_what_came_of_words_about_a_fault_is_told_in_its_own_measure() -> None:
    coach, out, tick = Coach(FORM, OWN), list[Any](), 0
    steps = (
        changed("speed_loss_mps", 0.21, until_s=95.0)
        + changed("speed_loss_mps", 0.15, at_s=300.0, until_s=130.0)[after(95.0) :]
    )
    for x in steps:
        while tick / 10 <= x.t_known:
            out += coach.update(Tick(0, tick / 10))
            tick += 1
        out += coach.update(x)
    (cue,) = [e for e in out if isinstance(e, Cue)]
    (effect,) = [e for e in out if isinstance(e, CueEffect)]
    assert (effect.cue, effect.kind, effect.means) == (cue.number, "braking", "words")
    assert (effect.measure, effect.phrase, effect.reason) == (
        "speed_loss_mps",
        cue.phrase,
        cue.reason,
    )
    assert effect.before == pytest.approx(0.21, rel=0.02)
    assert effect.after == pytest.approx(0.15, rel=0.02)
    assert effect.change == pytest.approx(100 * (0.21 - 0.15) / 0.21, abs=2.0)


@pytest.mark.parametrize("field", USUAL)
def test_the_usual_and_the_better_are_silent(field: str) -> None:
    assert run(changed(field, USUAL[field])) == []
    better = {"trunk_lean_deg": 9.0, "toe_off_pitch_deg": -54.0, "propulsion_mps": 0.2}
    assert run(changed(field, better.get(field, 0.6 * USUAL[field]))) == []


def test_a_longer_left_step_is_found_and_needs_to_know_the_feet() -> None:
    steps = [
        msgspec.structs.replace(
            s, step_time_s=s.step_time_s * (1.0 + (0.03 if k % 2 else -0.03) * (s.t > 80.0))
        )
        for k, s in enumerate(step(k) for k in range(after(110.0)))
    ]
    (cue,) = run(steps)
    assert "left less right 6.0 points above your own +0.0 %" in cue.reason
    assert run([msgspec.structs.replace(s, foot=None) for s in steps]) == []


def test_less_push_with_less_braking_is_no_fault() -> None:
    """What braking does not take, the push need not give back."""
    both = [
        step(k, speed_loss_mps=0.15 - off, propulsion_mps=0.15 - off)
        for k in range(after(110.0))
        for off in (0.04 if k > after(80.0) else 0.0,)
    ]
    assert run(both) == []
    push = [msgspec.structs.replace(s, speed_loss_mps=0.15) for s in both]
    (cue,) = run(push)
    assert "push 27 % below your own 0.150 m/s" in cue.reason


def test_the_measured_braking_decides_over_the_expected_one() -> None:
    steps = changed("expected_braking_mps", 0.3)
    assert run([msgspec.structs.replace(s, speed_loss_mps=0.15) for s in steps]) == []


@pytest.mark.parametrize(
    "change",
    [
        {"quality": 0.4},
        {"activity": "walk"},
        {"speed_mps": None},
        {"speed_mps": 3.4},
    ],
    ids=["quality", "walk", "no speed", "another speed"],
)
def test_what_is_not_known_is_not_judged(change: dict[str, Any]) -> None:
    steps = changed("speed_loss_mps", 0.25)
    unknown = [msgspec.structs.replace(s, **change) if s.t > 80.0 else s for s in steps]
    assert run(unknown) == []


def test_too_few_uncoached_steps_are_no_baseline() -> None:
    watch = FaultWatch()
    for k in range(50):
        watch.update(step(k, speed_loss_mps=0.15))
    watch.coached()
    for k in range(50, 400):
        watch.update(step(k, speed_loss_mps=0.3))
    assert watch.seen(400 * 60 / RATE) == []


def test_a_fault_that_stays_is_said_less_and_less_and_one_that_comes_back_anew() -> None:
    said = run(changed("speed_loss_mps", 0.2, until_s=700.0))
    gaps = [b.t_decided - a.t_decided for a, b in pairwise(said)]
    assert gaps == pytest.approx([90.0, 180.0], abs=0.2)
    assert all(a.phrase != b.phrase for a, b in pairwise(said))
    assert run(changed("speed_loss_mps", 0.2), CoachParams(target="+0%", faults=False)) == []
    assert run(changed("speed_loss_mps", 0.2), CoachParams()) == []


def test_braking_is_spoken_of_before_bounce_which_waits_until_that_was_in_vain() -> None:
    steps = [
        step(k, vertical_oscillation_m=0.06 * worse, speed_loss_mps=0.15 * worse)
        for k in range(after(260.0))
        for worse in (1.4 if k > after(80.0) else 1.0,)
    ]
    said = run(steps)
    assert [c.reason.split()[0] for c in said] == ["braking", "braking", "bounce"]
    assert said[2].t_decided - said[1].t_decided == pytest.approx(60.0, abs=0.2)


def test_muted_is_silent_and_every_fault_has_words() -> None:
    coach = Coach(FORM, OWN)
    coach.update(Command(0, 0.0, "mute"))
    out = [
        x
        for s in changed("speed_loss_mps", 0.2)
        for y in (s, Tick(0, s.t))
        for x in coach.update(y)
    ]
    assert not [x for x in out if isinstance(x, Cue)]
    assert {m.fault for m in MEASURES} <= set(type(english()).__struct_fields__)


pieces = st.tuples(
    st.sampled_from([1.0, 5.0, 20.0, 40.0, 100.0]),
    st.sampled_from([RATE, RATE, RATE, 140.0, 172.0]),
    st.sampled_from(["good", "good", "good", "every third low", "low"]),
    st.sampled_from(["run", "run", "run", "run", "walk"]),
    st.sampled_from([("speed_loss_mps",), ("vertical_oscillation_m",), (), tuple(USUAL)]),
    st.sampled_from(["", "", "mute", "unmute", "say"]),
)
USUALLY = (60.0, RATE, "good", "run", (), "")
WORSE = {"trunk_lean_deg": 0.0, "toe_off_pitch_deg": 0.5, "propulsion_mps": 0.6}


@settings(max_examples=60, deadline=None)
@given(st.lists(pieces, min_size=2, max_size=10))
@example([(100.0, RATE, "good", "run", ("speed_loss_mps",), "")] * 2)
@example(
    [
        (15.0, RATE, "good", "run", ("speed_loss_mps",), ""),
        (30.0, RATE, "good", "run", (), ""),
        (50.0, RATE, "good", "run", ("speed_loss_mps",), ""),
    ]
)
@example([(40.0, RATE, "every third low", "run", tuple(USUAL), "")])
@example([(9.0, RATE, "good", "run", tuple(USUAL), ""), (5.0, RATE, "low", "run", (), "")])
@example(
    [
        (11.0, RATE, "good", "run", ("speed_loss_mps",), ""),
        (100.0, 140.0, "good", "run", (), ""),
    ]
)
def test_whatever_happens_remarks_keep_apart_and_low_quality_is_silent(happens: list[Any]) -> None:
    """A usual minute first, so that there is a baseline; then anything."""
    coach, t, tick, k, muted = Coach(FORM, OWN), 0.0, 0, 0, False
    spoken: list[tuple[Cue, Step]] = []
    for seconds, rate, quality, activity, worse, command in [USUALLY, *happens]:
        if command:
            muted = command == "mute" or (muted and command == "say")
            name, value = ("say", "Well done.") if command == "say" else ("mute", "on")
            coach.update(Command(0, t, name, "off" if command == "unmute" else value))
        until = t + seconds
        while t < until:
            k, t = k + 1, t + 60.0 / rate
            shows = {f: v * (WORSE.get(f, 1.5) if f in worse else 1.0) for f, v in USUAL.items()}
            low = quality == "low" or (quality != "good" and k % 3 == 0)
            one = msgspec.structs.replace(
                step(k, quality=0.49 if low else 0.5, **shows),
                t=t - 60.0 / rate,
                t_known=t,
                step_time_s=60.0 / rate,
                activity=activity,
            )
            out: list[Event] = list(coach.update(one))
            while tick / 10 <= t:
                out += coach.update(Tick(0, tick / 10))
                tick += 1
            cues = [(c, one) for c in out if isinstance(c, Cue) and c.kind == "speech"]
            assert not (muted and cues)
            spoken += cues
    own = [(c, s) for c, s in spoken if "elsewhere" not in c.reason]
    faults = [(c, s) for c, s in own if "your own" in c.reason]
    assert all(b[0].t_decided - a[0].t_decided >= 15.0 for a, b in pairwise(spoken))
    assert all(b[0].t_decided - a[0].t_decided >= 60.0 for a, b in pairwise(own))
    assert all(s.quality >= 0.5 and s.activity == "run" for _, s in faults)
    for topic in ("short", "braking", "bounce", "lean", "push", "asymmetry"):
        same = [c.t_decided for c, _ in faults if c.phrase in getattr(english(), topic)]
        assert all(b - a >= 90.0 for a, b in pairwise(same))


@pytest.mark.parametrize("mount", ["chest", "back"])
@pytest.mark.parametrize("seed", [1, 2])
def test_overstride_at_constant_cadence_is_found_within_20_s_and_cued_once(
    mount: Any,  # noqa: ANN401 (a Mount)
    seed: int,
) -> None:
    """The same seed takes the same steps: only how far ahead the foot lands changes at 90 s."""
    usual, overstriding = (
        SimulatedRunner(
            RunnerParams(mount=mount, overstride_ratio=ratio), np.random.default_rng(seed)
        )
        for ratio in (1.0, 1.3)
    )
    samples: list[ImuSample] = usual.record(90.0)[0]
    samples += [s for s in overstriding.record(150.0)[0] if s.t > samples[-1].t + 1e-6]
    gait = Gait()
    gait.add("x", msgspec.structs.replace(usual.info, speed_mps=3.0))
    steps = [e for s in samples for e in gait.update("x", s) if isinstance(e, Step)]
    assert abs(np.mean([s.step_rate_spm for s in steps if s.t > 92.0]) - RATE) < 1.5
    (cue,) = run(steps)
    assert 90.0 < cue.t_decided < 110.0
    assert cue.reason.startswith("braking ")
    assert cue.phrase in english().braking


@pytest.mark.parametrize("mount", ["chest", "back", "foot_left", "waist"])
def test_the_real_recordings_as_they_are_give_no_fault_cue(data_dir: Path, mount: str) -> None:
    trials = sorted((data_dir / "davis").glob(f"*{mount}.imu.csv"))
    trials += sorted((data_dir / "rbds").glob(f"*{mount}.imu.csv"))
    trials += sorted((data_dir / "alcantara").glob("*.imu.csv")) if mount == "waist" else []
    assert trials
    for path in trials:
        doors = open_sources(
            (f"file:{path}",), mount=None, speed_mps=None, speed_told=False, seed=0
        )
        pipeline = Pipeline(CoachParams(target="+0%", grace_s=0.0), Profile())
        events = [e for x in merged(doors, None) for e in pipeline.update(x)]
        assert [e for e in events if isinstance(e, Step)]
        assert not [e for e in events if isinstance(e, Cue) and "your own" in e.reason]
