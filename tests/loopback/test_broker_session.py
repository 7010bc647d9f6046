"""A whole session as a runner starts it, with a coach elsewhere: reports, wishes, answers, replay.

The runner is the simulated one, in real time.
"""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from livecoach.coach import Coach, CoachParams
from livecoach.model import Command, Profile
from livecoach.store.reader import SessionFile
from livecoach.wire.topics import (
    COMMANDS,
    CommandName,
    Live,
    ModeCommand,
    Order,
    SayCommand,
    SessionSummary,
    Status,
    Strides,
    TargetCommand,
    command_topic,
    parse,
    read_report,
    write,
)
from tests.commandline import command, livecoach
from tests.loopback.broker_rig import until
from tests.loopback.mosquitto_rig import LOOPBACK, Listener, listener, mosquitto, rig_present
from tests.rigs import require_rig

pytestmark = pytest.mark.rig

_CONFIG = """
mount = "chest"
[runner]
name = "ann"
[coach]
target = "172"
grace_s = 1.0
beats = "constant"
[broker]
group = "club"
allow = ["target", "say", "mode"]
"""


@pytest.fixture(autouse=True)
def _rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    require_rig(rig_present(), "mosquitto")
    monkeypatch.setenv("LIVECOACH_HOME", str(tmp_path / "home"))


class Run:
    """A session that runs, and what its coach asks."""

    def __init__(self, coach: Listener, process: asyncio.subprocess.Process) -> None:
        self.coach = coach
        self.process = process

    async def ask(self, name: CommandName, order: Order, runner: str = "ann") -> None:
        """Send a wish."""
        topic = command_topic("club", runner, name)
        await self.coach.client.publish(topic, write(order), qos=1)

    def acks(self, ident: str) -> list[dict[str, object]]:
        """Return what was answered to a wish."""
        heard = [json.loads(p) for p in self.coach.topics("/ack")]
        return [ack for ack in heard if ack["id"] == ident]

    async def answered(self, ident: str, *states: str) -> list[dict[str, object]]:
        """Wait for these answers to a wish."""
        await until(lambda: len(self.acks(ident)) >= len(states), 20.0)
        acks = self.acks(ident)
        assert [ack["state"] for ack in acks] == list(states), acks
        return acks


