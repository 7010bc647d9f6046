"""Who may speak when."""

from livecoach.coach import Coach, CoachParams
from livecoach.coach.voice_gate import VoiceGate
from livecoach.model import Command, Cue, Profile, Tick


def test_the_coachs_own_cues_keep_apart() -> None:
    gate = VoiceGate(60.0)
    assert gate.may_fault(0.0, "braking")
    gate.spoke_of(0.0, "braking")
    assert not gate.may_cue(29.9)
    assert gate.may_cue(30.0)
    assert not gate.may_fault(59.9, "bounce")
    assert gate.may_fault(60.0, "bounce")
    assert not gate.may_fault(89.9, "braking")
    assert gate.may_fault(90.0, "braking")


def test_said_in_vain_it_waits_twice_as_long_until_it_was_mended() -> None:
    gate = VoiceGate(60.0)
    gate.spoke_of(0.0, "braking")
    gate.spoke_of(100.0, "braking")
    assert not gate.may_fault(279.9, "braking")
    assert gate.may_fault(280.0, "braking")
    gate.mended("braking")
    assert not gate.may_fault(189.9, "braking")
    assert gate.may_fault(190.0, "braking")


def said(coach: Coach, t0: float, t1: float) -> list[Cue]:
    out = [x for k in range(int(t0 * 10), int(t1 * 10)) for x in coach.update(Tick(0, k / 10))]
    return [x for x in out if isinstance(x, Cue)]


def test_remarks_lie_15_s_apart_and_the_newest_waits() -> None:
    coach = Coach(CoachParams(), Profile())
    for t, text in ((1.0, "Well done."), (3.0, "Easy."), (4.0, "Two more  minutes.")):
        coach.update(Command(0, t, "say", text))
        if t == 1.0:
            (cue,) = said(coach, 1.0, 3.0)
            assert cue.phrase == "Well done."
    (cue,) = said(coach, 4.0, 60.0)
    assert (cue.t_decided, cue.phrase, cue.kind) == (16.0, "Two more minutes.", "speech")
    assert cue.reason == "a remark from elsewhere, 12.0 s ago"


def test_a_remark_too_long_or_empty_or_while_muted_is_not_said() -> None:
    coach = Coach(CoachParams(), Profile())
    for text in ("", "  ", "x" * 141):
        coach.update(Command(0, 0.0, "say", text))
    assert said(coach, 0.0, 5.0) == []
    coach.update(Command(0, 5.0, "mute"))
    coach.update(Command(0, 5.0, "say", "Hello."))
    assert said(coach, 5.0, 9.0) == []
    coach.update(Command(0, 9.0, "mute", "off"))
    assert said(coach, 9.0, 30.0) == []
