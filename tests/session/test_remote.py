"""What a coach elsewhere may ask: consent, bounds, expiry, doubles, floods; and what they hear."""

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecoach.model import Command, Cue, CueDropped, CuePlayed, Event, Target, Tick
from livecoach.session.answers import Answer, Answers
from livecoach.session.remote import REMARK_GAP_S, Remote, Verdict, wishes
from livecoach.wire.topics import (
    CommandName,
    Order,
    SayCommand,
    TargetCommand,
    command_topic,
    write,
)

NOW = 1_000_000.0
ALL: tuple[CommandName, ...] = ("target", "say", "mode")


def remote(*allow: CommandName) -> Remote:
    return Remote("club", "ann", allow or ALL)


def ask(
    asked: Remote,
    name: CommandName,
    order: Order | bytes,
    *,
    t: float = 0.0,
    retained: bool = False,
    runner: str = "ann",
) -> Verdict | None:
    payload = order if isinstance(order, bytes) else write(order)
    topic = command_topic("club", runner, name)
    return asked.check(topic, payload, retained=retained, t=t, epoch_s=NOW)


def say(ident: str = "s", text: str = "Well done", lives_s: float = 10.0) -> SayCommand:
    return SayCommand(id=ident, expires_epoch_s=NOW + lives_s, text=text)


def target(ident: str = "t", spm: float = 170.0) -> TargetCommand:
    return TargetCommand(id=ident, expires_epoch_s=NOW + 10.0, target_spm=spm)


def reason(verdict: Verdict | None) -> str:
    assert verdict is not None
    assert verdict.order is None
    return verdict.reason


def test_what_is_asked_of_us_or_everyone_in_time_with_consent_is_accepted() -> None:
    asked = remote()
    order = say()
    assert ask(asked, "say", order) == Verdict("s", "say", order=order)
    verdict = ask(asked, "target", target(), runner="all")
    assert verdict == Verdict("t", "target", order=target())


def test_without_consent_nothing_is_obeyed_and_the_reason_is_told() -> None:
    nobody = Remote("club", "ann", ())
    for name, order in (("say", say("1")), ("target", target("2"))):
        assert "has not consented" in reason(ask(nobody, name, order))  # type: ignore[arg-type]
    some = remote("target")
    assert ask(some, "target", target()) == Verdict("t", "target", order=target())
    assert "'say'" in reason(ask(some, "say", say()))


@pytest.mark.parametrize(
    ("lives_s", "why"),
    [(-4.9, ""), (-5.1, "expired 5 s ago"), (604.0, ""), (606.0, "would lie in wait")],
)
def test_expiry_by_the_clock_on_the_wall_with_some_tolerance(lives_s: float, why: str) -> None:
    verdict = ask(remote(), "say", say(lives_s=lives_s))
    assert verdict is not None
    assert why in verdict.reason
    assert (verdict.order is None) == bool(why)


def test_a_retained_command_is_refused() -> None:
    assert "retained" in reason(ask(remote(), "say", say(), retained=True))


def test_the_same_id_is_one_wish_and_is_answered_once() -> None:
    asked = remote()
    assert ask(asked, "target", target("x", 170.0)) is not None
    assert ask(asked, "target", target("x", 180.0)) is None
    assert ask(asked, "say", say("x")) is None
    assert asked.ignored == 0


def test_one_remark_in_15_seconds_and_refused_ones_do_not_count() -> None:
    asked = remote()
    assert ask(asked, "say", say("1"), t=100.0) is not None
    assert "one remark in 15 s: 1 s to go" in reason(ask(asked, "say", say("2"), t=114.0))
    verdict = ask(asked, "say", say("3"), t=100.0 + REMARK_GAP_S)
    assert verdict is not None
    assert verdict.order is not None


def test_a_mute_coach_says_nothing_and_a_dash_is_no_option() -> None:
    asked = remote()
    assert "dash" in reason(ask(asked, "say", say("1", "--stdout")))
    asked.muted = True
    assert "mute" in reason(ask(asked, "say", say("2")))


def test_what_is_wrong_is_answered_when_its_id_can_be_read() -> None:
    asked = remote()
    bad = b'{"id":"b","expires_epoch_s":1,"target_spm":500}'
    assert "<= 220" in reason(ask(asked, "target", bad))
    for payload in (b"", b"{", b"[]", b'{"id":7}', b'{"id":"\\u001b"}', b"\xff" * 50):
        assert ask(asked, "target", payload) is None
    assert asked.ignored == 6


def test_what_is_not_for_us_is_counted_only() -> None:
    asked = remote()
    for topic in ("livecoach/v1/club/bob/cmd/say", "livecoach/v1/x/ann/cmd/say", "a", "a/#"):
        assert asked.check(topic, write(say()), retained=False, t=0.0, epoch_s=NOW) is None
    assert asked.ignored == 4


def test_who_floods_gets_no_more_answers_for_a_while() -> None:
    asked = remote()
    answers = [ask(asked, "say", say(f"{n}"), t=1.0) for n in range(500)]
    assert sum(a is not None for a in answers) == 20
    assert asked.ignored == 480
    assert ask(asked, "target", target(), t=12.0) is not None


