"""What the console shows: computed numbers, honest gaps, words beside every colour."""

import io
from typing import Any

import msgspec
from rich.console import Console

from livecoach.model import (
    Belt,
    Cue,
    HeartRate,
    PodReport,
    SensorState,
    Skipped,
    State,
    Step,
    Target,
)
from livecoach.sinks.console import PlainConsole, View


def drawn(view: View) -> str:
    """Return the view as plain text, as a terminal without colour shows it."""
    console = Console(width=100, record=True, color_system=None, quiet=False)
    with console.capture() as capture:
        console.print(view)
    return capture.get()


def step(t: float, rate: float, **more: Any) -> Step:  # noqa: ANN401 (any field)
    return Step(t=t, t_known=t + 0.4, step_time_s=60 / rate, activity="run", quality=1.0, **more)


def test_before_the_first_step_everything_is_unknown() -> None:
    text = drawn(View("x"))
    assert "waiting for steps" in text
    assert text.count("unknown") >= 3


def test_means_of_the_last_eight_steps_and_a_word_for_the_state() -> None:
    view = View("x")
    view.update(Target(0.0, 172.0, 164.0, "+5 %"))
    for k in range(20):
        view.update(step(k * 0.36, 200.0 if k < 12 else 164.0, contact_time_s=0.25))
    view.t = 7.5
    text = drawn(view)
    assert "164" in text
    assert "172" in text
    assert "quicker (-4.7 %)" in text
    assert "250" in text
    assert "braking" in text
    assert "running" in text


def test_the_three_brakings_and_the_pelvis_keep_their_own_names() -> None:
    view = View("x")
    view.update(step(0.0, 170, pelvis_swing_mps=0.5, expected_braking_mps=0.2))
    view.t = 1.0
    text = drawn(view)
    assert "pelvis swing (not braking)" in text
    assert "braking expected at this speed" in text
    assert "speed loss" not in text


def test_old_steps_are_not_shown_as_the_cadence_of_now() -> None:
    view = View("x")
    view.update(step(0.0, 170))
    view.t = 10.0
    assert view.step_rate_spm() is None


def test_a_pod_that_is_not_fresh_shows_its_state_and_no_rate() -> None:
    view = View("x")
    view.update(PodReport(5.0, 5.0, "pod", "stale"))
    assert view.step_rate_spm() is None
    assert "stale" in drawn(view)


def test_what_was_left_out_is_counted() -> None:
    view = View("x")
    for row in (7, 9):
        view.update(Skipped(1.0, "a.csv", row, "no number"))
    assert "2 rows left out; first: a.csv, line 7: no number" in drawn(view)


def test_beats_are_logged_once_a_burst_with_their_reason() -> None:
    view = View("x")
    out = io.StringIO()
    plain = PlainConsole(view, out)
    for k in range(20):
        due = 10 + k * 0.35
        plain.update(
            Cue(
                number=k,
                t_decided=due - 0.3,
                t_due=due,
                kind="beat",
                phrase="",
                priority=1,
                expires_t=due + 1,
                reason="step rate -4.0 %",
            )
        )
    assert out.getvalue() == "0:10  beats (step rate -4.0 %)\n"


def test_what_would_steer_a_terminal_is_not_passed_on() -> None:
    out = io.StringIO()
    PlainConsole(View("x"), out).say("a\x1b[2Jb\nc")
    assert out.getvalue() == "a?[2Jb?c\n"


def test_metrics_of_a_runner_who_has_gone_are_not_shown() -> None:
    view = View("x")
    view.update(step(0.0, 170, contact_time_s=0.25))
    view.t = 1.0
    assert view.mean("contact_time_s") == 0.25
    view.t = 10.0
    assert view.mean("contact_time_s") is None
    assert view.activity() == "no steps now"


def states(view: View, *found: tuple[State, float | None]) -> list[str]:
    """Return the lines that these states of one sensor make, a second apart."""
    lines = [
        view.update(SensorState(float(t), "pod", state, percent))
        for t, (state, percent) in enumerate(found)
    ]
    return [line for line in lines if line is not None]


