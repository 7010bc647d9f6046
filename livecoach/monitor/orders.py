"""Wishes of the coach: checked, written for the wire, and what each runner answered. Pure."""

from collections import deque
from typing import Any, Literal, TypeAlias

import msgspec
from msgspec import Struct

from livecoach.errors import LivecoachError, WireError
from livecoach.monitor.tile import clean
from livecoach.wire.topics import (
    ALL,
    HIGHEST_SPM,
    LONGEST_TEXT,
    LOWEST_SPM,
    Ack,
    CommandName,
    command_topic,
    read_command,
)

EXPIRY_S = 30.0
"""What was not understood by then is not obeyed any more (clocks may differ by seconds)."""
_KEPT = 50
_ANSWERS_SHOWN = 60

State: TypeAlias = Literal["accepted", "refused", "spoken", "unspoken"]


class RefusedError(LivecoachError):
    """A wish that must not be sent; ``malformed`` when not even its form is right."""

    def __init__(self, reason: str, *, malformed: bool = False) -> None:
        super().__init__(reason)
        self.malformed = malformed


class Answer(Struct, omit_defaults=True):
    """What one runner said to a wish, last; ``spoken_epoch_s`` is their wall clock."""

    runner: str
    state: State
    reason: str = ""
    spoken_epoch_s: float | None = None


class Order(Struct, kw_only=True, omit_defaults=True):
    """One wish, sent at ``sent_s`` on the monitor's clock to ``runner`` (`ALL`: the group)."""

    id: str
    group: str
    runner: str
    command: CommandName
    text: str
    sent_s: float
    changed: int = 0
    overdue: bool = False
    counts: dict[State, int] = {}
    answers: list[Answer] = []


class Sending(Struct, frozen=True):
    """A checked wish as it goes out."""

    order: Order
    topic: str
    payload: bytes


class Orders:
    """The newest wishes and their answers; ``changed`` is the fleet's version of the last news."""

    def __init__(self) -> None:
        self.changed = 0
        self._orders: deque[Order] = deque(maxlen=_KEPT)
        self._answers: dict[str, dict[str, Answer]] = {}

    def prepare(self, wish: Any, ident: str, now_s: float, epoch_s: float) -> Sending:  # noqa: ANN401 (a stranger's JSON)
        """Check a wish as the page sent it and write it for the wire; raises `RefusedError`."""
        if not isinstance(wish, dict) or not all(isinstance(k, str) for k in wish):
            raise RefusedError("not a wish: send a JSON object", malformed=True)
        fields = dict(wish)
        group, runner = fields.pop("group", None), fields.pop("runner", None)
        command = fields.pop("command", None)
        if not isinstance(group, str) or not isinstance(runner, str):
            raise RefusedError("say for whom: group and runner", malformed=True)
        if command not in ("target", "say", "mode"):  # a list may stand there: no set
            raise RefusedError("command is one of target, say, mode", malformed=True)
        _check(command, fields)
        fields |= {"v": 1, "id": ident, "expires_epoch_s": epoch_s + EXPIRY_S}
        payload = msgspec.json.encode(fields)
        try:
            topic = command_topic(group, runner, command)
            read_command(command, payload)
        except WireError as exc:
            malformed = "unknown field" in str(exc)
            raise RefusedError(str(exc), malformed=malformed) from exc
        order = Order(
            id=ident,
            group=group,
            runner=runner,
            command=command,
            text=_words(command, fields),
            sent_s=round(now_s, 1),
        )
        return Sending(order, topic, payload)

    def sent(self, order: Order, version: int) -> None:
        """Keep a wish that was sent."""
        if len(self._orders) == self._orders.maxlen:
            self._answers.pop(self._orders[0].id, None)
        order.changed = self.changed = version
        self._orders.append(order)
        self._answers[order.id] = {}

    def forget(self, ident: str, version: int) -> None:
        """Take back a wish that could not be sent."""
        kept = [order for order in self._orders if order.id != ident]
        self._orders.clear()
        self._orders.extend(kept)
        self._answers.pop(ident, None)
        self.changed = version

    def hear(self, group: str, runner: str, ack: Ack, version: int) -> None:
        """Take an answer; one to somebody else's wish, or from whom nothing was asked, is not."""
        order = next((o for o in self._orders if o.id == ack.id), None)
        if order is None or order.group != group or order.runner not in {runner, ALL}:
            return
        answers = self._answers[order.id]
        answers[runner] = Answer(runner, ack.state, clean(ack.reason), ack.spoken_epoch_s)
        counts: dict[State, int] = {}
        for answer in answers.values():
            counts[answer.state] = counts.get(answer.state, 0) + 1
        # The unusual first: what was refused is what a coach must see.
        ranked = sorted(answers.values(), key=lambda a: a.state in {"accepted", "spoken"})
        order.counts, order.answers = counts, ranked[:_ANSWERS_SHOWN]
        order.overdue = False
        order.changed = self.changed = version

    def sweep(self, now_s: float, version: int) -> None:
        """Mark wishes that nobody answered."""
        for order in self._orders:
            if not order.overdue and not order.answers and now_s - order.sent_s > EXPIRY_S:
                order.overdue = True
                order.changed = self.changed = version

    def about(self, group: str | None = None, runner: str = "") -> list[Order]:
        """Return the wishes, newest first; those to one runner when named, with their answers."""
        newest = reversed(self._orders)
        if group is None:
            return list(newest)
        mine = [o for o in newest if o.group == group and o.runner in {runner, ALL}]
        return [self._seen_by(order, runner) for order in mine]

    def _seen_by(self, order: Order, runner: str) -> Order:
        answer = self._answers[order.id].get(runner)
        answers = [] if answer is None else [answer]
        counts: dict[State, int] = {} if answer is None else {answer.state: 1}
        return msgspec.structs.replace(order, answers=answers, counts=counts)


def _check(command: CommandName, fields: dict[str, Any]) -> None:
    """Refuse the likeliest mistakes in plain words; the schema refuses the rest."""
    if command == "target" and isinstance(spm := fields.get("target_spm"), int | float):
        if isinstance(spm, bool):
            raise RefusedError("target_spm is a number of steps per minute")
        if not LOWEST_SPM <= spm <= HIGHEST_SPM:
            bounds = f"{LOWEST_SPM:.0f} to {HIGHEST_SPM:.0f}"
            raise RefusedError(f"{spm:g} steps/min is outside {bounds}")
    elif command == "say" and isinstance(text := fields.get("text"), str):
        if not text.strip():
            raise RefusedError("nothing to say")
        if len(text) > LONGEST_TEXT:
            raise RefusedError(f"{len(text)} characters: at most {LONGEST_TEXT} can be said")


def _words(command: CommandName, fields: dict[str, Any]) -> str:
    """Return a wish as the page shows it."""
    if command == "target":
        return f"Target {fields['target_spm']:g} steps/min"
    if command == "say":
        return f"“{fields['text']}”"
    names = {"mute": ("mute", "unmute"), "beats": ("beats on", "beats off")}
    names["cues"] = ("cues on", "cues off")
    said = [names[k][0 if fields[k] else 1] for k in names if fields.get(k) is not None]
    return ", ".join(said).capitalize()
