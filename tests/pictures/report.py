"""Take the README's pictures of reports: of a simulated session, and of a real recording.

``python -m tests.pictures.report``; the recording needs LIVECOACH_DATA. What is printed on paper is
pictured as the browser lays it out for print.
"""

import asyncio
import json
import os
import shutil
import tempfile
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from tests.commandline import livecoach

HERE = Path(__file__).parent
RECORDING = "adept_gpl3/adept_first12min_waist.imu.csv"
SIMULATED = (
    "sim:?step_rate_spm=164&speed_mps=3.0&mount=chest&forget_s={forget_s}&heart_rate_bpm=150"
)
A4_PX = (794, 1123)
MARGIN = "30px 49px"


def reported(folder: Path, source: str, *options: str) -> Path:
    """Run a session as fast as it goes and return its page."""
    sound = str(folder / "sound.wav")
    sure = ("--pace", "max", "--target", "+5%", "--runner", "Ada", "--audio", sound, "--json")
    ran = livecoach("run", "--source", source, "--session", folder, *sure, *options, timeout_s=300)
    path = Path(json.loads(ran.stdout)["file"])
    out = path.with_suffix(".html")
    done = livecoach("report", path, "-o", out)
    print(done.stdout, done.stderr)  # noqa: T201 (a tool for people)
    return out


async def shoot(browser: Browser, page: Path, name: str) -> None:
    """Take a picture of a whole page on a desk."""
    tab = await browser.new_page(viewport={"width": 1000, "height": 800}, color_scheme="light")
    await tab.goto(page.as_uri())
    await tab.screenshot(path=HERE / f"{name}.png", full_page=True)
    await tab.close()


async def shoot_paper(browser: Browser, page: Path, name: str) -> None:
    """Take a picture of a page as it is printed."""
    width, height = A4_PX
    context = await browser.new_context(
        viewport={"width": width, "height": height}, device_scale_factor=1.5
    )
    tab = await context.new_page()
    await tab.emulate_media(media="print")
    await tab.goto(page.as_uri())
    await tab.add_style_tag(content=f"body {{ padding: {MARGIN} !important }}")
    await tab.screenshot(path=HERE / f"{name}.png")
    await context.close()


async def main() -> None:
    """Take them."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        os.environ["LIVECOACH_HOME"] = scratch
        for forget_s in (90, 180):
            source = SIMULATED.format(forget_s=forget_s)
            simulated = reported(folder / "simulated", source, "--seconds", "1500")
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
            await shoot(browser, simulated, "report_simulated")
            await shoot_paper(browser, simulated, "report_paper")
            if data := os.environ.get("LIVECOACH_DATA"):
                recorded = reported(folder / "recorded", f"file:{Path(data) / RECORDING}")
                await shoot(browser, recorded, "report_recorded")
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
