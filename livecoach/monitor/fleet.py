"""The state of a fleet: pure, from messages and the monitor's own clock, which is handed in.

Every change is stamped with a version. A page asks for what changed since the version it has, so a
slow page never holds more than one frame of ours, and misses none of the newest values.
"""

from collections import OrderedDict
from collections.abc import Iterator

from livecoach.errors import WireError
from livecoach.monitor.orders import Orders
from livecoach.monitor.runner import Runner
from livecoach.wire.topics import (
    Ack,
    EventMessage,
    Live,
    Report,
    ReportName,
    SessionSummary,
    Status,
    Strides,
    parse,
    read_report,
)

MOST_RUNNERS = 10_000
"""A stranger must not fill our memory by inventing runners."""
_MOST_TOPICS = 6 * MOST_RUNNERS


class Fleet:
    """All runners that were heard; ``version`` grows when the pages are told."""

    def __init__(self) -> None:
        self.version = 1
        self.orders = Orders()
        self.refused = 0
        self.messages = 0
        self._runners: OrderedDict[str, Runner] = OrderedDict()
        self._known: dict[str, tuple[str, str, ReportName]] = {}

    def __len__(self) -> int:
        return len(self._runners)

    def take(self, topic: str, payload: bytes, now_s: float, *, retained: bool = False) -> None:
        """Take in a message.

        What was retained is old news and believed only of a status.

        Raises
        ------
        WireError
            It is not one of ours, or not as the schema says; it was counted and changed nothing.
        """
        self.messages += 1
        try:
            group, name, kind = self._known.get(topic) or self._learn(topic)
            if retained and kind != "status":
                return
            report = read_report(kind, payload)
            runner = self._runner(group, name)
        except WireError:
            self.refused += 1
            raise
        self._tell(runner, report, now_s)

    def sweep(self, now_s: float) -> None:
        """Let time pass: who has fallen silent is late, then lost; wishes may stay unanswered."""
        for runner in tuple(self._runners.values()):
            if runner.age(now_s):
                self._mark(runner)
        self.orders.sweep(now_s, self.version)

    def runner(self, group: str, name: str) -> Runner | None:
        """Return one runner."""
        return self._runners.get(f"{group}/{name}")

    def changed_since(self, version: int) -> Iterator[Runner]:
        """Give the runners that changed after ``version``, newest first."""
        for runner in reversed(self._runners.values()):
            if runner.changed <= version:
                return
            yield runner

    def _tell(self, runner: Runner, report: Report, now_s: float) -> None:
        match report:
            case Live():
                runner.hear_live(report, now_s)
                self._mark(runner)
            case Strides():
                if runner.hear_strides(report, now_s):
                    runner.charts_redone = self.version
                    self._mark(runner)
            case Status():
                runner.hear_status(report, now_s)
                self._mark(runner)
            case EventMessage():
                if runner.hear_event(report, now_s):
                    runner.log_changed = self.version
                    self._mark(runner)
            case SessionSummary():
                runner.summary = report
                runner.log_changed = self.version
                self._mark(runner)
            case Ack():
                self.orders.hear(runner.group, runner.name, report, self.version)

    def _mark(self, runner: Runner) -> None:
        runner.changed = self.version
        self._runners.move_to_end(runner.id)

    def _learn(self, topic: str) -> tuple[str, str, ReportName]:
        """Take a topic apart, once."""
        parts = parse(topic)
        if parts.report is None:
            raise WireError("a command, not a report", topic.encode())
        known = (parts.group, parts.runner, parts.report)
        if len(self._known) < _MOST_TOPICS:
            self._known[topic] = known
        return known

    def _runner(self, group: str, name: str) -> Runner:
        runner = self._runners.get(f"{group}/{name}")
        if runner is None:
            if len(self._runners) >= MOST_RUNNERS:
                raise WireError(f"more than {MOST_RUNNERS} runners", b"")
            runner = self._runners[f"{group}/{name}"] = Runner(group, name)
            self._mark(runner)
        return runner
