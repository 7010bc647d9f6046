"""Topic names: ``livecoach/v1/{group}/{runner}/...``, built and taken apart in this one place."""

import unicodedata
from typing import Literal, TypeAlias, TypeVar, get_args

from msgspec import Struct

from livecoach.errors import WireError

T = TypeVar("T", bound=str)

ROOT = "livecoach/v1"
ALL = "all"
"""Stands for every runner of a group; no runner may be called so."""
LONGEST_PART = 64
"""Bytes of UTF-8."""
LONGEST_TOPIC = 512

ReportName: TypeAlias = Literal["live", "strides", "status", "event", "session", "ack"]
CommandName: TypeAlias = Literal["target", "say", "mode"]
REPORTS: tuple[ReportName, ...] = get_args(ReportName)
_COMMANDS: tuple[CommandName, ...] = get_args(CommandName)


class Topic(Struct, frozen=True):
    """A topic taken apart: either a ``report`` from a runner or a ``command`` to one.

    ``runner`` is `ALL` for a command to the whole group.
    """

    group: str
    runner: str
    report: ReportName | None = None
    command: CommandName | None = None


def part(text: str) -> str:
    """Return a group's or runner's name as it may stand in a topic.

    Raises
    ------
    WireError
        Empty, longer than `LONGEST_PART`, with ``/``, ``+``, ``#``, ``$`` in front, blanks at an
        end, or a character that cannot be seen; the message says which.
    """
    raw = text.encode("utf-8", "replace")
    if not text:
        raise WireError("a name in a topic must not be empty", raw)
    if len(raw) > LONGEST_PART:
        raise WireError(f"a name in a topic has at most {LONGEST_PART} bytes", raw[:LONGEST_PART])
    bad = next((c for c in text if c in "/+#" or not _visible(c)), None)
    if bad is not None:
        shown = f"{bad!r}" if _visible(bad) else f"U+{ord(bad):04X}"
        raise WireError(f"a name in a topic must be without {shown}", raw)
    if text != text.strip():
        raise WireError("a name in a topic neither begins nor ends with a blank", raw)
    if text.startswith("$"):
        raise WireError("a name in a topic must not begin with $", raw)
    return text


def runner_part(text: str) -> str:
    """Return a runner's name as it may stand in a topic; raises `WireError`, also for `ALL`."""
    if text == ALL:
        raise WireError(f"no runner may be called {ALL!r}: it means everyone", text.encode())
    return part(text)


def report_topic(group: str, runner: str, name: ReportName) -> str:
    """Return the topic of a runner's report; raises `WireError` for a name that cannot stand."""
    return f"{ROOT}/{part(group)}/{runner_part(runner)}/{name}"


def command_topic(group: str, runner: str, name: CommandName) -> str:
    """Return the topic of a command to a runner, or to `ALL` of a group; raises `WireError`."""
    return f"{ROOT}/{part(group)}/{part(runner)}/cmd/{name}"


def own_commands(group: str, runner: str) -> tuple[str, str]:
    """Return the filters of the commands to one runner: their own and the group's."""
    return (
        f"{ROOT}/{part(group)}/{runner_part(runner)}/cmd/+",
        f"{ROOT}/{part(group)}/{ALL}/cmd/+",
    )


def everyones_reports(group: str | None = None) -> tuple[str, ...]:
    """Return the filters of all reports of a group (None: of all groups), one per report."""
    where = "+" if group is None else part(group)
    return tuple(f"{ROOT}/{where}/+/{name}" for name in REPORTS)


def parse(topic: str) -> Topic:
    """Take a topic apart.

    Raises
    ------
    WireError
        Not one of ours; the message says why.
    """
    raw = topic.encode("utf-8", "replace")[:LONGEST_TOPIC]
    if len(topic) > LONGEST_TOPIC or not topic.startswith(f"{ROOT}/"):
        raise WireError("not a topic of livecoach", raw)
    match topic.removeprefix(f"{ROOT}/").split("/"):
        case [group, runner, name] if name in REPORTS:
            return Topic(part(group), runner_part(runner), report=_one_of(REPORTS, name))
        case [group, runner, "cmd", name] if name in _COMMANDS:
            return Topic(part(group), part(runner), command=_one_of(_COMMANDS, name))
        case _:
            raise WireError("not a topic of livecoach", raw)


def _one_of(known: tuple[T, ...], name: str) -> T:
    return next(k for k in known if k == name)


def _visible(char: str) -> bool:
    """Return whether a character shows: no control, format, surrogate or unassigned one."""
    return char == " " or unicodedata.category(char)[0] not in "CZ"
