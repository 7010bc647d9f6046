"""The coach's side on the wire: topics, and one schema for every payload. Pure.

From the runner come ``live``, ``strides``, ``status``, ``event``, ``session`` and ``ack``, to them
go ``cmd/target``, ``cmd/say`` and ``cmd/mode``. Payloads are JSON objects with flat keys whose
names end in their units; what is not known is left out. ``v`` is the version of the payload: fields
may be added within a version, so readers ignore what they do not know, except in commands, where
an unknown field is refused: a wish that is only half understood must not be obeyed.

``t`` is seconds since the session (``sid``) began, ``epoch_s`` the sender's wall clock in seconds
since 1970. ``seq`` counts the messages of one topic in one session from 1: with ``sid`` it shows
doubles, which at-least-once delivery brings, and what is missing.
"""

from livecoach.wire.topics.commands import (
    COMMANDS,
    EXPIRY_TOLERANCE_S,
    HIGHEST_SPM,
    LONGEST_EXPIRY_S,
    LONGEST_TEXT,
    LOWEST_SPM,
    ModeCommand,
    Order,
    SayCommand,
    TargetCommand,
    read_command,
)
from livecoach.wire.topics.names import (
    ALL,
    REPORTS,
    ROOT,
    CommandName,
    ReportName,
    Topic,
    command_topic,
    everyones_reports,
    own_commands,
    parse,
    part,
    report_topic,
    runner_part,
)
from livecoach.wire.topics.reports import (
    PAYLOADS,
    Ack,
    EventKind,
    EventMessage,
    Gait,
    Live,
    Report,
    SessionSummary,
    Status,
    Strides,
    read_report,
    write,
)

__all__ = [
    "ALL",
    "COMMANDS",
    "EXPIRY_TOLERANCE_S",
    "HIGHEST_SPM",
    "LONGEST_EXPIRY_S",
    "LONGEST_TEXT",
    "LOWEST_SPM",
    "PAYLOADS",
    "REPORTS",
    "ROOT",
    "Ack",
    "CommandName",
    "EventKind",
    "EventMessage",
    "Gait",
    "Live",
    "ModeCommand",
    "Order",
    "Report",
    "ReportName",
    "SayCommand",
    "SessionSummary",
    "Status",
    "Strides",
    "TargetCommand",
    "Topic",
    "command_topic",
    "everyones_reports",
    "own_commands",
    "parse",
    "part",
    "read_command",
    "read_report",
    "report_topic",
    "runner_part",
    "write",
]
