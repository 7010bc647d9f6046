"""The coach's side of one session: reports out, wishes in; nothing here ever holds up the beat."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Literal

from msgspec import Struct

from livecoach import __version__
from livecoach.config import Config
from livecoach.errors import ConfigError, StoreError, WireError
from livecoach.model import Command, Event, Input
from livecoach.session.answers import Answer, Answers
from livecoach.session.remote import Remote, Verdict, wishes
from livecoach.session.tally import Tally
from livecoach.sinks.broker.address import parse_address, password, tls_context
from livecoach.sinks.broker.batches import rounded
from livecoach.sinks.broker.client import Login
from livecoach.sinks.broker.home_assistant import discovery
from livecoach.sinks.broker.reporter import Reporter
from livecoach.sinks.broker.sink import Arrived, Broker, Retained
from livecoach.store.header import Reason
from livecoach.store.outbox import Outbox, outbox_path
from livecoach.wire.topics import (
    Ack,
    Report,
    ReportName,
    SayCommand,
    SessionSummary,
    Status,
    own_commands,
    part,
    report_topic,
    runner_part,
    write,
)

LIVE_S = 1.0
_MEANS = (
    "step_rate_spm",
    "contact_time_s",
    "vertical_oscillation_m",
    "speed_loss_mps",
    "expected_braking_mps",
    "step_length_m",
)


class Clock(Struct, frozen=True):
    """Session time and wall-clock time, each in seconds."""

    session_s: Callable[[], float]
    epoch_s: Callable[[], float] = time.time

    def epoch_of(self, t: float) -> float:
        """Return the wall-clock time of a session time."""
        return self.epoch_s() - self.session_s() + t


class Broadcast:
    """Tells the coach's side of one session and brings back what it wishes.

    Parameters
    ----------
    config
        The configuration with its ``[broker]``.
    sid
        The session's id.
    clock
        The times.
    render
        Makes a remark ready to be spoken; returns why it cannot be, or nothing.
    say
        Gets one line for each thing that goes wrong.

    Raises
    ------
    ConfigError
        An address, name, password file or certificate file that cannot be used.
    StoreError
        There is no place for what must not be lost.
    """

    def __init__(
        self,
        config: Config,
        sid: str,
        clock: Clock,
        render: Callable[[str], Awaitable[str]],
        say: Callable[[str], None],
    ) -> None:
        told = config.broker
        self._group, self._runner = (
            _name(told.group, "group"),
            _name(told.runner or config.runner.name, "runner"),
        )
        self._allow = told.allow
        self._home_assistant = told.home_assistant
        self._sid = sid
        self._clock = clock
        self._render = render
        self._say = say
        self._reporter = Reporter(sid, config.coach.enter_ratio)
        self._tally = Tally()
        self._dropped = 0
        self._remote = Remote(self._group, self._runner, self._allow)
        self._answers = Answers()
        self._wishes: list[Command] = []
        self._rendering: set[asyncio.Task[None]] = set()
        self._t_live = -LIVE_S
        self._broken = False
        address = parse_address(told.url)
        login = Login(
            address=address,
            identifier=f"livecoach-{self._group}-{self._runner}",
            will_topic=self._topic("status"),
            will=self._status("lost").payload,
            password=password(told.password_file),
            context=tls_context(told.ca_file) if address.tls else None,
        )
        if login.password and not address.tls and not address.loopback:
            say(f"The password goes to {address.name} for all to read: use mqtts://.")
        outbox = Outbox(outbox_path(address.name, self._group, self._runner))
        self._broker = Broker(
            login,
            outbox,
            filters=own_commands(self._group, self._runner),
            hello=self._hello,
            goodbye=lambda: self._status("offline"),
            arrived=self._arrived,
            say=say,
        )

    def start(self) -> None:
        """Begin to connect, and tell that the session begins."""
        if self._broker.waiting:
            self._say(f"{self._broker.waiting} messages of earlier runs wait for the coach's side.")
        self._put("session", self._summary("began"))
        self._broker.start()

    def take(self, x: Input) -> None:
        """See an input that the session is about to use."""
        for answer in self._answers.take(x):
            self._ack(answer)
        if isinstance(x, Command) and x.name in self._reporter.mode:
            is_on = x.value != "off"
            self._reporter.mode[x.name] = is_on
            if x.name == "mute":
                self._remote.muted = is_on

    def update(self, event: Event) -> None:
        """See an event that followed."""
        self._tally.update(event)
        for answer in self._answers.update(event):
            self._ack(answer)
        for name, report in self._reporter.update(event, self._clock.epoch_s()):
            self._put(name, report)

    def tick(self, t: float) -> None:
        """See that time has passed."""
        for name, report in self._reporter.tick(t, self._clock.epoch_s()):
            self._put(name, report)
        if t - self._t_live >= LIVE_S:
            self._t_live = t
            live = self._reporter.live(t, self._clock.epoch_s())
            self._broker.live(self._topic("live"), write(live))

    def commands(self) -> list[Command]:
        """Return what is wished for since the last call."""
        wished, self._wishes = self._wishes, []
        return wished

    async def close(self, reason: Reason, dropped: int) -> None:
        """Tell how it ended; what cannot be told now waits for the next run."""
        await asyncio.gather(*self._rendering, return_exceptions=True)
        for answer in self._answers.end():
            self._ack(answer)
        for name, report in self._reporter.rest():
            self._put(name, report)
        self._dropped = dropped
        # only a later start finds a run cut off, and it tells nobody
        self._put("session", self._summary("failed" if reason == "cut off" else reason))
        waiting = await self._broker.close()
        if waiting:
            self._say(f"{waiting} messages wait for the coach's side; the next run sends them.")
        if self._remote.ignored:
            self._say(f"Messages to this runner that were no commands: {self._remote.ignored}")

    def _arrived(self, message: Arrived) -> None:
        verdict = self._remote.check(
            message.topic,
            message.payload,
            retained=message.retained,
            t=self._clock.session_s(),
            epoch_s=self._clock.epoch_s(),
        )
        if verdict is None:
            return
        if verdict.order is None:
            self._ack(Answer(verdict.id, verdict.name, "refused", verdict.reason))
            return
        # Whether a target is taken is the coach's to say.
        if verdict.name != "target":
            self._ack(Answer(verdict.id, verdict.name, "accepted"))
        if isinstance(verdict.order, SayCommand):
            task = asyncio.create_task(self._make_ready(verdict, verdict.order))
            self._rendering.add(task)
            task.add_done_callback(self._rendering.discard)
        else:
            self._wishes += wishes(verdict.order, verdict.id, self._clock.session_s())

    async def _make_ready(self, verdict: Verdict, order: SayCommand) -> None:
        """Have a remark rendered; only then the coach hears of it."""
        (wish,) = wishes(order, verdict.id, self._clock.session_s())
        problem = await self._render(wish.value)
        if problem:
            self._ack(Answer(verdict.id, "say", "unspoken", problem))
        else:
            self._wishes.append(wish)

    def _ack(self, answer: Answer) -> None:
        spoken = None if answer.t_spoken is None else self._clock.epoch_of(answer.t_spoken)
        ack = Ack(
            sid=self._sid,
            seq=self._reporter.number("ack"),
            id=answer.id,
            command=answer.command,
            state=answer.state,
            epoch_s=round(self._clock.epoch_s(), 3),
            reason=answer.reason[:400],
            spoken_epoch_s=None if spoken is None else round(spoken, 3),
        )
        self._put("ack", ack)

    def _put(self, name: ReportName, report: Report) -> None:
        if self._broken:
            return
        try:
            self._broker.put(self._topic(name), write(report))
        except StoreError as exc:
            self._broken = True
            self._say(f"What the coach's side should get can no longer be kept: {exc}")

    def _topic(self, name: ReportName) -> str:
        return report_topic(self._group, self._runner, name)

    def _summary(self, state: Literal["began", "done", "interrupted", "failed"]) -> SessionSummary:
        tally, means = self._tally, self._tally.overall().values
        return SessionSummary(
            sid=self._sid,
            seq=self._reporter.number("session"),
            state=state,
            epoch_s=round(self._clock.epoch_s(), 3),
            duration_s=round(self._clock.session_s(), 3),
            steps=tally.steps,
            beats=tally.beats,
            cues=tally.cues,
            dropped_cues=self._dropped,
            mean_heart_rate_bpm=rounded(tally.mean_heart_rate_bpm, 1),
            target_spm=None if tally.target is None else rounded(tally.target.target_spm, 1),
            **{f"mean_{name}": rounded(means.get(name), 4) for name in _MEANS},
        )

    def _status(self, state: Literal["online", "offline", "lost"]) -> Retained:
        report = Status(
            state=state,
            epoch_s=round(self._clock.epoch_s(), 3),
            sid=self._sid,
            software=__version__,
            allow=self._allow,
        )
        return Retained(self._topic("status"), write(report))

    def _hello(self) -> tuple[Retained, ...]:
        online = self._status("online")
        if not self._home_assistant:
            return (online,)
        return online, Retained(*discovery(self._group, self._runner, __version__))


def _name(text: str, key: str) -> str:
    """Return a name as it may stand in a topic; raises `ConfigError`."""
    try:
        return runner_part(text) if key == "runner" else part(text)
    except WireError as exc:
        raise ConfigError(f"broker.{key}", f"{text!r}: {exc}") from exc
