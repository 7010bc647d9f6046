"""The sink for a broker as a session makes it, with what it says and hears."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from livecoach.sinks.broker.address import Address
from livecoach.sinks.broker.client import Login
from livecoach.sinks.broker.sink import Arrived, Broker, Retained
from livecoach.store.outbox import Outbox
from livecoach.wire.topics import Status, own_commands, write
from tests.loopback.mosquitto_rig import LOOPBACK

STATUS = "livecoach/v1/club/ann/status"


def status(state: str) -> Retained:
    """Return a status report."""
    return Retained(STATUS, write(Status(state=state, epoch_s=1.0)))  # type: ignore[arg-type]


def login(port: int, host: str = LOOPBACK, **more: object) -> Login:
    """Return a login for the runner Ann."""
    address = Address(host, port, bool(more.get("context")), str(more.pop("user", "")))
    return Login(
        address=address,
        identifier="livecoach-club-ann",
        will_topic=STATUS,
        will=status("lost").payload,
        **more,  # type: ignore[arg-type]
    )


def broker(
    port: int,
    path: Path,
    say: Callable[[str], None] = print,
    arrived: Callable[[Arrived], None] = print,
    **more: object,
) -> Broker:
    """Return a sink that is not started yet."""
    return Broker(
        login(port, **more),  # type: ignore[arg-type]
        Outbox(path),
        filters=own_commands("club", "ann"),
        hello=lambda: (status("online"),),
        goodbye=lambda: status("offline"),
        arrived=arrived,
        say=say,
    )


async def until(done: Callable[[], object], within_s: float = 40.0) -> None:
    """Wait until something is so; raises `TimeoutError`."""
    for _ in range(round(within_s / 0.02)):
        if done():
            return
        await asyncio.sleep(0.02)
    raise TimeoutError
