"""A fleet that is not there: runners who report, and answer wishes, over a real broker."""

import asyncio
import math
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiomqtt

from livecoach.errors import WireError
from livecoach.wire.topics import (
    Ack,
    CommandName,
    EventMessage,
    Live,
    ReportName,
    SayCommand,
    SessionSummary,
    Status,
    Strides,
    TargetCommand,
    parse,
    read_command,
    report_topic,
    write,
)

EVERYTHING: tuple[CommandName, ...] = ("target", "say", "mode")


@dataclass
class FakeRunner:
    """One runner: steady, with a sway of some steps per minute."""

    name: str
    group: str = "club"
    rate_spm: float = 165.0
    target_spm: float | None = 170.0
    allow: tuple[CommandName, ...] = EVERYTHING
    more: dict[str, Any] = field(default_factory=dict)
    sid: str = "s1"
    seqs: dict[str, int] = field(default_factory=dict)
    mute: bool = False

    def topic(self, name: ReportName) -> str:
        """Return the topic of one of their reports."""
        return report_topic(self.group, self.name, name)

    def seq(self, name: str) -> int:
        """Count a report."""
        self.seqs[name] = self.seqs.get(name, 0) + 1
        return self.seqs[name]

    def live(self, t: float) -> Live:
        """Return the report of second ``t``."""
        k = len(self.name) + sum(map(ord, self.name)) % 17
        sway = math.sin(t / (7 + k % 5)) * 1.8 + math.sin(t / (23 + k % 9) + k) * 2.2
        values: dict[str, Any] = {
            "state": "running",
            "step_rate_spm": self.rate_spm + sway,
            "target_spm": self.target_spm,
            "speed_mps": 3.1 + sway / 30,
            "step_length_m": 1.12,
            "contact_time_s": 0.238 - sway / 900 + k / 2000,
            "vertical_oscillation_m": 0.082 - sway / 900 + k / 4000,
            "speed_loss_mps": 0.21 + sway / 60 + k / 200,
            "trunk_lean_deg": 6.0,
            "heart_rate_bpm": 138.0 + k + sway,
            "battery_percent": 90.0 - 3 * k,
            "sensor_state": "fresh",
            "link_age_s": 0.2,
            "quality": 0.9,
            "steps": int(t * 2.7),
            "muted": self.mute,
        }
        return Live(
            sid=self.sid, seq=self.seq("live"), t=t, epoch_s=time.time(), **values | self.more
        )

    def status(self, state: str = "online") -> Status:
        """Return where they are."""
        kind: Any = state
        return Status(state=kind, epoch_s=time.time(), sid=self.sid, software="0", allow=self.allow)

    def strides(self, t: float) -> Strides:
        """Return three steps from ``t`` on."""
        times = [t + k * 0.36 for k in range(3)]
        rates: list[float | None] = [self.rate_spm] * 3
        return Strides(
            sid=self.sid,
            seq=self.seq("strides"),
            n0=int(t * 2.7),
            t=times,
            step_rate_spm=rates,
            quality=[0.9] * 3,
        )

    def event(self, t: float, kind: Any, **values: Any) -> EventMessage:  # noqa: ANN401 (any field)
        """Return something that happened at ``t``."""
        seq = self.seq("event")
        return EventMessage(sid=self.sid, seq=seq, t=t, epoch_s=time.time(), kind=kind, **values)

    def began(self) -> SessionSummary:
        """Return the start of the session."""
        seq = self.seq("session")
        return SessionSummary(sid=self.sid, seq=seq, state="began", epoch_s=time.time())


class FakeFleet:
    """Runners behind one connection; `silent` are those that say nothing now."""

    def __init__(self, port: int, *runners: FakeRunner, each_s: float = 0.2) -> None:
        self.runners = {(r.group, r.name): r for r in runners}
        self.silent: set[str] = set()
        self.heard: list[tuple[str, bytes]] = []
        self._port, self._each_s = port, each_s
        self._began_s = time.monotonic()

    async def run(self) -> None:
        """Report and obey until cancelled; a broker that goes is waited for."""
        while True:
            with suppress(aiomqtt.MqttError):
                async with aiomqtt.Client(
                    "127.0.0.1", self._port, protocol=aiomqtt.ProtocolVersion.V5, timeout=3
                ) as client:
                    await client.subscribe("livecoach/v1/+/+/cmd/+", qos=1)
                    reporting = asyncio.create_task(self._report(client))
                    try:
                        await self._obey(client)
                    finally:
                        reporting.cancel()
                        await asyncio.gather(reporting, return_exceptions=True)
            await asyncio.sleep(0.2)

    async def _report(self, client: aiomqtt.Client) -> None:
        for runner in self.runners.values():
            await client.publish(runner.topic("status"), write(runner.status()), 1, retain=True)
            await client.publish(runner.topic("session"), write(runner.began()), 1)
        while True:
            t = time.monotonic() - self._began_s
            for runner in self.runners.values():
                if runner.name not in self.silent:
                    await client.publish(runner.topic("live"), write(runner.live(t)))
                    await client.publish(runner.topic("strides"), write(runner.strides(t)))
            await asyncio.sleep(self._each_s)

    async def _obey(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            assert isinstance(message.payload, bytes)
            self.heard.append((message.topic.value, message.payload))
            topic = parse(message.topic.value)
            assert topic.command is not None
            for runner in self.runners.values():
                if runner.group == topic.group and topic.runner in {runner.name, "all"}:
                    await self._answer(client, runner, topic.command, message.payload)

    async def _answer(
        self, client: aiomqtt.Client, runner: FakeRunner, command: CommandName, payload: bytes
    ) -> None:
        async def say(state: Any, **rest: Any) -> None:  # noqa: ANN401 (any field)
            now_s = time.time()
            ack = Ack(
                sid=runner.sid,
                seq=runner.seq("ack"),
                id=order.id,
                command=command,
                state=state,
                epoch_s=now_s,
                **rest,
            )
            await client.publish(runner.topic("ack"), write(ack), 1)

        try:
            order = read_command(command, payload)
        except WireError:
            return
        if command not in runner.allow:
            await say("refused", reason=f"{command} is not allowed here")
            return
        await say("accepted")
        match order:
            case TargetCommand():
                runner.target_spm = order.target_spm
            case SayCommand():
                await say("spoken", spoken_epoch_s=time.time())
            case _:
                runner.mute = bool(order.mute)
