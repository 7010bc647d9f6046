"""Is this running worth judging? Not at the start, nor just after a walk, nor as speed changes.

Judged is running that has gone on for ``grace_s`` since the first stride, for ``settle_s`` after
walking, standing or as long a silence, and whose speed, averaged over the newest 5 s, is within
``speed_change_ratio`` of the 5 s before: a step of the belt is seen after 1-5 s, and 10 s after it
the judgement begins anew at the new speed. Halves of 10 s rather than single readings, because a
pod outdoors wanders: of six real captures (one belt, five roads) the halves are apart by more than
5 % in 0 to 16 % of the seconds, single readings in 0 to 67 %. Without any known speed only start
and interruptions count: then a change of speed cannot be told from a change of step rate.

A turn counts as such a change where a gyroscope sees it (`Step.turn_rate_dps`): 45 degrees within
3 s, or 37.5 within 1.5 s (25 deg/s over a stride pair). That is a bend of 8 m at 3.5 m/s, where a
leg bears 1.2 % more than straight ahead; the bend of a 400 m track (36.5 m: 5.5 deg/s at 3.5 m/s,
9.4 at 6) is none, nor that of a 200 m hall (17.2 m) up to 4.4 m/s. It is over 10 s after it was
last seen. Without a gyroscope a turn shows itself by the speed it costs.
"""

from collections import deque
from typing import Literal, TypeAlias

from livecoach.coach.params import CoachParams

Pace: TypeAlias = Literal["grace", "unsteady", "steady"]
_HALF_S = 5.0
_BENDS = ((3.0, 45.0), (1.5, 37.5))
"""A turn: more than so many degrees within so many seconds."""
_READING_MOST_S = 1.5
"""One reading of the turn rate stands for no longer than this."""


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
        self._turns: deque[tuple[float, float]] = deque()
        self._t_turned = -1e9

    def interrupt(self) -> None:
        """Note walking or standing: the next running has to settle first."""
        self._begun = self._begun or self.pace == "steady"
        self._t_from = None
        self.pace = "unsteady" if self._begun else "grace"

    def update(self, t: float, speed_mps: float | None, turn_rate_dps: float | None = None) -> Pace:
        """Take one good reading of running, its speed and turn where known."""
        p = self._params
        turning = self._turning(t, turn_rate_dps or 0.0)
        if t - self._t_last > p.settle_s:
            self.interrupt()
        self._t_last = t
        if self._t_from is None:
            self._t_from = t + (p.settle_s if self._begun else p.grace_s)
        changing = self._changing(t, speed_mps) or turning
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

    def _turning(self, t: float, rate_dps: float) -> bool:
        """Return whether a turn is being made, or was within the last 10 s."""
        self._turns.append((rate_dps * min(t - self._t_last, _READING_MOST_S), t))
        while self._turns[0][1] <= t - _BENDS[0][0]:
            self._turns.popleft()
        for within_s, most_deg in _BENDS:
            if abs(sum(deg for deg, at in self._turns if at > t - within_s)) > most_deg:
                self._t_turned = t
        return t - self._t_turned < 2.0 * _HALF_S
