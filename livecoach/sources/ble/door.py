"""All Bluetooth sensors of a session behind one door."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from msgspec import structs

from livecoach.errors import SourceError
from livecoach.model import Input
from livecoach.sources.ble.ears import Ears, Heard
from livecoach.sources.ble.supervisor import Supervisor
from livecoach.sources.ble.wanted import Wanted
from livecoach.wire import radio

_LISTEN_S: Final = 8.0
_LINKS_MOST = 6
"""Adapters hold five to seven links."""
_MOST_OF_A_KIND = {"imu": 4, "pod": 2, "heart": 1, "treadmill": 1}
"""What others around wear is not ours: of each kind, what is nearest."""


class BleDoor:
    """Bluetooth sensors as a source: one supervisor each, for as long as the session runs.

    Parameters
    ----------
    wanted
        What the URIs ask for.
    alone
        There is no other source: Bluetooth that cannot work at all ends `run`.
    listen_s
        How long to listen for sensors where none was named.
    """

    name = "Bluetooth"

    def __init__(
        self,
        wanted: Sequence[Wanted],
        *,
        alone: bool = True,
        listen_s: float = _LISTEN_S,
    ) -> None:
        self._wanted = tuple(wanted)
        self._listen_s = listen_s
        self.alone = alone
        self._told = ""
        self.supervisors: list[Supervisor] = []
        self.say: Callable[[str], None] = _nobody_listens
        """Gets one line for the person at each change: connected, lost, not there, adapter off."""

    @property
    def errors(self) -> int:
        """How many notifications could not be taken in."""
        return sum(s.errors for s in self.supervisors)

    async def run(self, put: Callable[[Input], None], now: Callable[[], float]) -> None:
        """Serve until cancelled; streams are stopped and links closed before letting go.

        Raises
        ------
        SourceError
            Bluetooth cannot work on this machine (no adapter, no D-Bus), and nothing else is there
            to listen to. Everything that may pass is waited for.
        """
        self.supervisors = []
        ears = Ears(self._tell, lambda: any(s.streaming for s in self.supervisors))
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(ears.run(alone=self.alone))
                for wanted in await self._all(ears):
                    supervisor = Supervisor(wanted, ears, put, now, self._tell)
                    self.supervisors.append(supervisor)
                    group.create_task(supervisor.run())
        except* SourceError as failed:
            raise failed.exceptions[0] from None

    def restart(self, source: str) -> None:
        """Stop and start a sensor's stream: what it sends has come too late for too long."""
        for supervisor in self.supervisors:
            if supervisor.source == source:
                supervisor.restart()

    def hear(self, t: float) -> None:
        """Let nobody hear the beat at ``t``: whoever wears the sensors has ears."""

    async def _all(self, ears: Ears) -> list[Wanted]:
        """Return what is to be looked after; waits for sensors where none was named."""
        named = [w for w in self._wanted if w.text]
        anybody = next((w for w in self._wanted if not w.text), None)
        return named if anybody is None else named + await self._around(ears, named, anybody)

    async def _around(self, ears: Ears, named: Sequence[Wanted], any_: Wanted) -> list[Wanted]:
        """Return the sensors around that were not named: what measures most, what is nearest."""
        while True:
            heard = await ears.listen(self._listen_s)
            others = [h for h in heard if not any(w.fits(h.name, h.address) for w in named)]
            near = chosen(others)
            if near or named:
                self._leave_alone(others, near)
                return [structs.replace(any_, text=h.address) for h in near]
            self._tell(
                f"No running sensor after {self._listen_s:.0f} s. Still listening: wear it, or wake"
                " it, and end other apps that use it; `livecoach scan` shows what there is"
            )

    def _leave_alone(self, others: Sequence[Heard], used: Sequence[Heard]) -> None:
        """Say which sensors around are not used: they may be others', or they may be wanted."""
        left = [h.source for h in others if h not in used and radio.of(h.services, h.name)]
        if left:
            self._tell(f"Not used: {', '.join(sorted(left))}; to choose, name each with --source")

    def _tell(self, line: str) -> None:
        if line != self._told:
            self.say(line)
        self._told = line


def chosen(heard: Sequence[Heard]) -> list[Heard]:
    """Return what to connect to: the best of each kind first, then more by usefulness."""
    known = [(h, kinds[0].kind) for h in heard if (kinds := radio.of(h.services, h.name))]
    ranked = sorted(known, key=lambda item: usefulness(item[0]))
    nth: dict[str, int] = {}
    places: list[tuple[int, Heard]] = []
    for h, kind in ranked:
        nth[kind] = nth.get(kind, 0) + 1
        if nth[kind] <= _MOST_OF_A_KIND[kind]:
            places.append((nth[kind], h))
    first = [h for place, h in places if place == 1] + [h for place, h in places if place > 1]
    return first[:_LINKS_MOST]


def usefulness(heard: Heard) -> tuple[int, float]:
    """Return a key that sorts the sensor that measures most first, then the nearest."""
    kinds = radio.of(heard.services, heard.name)
    rank = radio.KNOWN.index(kinds[0]) if kinds else len(radio.KNOWN)
    return rank, -heard.rssi_dbm


def _nobody_listens(_: str) -> None:
    """Say nothing."""
