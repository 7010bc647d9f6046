"""The page in a real browser, fed through a real broker by runners who are not there."""

import asyncio
import json
import re
from collections.abc import AsyncIterator

import aiomqtt
import pytest
from playwright.async_api import Browser, Dialog, Page, expect

from livecoach.wire.topics import write
from tests.loopback.mosquitto_rig import Mosquitto
from tests.monitor.conftest import HOSTILE
from tests.monitor.runners import FakeFleet
from tests.monitor.servers import Monitor

pytestmark = [pytest.mark.rig, pytest.mark.timeout(180)]
expect.set_options(timeout=20_000)


class Sight:
    """A page, and whatever it complained about or tried to show."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        self.dialogs: list[str] = []
        self.foreign: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("dialog", self._on_dialog)
        page.on("request", lambda request: self._on_request(request.url))

    async def _on_dialog(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        await dialog.dismiss()

    def _on_request(self, url: str) -> None:
        if not url.startswith("http://127.0.0.1:"):
            self.foreign.append(url)


@pytest.fixture
async def sight(browser: Browser, coach: Monitor, fleet: FakeFleet) -> AsyncIterator[Sight]:
    """Open the page; at the end it must not have stumbled."""
    assert fleet.runners
    seen = Sight(await browser.new_page())
    await seen.page.goto(coach.url)
    yield seen
    assert (seen.errors, seen.dialogs, seen.foreign) == ([], [], [])


async def open_ada(page: Page) -> None:
    await page.get_by_role("link", name="Ada").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Ada")


async def test_tiles_appear_say_their_state_in_words_and_change(sight: Sight) -> None:
    page = sight.page
    await expect(page.locator(".tile")).to_have_count(3)
    ada = page.locator(".tile", has_text="Ada")
    await expect(ada.locator(".aim")).to_contain_text("below")
    await expect(ada.locator(".aim")).to_contain_text("172 steps/min")
    await expect(ada.locator(".chip")).to_have_text("Live")
    await expect(ada).to_contain_text("Speed loss")
    ben = page.locator(".tile", has_text="Ben")
    await expect(ben.locator(".aim")).to_contain_text("on target")
    shapes = {await tile.locator(".aim path").get_attribute("d") for tile in (ada, ben)}
    assert len(shapes) == 2, "below and on target must differ by shape, too"
    seen = set()
    for _ in range(100):
        seen.add(await ada.locator(".rate b").inner_text())
        if len(seen) > 1:
            break
        await asyncio.sleep(0.2)
    assert len(seen) > 1, f"the number stands still: {seen}"


async def test_a_hostile_name_is_text_and_nothing_else(sight: Sight) -> None:
    page = sight.page
    name = HOSTILE.replace("/", "|")
    link = page.locator(".tile bdi", has_text="Eve")
    await expect(link).to_have_text(name)
    assert await page.locator("b[onclick]").count() == 0
    await link.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(name)
    assert await page.locator("[onclick]").count() == 0


async def test_sort_find_and_filter(sight: Sight) -> None:
    page = sight.page
    await expect(page.locator(".tile")).to_have_count(3)
    await page.get_by_label("Sort by").select_option("gap")
    await expect(page.locator(".tile h2").first).to_have_text("Ada")
    await page.get_by_label("Sort by").select_option("rate")
    await expect(page.locator(".tile h2").first).to_have_text("Ben")
    await page.get_by_label("Find").fill("juniors")
    await expect(page.locator(".tile:visible")).to_have_count(1)
    await page.get_by_label("Find").fill("")
    await page.get_by_label("Show", exact=True).select_option("off")
    await expect(page.locator(".tile:visible")).to_have_count(1)
    await page.get_by_label("Show", exact=True).select_option("trouble")
    await expect(page.locator("#none")).to_contain_text("None of 3 runners")


async def test_a_target_and_a_message_go_out_and_their_answers_are_shown(
    sight: Sight, fleet: FakeFleet
) -> None:
    page = sight.page
    await open_ada(page)
    await page.locator("#wishes").get_by_label("Target, steps/min").fill("176")
    await page.get_by_role("button", name="Set target").click()
    await expect(page.locator("#orders")).to_contain_text("accepted")
    await page.locator("#wishes").get_by_label("Message, spoken to them").fill("Tall & proud <now>")
    await page.locator("#wishes").get_by_label("Message, spoken to them").press("Enter")
    await expect(page.locator("#orders li").first).to_contain_text("“Tall & proud <now>”")
    await expect(page.locator("#orders li").first).to_contain_text("spoken")
    await expect(page.locator("#orders li").first).to_contain_text(re.compile(r"at \d\d:\d\d:\d\d"))
    await expect(page.locator("#figures")).to_contain_text("176 steps/min")
    assert [topic for topic, _ in fleet.heard] == [
        "livecoach/v1/club/Ada/cmd/target",
        "livecoach/v1/club/Ada/cmd/say",
    ]
    assert json.loads(fleet.heard[0][1])["target_spm"] == 176


async def test_bad_wishes_are_refused_in_words(sight: Sight, fleet: FakeFleet) -> None:
    page = sight.page
    await open_ada(page)
    verdict = page.locator("#wishes .verdict")
    await page.locator("#wishes").get_by_label("Target, steps/min").fill("500")
    await page.get_by_role("button", name="Set target").click()
    await expect(verdict).to_have_text("Not sent: 500 steps/min is outside 120 to 220.")
    await page.locator("#wishes").get_by_label("Target, steps/min").fill("")
    await page.get_by_role("button", name="Set target").click()
    await expect(verdict).to_contain_text("write a number")
    await page.locator("#wishes").get_by_label("Message, spoken to them").fill("x" * 200)
    await page.get_by_role("button", name="Speak").click()
    await expect(verdict).to_have_text("Not sent: 200 characters: at most 140 can be said.")
    assert fleet.heard == []


async def test_what_a_runner_does_not_allow_is_said_before_and_after(sight: Sight) -> None:
    page = sight.page
    await page.get_by_role("link", name="Ben").click()
    await expect(page.locator("#wishes .consent")).to_contain_text("messages, modes")
    await page.get_by_role("button", name="Mute", exact=True).click()
    await expect(page.locator("#orders")).to_contain_text("refused")
    await expect(page.locator("#orders")).to_contain_text("mode is not allowed here")


async def test_a_whole_group_is_spoken_to_and_each_answer_shown(
    sight: Sight, fleet: FakeFleet
) -> None:
    page = sight.page
    await expect(page.locator(".tile")).to_have_count(3)
    await page.get_by_role("button", name="Message a group").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Group").select_option("club")
    await dialog.get_by_label("Message, spoken to them").fill("Two minutes.")
    await dialog.get_by_role("button", name="Speak").click()
    await expect(dialog.locator("#group-orders")).to_contain_text("1 refused")
    await expect(dialog.locator("#group-orders")).to_contain_text("Ben refused: say is not allowed")
    await expect(dialog.locator("#group-orders")).to_contain_text("spoken: Ada at")
    assert fleet.heard[0][0] == "livecoach/v1/club/all/cmd/say"


async def test_everything_is_reached_with_the_keyboard(sight: Sight) -> None:
    page = sight.page
    await expect(page.locator(".tile")).to_have_count(3)
    reached = []
    for _ in range(9):
        await page.keyboard.press("Tab")
        reached.append(await page.evaluate("document.activeElement.textContent.trim()"))
    assert reached[0] == "Skip to the runners"
    assert "Message a group" in reached
    assert reached[reached.index("Message a group") + 1] == "Ada"
    await page.get_by_role("link", name="Ada").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_be_focused()
    await page.keyboard.press("Tab")
    await page.go_back()
    await expect(page.get_by_role("link", name="Ada")).to_be_focused()


async def test_every_control_has_a_name_and_charts_have_words(sight: Sight) -> None:
    page = sight.page
    await open_ada(page)
    await expect(
        page.get_by_role("img", name=re.compile("Cadence, last 5 minutes"))
    ).to_be_visible()
    await expect(
        page.get_by_role("img", name=re.compile("Braking, speed loss, last 5"))
    ).to_be_visible()
    nameless = await page.evaluate(
        """() => [...document.querySelectorAll("input, select, textarea, button")].filter((e) =>
        !e.labels?.length && !e.getAttribute("aria-label") && !e.textContent.trim()).length"""
    )
    assert nameless == 0


async def test_it_fits_a_phone_in_both_views(
    browser: Browser, coach: Monitor, fleet: FakeFleet
) -> None:
    assert fleet.runners
    page = await browser.new_page(viewport={"width": 390, "height": 844}, has_touch=True)
    await page.goto(coach.url)
    await expect(page.locator(".tile")).to_have_count(3)
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await page.evaluate(wide) == 0
    await page.get_by_role("link", name="Ada").tap()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Ada")
    await expect(page.locator("#figures")).to_contain_text("Cadence")
    assert await page.evaluate(wide) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_small_text_has_contrast_aa(
    browser: Browser, coach: Monitor, fleet: FakeFleet, scheme: str
) -> None:
    """Every colour that text has, on card and paper, by WCAG's formula: 4.5 and more."""
    assert fleet.runners
    page = await browser.new_page(color_scheme="dark" if scheme == "dark" else "light")
    await page.goto(coach.url)
    ratios = await page.evaluate(
        """() => {
        const style = getComputedStyle(document.documentElement);
        const light = (name) => {
          const hex = style.getPropertyValue(name).trim().slice(1);
          const part = (k) => {
            const v = parseInt(hex.slice(k, k + 2), 16) / 255;
            return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
          };
          return 0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4);
        };
        const ratio = (a, b) => {
          const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
          return (x + 0.05) / (y + 0.05);
        };
        const found = { button: ratio("--accent-ink", "--accent") };
        found.alarm = ratio("--paper", "--lost");
        for (const ink of ["--ink", "--muted", "--on", "--below", "--above", "--late", "--lost"])
          for (const ground of ["--card", "--paper"]) found[ink + ground] = ratio(ink, ground);
        for (const chip of ["--late", "--lost", "--muted"])
          found["chip" + chip] = ratio("--card", chip);
        return found;
        }"""
    )
    assert len(ratios) == 19
    assert {name: ratio for name, ratio in ratios.items() if ratio < 4.5} == {}