def test_a_state_is_told_when_it_is_news() -> None:
    found: list[tuple[State, float | None]]
    found = [("unknown", 80), ("fresh", 80), ("fresh", 79), ("stale", 79), ("fresh", 79)]
    assert states(View("x"), *found) == [
        "0:01  pod is heard",
        "0:03  pod says nothing new",
        "0:04  pod is heard",
    ]


def test_what_the_link_tells_is_not_told_twice() -> None:
    view = View("x")
    view.sensors.links_told = True
    assert states(view, ("fresh", None), ("lost", None), ("fresh", None)) == []
    assert "pod fresh" in drawn(view)


def test_a_low_battery_is_told_once() -> None:
    lines = states(View("x"), ("unknown", 21), ("unknown", 20), ("unknown", 19))
    assert lines == ["0:01  pod: its battery is low (20 %)"]


def test_heart_rate_belt_and_battery_are_shown_and_forgotten_when_old() -> None:
    view = View("x")
    view.update(HeartRate(1.0, "strap", 152.0))
    view.update(Belt(1.0, "belt", 3.0, 1.5))
    view.update(SensorState(1.0, "strap", "fresh", 77.0))
    view.t = 2.0
    text = drawn(view)
    assert all(word in text for word in ("152", "10.8", "1.5", "strap fresh, battery 77 %"))
    assert "heart rate 152 /min, belt 10.8 km/h, incline 1.5 %" in view.status_line()
    view.t = 20.0
    assert "heart rate unknown" in view.status_line()
    assert "10.8" not in drawn(view)


def test_a_strap_off_the_skin_has_no_heart_rate() -> None:
    view = View("x")
    view.update(HeartRate(1.0, "strap", 152.0, (), contact=False))
    assert "heart rate unknown" in view.status_line()


def test_steps_are_shown_although_a_pod_beside_them_is_lost() -> None:
    view = View("x")
    view.update(step(0.0, 170))
    view.update(PodReport(1.0, 1.0, "a", "fresh", 168.0, 3.0, 1.1))
    view.update(PodReport(1.0, 1.0, "b", "lost"))
    view.t = 1.0
    assert round(view.step_rate_spm() or 0) == 170
    assert view.activity() == "running"
    view.t = 10.0
    assert view.step_rate_spm() == 168.0


def test_a_target_that_follows_the_runner_by_tenths_is_told_once() -> None:
    view = View("x")
    own = (None, 160.0, 160.1, 159.9)
    reasons = ["watching" if o is None else f"capped at +10 % of your own {o:.1f}" for o in own]
    lines = [view.update(Target(float(k), o, o, reasons[k])) for k, o in enumerate(own)]
    assert lines == ["0:00  target: watching", f"0:01  target: {reasons[1]}", None, None]
    assert view.target is not None
    assert view.target.target_spm == 159.9


def test_a_pod_whose_cadence_stays_unclear_is_asked_about_once() -> None:
    view = View("x")
    lines = [view.update(PodReport(float(t), float(t), "pod", "unknown")) for t in range(90)]
    assert [t for t, line in enumerate(lines) if line is not None] == [20]
    assert "?cadence=steps or ?cadence=per_leg" in (lines[20] or "")
    assert "cadence unknown (not clear what it counts)" in view.status_line()


def test_low_quality_is_never_called_on_target() -> None:
    view = View("x")
    view.update(Target(0.0, 170.0, 162.0, "+5 %"))
    view.update(step(0.0, 170.0))
    view.t = 0.5
    assert "on target" in drawn(view)
    view.update(msgspec.structs.replace(step(0.35, 170.0), quality=0.3))
    view.t = 0.9
    assert "on target" not in drawn(view)
    assert "unclear (low quality)" in drawn(view)


def test_what_the_last_sensor_said_is_unknown_once_it_is_silent() -> None:
    view = View("x")
    view.update(Target(0.0, 170.0, 162.0, "+5 %"))
    for name in ("chest", "foot"):
        view.update(SensorState(0.0, name, "fresh"))
    view.update(step(0.0, 170.0))
    view.update(SensorState(1.2, "chest", "stale"))
    view.t = 1.3
    assert "on target" in drawn(view), "the other one is still heard"
    view.update(SensorState(1.4, "foot", "lost"))
    view.t = 1.5
    assert "on target" not in drawn(view)
    assert view.step_rate_spm() is None