@given(
    st.lists(
        st.tuples(
            st.sampled_from(ALL),
            st.binary(max_size=60)
            | st.fixed_dictionaries(
                {},
                optional={
                    "v": st.integers(0, 2),
                    "id": st.sampled_from(["a", "b", "c", "\x00"]) | st.integers(),
                    "expires_epoch_s": st.sampled_from([NOW, NOW + 1e9, 0.0, "x", None]),
                    "target_spm": st.floats(0, 400),
                    "text": st.text(max_size=160),
                    "beats": st.booleans() | st.none(),
                },
            ).map(msgspec.json.encode),
            st.booleans(),
            st.floats(0, 100),
        ),
        max_size=30,
    )
)
def test_nothing_that_arrives_raises_or_gets_past_the_bounds(
    messages: list[tuple[CommandName, bytes, bool, float]],
) -> None:
    asked = remote()
    accepted = []
    for name, payload, retained, t in sorted(messages, key=lambda m: m[3]):
        verdict = ask(asked, name, payload, t=t, retained=retained)
        if verdict is None or verdict.order is None:
            assert verdict is None or verdict.reason
            continue
        assert not retained
        accepted.append((verdict, t))
        for command in wishes(verdict.order, verdict.id, t):
            assert command.id == verdict.id
            if command.name == "target":
                assert 120.0 <= float(command.value) <= 220.0
            elif command.name == "say":
                assert 0 < len(command.value) <= 140
                assert command.value.isprintable()
            else:
                assert (command.name, command.value) in {
                    (n, v) for n in ("mute", "beats", "cues") for v in ("on", "off")
                }
    assert len({v.id for v, _ in accepted}) == len(accepted)
    said = [t for v, t in accepted if v.name == "say"]
    assert all(b - a >= REMARK_GAP_S for a, b in pairwise(said))


def cue(number: int = 7, reason: str = "a remark from elsewhere, 0.1 s ago") -> Cue:
    return Cue(
        number=number,
        t_decided=1.0,
        t_due=1.2,
        kind="speech",
        phrase="Well done",
        priority=2,
        expires_t=3.0,
        reason=reason,
    )


SAID = Command(0, 1.0, "say", "Well done", "s")


def test_a_remark_is_answered_when_it_was_heard_or_not() -> None:
    for end, answer in (
        (CuePlayed(7, 1.3, 0.0, 1.4), Answer("s", "say", "spoken", "", 1.3)),
        (CueDropped(7, "too late", 1.4), Answer("s", "say", "unspoken", "too late")),
    ):
        answers = Answers()
        assert answers.take(SAID) == []
        assert answers.update(cue(6, "braking 30 cm/s")) == []
        assert answers.update(cue()) == []
        assert answers.update(CuePlayed(6, 1.0, 0.0, 1.2)) == []
        assert answers.update(end) == [answer]
        assert answers.update(end) == []
        assert answers.end() == []


@pytest.mark.parametrize(
    ("then", "why"),
    [
        (Command(0, 2.0, "say", "Newer", "n"), "a newer remark took its place"),
        (Command(0, 2.0, "mute", "on"), "the coach was made mute"),
        (Tick(0, 62.0), "it could not be said within 60 s"),
    ],
)
def test_a_remark_that_will_not_be_said_is_answered(then: Command | Tick, why: str) -> None:
    answers = Answers()
    answers.take(SAID)
    assert answers.take(then) == [Answer("s", "say", "unspoken", why)]


def test_a_remark_that_waits_at_the_end_is_answered() -> None:
    answers = Answers()
    answers.take(SAID)
    answers.update(cue())
    answers.take(Command(0, 2.0, "say", "Second", "second"))
    assert {(a.id, a.state) for a in answers.end()} == {("s", "unspoken"), ("second", "unspoken")}
    assert answers.end() == []


@pytest.mark.parametrize(
    ("events", "state", "why"),
    [
        ([Target(1.0, 170.0, None, "170 as asked")], "accepted", "170 as asked"),
        ([Target(1.0, 160.0, 150.0, "refused: too high; still 160")], "refused", "too high; still"),
        ([], "refused", "takes no other target"),
    ],
)
def test_a_target_is_accepted_or_refused_by_the_coach(
    events: list[Event], state: str, why: str
) -> None:
    answers = Answers()
    out = answers.take(Command(0, 1.0, "target", "170", "t"))
    for event in events:
        out += answers.update(event)
    out += answers.take(Tick(0, 1.1))
    assert [(a.id, a.command, a.state) for a in out] == [("t", "target", state)]
    assert why in out[0].reason
    assert answers.update(Target(2.0, 171.0, None, "later")) == []


def test_a_remark_to_a_muted_coach_is_refused_and_one_that_waits_is_unspoken() -> None:
    answers = Answers()
    assert answers.take(Command(0, 1.0, "say", "Up.", "a")) == []
    (gone,) = answers.take(Command(0, 2.0, "mute", "toggle"))
    assert (gone.id, gone.state, gone.reason) == ("a", "unspoken", "the coach was made mute")
    (refused,) = answers.take(Command(0, 3.0, "say", "Up.", "b"))
    assert (refused.id, refused.state, refused.reason) == ("b", "refused", "the coach is muted")
    assert answers.take(Command(0, 4.0, "mute", "off")) == []
    assert answers.take(Command(0, 5.0, "say", "Up.", "c")) == []
    assert [a.id for a in answers.end()] == ["c"]
