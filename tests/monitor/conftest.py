"""The rigs of the page as fixtures: a broker, a monitor, a browser."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from tests.loopback.mosquitto_rig import Mosquitto, mosquitto, rig_present
from tests.monitor.runners import FakeFleet, FakeRunner
from tests.monitor.servers import Monitor, monitor
from tests.rigs import require_rig

HOSTILE = '<b onclick=alert(1)>Eve & "co"</b>'


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """Run a mosquitto of this test."""
    require_rig(rig_present(), "mosquitto")
    with mosquitto(tmp_path / "broker") as rig:
        yield rig


@pytest.fixture
def coach(tmp_path: Path, broker: Mosquitto) -> Iterator[Monitor]:
    """Run a monitor on that broker."""
    with monitor(tmp_path, "--broker", f"mqtt://127.0.0.1:{broker.port}") as running:
        yield running


@pytest.fixture
async def fleet(broker: Mosquitto) -> AsyncIterator[FakeFleet]:
    """Let three runners report to that broker, one with a hostile name."""
    made = FakeFleet(
        broker.port,
        FakeRunner("Ada", rate_spm=164.0, target_spm=172.0),
        FakeRunner("Ben", rate_spm=180.0, target_spm=180.0, allow=("target",)),
        FakeRunner(HOSTILE.replace("/", "|"), group="juniors", target_spm=None),
    )
    running = asyncio.create_task(made.run())
    yield made
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Start Debian's Chromium, without a window."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    require_rig(program is not None, "chromium")
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield started
        await started.close()
