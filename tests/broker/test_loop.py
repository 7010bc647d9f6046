"""The loop that the program runs on."""

import asyncio
import sys

import pytest

from livecoach.commands.loop import run_loop


async def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()


def test_it_is_a_selector_loop_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """There the usual loop has no ``add_reader``, which aiomqtt needs."""

    def never() -> asyncio.AbstractEventLoop:
        raise NotImplementedError

    monkeypatch.setattr("asyncio.events.new_event_loop", never)
    refused = _loop()
    with pytest.raises(NotImplementedError):
        run_loop(refused)
    refused.close()
    monkeypatch.setattr(sys, "platform", "win32")
    assert isinstance(run_loop(_loop()), asyncio.SelectorEventLoop)


def test_elsewhere_it_is_the_usual_one() -> None:
    usual = asyncio.new_event_loop()
    usual.close()
    assert type(run_loop(_loop())) is type(usual)
