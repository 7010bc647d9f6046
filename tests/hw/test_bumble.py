"""The pod's GATT service over a virtual radio, end to end into the running session.

The C core packs and answers behind a bumble device; a bumble central stands in for bleak's two
classes below the door that ``livecoach run --source ble:`` uses. What bumble's virtual controllers
do not have: loss, interference, a connection interval.
"""

import asyncio
import ctypes
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median

import bleak
import numpy as np
import pytest
from bleak.backends.device import BLEDevice
from bumble.device import Device
from bumble.link import LocalLink

from livecoach.commands.replay import compare
from livecoach.config import AudioConfig, Config
from livecoach.model import Link, Notice, Payload, Profile, Step
from livecoach.session import Plan, run
from livecoach.simulation.forces import Truth
from livecoach.sources.ble import ears
from livecoach.sources.ble.door import BleDoor
from livecoach.sources.ble.wanted import parse
from livecoach.store.reader import SessionFile
from livecoach.wire import pod, pod_control
from tests.hw.bumble_bleak import Client, Scanner
from tests.hw.bumble_pod import NAME, RATE_HZ, RUNNER, Pod, Raw, device
from tests.hw.tools import tables

_ADDRESS = "F5:F4:F3:F2:F1:F0"
_PROPERTY = re.compile("read|write|notify|indicate")
_UNDER_WAY = 10
"""Packets at the end of the session that it did not wait for: half a second."""
_TOLD = ["is connected", "is lost; looking for it", "is back"]


@asynccontextmanager
async def _on_air(core: ctypes.CDLL) -> AsyncIterator[tuple[Pod, Device]]:
    """Switch the pod on, and a central beside it."""
    link = LocalLink()  # type: ignore[no-untyped-call]  # bumble does not say it returns None
    central, worn = device(link, "F0:F1:F2:F3:F4:F5", "central"), Pod(core, link)
    await central.power_on()
    running = asyncio.create_task(worn.run())
    try:
        yield worn, central
        assert not running.done(), running.exception()
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def test_it_shows_what_the_protocol_says_and_answers(core: ctypes.CDLL) -> None:
    answers: asyncio.Queue[bytes] = asyncio.Queue()
    async with asyncio.timeout(15), _on_air(core) as (_, central):
        client = Client(central, BLEDevice(_ADDRESS, NAME, None), lambda _: None, 5.0)
        await client.connect()
        there = {c.uuid: c for c in client.services.characteristics.values()}
        service, *rows = next(tables("Characteristics"))
        base = "0087{}-48a3-4935-b697-0be829dbf171"
        assert base.format(service["slot"]) in [s.uuid for s in client.services]
        for row in rows:
            said = _PROPERTY.findall(row["properties"])
            assert sorted(there[base.format(row["slot"])].properties) == sorted(said)
        control = there[pod_control.CONTROL]

        async def ask(request: bytes) -> pod_control.Reply:
            await client.write_gatt_char(control, request, response=True)
            return pod_control.parse_reply(await answers.get())

        await client.start_notify(control, lambda _, data: answers.put_nowait(bytes(data)))
        synced = pod_control.parse_synced((await ask(pod_control.sync_request(77))).rest)
        assert synced.token == 77
        refused = await ask(pod_control.set_request(pod_control.Settings(rate_hz=200)))
        assert refused == pod_control.Reply(pod_control.SET, pod_control.BAD_PARAMETER)
        taken = await ask(pod_control.set_request(pod_control.Settings(side=2)))
        assert taken == pod_control.Reply(pod_control.SET, pod_control.OK)
        info = pod_control.parse_info(bytes(await client.read_gatt_char(there[pod_control.INFO])))
        assert (info.protocol, info.chip_id, info.side) == (1, 0x6C, 2)
        taken = await ask(pod_control.set_request(pod_control.Settings()))
        assert taken == pod_control.Reply(pod_control.SET, pod_control.OK)
        info = pod_control.parse_info(bytes(await client.read_gatt_char(there[pod_control.INFO])))
        assert info.side == 2, "who does not name a side leaves it as it is"
        await client.disconnect()
        assert not client.is_connected


async def test_steps_come_out_of_the_session_before_and_after_a_break(
    core: ctypes.CDLL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    door = BleDoor([parse(NAME)])
    door.say = said.append
    config = Config(seconds=11.0, audio=AudioConfig(output="null"))
    plan = Plan(config=config, profile=Profile(), record_in=tmp_path)
    monkeypatch.setattr(ears, "lingering", _nobody)
    async with asyncio.timeout(60), _on_air(core) as (worn, central):
        monkeypatch.setattr(bleak, "BleakClient", partial(Client, central))
        monkeypatch.setattr(bleak, "BleakScanner", partial(Scanner, central))
        session = asyncio.create_task(run(plan, [door], said.append))
        await asyncio.sleep(5.0)
        await worn.go_away(0.5)
        outcome = await session
    assert outcome.path is not None
    assert compare(outcome.path).identical
    with SessionFile(outcome.path) as file:
        inputs, events = list(file.inputs()), list(file.events())
    heard = [x.data for x in inputs if isinstance(x, Payload) and x.channel == pod.STREAM]
    assert heard == worn.sent[: len(heard)]
    assert len(worn.sent) - len(heard) <= _UNDER_WAY
    _assert_nothing_is_missing(worn.made, [pod.parse(data) for data in heard])
    links = [x for x in inputs if isinstance(x, Link)]
    assert [x.state for x in links] == ["found", "lost", "found"]
    assert {x.info.mount for x in links if x.info} == {"foot_left"}
    assert [line.split("F1F0 ")[1] for line in said] == _TOLD
    assert [e.text for e in events if isinstance(e, Notice) and "lost on the way" in e.text] == []
    steps = [e for e in events if isinstance(e, Step)]
    _assert_true([s for s in steps if s.t < links[1].t], worn.runner.truth())
    _assert_true([s for s in steps if s.t > links[2].t], worn.runner.truth())


async def _nobody() -> list[BLEDevice]:
    """Return what BlueZ is connected to: there is no BlueZ."""
    return []


def _assert_nothing_is_missing(made: list[Raw], packets: list[pod.StreamPacket]) -> None:
    """Every sample from a stream's beginning on is there once, in order, one period apart."""
    where = {raw: k for k, raw in enumerate(made)}
    assert len(where) == len(made)
    begins = [k for k, packet in enumerate(packets) if packet.overrun]
    assert begins[0] == 0
    # A new listener, and SET; twice. The second follows at once, mostly before the first packet.
    assert len(begins) in {2, 3, 4}
    assert len(packets) > 140
    for begin, end in pairwise([*begins, len(packets)]):
        stream = packets[begin:end]
        assert set(np.diff([where[s] for p in stream for s in p.samples])) == {1}
        assert set(np.diff([p.count for p in stream])) <= {1}
        passed_us = np.mod(np.diff([p.first_us for p in stream]), 2**32)
        assert np.abs(passed_us - 10e6 / RATE_HZ).max(initial=0.0) < 50


def _assert_true(steps: list[Step], truth: list[Truth]) -> None:
    """Each is a step of the left foot, at its contact but for one delay."""
    contacts = np.array([c.t_contact_s for c in truth if c.foot == "left"])
    assert {s.activity for s in steps} == {"run"}
    late_s = np.array([s.t - contacts[np.abs(contacts - s.t).argmin()] for s in steps])
    assert len(steps) >= 4
    assert np.ptp(late_s) < 0.05
    assert median(s.step_rate_spm for s in steps) == pytest.approx(RUNNER.step_rate_spm, rel=0.03)
