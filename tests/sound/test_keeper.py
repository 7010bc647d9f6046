"""A device that comes and goes under a running session."""

import time
from collections.abc import Callable

import numpy as np

from livecoach.errors import AudioError
from livecoach.sinks.audio.keeper import AGAIN_S, Keeper
from livecoach.sinks.audio.null import NullBackend

_CLICK = np.ones((4, 2), np.float32)


class _Card(NullBackend):
    """A silent card that can be unplugged."""

    def __init__(self, name: str = "card") -> None:
        super().__init__()
        self.name = name
        self.latency_s = 0.1
        self.there = True
        self.closed = False

    def poll(self, now_s: float) -> list[tuple[int, float]]:
        """Return what was due, or fail as a device that is gone does."""
        if not self.there:
            raise AudioError(f"{self.name}: the audio device went away")
        return super().poll(now_s)

    def close(self) -> None:
        """Remember it."""
        self.closed = True


class _Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def _until(done: Callable[[], bool], keeper: Keeper, clock: _Clock) -> None:
    """Let session time pass, and the search's thread work."""
    deadline = time.monotonic() + 5.0
    while not done():
        assert time.monotonic() < deadline
        clock.now_s += 0.1
        keeper.poll(clock.now_s)
        time.sleep(0.002)


def test_a_device_that_went_away_is_taken_up_again() -> None:
    clock, first, second = _Clock(), _Card(), _Card("headphones")
    tries = 0

    def reopen(rate_hz: int) -> _Card:
        nonlocal tries
        tries += 1
        assert rate_hz == first.rate_hz
        if tries < 3:
            raise AudioError("not there yet")
        return second

    keeper = Keeper(first, reopen, clock)
    keeper.play(_CLICK, 0.5, 1)
    assert keeper.poll(0.6) == [(1, 0.5)]
    first.there = False
    clock.now_s = 1.0
    keeper.play(_CLICK, 1.5, 2)
    assert keeper.poll(1.0) == []
    assert keeper.current is None
    (lost,) = keeper.changes()
    assert (lost.state, lost.t) == ("lost", 1.0)
    assert "went away" in lost.device
    keeper.play(_CLICK, 1.2, 3)  # nobody hears it, nothing fails
    keeper.flush()
    _until(lambda: keeper.current is second, keeper, clock)
    (back,) = keeper.changes()
    assert (back.state, back.device, keeper.latency_s) == ("back", "headphones", 0.1)
    assert tries == 3
    assert clock.now_s - 1.0 >= AGAIN_S
    assert first.closed
    due_s = clock.now_s + 0.2
    keeper.play(_CLICK, due_s, 4)
    assert keeper.poll(due_s + 0.1) == [(4, due_s)]
    keeper.close()
    assert second.closed


def test_a_stand_in_plays_until_there_is_a_device() -> None:
    clock, file, card = _Clock(), _Card("run.wav"), _Card()
    keeper = Keeper(file, lambda _: card, clock, lost=True)
    keeper.play(_CLICK, 0.0, 1)
    assert keeper.poll(0.0) == [(1, 0.0)]
    _until(lambda: keeper.current is card, keeper, clock)
    assert [change.state for change in keeper.changes()] == ["back"]
    assert file.closed


def test_closing_amid_a_search_lets_go_of_what_it_finds() -> None:
    clock, first, late = _Clock(), _Card(), _Card()

    def slowly(_rate_hz: int) -> _Card:
        time.sleep(0.1)
        return late

    keeper = Keeper(first, slowly, clock)
    first.there = False
    keeper.poll(0.0)
    keeper.close()
    assert first.closed
    assert late.closed