async def test_silence_is_late_and_a_goodbye_offline_on_the_page(
    sight: Sight, fleet: FakeFleet, broker: Mosquitto
) -> None:
    page = sight.page
    ada = page.locator(".tile", has_text="Ada")
    await expect(ada.locator(".chip")).to_have_text("Live")
    fleet.silent.add("Ada")
    await expect(ada.locator(".chip")).to_contain_text("Late")
    await expect(ada.locator(".aim")).to_contain_text("was ")
    fleet.silent.discard("Ada")
    await expect(ada.locator(".chip")).to_have_text("Live")
    fleet.silent.add("Ada")
    runner = fleet.runners["club", "Ada"]
    await page.get_by_label("Show", exact=True).select_option("all")
    async with aiomqtt.Client("127.0.0.1", broker.port) as goodbye:
        await asyncio.sleep(0.5)
        await goodbye.publish(runner.topic("status"), write(runner.status("offline")), 1)
        await expect(ada.locator(".chip")).to_contain_text("Offline")
        await expect(ada.locator(".rate")).to_have_text("\u2013")


async def test_a_page_left_open_survives_server_and_broker(
    sight: Sight, coach: Monitor, broker: Mosquitto, fleet: FakeFleet
) -> None:
    page = sight.page
    await open_ada(page)
    trouble = page.locator("#trouble")
    coach.stop()
    await expect(trouble).to_contain_text("The monitor cannot be reached")
    coach.start()
    await expect(trouble).to_be_hidden()
    broker.stop()
    await expect(trouble).to_contain_text("127.0.0.1")
    await expect(page.locator("#who-link")).to_contain_text("Late")
    broker.start()
    await expect(trouble).to_be_hidden()
    await expect(page.locator("#who-link")).to_have_text("Live")
    # The token that the page holds is the old server's: it gets a new one by itself.
    await page.locator("#wishes").get_by_label("Target, steps/min").fill("175")
    await page.get_by_role("button", name="Set target").click()
    await expect(page.locator("#orders")).to_contain_text("accepted")
    assert fleet.heard
