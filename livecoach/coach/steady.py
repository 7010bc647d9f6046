"""Is this running worth judging? Not at the start, nor just after a walk, nor as speed changes.

Judged is running that has gone on for ``grace_s`` since the first stride, for ``settle_s`` after
walking, standing or as long a silence, and whose speed, averaged over the newest 5 s, is within
``speed_change_ratio`` of the 5 s before: a step of the belt is seen after 1-5 s, and 10 s after it
the judgement begins anew at the new speed. A turn shows itself by the speed it costs. Halves of
10 s rather than single readings, because a pod outdoors wanders: of six real captures (one belt,
five roads) the halves are apart by more than 5 % in 0 to 16 % of the seconds, single readings in 0
to 67 %. Without any known speed only start and interruptions count: then a change of speed cannot
be told from a change of step rate.
"""

from collections import deque
from typing import Literal, TypeAlias

from livecoach.coach.params import CoachParams

Pace: TypeAlias = Literal["grace", "unsteady", "steady"]
_HALF_S = 5.0


class Steadiness:
    """Readings of running and interruptions in; whether to judge, out."""

    def __init__(self, params: CoachParams) -> None:
        self._params = params
        self.reset()

    def reset(self) -> None:
        """Begin a new run."""
        self.pace: Pace = "grace"
        self._begun = False
        self._t_from: float | None = None
        self._t_last = -1e9
        self._speeds: deque[tuple[float, float]] = deque()

    def interrupt(self) -> None:
        """Note walking or standing: the next running has to settle first."""
        self._begun = self._begun or self.pace == "steady"
        self._t_from = None
        self.pace = "unsteady" if self._begun else "grace"

    def update(self, t: float, speed_mps: float | None) -> Pace:
        """Take one good reading of running, its speed where known."""
        p = self._params
        if t - self._t_last > p.settle_s:
            self.interrupt()
        self._t_last = t
        if self._t_from is None:
            self._t_from = t + (p.settle_s if self._begun else p.grace_s)
        changing = self._changing(t, speed_mps)
        if t < self._t_from:
            self.pace = "unsteady" if self._begun or changing else "grace"
        else:
            self._begun = True
            self.pace = "unsteady" if changing else "steady"
        return self.pace

    def _changing(self, t: float, speed_mps: float | None) -> bool:
        if speed_mps is not None:
            self._speeds.append((t, speed_mps))
        while self._speeds and self._speeds[0][0] <= t - 2.0 * _HALF_S:
            self._speeds.popleft()
        newer = [v for at, v in self._speeds if at > t - _HALF_S]
        older = [v for at, v in self._speeds if at <= t - _HALF_S]
        if not newer or not older:
            return False
        before = sum(older) / len(older)
        return abs(sum(newer) / len(newer) - before) > self._params.speed_change_ratio * before
