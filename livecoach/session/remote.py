"""What a coach elsewhere may ask, checked on the runner's side whoever checked it before. Pure.

A wish counts when the runner consented to its kind, it is as the schema says and within bounds, not
retained (a broker would repeat it to every later run), not expired, and not one that was seen
before. Remarks lie at least `REMARK_GAP_S` apart. Who floods is not answered.
"""

from collections import OrderedDict, deque
from collections.abc import Collection

import msgspec
from msgspec import Struct

from livecoach.errors import WireError
from livecoach.model import Command
from livecoach.wire.topics import (
    EXPIRY_TOLERANCE_S,
    LONGEST_EXPIRY_S,
    CommandName,
    ModeCommand,
    Order,
    SayCommand,
    TargetCommand,
    parse,
    read_command,
)

REMARK_GAP_S = 15.0
_REMEMBERED = 1_000
_MOST_IN_10_S = 20
_LONGEST_ID = 64


class Verdict(Struct, frozen=True):
    """The answer to one wish: ``order`` when it is accepted, else the ``reason`` why not."""

    id: str
    name: CommandName
    reason: str = ""
    order: Order | None = None


class _Named(Struct):
    """A command of which nothing but its id can be read."""

    id: str


class Remote:
    """Messages in, verdicts out.

    Parameters
    ----------
    group, runner
        Who we are: only what is meant for us counts.
    allow
        What the runner consents to.
    """

    def __init__(self, group: str, runner: str, allow: Collection[CommandName]) -> None:
        self.ignored = 0
        """How many messages got no answer: unreadable, floods, not for us; doubles do not count."""
        self.muted = False
        self._us = (group, {runner, "all"})
        self._allow = frozenset(allow)
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._recent: deque[float] = deque()
        self._t_remark = -REMARK_GAP_S

    def check(
        self, topic: str, payload: bytes, *, retained: bool, t: float, epoch_s: float
    ) -> Verdict | None:
        """Judge a message that arrived at session time ``t``, wall-clock time ``epoch_s``.

        None: nobody is to be answered.
        """
        while self._recent and self._recent[0] < t - 10.0:
            self._recent.popleft()
        name = self._addressed(topic)
        if name is None or len(self._recent) >= _MOST_IN_10_S:
            self.ignored += 1
            return None
        self._recent.append(t)
        order, wrong, ident = _read(name, payload)
        if not ident:
            self.ignored += 1
            return None
        if ident in self._seen:
            return None
        self._seen[ident] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        reason = wrong or self._why_not(name, order, retained=retained, t=t, epoch_s=epoch_s)
        if reason or order is None:
            return Verdict(ident, name, reason)
        if isinstance(order, SayCommand):
            self._t_remark = t
        return Verdict(ident, name, order=order)

    def _addressed(self, topic: str) -> CommandName | None:
        """Return which command a topic is, None when it is none for us."""
        try:
            parsed = parse(topic)
        except WireError:
            return None
        group, runners = self._us
        return parsed.command if parsed.group == group and parsed.runner in runners else None

    def _why_not(
        self, name: CommandName, order: Order | None, *, retained: bool, t: float, epoch_s: float
    ) -> str:
        if name not in self._allow:
            return f"the runner has not consented to it ([broker] allow has no {name!r})"
        if retained:
            return "it was retained by the broker: a wish counts only when it is made"
        late_s = epoch_s - (0.0 if order is None else order.expires_epoch_s)
        if late_s > EXPIRY_TOLERANCE_S:
            return f"it expired {late_s:.0f} s ago (by this machine's clock)"
        if -late_s > LONGEST_EXPIRY_S + EXPIRY_TOLERANCE_S:
            return f"it would lie in wait: {LONGEST_EXPIRY_S:.0f} s is the longest (check clocks)"
        if isinstance(order, SayCommand):
            return self._why_unsaid(order, t)
        return ""

    def _why_unsaid(self, order: SayCommand, t: float) -> str:
        if self.muted:
            return "the runner's coach is mute"
        if order.text.lstrip().startswith("-"):
            return "a remark must not begin with a dash"  # a speech program takes it for an option
        wait_s = REMARK_GAP_S - (t - self._t_remark)
        if wait_s > 0.0:
            return f"one remark in {REMARK_GAP_S:.0f} s: {wait_s:.0f} s to go"
        return ""


def wishes(order: Order, ident: str, t: float) -> list[Command]:
    """Return the inputs that an accepted order comes to."""
    match order:
        case TargetCommand():
            return [Command(0, t, "target", f"{round(order.target_spm, 1):g}", ident)]
        case SayCommand():
            return [Command(0, t, "say", " ".join(order.text.split()), ident)]
        case ModeCommand():
            asked = (("mute", order.mute), ("beats", order.beats), ("cues", order.cues))
            return [
                Command(0, t, name, "on" if value else "off", ident)
                for name, value in asked
                if value is not None
            ]


def _read(name: CommandName, payload: bytes) -> tuple[Order | None, str, str]:
    """Return the order, else what is wrong with it, and the id to answer to."""
    try:
        order = read_command(name, payload)
    except WireError as exc:
        return None, exc.reason, _id(payload)
    return order, "", order.id


def _id(payload: bytes) -> str:
    """Return the id of a command that is wrong otherwise; "" when none can be answered."""
    try:
        ident = msgspec.json.decode(payload, type=_Named).id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    return ident if ident.isprintable() and len(ident) <= _LONGEST_ID else ""
