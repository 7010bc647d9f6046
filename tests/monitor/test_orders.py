"""Wishes are checked before they are sent; answers count for whom they came from."""

from typing import Any

import msgspec
import pytest

from livecoach.monitor.orders import EXPIRY_S, Orders, RefusedError
from livecoach.wire.topics import Ack, CommandName, read_command

TO = {"group": "club", "runner": "ada"}


def ack(ident: str, state: Any = "accepted", **more: Any) -> Ack:  # noqa: ANN401
    return Ack(sid="s", seq=1, id=ident, command="say", state=state, epoch_s=1.0, **more)


@pytest.mark.parametrize(
    ("wish", "topic", "command"),
    [
        ({"command": "target", "target_spm": 176}, "cmd/target", "target"),
        ({"command": "say", "text": "Tall now."}, "cmd/say", "say"),
        ({"command": "mode", "mute": True}, "cmd/mode", "mode"),
    ],
)
def test_a_good_wish_is_one_that_the_runner_reads(
    wish: dict[str, Any], topic: str, command: CommandName
) -> None:
    sending = Orders().prepare(TO | wish, "id1", 5.0, 1000.0)
    assert sending.topic == f"livecoach/v1/club/ada/{topic}"
    order = read_command(command, sending.payload)
    assert (order.id, order.expires_epoch_s) == ("id1", 1000.0 + EXPIRY_S)


@pytest.mark.parametrize(
    ("wish", "malformed", "words"),
    [
        ({"command": "target", "target_spm": 500}, False, "500 steps/min is outside 120 to 220"),
        ({"command": "target", "target_spm": True}, False, "target_spm"),
        ({"command": "target", "target_spm": "176"}, False, "target_spm"),
        ({"command": "target"}, False, "target_spm"),
        ({"command": "say", "text": "x" * 500}, False, "500 characters: at most 140"),
        ({"command": "say", "text": "  "}, False, "nothing to say"),
        ({"command": "say", "text": "a\u202eb"}, False, "unprintable"),
        ({"command": "say", "text": "hi", "loud": 1}, True, "unknown field"),
        ({"command": "say", "text": "hi", "expires_epoch_s": 9e9, "id": "x", "v": 2}, None, ""),
        ({"command": "mode"}, False, "asks for nothing"),
        ({"command": "dance"}, True, "target, say, mode"),
        ({"command": ["say"]}, True, "target, say, mode"),
        ({"command": "say", "text": "hi", "runner": "a/b"}, False, "without '/'"),
        ({"command": "say", "text": "hi", "group": "#"}, False, "without '#'"),
        ({"command": "say", "text": "hi", "group": 3}, True, "for whom"),
    ],
)
def test_a_bad_wish_is_refused_in_words(
    wish: dict[str, Any], malformed: bool | None, words: str
) -> None:
    if malformed is None:  # what is ours to say cannot be said by the page
        sending = Orders().prepare(TO | wish, "id1", 5.0, 1000.0)
        told = msgspec.json.decode(sending.payload)
        assert (told["id"], told["v"], told["expires_epoch_s"]) == ("id1", 1, 1000.0 + EXPIRY_S)
        return
    with pytest.raises(RefusedError, match=words) as caught:
        Orders().prepare(TO | wish, "id1", 5.0, 1000.0)
    assert caught.value.malformed is malformed


@pytest.mark.parametrize("wish", [None, [], "say", 3, {}])
def test_anything_else_is_malformed(wish: Any) -> None:  # noqa: ANN401
    with pytest.raises(RefusedError) as caught:
        Orders().prepare(wish, "id1", 5.0, 1000.0)
    assert caught.value.malformed


def sent(orders: Orders, runner: str, ident: str = "id1") -> None:
    wish = {"group": "club", "runner": runner, "command": "say", "text": "hi"}
    orders.sent(orders.prepare(wish, ident, 5.0, 1000.0).order, 1)


def test_answers_count_by_runner_and_the_last_word_stands() -> None:
    orders = Orders()
    sent(orders, "all")
    for runner in ("ada", "ben", "ada"):
        orders.hear("club", runner, ack("id1"), 2)
    orders.hear("club", "ada", ack("id1", "spoken", spoken_epoch_s=7.0), 3)
    orders.hear("club", "cleo", ack("id1", "refused", reason="no consent"), 4)
    (order,) = orders.about()
    assert order.counts == {"spoken": 1, "accepted": 1, "refused": 1}
    assert (order.answers[0].runner, order.answers[0].reason) == ("cleo", "no consent")
    assert orders.changed == 4
    assert [(o.counts, len(o.answers)) for o in orders.about("club", "ben")] == [
        ({"accepted": 1}, 1)
    ]
    assert orders.about("club", "dora")[0].answers == []


def test_nobody_answers_for_another() -> None:
    orders = Orders()
    sent(orders, "ada")
    orders.hear("club", "ben", ack("id1"), 2)
    orders.hear("other", "ada", ack("id1"), 2)
    orders.hear("club", "ada", ack("id2"), 2)
    assert orders.about("club", "ada")[0].answers == []


def test_silence_is_called_so() -> None:
    orders = Orders()
    sent(orders, "ada")
    orders.sweep(5.0 + EXPIRY_S, 2)
    assert not orders.about("club", "ada")[0].overdue
    orders.sweep(5.1 + EXPIRY_S, 3)
    assert orders.about("club", "ada")[0].overdue
    orders.hear("club", "ada", ack("id1"), 4)
    assert not orders.about("club", "ada")[0].overdue


def test_only_the_newest_are_kept_and_what_was_not_sent_is_not() -> None:
    orders = Orders()
    for k in range(80):
        sent(orders, "ada", f"id{k}")
    assert [o.id for o in orders.about()][:2] == ["id79", "id78"]
    assert len(orders.about()) == 50
    orders.forget("id79", 9)
    assert orders.about()[0].id == "id78"
    assert orders.about("club", "ben") == []
