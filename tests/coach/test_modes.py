"""What may be heard: any commands in any order, answered in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecoach.coach import Coach, CoachParams
from livecoach.coach.modes import Modes
from livecoach.model import Command, Cue, Profile, Step, Tick

_COMMANDS = st.tuples(
    st.sampled_from(["mute", "beats", "cues", "say", "target", "stop", ""]),
    st.sampled_from(["", "on", "off", "toggle", "176", "ON"]),
)


def after(*commands: tuple[str, str]) -> Modes:
    modes = Modes()
    for name, value in commands:
        modes = modes.update(Command(0, 1.0, name, value))
    return modes


def test_beats_can_be_off_while_the_coach_speaks_and_the_other_way_round() -> None:
    off = after(("beats", "off"))
    assert (off.beats("always"), off.cues_allowed) == ("off", True)
    off = after(("cues", "toggle"))
    assert (off.beats("always"), off.cues_allowed) == ("always", False)
    assert after(("cues", "toggle"), ("cues", "toggle")) == Modes()


def test_what_was_off_before_a_mute_is_off_after_it() -> None:
    modes = after(("beats", "off"), ("mute", "toggle"))
    assert not modes.cues_allowed
    modes = after(("beats", "off"), ("mute", "toggle"), ("mute", "off"))
    assert (modes.beats("always"), modes.cues_allowed) == ("off", True)


@given(st.lists(_COMMANDS, max_size=12), st.lists(_COMMANDS, max_size=12))
def test_nothing_is_allowed_after_a_stop_nor_while_muted(
    before: list[tuple[str, str]], then: list[tuple[str, str]]
) -> None:
    for modes in (after(*before, ("stop", ""), *then), after(*before, ("mute", ""))):
        assert modes.silent
        assert modes.beats("constant") == "off"
        assert not modes.cues_allowed


@pytest.mark.parametrize(
    ("modes", "name", "value", "answer"),
    [
        (Modes(), "say", "Nice.", None),
        (Modes(muted=True), "say", "Nice.", 'Refused to say "Nice.": muted.'),
        (Modes(), "mute", "loud", "Refused: mute is on, off or toggle, not 'loud'."),
        (Modes(), "mute", "toggle", "Muted: nothing is heard until it is switched off."),
        (Modes(muted=True), "mute", "toggle", "No longer muted."),
        (Modes(), "beats", "off", "Beats are off; the coach still speaks."),
        (Modes(), "target", "176", None),
    ],
)
def test_answers(modes: Modes, name: str, value: str, answer: str | None) -> None:
    assert modes.answer(Command(0, 1.0, name, value)) == answer


def _played(*commands: tuple[float, str, str]) -> list[Cue]:
    """Return what a coach plays who is 5 % off target for two minutes."""
    coach = Coach(CoachParams(target="176", faults=False), Profile())
    todo, cues, t_step = list(commands), [], 0.0
    for k in range(1200):
        t = k / 10
        while todo and todo[0][0] <= t:
            coach.update(Command(0, t, *todo.pop(0)[1:]))
        while t_step < t:
            step = Step(t=t_step, t_known=t_step, step_time_s=60 / 167, activity="run", quality=1.0)
            coach.update(step)
            t_step += 60 / 167
        cues += [c for c in coach.update(Tick(0, t)) if isinstance(c, Cue)]
    return cues


def test_the_coach_plays_what_is_allowed() -> None:
    assert {c.kind for c in _played()} == {"beat", "speech"}
    assert {c.kind for c in _played((1.0, "cues", "off"))} == {"beat"}
    assert {c.kind for c in _played((1.0, "beats", "off"))} == {"speech"}
    assert not _played((1.0, "mute", "toggle"))


def test_beats_stop_in_the_middle_of_a_burst() -> None:
    first = min(c.t_decided for c in _played() if c.kind == "beat")
    cut = _played((first + 2.0, "beats", "toggle"))
    assert max(c.t_decided for c in cut if c.kind == "beat") < first + 2.0
