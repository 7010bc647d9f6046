"""When beats are due: a continuous series, committed only as far ahead as it must be.

Within one tempo the n-th beat is due at ``anchor + n * interval`` (no error piles up); a new tempo
moves the anchor to the last committed beat, so that every interval is exactly one of the tempo in
force when it was committed: nothing is doubled and nothing dropped. While footfalls are known, each
beat may be drawn towards them by a few hundredths of a step (`livecoach.coach.coupling`).
"""

import math
from typing import Literal, TypeAlias

from livecoach.coach.coupling import Coupler, Coupling, is_known
from livecoach.model import Foot, Phase

Lock: TypeAlias = Literal["phase", "tempo", "free"]
"""The newest beat: in phase with the footfalls | leading their tempo | deaf to them."""

COUPLING = Coupling()

# A beat is over this long after it began.
_FADED_S = 0.08
# A beat further than this from a predicted footfall belongs to neither foot.
_FOOT_RATIO = 0.25


class BeatPlan:
    """Due times of beats, a horizon ahead of now.

    Parameters
    ----------
    horizon_s
        How far ahead. May be changed at any time: nothing that was committed comes again.
    coupling
        How strongly beats are drawn to footfalls.
    steps
        Steps per beat: 2 for a beat with every stride.
    """

    def __init__(self, horizon_s: float, coupling: Coupling = COUPLING, steps: int = 1) -> None:
        self.horizon_s = horizon_s
        self.offset_s = 0.0
        """How much later than the device says its sound is heard."""
        self.shortest_s = 0.0
        """No step time that beats ask for is shorter, unless the tempo's own is."""
        self._coupler = Coupler(coupling)
        self._steps = steps
        self.reset()

    def reset(self) -> None:
        """Fall silent and forget."""
        self.playing = False
        self.lock: Lock = "free"
        self._anchor = 0.0
        self._count = 0
        self._begun = False
        self._period_s: float | None = None
        self._last = -1e9
        self._coupler.reset()

    def start(
        self, t: float, period_s: float, phase: Phase | None, lead_ratio: float = 0.0
    ) -> bool:
        """Begin at ``t``; in phase with the footfalls when they are known well enough.

        ``period_s`` is the step time asked for; ``lead_ratio`` is how many steps before the
        footfall the beats sound. Returns whether the beats begin in phase.
        """
        first = max(t + self.horizon_s, self._last + self._steps * period_s)
        in_phase = False
        if phase is not None:
            lead_s = lead_ratio * phase.period_s
            ahead = 2
            while phase.predict(ahead) - lead_s < first:
                ahead += 1
            in_phase = is_known(phase, ahead, self.offset_s)
            first = phase.predict(ahead) - lead_s if in_phase else first
        self.playing, self._begun = True, False
        self.lock = "phase" if in_phase else "free"
        self._anchor, self._count, self._period_s = first, 0, period_s
        self._coupler.reset()
        return in_phase

    def free_after(self, t: float) -> float:
        """Return when a phrase can begin whose first syllable no beat covers.

        The next beats are not committed yet (so they will step back for it), and the one before has
        faded.
        """
        t += self.horizon_s
        if not self.playing or self._period_s is None:
            return t + _FADED_S
        interval_s = self._steps * self._period_s
        ahead = math.ceil((t - _FADED_S - self._anchor) / interval_s)
        return self._anchor + max(self._count, ahead) * interval_s + _FADED_S

    def stop(self) -> None:
        """Commit no further beat."""
        self.playing = False

    def update(
        self, t: float, period_s: float, phase: Phase | None = None, lead_ratio: float = 0.0
    ) -> list[float]:
        """Return the beats to commit now: those due before ``t`` + horizon, each once.

        Without a ``phase`` every interval is exactly the tempo's.
        """
        if not self.playing:
            return []
        interval_s = self._steps * period_s
        if period_s != self._period_s:
            # The first beat of a burst stays where it was aimed.
            if self._begun:
                self._anchor, self._count = self._last + interval_s, 0
            self._period_s = period_s
        due: list[float] = []
        while True:
            beat = self._anchor + self._count * interval_s
            pull, lock = self._pull(beat, period_s, phase, lead_ratio)
            if beat + pull * period_s > t + self.horizon_s:
                return due
            self._anchor += pull * period_s
            self._count += 1
            if beat > self._last:
                self._coupler.moved(pull)
                self._last, self._begun, self.lock = beat + pull * period_s, True, lock
                due.append(self._last)

    def _pull(
        self, beat: float, period_s: float, phase: Phase | None, lead_ratio: float
    ) -> tuple[float, Lock]:
        """Return how many steps later the beat comes for the footfalls' sake, and its state."""
        if not self._begun:
            return 0.0, self.lock
        if phase is None:
            return 0.0, "free"
        n = max(1, round((beat - phase.t_ref) / phase.period_s))
        if not is_known(phase, n, self.offset_s):
            return 0.0, "free"
        pull = self._coupler.pull_ratio(beat, period_s, phase, lead_ratio)
        if pull is None:
            return 0.0, "tempo"
        least = min(0.0, self._steps * (self.shortest_s / period_s - 1.0))
        return max(pull, least), "phase"


def foot_of(due: float, phase: Phase | None) -> Foot | None:
    """Return the foot that a beat falls together with, when the sensor knows its feet."""
    if phase is None or phase.foot is None:
        return None
    ahead = round((due - phase.t_ref) / phase.period_s)
    if ahead < 0 or abs(due - phase.predict(ahead)) > _FOOT_RATIO * phase.period_s:
        return None
    other: Foot = "right" if phase.foot == "left" else "left"
    return phase.foot if ahead % 2 == 0 else other
