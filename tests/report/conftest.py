"""A real browser as a fixture."""

import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright

from tests.rigs import require_rig


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
