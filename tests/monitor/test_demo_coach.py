"""`livecoach demo --coach` as its user starts it: a page with three, and nobody left behind."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from playwright.async_api import Browser, expect

from livecoach import config as configuration
from livecoach.store.reader import SessionFile
from tests.commandline import command, fails_in_one_line, livecoach

pytestmark = [pytest.mark.rig, pytest.mark.timeout(120)]


class Demo:
    """A demo that runs, and all that it started."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.out = folder / "out"
        self._log = folder / "log"
        self._opened = folder / "opened"
        browser = folder / "browser"
        browser.write_text(f'#!/bin/sh\necho "$1" > {self._opened}\n')
        browser.chmod(0o700)
        more = {"BROWSER": f"{browser} %s", "PYTHONPATH": str(Path.cwd()), "PYTHONUNBUFFERED": "1"}
        with self._log.open("wb") as log:
            self.process = psutil.Popen(
                command("demo", "--coach", "--audio", "null", "--out", self.out, *options),
                stdout=log,
                stderr=log,
                env=os.environ | more,
            )
        self.until(lambda: re.search(r"The page: (\S+)", self.log))
        self.url = re.findall(r"The page: (\S+)", self.log)[0]
        self.family = self.process.children(recursive=True)

    @property
    def log(self) -> str:
        """All that was said."""
        return self._log.read_text()

    def opened(self) -> str:
        """Return what the browser was told to open."""
        self.until(self._opened.exists)
        return self._opened.read_text().strip()

    def until(self, done: object, within_s: float = 30.0) -> None:
        """Wait until something is so."""
        end_s = time.monotonic() + within_s
        assert callable(done)
        while not done():
            assert time.monotonic() < end_s, self.log
            time.sleep(0.05)


def alive(process: psutil.Process) -> bool:
    """Return whether a process runs; one that nobody has buried does not."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@contextmanager
def demo(folder: Path, *options: str) -> Iterator[Demo]:
    """Run a demo."""
    made = Demo(folder, *options)
    try:
        yield made
    finally:
        for process in (made.process, *made.family):
            if process.is_running():
                process.kill()
        made.process.wait(10)


async def test_three_runners_are_on_the_page_and_all_of_it_ends_by_itself(
    tmp_path: Path, browser: Browser
) -> None:
    with demo(tmp_path, "--seconds", "14") as running:
        assert running.opened() == running.url
        page = await browser.new_page()
        await page.goto(running.url)
        tiles = page.locator(".tile")
        await expect(tiles).to_have_count(3, timeout=20_000)
        for name in ("Ada", "Ben", "Cleo"):
            tile = page.locator(".tile", has_text=name)
            await expect(tile.locator(".chip")).to_have_text("Live", timeout=20_000)
            await expect(tile.locator(".rate b")).to_have_text(re.compile(r"^1\d\d$"))
        await page.get_by_role("link", name="Ben").click()
        await expect(page.locator("#wishes .consent")).not_to_contain_text("messages, modes")
        await page.locator("#wishes").get_by_label("Target, steps/min").fill("176")
        await page.get_by_role("button", name="Set target").click()
        await expect(page.locator("#orders")).to_contain_text("accepted", timeout=10_000)
        assert running.process.wait(40) == 0
        running.until(lambda: not any(map(alive, running.family)))
    assert "Traceback" not in running.log
    names = []
    for path in running.out.glob("*.db"):
        with SessionFile(path) as file:
            assert file.summary is not None
            assert file.summary.reason == "done"
            names.append(configuration.convert(file.header.config, "header").runner.name)
    assert sorted(names) == ["Ada", "Ben", "Cleo"]


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 130), (signal.SIGKILL, -9)]
)
def test_however_it_ends_nobody_is_left(tmp_path: Path, number: signal.Signals, code: int) -> None:
    with demo(tmp_path) as running:
        running.until(lambda: len(list(running.out.glob("*.db"))) == 3)
        assert len(running.family) >= 4, "three runners and a broker"
        running.process.send_signal(number)
        assert running.process.wait(20) == code
        running.until(lambda: not any(map(alive, running.family)))
    assert "Traceback" not in running.log


@pytest.mark.parametrize(
    ("module", "arguments"),
    [
        ("uvicorn", ("demo", "--coach")),
        ("iotcore", ("demo", "--coach")),
        ("cryptography", ("monitor", "init", "club")),
    ],
)
def test_without_the_extra_it_is_one_line_with_the_way_out(
    tmp_path: Path, module: str, arguments: tuple[str, ...]
) -> None:
    stub = tmp_path / "stubs" / f"{module}.py"
    stub.parent.mkdir()
    words = f"No module named '{module}'"
    stub.write_text(f'raise ModuleNotFoundError("{words}", name="{module}")\n')
    path = os.pathsep.join([str(stub.parent), str(Path.cwd())])
    done = subprocess.run(
        [sys.executable, "-m", "livecoach", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": path},
    )
    line = fails_in_one_line(done, 2)
    assert 'pip install "livecoach[monitor]"' in line
    assert [p.name for p in tmp_path.iterdir()] == ["stubs"], "nothing was begun"


def test_a_page_has_no_json() -> None:
    assert "--coach" in fails_in_one_line(livecoach("demo", "--coach", "--json"), 2)
