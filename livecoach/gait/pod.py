"""Foot pods over Running Speed and Cadence: what their numbers mean, second by second.

A pod has no clock and no footfalls; it tells tempo, never phase. Its cadence field is "1/minute"
and pods disagree whether it counts both legs or one (qdomyos-zwift PR 4083, 4318). The multiplier
is decided by which of x1 and x2 makes a human gait of the pod's own speed: the right one lies
within 30 % of a typical step rate at that speed, the wrong one more than 40 % off. The typical line
is drawn by hand through commonly reported values (about 112/min walking at 1.2 m/s, 165/min running
at 3 m/s) and only needs to be right within those margins. Three readings that agree decide; ten in
a row that contradict decide anew. Until then the state is ``unknown``.

States: ``fresh`` a resolved reading within 3 s; ``stale`` none for 3 s, or exactly the same speed
and cadence for 8 s (a pod that repeats its last value after the runner stopped; real captures hold
runs of up to 18 equal seconds, so some honest seconds are lost to this); ``lost`` none for 10 s;
``stopped`` the pod says speed and cadence 0.
"""

import itertools
import math
from typing import Final, Literal

from msgspec import Struct

from livecoach.model import FootPodReading, PodReport, SensorState, State, Tick

# Typical step rate of people at a speed, walking to sprinting (m/s, steps/min).
_TYPICAL = ((0.5, 80.0), (1.2, 112.0), (2.0, 146.0), (2.5, 160.0), (3.0, 165.0), (5.0, 185.0))
_TYPICAL_END = (8.0, 230.0)


class PodParams(Struct, frozen=True):
    """Settings of a `PodTracker`; all times in seconds."""

    stale_after_s: float = 3.0
    lost_after_s: float = 10.0
    repeats_are_stale_after_s: float = 8.0
    votes_to_decide: int = 3
    votes_to_change: int = 10
    slowest_mps: float = 0.4
    fastest_mps: float = 12.0
    near_ratio: float = 1.3
    far_ratio: float = 1.4


DEFAULT: Final = PodParams()


class PodTracker:
    """Readings of one pod and ticks -> a `PodReport` each second and changes of state."""

    def __init__(self, source: str, params: PodParams = DEFAULT) -> None:
        self._source = source
        self._params = params
        self.reset()

    def reset(self) -> None:
        """Forget everything heard."""
        self._multiplier: Literal[1, 2] | None = None
        self._candidate: Literal[1, 2] | None = None
        self._votes = 0
        self._reading: FootPodReading | None = None
        self._t_changed = -math.inf
        self._second: int | None = None
        self._state: State = "unknown"

    def update(self, x: FootPodReading | Tick) -> list[PodReport | SensorState]:
        """Take a reading (none come out) or a tick (a report per whole second)."""
        if isinstance(x, FootPodReading):
            self._hear(x)
            return []
        second = math.floor(x.t + 1e-9)
        if self._second is None:
            self._second = second - (1 if second else 0)
        if second <= self._second:
            return []
        self._second = second
        report = self._report(float(second), x.t)
        if report.state == self._state:
            return [report]
        self._state = report.state
        return [SensorState(x.t, self._source, report.state), report]

    def _hear(self, x: FootPodReading) -> None:
        if self._reading is not None and x.t < self._reading.t:
            return
        if x.speed_mps > self._params.fastest_mps:
            return
        if (x.speed_mps > 0) != (x.cadence_raw_per_min > 0):
            return  # one of the two is wrong; the reading before stands until it is stale
        before = self._reading
        if before is None or (x.speed_mps, x.cadence_raw_per_min) != (
            before.speed_mps,
            before.cadence_raw_per_min,
        ):
            self._t_changed = x.t
        self._reading = x
        if x.speed_mps >= self._params.slowest_mps:
            self._vote(_multiplier(x, self._params))

    def _vote(self, vote: Literal[1, 2] | None) -> None:
        """Count readings in a row that speak for a change; enough of them make it."""
        if vote is None:
            return
        if vote == self._multiplier:
            self._votes = 0
            return
        self._votes = self._votes + 1 if vote == self._candidate else 1
        self._candidate = vote
        p = self._params
        if self._votes >= (p.votes_to_decide if self._multiplier is None else p.votes_to_change):
            self._multiplier, self._votes = vote, 0

    def _report(self, t: float, t_known: float) -> PodReport:
        x, p = self._reading, self._params
        if x is None:
            return PodReport(t, t_known, self._source, "unknown")
        age_s = t_known - x.t
        if age_s > p.stale_after_s:
            return PodReport(
                t, t_known, self._source, "lost" if age_s > p.lost_after_s else "stale"
            )
        if x.cadence_raw_per_min == 0:
            return PodReport(t, t_known, self._source, "stopped", speed_mps=0.0)
        if self._multiplier is None:
            return PodReport(t, t_known, self._source, "unknown")
        if t_known - self._t_changed >= p.repeats_are_stale_after_s:
            return PodReport(t, t_known, self._source, "stale")
        rate = float(x.cadence_raw_per_min * self._multiplier)
        length = x.speed_mps * 60.0 / rate
        return PodReport(t, t_known, self._source, "fresh", rate, x.speed_mps, length)


def _multiplier(x: FootPodReading, p: PodParams) -> Literal[1, 2] | None:
    """Return which multiplier makes a human gait, or None when both or neither do."""
    typical = _typical_spm(x.speed_mps)
    off = {m: abs(math.log(m * x.cadence_raw_per_min / typical)) for m in (1, 2)}
    near, far = math.log(p.near_ratio), math.log(p.far_ratio)
    if off[1] < near and off[2] > far:
        return 1
    if off[2] < near and off[1] > far:
        return 2
    return None


def _typical_spm(speed_mps: float) -> float:
    points = (*_TYPICAL, _TYPICAL_END)
    if speed_mps <= points[0][0]:
        return points[0][1]
    for (v0, r0), (v1, r1) in itertools.pairwise(points):
        if speed_mps <= v1:
            return r0 + (r1 - r0) * (speed_mps - v0) / (v1 - v0)
    return points[-1][1]
