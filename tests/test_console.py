"""What the console shows: computed numbers, honest gaps, words beside every colour."""

import io
from typing import Any

from rich.console import Console

from livecoach.model import Cue, PodReport, Skipped, Step, Target
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
