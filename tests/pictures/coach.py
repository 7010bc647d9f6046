"""Take the README's pictures of the coach's page: ten runners who are not there, 15 minutes in."""

import asyncio
import shutil
import time
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright

from livecoach.wire.topics import write
from tests.monitor.runners import FakeRunner
from tests.monitor.site import Site, site

HERE = Path(__file__).parent
SPOKEN = {
    "cue_kind": "speech",
    "cue_phrase": "Quicker, lighter feet.",
    "cue_reason": "164 against 172 for 24 s",
}
RUNNERS = (
    FakeRunner("Ada", rate_spm=165.0, target_spm=172.0, more=SPOKEN | {"cue_age_s": 14.0}),
    FakeRunner("Ben", rate_spm=181.0, target_spm=180.0, more={"cue_kind": "beat", "cue_age_s": 95}),
    FakeRunner("Chloé", rate_spm=188.0, target_spm=180.0),
    FakeRunner("Dora", rate_spm=172.0, target_spm=172.0, more={"battery_percent": 11.0}),
    FakeRunner("Emil", rate_spm=170.0, target_spm=None, more={"speed_loss_mps": None}),
    FakeRunner("Fatou", rate_spm=176.0, target_spm=176.0, mute=True),
    FakeRunner("Gus", rate_spm=168.0, target_spm=170.0),
    FakeRunner("Hana", rate_spm=184.0, target_spm=182.0),
    FakeRunner("Ivo", rate_spm=166.0, target_spm=170.0),
    FakeRunner("Jin", rate_spm=171.0, target_spm=170.0),
)
SECONDS = 900
QUIET_S = {"Ivo": 12.0, "Jin": 75.0}


def tell(s: Site, runner: FakeRunner, name: Any, report: Any, at_s: float) -> None:  # noqa: ANN401
    """Tell a fleet something as of then."""
    s.fleet.take(runner.topic(name), write(report), at_s)


def live_through(s: Site) -> None:
    """Let the runners have run until now."""
    began_s = time.monotonic() - SECONDS
    for runner in RUNNERS:
        tell(s, runner, "status", runner.status(), began_s)
        for t in range(SECONDS - int(QUIET_S.get(runner.name, 0))):
            tell(s, runner, "live", runner.live(float(t)), began_s + t)
    now_s = time.monotonic()
    ada = RUNNERS[0]
    why = "164.2 against 172.0 steps/min for 24 s: 4.5 % below"
    for event in (
        ada.event(700.0, "target", target_spm=172.0, baseline_spm=164.0, reason="+5 % of own 164"),
        ada.event(726.0, "cue_decided", cue=1, cue_kind="beat", reason=why),
        ada.event(727.0, "cue_played", cue=1, late_s=0.003),
        ada.event(886.0, "cue_decided", cue=2, cue_kind="speech", phrase="Quicker, lighter feet."),
        ada.event(887.0, "cue_played", cue=2, late_s=0.01),
    ):
        tell(s, ada, "event", event, now_s)
    s.feed.broker = "connected"


async def keep_on(s: Site) -> None:
    """Let them run on while the pictures are taken."""
    began_s = time.monotonic() - SECONDS
    while True:
        for runner in RUNNERS:
            if runner.name not in QUIET_S:
                now_s = time.monotonic()
                tell(s, runner, "live", runner.live(now_s - began_s), now_s)
        await asyncio.sleep(1.0)


async def shoot(page: Page, name: str) -> None:
    """Take a picture of what a page shows."""
    await page.wait_for_timeout(1500)
    await page.screenshot(path=HERE / f"{name}.png")


async def main() -> None:
    """Take them."""
    async with site() as s, async_playwright() as playwright:
        live_through(s)
        running = asyncio.create_task(keep_on(s))
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        url = f"http://127.0.0.1:{s.port}/"
        desk = await browser.new_page(viewport={"width": 1280, "height": 690}, color_scheme="light")
        await desk.goto(url)
        await shoot(desk, "coach_fleet")
        await desk.set_viewport_size({"width": 1280, "height": 980})
        await desk.get_by_role("link", name="Ada").click()
        await shoot(desk, "coach_runner")
        phone = await browser.new_page(viewport={"width": 390, "height": 800}, color_scheme="dark")
        await phone.goto(url)
        await phone.locator("#sort").select_option("need")
        await shoot(phone, "coach_phone")
        await browser.close()
        running.cancel()


if __name__ == "__main__":
    asyncio.run(main())