@asynccontextmanager
async def running(tmp_path: Path, *options: str, config: str = _CONFIG) -> AsyncIterator[Run]:
    file = tmp_path / "run.toml"
    file.write_text(config)
    with mosquitto(tmp_path / "mosquitto") as rig:
        async with listener(rig.port, "livecoach/#") as coach:
            process = await asyncio.create_subprocess_exec(
                *command("run", file, "--source", "sim:?step_rate_spm=164&speed_mps=3.0"),
                *("--broker", f"mqtt://{LOOPBACK}:{rig.port}", "--session", str(tmp_path / "s")),
                *("--audio", str(tmp_path / "out.wav"), "--json", *options),
                env=os.environ | {"PYTHONPATH": str(Path.cwd())},
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            try:
                yield Run(coach, process)
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()


def soon() -> float:
    return time.time() + 30.0


def takes_targets() -> bool:
    """Whether the coach of this version takes another target during a run."""
    coach = Coach(CoachParams(target="170"), Profile())
    return bool(coach.update(Command(1, 1.0, "target", "171")))


async def test_a_coach_elsewhere_sees_the_run_and_is_answered(tmp_path: Path) -> None:
    async with running(tmp_path, "--seconds", "16") as run:
        await run.coach.until("/live", 3)
        await run.ask("say", SayCommand(id="s1", expires_epoch_s=soon(), text="Nice  and easy"))
        spoken = await run.answered("s1", "accepted", "spoken")
        asked_s = float(str(spoken[0]["epoch_s"]))
        assert 0.0 < float(str(spoken[1]["spoken_epoch_s"])) - asked_s < 8.0
        await run.ask("say", SayCommand(id="s2", expires_epoch_s=soon(), text="Too soon"))
        (ack,) = await run.answered("s2", "refused")
        assert "one remark in 15 s" in str(ack["reason"])
        await run.ask("mode", ModeCommand(id="m1", expires_epoch_s=soon(), beats=False), "all")
        await run.answered("m1", "accepted")
        await run.ask("say", SayCommand(id="old", expires_epoch_s=time.time() - 60, text="Late"))
        (ack,) = await run.answered("old", "refused")
        assert "expired" in str(ack["reason"])
        await run.ask("target", TargetCommand(id="t1", expires_epoch_s=soon(), target_spm=170.0))
        await run.answered("t1", "accepted" if takes_targets() else "refused")
        out, err = await run.process.communicate()
        assert run.process.returncode == 0, err
        coach = run.coach
    outcome = json.loads(out)
    reports = [
        (parsed.report, read_report(parsed.report, payload))
        for topic, payload, _ in coach.heard
        if (parsed := parse(topic)).report is not None
    ]
    assert [r.state for _, r in reports if isinstance(r, Status)] == ["online", "offline"]
    assert [r.state for _, r in reports if isinstance(r, SessionSummary)] == ["began", "done"]
    steps = [s for _, r in reports if isinstance(r, Strides) for s in r.t]
    assert len(steps) == outcome["steps"] > 30
    assert steps == sorted(steps)
    live = [r for _, r in reports if isinstance(r, Live)]
    assert 12 <= len(live) <= 17
    assert live[-1].beats_off
    assert live[-1].state == "running"
    assert live[-1].step_rate_spm == pytest.approx(165, abs=6)
    for name in ("strides", "event", "ack", "session"):
        seqs = [r.seq for n, r in reports if n == name and not isinstance(r, Status)]
        assert seqs == list(range(1, len(seqs) + 1)), name
    with SessionFile(Path(outcome["file"])) as file:
        wishes = [x for x in file.inputs() if isinstance(x, Command)]
    assert [(x.name, x.value, x.id) for x in wishes[:2]] == [
        ("say", "Nice and easy", "s1"),
        ("beats", "off", "m1"),
    ]
    replayed = livecoach("replay", outcome["file"], "--json")
    assert replayed.returncode == 0, replayed.stderr


async def test_whatever_comes_in_the_run_goes_on(tmp_path: Path) -> None:
    """Hostile bytes on every topic of commands, some nearly right, for six seconds."""
    rng = np.random.default_rng(1)
    whole = [
        b'{"id":"%d","expires_epoch_s":1e10,"target_spm":400}',
        b'{"id":"%d","expires_epoch_s":1e999,"text":"x"}',
        b'{"id":"%d","expires_epoch_s":99,"text":"\\u001b[2J\\u202e"}',
        b'{"id":"%d","expires_epoch_s":99,"mute":1}' + b" " * 5_000,
        b'{"id":["%d"]}',
        b"[" * 3_000 + b"%d",
        b"\xff\xfe%d\x00",
    ]
    async with running(tmp_path, "--seconds", "9") as run:
        await run.coach.until("/live", 2)
        end_s, sent = time.monotonic() + 6.0, 0
        while time.monotonic() < end_s:
            payload = bytearray(whole[rng.integers(len(whole))] % sent)
            for _ in range(rng.integers(3)):
                payload[rng.integers(len(payload))] = int(rng.integers(256))
            name = list(COMMANDS)[rng.integers(len(COMMANDS))]
            topic = command_topic("club", ("ann", "all")[sent % 2], name)
            await run.coach.client.publish(topic, bytes(payload), qos=int(rng.integers(2)))
            sent += 1
            await asyncio.sleep(0.005)
        out, err = await run.process.communicate()
        assert run.process.returncode == 0, err
        states = {json.loads(p)["state"] for p in run.coach.topics("/ack")}
    assert sent > 300
    outcome = json.loads(out)
    assert outcome["problems"] == []
    assert outcome["steps"] > 15
    assert states <= {"refused"}
    assert b"Messages to this runner that were no commands: " in err
    assert b"\x1b" not in err
    with SessionFile(Path(outcome["file"])) as file:
        assert not [x for x in file.inputs() if isinstance(x, Command)]


async def test_without_consent_a_coach_sees_but_is_refused(tmp_path: Path) -> None:
    async with running(tmp_path, "--seconds", "6", config=_CONFIG.replace("allow", "# ")) as run:
        await run.coach.until("/live")
        await run.ask("mode", ModeCommand(id="m", expires_epoch_s=soon(), mute=True))
        (ack,) = await run.answered("m", "refused")
        assert "has not consented" in str(ack["reason"])
        await run.process.communicate()
        assert b'"allow"' not in run.coach.topics("/status")[0]


async def test_a_coach_that_was_made_mute_is_mute(tmp_path: Path) -> None:
    async with running(tmp_path, "--seconds", "6") as run:
        await run.coach.until("/live")
        await run.ask("mode", ModeCommand(id="m", expires_epoch_s=soon(), mute=True))
        await run.answered("m", "accepted")
        await until(lambda: b'"muted":true' in run.coach.topics("/live")[-1])
        await run.ask("say", SayCommand(id="s", expires_epoch_s=soon(), text="Hello"))
        (ack,) = await run.answered("s", "refused")
        assert "mute" in str(ack["reason"])
        await run.process.communicate()


def test_a_run_without_its_broker_is_a_run(tmp_path: Path) -> None:
    """The way out is told once, the steps are kept, and what was to be told waits."""
    result = livecoach(
        *("run", "--source", "sim:?step_rate_spm=164&speed_mps=3.0", "--seconds", "4"),
        *("--audio", "null", "--broker", f"mqtt://{LOOPBACK}:9", "--session", tmp_path),
    )
    assert result.returncode == 0, result.stderr
    told = [line for line in result.stdout.splitlines() if "coach's side" in line]
    assert len(told) == 2, result.stdout
    assert "nobody listens there" in told[0]
    assert "wait for the coach's side; the next run sends them" in told[1]


def test_passwords_are_not_taken_on_the_command_line() -> None:
    result = livecoach("run", "--source", "sim:", "--broker", "mqtt://ann:secret@host")
    assert result.returncode == 2
    assert "LIVECOACH_BROKER_PASSWORD" in result.stderr
    assert "secret" not in result.stderr + result.stdout
