"""Two foot pods on one runner that contradict each other: neither is believed.

Pods apart by more than `APART_RATIO` in step rate for `APART_S` are, until they have agreed for
`AGREE_S`, of state ``unknown``: one of them is somebody else's, or is read wrongly, and nothing
tells which. Shorter differences are the pods' own averaging while the tempo changes: a chest strap
and a Stryd on one real runner (522 s) were never apart by more than 8 % for longer than 3 s.
"""

from collections.abc import Iterable
from typing import Final, TypeAlias

from msgspec.structs import replace

from livecoach.model import Notice, PodReport, SensorState

APART_RATIO: Final = 1.08
APART_S: Final = 10.0
AGREE_S: Final = 5.0
TOLD: Final = "{} says {:.0f} steps/min, {} {:.0f}: while they contradict, neither is believed"

PodEvent: TypeAlias = PodReport | SensorState | Notice


class PodsApart:
    """What all pods say in a second, in and out; a `PodReport` has no rate where they differ."""

    def __init__(self) -> None:
        self._apart_since: float | None = None
        self._agree_since: float | None = None
        self._apart = False

    def update(self, t: float, said: Iterable[PodEvent]) -> list[PodEvent]:
        """Take what the pods say at ``t``; return what is to be believed of it."""
        events = list(said)
        rates = sorted(
            (x.step_rate_spm, x.source)
            for x in events
            if isinstance(x, PodReport) and x.step_rate_spm is not None
        )
        if not rates:
            return events
        (low, slow), (high, fast) = rates[0], rates[-1]
        before = self._apart
        self._judge(t, apart=high > APART_RATIO * low)
        if not self._apart:
            return events
        told = [] if before else [Notice(t, TOLD.format(slow, low, fast, high))]
        return [*map(_doubted, events), *told]

    def _judge(self, t: float, *, apart: bool) -> None:
        if apart:
            self._agree_since = None
            self._apart_since = t if self._apart_since is None else self._apart_since
            self._apart = self._apart or t - self._apart_since >= APART_S
        else:
            self._apart_since = None
            self._agree_since = t if self._agree_since is None else self._agree_since
            self._apart = self._apart and t - self._agree_since < AGREE_S


def _doubted(x: PodEvent) -> PodEvent:
    if not isinstance(x, PodReport) or x.step_rate_spm is None:
        return x
    return replace(x, state="unknown", step_rate_spm=None, speed_mps=None, step_length_m=None)
