"""The page in a real Chromium: one A4 page, nothing fetched, readable, the same on paper."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser

from livecoach.model import SensorInfo
from livecoach.report.gather import earlier, own_way
from livecoach.report.page import page
from tests.report import coached
from tests.report.test_report import HOSTILE, POD, reviewed

pytestmark = pytest.mark.rig
LONG = "Now keep the light feet, and let the ground come to you as it wants"
PHRASES = ("", "Quick, light feet.", "Lighter, quicker feet.", LONG, f"{LONG}!", f"{LONG}?")
A4_MM = (210.0, 297.0)


def full(folder: Path) -> Path:
    """Write the page of a session with as much in it as there may be."""
    for day in range(1, 8):
        when = f"2026-06-{day:02d}T05:00:00+00:00"
        coached.write(folder / f"{day}.db", coached.events(day), started_at=when, runner=HOSTILE)
    info = SensorInfo(name=f"chest {HOSTILE * 2}", kind="imu", mount="chest")
    made = coached.events(phrases=PHRASES)
    path = coached.write(folder / "now.db", made, runner=HOSTILE, info=info, source="sim:")
    found = reviewed(path)
    live = reviewed(coached.write(folder / "live.db", made, runner=HOSTILE, info=info))
    before = earlier(live, folder, lambda events, _: events)
    assert len(before) == 5
    return written(folder, page(found, before, own_way(found, before)))


def written(folder: Path, text: str) -> Path:
    out = folder / "page.html"
    out.write_text(text, encoding="utf-8")
    return out


def pod_page(folder: Path) -> Path:
    found = reviewed(coached.write(folder / "p.db", coached.pod_events(), info=POD, target=""))
    return written(folder, page(found, [], own_way(found, [])))


@pytest.mark.parametrize("make", [full, pod_page])
async def test_it_prints_on_one_a4_page(tmp_path: Path, browser: Browser, make: object) -> None:
    assert callable(make)
    tab = await browser.new_page(color_scheme="dark")
    await tab.goto(make(tmp_path).as_uri())
    pdf = await tab.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    box = re.search(rb"/MediaBox\s*\[([^\]]+)\]", pdf)
    assert box is not None
    size = [float(x) * 25.4 / 72 for x in box[1].split()[2:]]
    assert size == pytest.approx(A4_MM, abs=1.0)


async def test_it_fetches_nothing_runs_nothing_and_says_no_error(
    tmp_path: Path, browser: Browser
) -> None:
    context = await browser.new_context(offline=True)
    tab = await context.new_page()
    asked: list[str] = []
    said: list[str] = []
    tab.on("request", lambda r: asked.append(r.url))
    tab.on("console", lambda m: said.append(m.text))
    tab.on("dialog", lambda d: said.append(d.message))
    path = full(tmp_path)
    await tab.goto(path.as_uri())
    await tab.locator("details summary").click()
    assert asked == [path.as_uri()]
    assert said == []
    assert HOSTILE[:20] in await tab.locator("h1").inner_text()


COLOURS = """() => {
  const style = getComputedStyle(document.documentElement);
  const names = ['paper', 'ink', 'muted', 'measured', 'target', 'own', 'shade', 'band'];
  return Object.fromEntries(names.map(n => [n, style.getPropertyValue('--' + n).trim()]));
}"""


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb`` (WCAG 2)."""
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, two: str) -> float:
    light, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_colours_have_contrast_and_paper_is_light(
    tmp_path: Path, browser: Browser, scheme: str
) -> None:
    tab = await browser.new_page(color_scheme="dark" if scheme == "dark" else "light")
    await tab.goto(pod_page(tmp_path).as_uri())
    screen = await tab.evaluate(COLOURS)
    assert (luminance(screen["paper"]) > 0.5) == (scheme == "light")
    for ground in ("paper", "shade"):
        for text in ("ink", "muted", "target", "own", "measured"):
            assert contrast(screen[text], screen[ground]) >= 4.5, (text, ground)
    assert contrast(screen["measured"], screen["band"]) >= 3.0
    await tab.emulate_media(media="print")
    assert luminance((await tab.evaluate(COLOURS))["paper"]) == pytest.approx(1.0)


async def test_figures_are_told_of_and_tables_have_heads(tmp_path: Path, browser: Browser) -> None:
    tab = await browser.new_page(viewport={"width": 390, "height": 800})
    await tab.goto(full(tmp_path).as_uri())
    figures = tab.get_by_role("img")
    assert await figures.count() == 3
    for k in range(3):
        assert len(await figures.nth(k).get_attribute("aria-label") or "") > 30
    assert await tab.locator("html").get_attribute("lang") == "en"
    assert await tab.locator("th[scope=row]").count() > 10
    wide = await tab.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390


async def test_text_in_figures_is_inside_them(tmp_path: Path, browser: Browser) -> None:
    tab = await browser.new_page(viewport={"width": 1100, "height": 900})
    await tab.goto(full(tmp_path).as_uri())
    outside = await tab.evaluate("""() => [...document.querySelectorAll('svg')].flatMap(svg => {
      const whole = svg.getBoundingClientRect();
      return [...svg.querySelectorAll('text')].filter(t => {
        const box = t.getBoundingClientRect();
        return box.left < whole.left - 2 || box.right > whole.right + 2;
      }).map(t => t.textContent);
    })""")
    assert outside == []
