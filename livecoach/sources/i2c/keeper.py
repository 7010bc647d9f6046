"""Keeps one chip on a bus, in the reader thread: set up, drained, set up again after trouble."""

from collections.abc import Callable
from contextlib import suppress
from typing import Final, Protocol

from msgspec.structs import replace

from livecoach.errors import SourceError
from livecoach.sources.i2c.chip import Bus, Chip, why
from livecoach.sources.i2c.rest import Rest, Verdict
from livecoach.sources.i2c.wanted import Wanted
from livecoach.wire import lsm6ds

_AGAIN_S: Final = 1.0
_SILENT_S: Final = 1.0
_OTHER: Final[dict[lsm6ds.Chip, lsm6ds.Chip]] = {
    "lsm6dsox": "lsm6dso32",
    "lsm6dso32": "lsm6dsox",
}


class Hears(Protocol):
    """Who is told; may be called from any thread, and never waits."""

    def found(self, wanted: Wanted) -> None:
        """Take that a sensor streams from now on."""

    def burst(self, wanted: Wanted, data: bytes) -> None:
        """Take what its FIFO held."""

    def lost(self, wanted: Wanted) -> None:
        """Take that a sensor is gone."""

    def tell(self, line: str) -> None:
        """Take a line for the person."""


class Keeper:
    """One sensor's life.

    Parameters
    ----------
    bus
        The open bus.
    wanted
        Which sensor on it.
    hears
        Gets what happens.
    clock
        Seconds, only ever going forward.
    """

    def __init__(self, bus: Bus, wanted: Wanted, hears: Hears, clock: Callable[[], float]) -> None:
        self._bus = bus
        self._wanted = wanted
        self._hears = hears
        self._clock = clock
        self._chip: Chip | None = None
        self._again_s = clock()
        self._heard_s = 0.0
        self._said = ""
        self._known = False
        self._stream = lsm6ds.FifoStream()
        self._rest: Rest | None = Rest()

    @property
    def source(self) -> str:
        """The sensor's name as a source."""
        return self._wanted.source

    def restart(self) -> None:
        """Set the chip up anew at the next poll."""
        self._again_s = self._clock()
        self._lose("")

    def poll(self) -> None:
        """Drain the FIFO, or try to set the chip up; never raises for what a bus can do."""
        if self._chip is None and self._clock() < self._again_s:
            return
        try:
            if self._chip is None:
                self._start()
            else:
                self._drain(self._chip)
        except OSError as exc:
            self._lose(why(exc, self._wanted))
        except SourceError as exc:
            self._lose(f"{exc}. Trying again")

    def close(self) -> None:
        """Let the chip sleep."""
        if self._chip is not None:
            with suppress(OSError):
                self._chip.stop()

    def _start(self) -> None:
        chip = Chip(self._bus, self._wanted)
        chip.start()
        self._chip = chip
        self._heard_s = self._clock()
        self._stream = lsm6ds.FifoStream()
        self._hears.found(self._wanted)
        self._tell(f"{self.source} is {'back' if self._known else 'there'}")
        self._known = True

    def _drain(self, chip: Chip) -> None:
        words, overrun = chip.drain()
        now_s = self._clock()
        if not words:
            if now_s - self._heard_s > _SILENT_S:
                self._lose(f"{self.source} says nothing any more; setting it up again")
            return
        self._heard_s = now_s
        if overrun:
            self._tell(f"{self.source}: its FIFO overran; samples are missing", again=True)
        data = lsm6ds.burst(replace(chip.settings, overrun=overrun), words)
        self._hears.burst(self._wanted, data)
        if self._rest is not None:
            self._weigh(chip, self._rest, data)

    def _weigh(self, chip: Chip, rest: Rest, data: bytes) -> None:
        """Hold what is felt at rest against gravity, until that is clear."""
        verdict: Verdict | None = None
        for packet in self._stream.update(data, 0.0):
            for acc in packet.acc:
                verdict = rest.update(acc) or verdict
        if verdict is None:
            return
        self._rest = None
        source, felt = self.source, f"{rest.size_g:.2f} g at rest"
        if verdict == "wrong":
            self._tell(f"{source} feels {felt}: do not trust it; see `livecoach doctor`")
        if verdict not in {"half", "double"}:
            return
        other = _OTHER[self._wanted.chip]
        full_g = self._wanted.full_scale_g
        chip.settings = replace(
            chip.settings, acc_g=full_g * 2 if verdict == "half" else full_g // 2
        )
        if other == ("lsm6dso32" if verdict == "half" else "lsm6dsox"):
            self._tell(f"{source} feels {felt}: it is an {other}; say chip={other}. Taken as such")
        else:
            self._tell(f"{source} feels {felt}: its scale is off by two. Allowed for")

    def _lose(self, line: str) -> None:
        if self._chip is not None:
            self._chip = None
            self._hears.lost(self._wanted)
        self._again_s = self._clock() + (_AGAIN_S if line else 0.0)
        if line:
            self._tell(line)

    def _tell(self, line: str, *, again: bool = False) -> None:
        """Say what is new, once."""
        if line != self._said or again:
            self._hears.tell(line)
        self._said = line
