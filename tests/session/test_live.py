"""Live doors: served side by side, in order of arrival, let go of properly."""

import asyncio
import math
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from livecoach.config import AudioConfig, Config
from livecoach.errors import ConfigError, SourceError
from livecoach.model import Input, Link, Payload, Profile, SensorInfo, Tick
from livecoach.session import Outcome, Plan, run
from livecoach.session.inbox import Inbox
from livecoach.session.pacing import RealTime
from livecoach.sources.simulator import SimulatorDoor
from livecoach.store.reader import SessionFile

COLUMNS = ("t", "acc_x", "acc_y", "acc_z")


class _Bouncing:
    """A chest sensor at 100 Hz on someone who takes 170 steps a minute."""

    def __init__(self, name: str = "chest", fails_after_s: float = math.inf) -> None:
        self.name = name
        self.closed = False
        self._fails_after_s = fails_after_s

    def hear(self, t: float) -> None:
        """Do nothing."""

    async def run(self, put: Callable[[Input], None], now: Callable[[], float]) -> None:
        """Put a row every 10 ms."""
        info = SensorInfo(name=self.name, kind="imu", mount="chest", columns=COLUMNS)
        put(Link(0, now(), self.name, "found", info))
        try:
            for row in range(100_000):
                t = now()
                if t > self._fails_after_s:
                    raise SourceError(f"{self.name}: unplugged for good")
                v = max(0.0, 9.81 * (1.0 + 1.4 * math.sin(2 * math.pi * t * 170 / 60)))
                data = f"{t!r},0.0,0.0,{v!r}".encode()
                put(Payload(0, t, self.name, "imu.csv", row, data))
                await asyncio.sleep(0.01)
        finally:
            await asyncio.sleep(0.05)  # something that must not be left open
            self.closed = True


def _session(doors: list[_Bouncing], folder: Path, seconds: float) -> tuple[Outcome, list[str]]:
    config = Config(seconds=seconds, audio=AudioConfig(output="null"))
    said: list[str] = []
    plan = Plan(config=config, profile=Profile(), record_in=folder)
    return asyncio.run(run(plan, doors, said.append)), said


def test_a_live_sensor_is_recorded_and_counted_and_let_go_of(tmp_path: Path) -> None:
    door = _Bouncing()
    outcome, _ = _session([door], tmp_path, 6.0)
    assert outcome.reason == "done"
    assert outcome.tally.steps >= 10
    assert door.closed
    assert outcome.path is not None
    with SessionFile(outcome.path) as file:
        inputs = list(file.inputs())
    times = [x.t for x in inputs]
    assert times == sorted(times)
    assert [x.t for x in inputs if isinstance(x, Tick)] == [k / 10 for k in range(61)]
    assert sum(isinstance(x, Payload) for x in inputs) > 300


def test_one_door_gives_up_and_the_other_goes_on(tmp_path: Path) -> None:
    doors = [_Bouncing("chest", fails_after_s=1.0), _Bouncing("other")]
    outcome, said = _session(doors, tmp_path, 3.0)
    assert outcome.reason == "done"
    assert outcome.duration_s >= 2.9
    assert said == ["chest has given up: chest: unplugged for good"]
    assert all(door.closed for door in doors)


def test_when_the_last_one_gives_up_its_error_ends_the_run(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="unplugged for good"):
        _session([_Bouncing(fails_after_s=0.5)], tmp_path, 5.0)
    with SessionFile(next(tmp_path.glob("*.db"))) as file:
        assert file.summary is not None
        assert file.summary.reason == "failed"


def test_live_and_recorded_are_not_mixed_and_live_has_its_own_pace() -> None:
    plan = Plan(config=Config(), profile=Profile())
    with pytest.raises(ConfigError, match="no clock in common"):
        asyncio.run(run(plan, [_Bouncing(), SimulatorDoor("", 0)], print))
    hurried = msgspec.structs.replace(plan, pace="max")
    with pytest.raises(ConfigError, match="own pace"):
        asyncio.run(run(hurried, [_Bouncing()], print))


def test_the_inbox_keeps_the_order_of_time() -> None:
    async def collect() -> list[Input]:
        pace = RealTime(asyncio.get_running_loop().time)
        inbox = Inbox(pace)
        asyncio.get_running_loop().call_later(0.13, lambda: inbox.put(Tick(7, pace.now())))
        asyncio.get_running_loop().call_later(0.27, lambda: inbox.put(Tick(8, pace.now())))
        return [x async for x in inbox.inputs(0.3)]

    got = asyncio.run(collect())
    assert [x.t for x in got] == sorted(x.t for x in got)
    assert [x.n for x in got] == [0, 0, 7, 0, 8, 0]
