"""When beats are due: a continuous series, committed only as far ahead as it must be.

Within one tempo the n-th beat is due at ``anchor + n * period`` (no error piles up); a new tempo
moves the anchor to the last committed beat, so that every interval is exactly one period of the
tempo in force when it was committed: nothing is doubled and nothing dropped.
"""

import math

from livecoach.model import Foot, Phase

# Free tempo unless the footfall aimed at is expected within this part of the period.
_GATE_RATIO = 0.06
# A beat is over this long after it began.
_FADED_S = 0.08
# A beat further than this from a predicted footfall belongs to neither foot.
_FOOT_RATIO = 0.25


class BeatPlan:
    """Due times of beats, a horizon ahead of now."""

    def __init__(self, horizon_s: float) -> None:
        self.horizon_s = horizon_s
        """May be changed at any time: nothing that was committed comes again."""
        self.reset()

    def reset(self) -> None:
        """Fall silent and forget."""
        self.playing = False
        self._anchor = 0.0
        self._count = 0
        self._begun = False
        self._period_s: float | None = None
        self._last = -1e9

    def start(self, t: float, period_s: float, phase: Phase | None) -> bool:
        """Begin at ``t``; in phase with the footfalls when they are known well enough.

        Returns whether the beats begin in phase.
        """
        first = max(t + self.horizon_s, self._last + period_s)
        in_phase = False
        if phase is not None:
            ahead = 2
            while phase.predict(ahead) < first:
                ahead += 1
            # An error of the period counts once for each step ahead, that of one step once.
            in_phase = phase.sd_s * math.sqrt(ahead) <= _GATE_RATIO * phase.period_s
            first = phase.predict(ahead) if in_phase else first
        self.playing, self._begun = True, False
        self._anchor, self._count, self._period_s = first, 0, period_s
        return in_phase

    def free_after(self, t: float) -> float:
        """Return when a phrase can begin whose first syllable no beat covers.

        The next beats are not committed yet (so they will step back for it), and the one before has
        faded.
        """
        t += self.horizon_s
        if not self.playing or self._period_s is None:
            return t + _FADED_S
        ahead = math.ceil((t - _FADED_S - self._anchor) / self._period_s)
        return self._anchor + max(self._count, ahead) * self._period_s + _FADED_S

    def stop(self) -> None:
        """Commit no further beat."""
        self.playing = False

    def update(self, t: float, period_s: float) -> list[float]:
        """Return the beats to commit now: those due before ``t`` + horizon, each once."""
        if not self.playing:
            return []
        if period_s != self._period_s:
            # The first beat of a burst stays where it was aimed.
            if self._begun:
                self._anchor, self._count = self._last + period_s, 0
            self._period_s = period_s
        due: list[float] = []
        while (beat := self._anchor + self._count * period_s) <= t + self.horizon_s:
            self._count += 1
            if beat > self._last:
                due.append(beat)
                self._last, self._begun = beat, True
        return due


def foot_of(due: float, phase: Phase | None) -> Foot | None:
    """Return the foot that a beat falls together with, when the sensor knows its feet."""
    if phase is None or phase.foot is None:
        return None
    ahead = round((due - phase.t_ref) / phase.period_s)
    if ahead < 0 or abs(due - phase.predict(ahead)) > _FOOT_RATIO * phase.period_s:
        return None
    other: Foot = "right" if phase.foot == "left" else "left"
    return phase.foot if ahead % 2 == 0 else other
