"""A network gap and a killed program: nothing that was committed is lost, all is in order.

Ten minutes of running give some 2,000 batches of strides; here they are made within a gap of ten
seconds, in which a link swallows every byte and closes nothing.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.loopback.broker_rig import broker, until
from tests.loopback.mosquitto_rig import Link, link, listener, mosquitto, rig_present
from tests.rigs import require_rig

pytestmark = pytest.mark.rig

TOTAL, RATE_HZ = 3_000, 200.0
BEFORE_S, GAP_S = 2.0, 10.0


@pytest.fixture(autouse=True)
def _rig() -> None:
    require_rig(rig_present(), "mosquitto")


def in_order_without_doubles(heard: list[bytes]) -> list[int]:
    """Return what was heard in order of its first arrival."""
    return list(dict.fromkeys(map(int, heard)))


async def gap(way: Link) -> None:
    await asyncio.sleep(BEFORE_S)
    way.hole = True
    await asyncio.sleep(GAP_S)
    way.hole = False


async def test_a_gap_loses_nothing_and_keeps_the_order(tmp_path: Path) -> None:
    said: list[str] = []
    loop = asyncio.get_running_loop()
    with mosquitto(tmp_path) as rig:
        async with link(rig.port) as way, listener(rig.port, "livecoach/#") as coach:
            sink = broker(way.port, tmp_path / "outbox.db", said.append)
            sink.start()
            gone = asyncio.create_task(gap(way))
            began_s = loop.time()
            for n in range(TOTAL):
                sink.put("livecoach/v1/club/ann/strides", b"%d" % n)
                await asyncio.sleep(max(0.0, began_s + (n + 1) / RATE_HZ - loop.time()))
            await gone
            await until(lambda: not sink.waiting)
            await sink.close()
            heard = await coach.until("/strides", TOTAL)
    assert in_order_without_doubles(heard) == list(range(TOTAL))
    assert len(said) == 2, said
    assert "out of reach" in said[0]
    assert "had to wait" in said[1]


async def test_kill_9_inside_a_gap_loses_nothing_that_was_committed(tmp_path: Path) -> None:
    env = os.environ | {"PYTHONPATH": str(Path.cwd())}
    outbox = str(tmp_path / "outbox.db")
    with mosquitto(tmp_path) as rig:
        async with link(rig.port) as way, listener(rig.port, "livecoach/#") as coach:
            command = [sys.executable, "-m", "tests.loopback.broker_publisher", str(way.port)]
            first = await asyncio.create_subprocess_exec(
                *(*command, outbox, "0", "100000", "200"), env=env, stdout=asyncio.subprocess.PIPE
            )
            assert first.stdout is not None
            await coach.until("/strides", 200)
            way.hole = True
            committed = 0
            for _ in range(800):
                committed = int(await first.stdout.readline())
            first.send_signal(signal.SIGKILL)
            rest = (await first.stdout.read()).split(b"\n")[:-1]
            committed = max([committed, *map(int, rest)])
            await first.wait()
            way.hole = False
            second = await asyncio.create_subprocess_exec(*command, outbox, env=env)
            assert await second.wait() == 0
            await coach.until("/strides", committed + 1)
            heard = in_order_without_doubles(coach.topics("/strides"))
    assert heard == list(range(len(heard)))
    assert len(heard) > committed
