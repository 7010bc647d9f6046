"""The whole way: page, monitor, a club's broker with TLS and rights, and a runner's own process."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from livecoach.model import Command, Cue, CuePlayed
from livecoach.store.reader import SessionFile
from tests.commandline import command
from tests.loopback.mosquitto_rig import rig_present
from tests.monitor.club_rig import Running, club, running
from tests.monitor.servers import Monitor, monitor
from tests.rigs import require_rig

pytestmark = [pytest.mark.rig, pytest.mark.timeout(180)]

_MORE = """
[runner]
name = "ada"
baseline = { step_rate_spm = 164.0, speed_mps = 3.0, steps = 400 }
[coach]
target = "+3%"
plan = "off"
grace_s = 1.0
ramp_ratio_per_s = 0.02
"""


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Running]:
    """Run a club's broker, as init writes it."""
    require_rig(rig_present(), "mosquitto")
    with running(club(tmp_path / "club", "ada")) as rig:
        yield rig


@pytest.fixture
def coach(tmp_path: Path, broker: Running) -> Iterator[Monitor]:
    """Run the monitor with the credentials that were written for it."""
    with monitor(tmp_path, broker.club.monitor) as started:
        yield started


@asynccontextmanager
async def ada(broker: Running, sound: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run Ada's own program; she consents to targets and words, and not to modes."""
    file = broker.club.runner("ada") / "ada.toml"
    text = file.read_text().replace("allow = []", 'allow = ["target", "say"]')
    file.write_text(text + _MORE)
    process = await asyncio.create_subprocess_exec(
        *command("run", file, "--source", "sim:?step_rate_spm=164&speed_mps=3.0"),
        *("--audio", str(sound), "--session", str(sound.parent / "sessions"), "--seconds", "90"),
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def wish(page: Page, label: str, text: str, button: str) -> None:
    await page.locator("#wishes").get_by_label(label).fill(text)
    await page.get_by_role("button", name=button).click()


async def test_what_the_coach_wishes_is_done_by_the_runner_and_answered(
    tmp_path: Path, broker: Running, coach: Monitor, browser: Browser
) -> None:
    page = await browser.new_page()
    await page.goto(coach.url)
    newest = page.locator("#orders li").first
    verdict = page.locator("#wishes .verdict")
    async with ada(broker, tmp_path / "out.wav") as process:
        rate = page.locator(".tile", has_text="ada").locator(".rate b")
        await expect(rate).to_have_text(re.compile(r"^1\d\d$"), timeout=30_000)
        await page.get_by_role("link", name="ada").click()
        await expect(page.locator("#wishes .consent")).to_contain_text("modes")

        await wish(page, "Target, steps/min", "172", "Set target")
        await expect(newest).to_contain_text("accepted", timeout=10_000)
        await expect(page.locator("#figures")).to_contain_text("172 steps/min", timeout=30_000)

        await wish(page, "Message, spoken to them", "Strong finish, Ada", "Speak")
        await expect(newest).to_contain_text("“Strong finish, Ada”")
        await expect(newest).to_contain_text(
            re.compile(r"spoken\s*at \d\d:\d\d:\d\d"), timeout=20_000
        )

        await wish(page, "Target, steps/min", "190", "Set target")
        await expect(newest).to_contain_text("refused", timeout=10_000)
        await expect(newest).to_contain_text("190 is more than 10 % above your own 164")

        await wish(page, "Target, steps/min", "500", "Set target")
        await expect(verdict).to_have_text("Not sent: 500 steps/min is outside 120 to 220.")

        await page.get_by_role("button", name="Mute", exact=True).click()
        await expect(newest).to_contain_text("has not consented", timeout=10_000)

        process.terminate()
        _, err = await process.communicate()
        assert b"Traceback" not in err
        await expect(page.locator("#who-link")).to_contain_text("Offline", timeout=10_000)
    (path,) = (tmp_path / "sessions").glob("*.db")
    with SessionFile(path) as file:
        wishes = [x for x in file.inputs() if isinstance(x, Command) and x.id]
        events = list(file.events())
    assert [(x.name, x.value) for x in wishes] == [
        ("target", "172"),
        ("say", "Strong finish, Ada"),
        ("target", "190"),
    ]
    spoken = [e for e in events if isinstance(e, Cue) and e.phrase == "Strong finish, Ada"]
    assert len(spoken) == 1
    assert [e for e in events if isinstance(e, CuePlayed) and e.cue == spoken[0].number]
