"""How far it went, and how well the target was kept: sums over what a session brings to light."""

from collections import deque

from livecoach.model import Belt, Event, PodReport, Step, Target

WITHIN_RATIO = 0.025
"""What the console calls on target."""
_STEPS = 8
_LONGEST_S = 2.5
_ENOUGH_RATIO = 0.9


class Distance:
    """The distance covered, by the first of these that knew enough.

    Steps, when nine of ten know their length; else the belt, else the foot pod that told most, by
    their speed as long as they go on telling it.
    """

    def __init__(self) -> None:
        self._steps = self._known = 0
        self._stepped_m = 0.0
        self._told: dict[str, tuple[float, float]] = {}
        self._belt_m: dict[str, float] = {}
        self._pod_m: dict[str, float] = {}

    def update(self, event: Event) -> None:
        """Take one event."""
        match event:
            case Step(activity="run" | "walk"):
                self._steps += 1
                if event.step_length_m is not None:
                    self._known += 1
                    self._stepped_m += event.step_length_m
            case Belt(speed_mps=float(speed_mps)):
                self._go(self._belt_m, event.source, event.t_known, speed_mps)
            case PodReport(speed_mps=float(speed_mps)):
                self._go(self._pod_m, event.source, event.t_known, speed_mps)
            case _:
                pass

    @property
    def total_m(self) -> float | None:
        """The distance; None when nothing knew it."""
        if self._known and self._known >= _ENOUGH_RATIO * self._steps:
            return self._stepped_m
        for by_source in (self._belt_m, self._pod_m):
            if by_source:
                return max(by_source.values())
        return None

    def _go(self, by_source: dict[str, float], source: str, t: float, speed_mps: float) -> None:
        before_t, before_mps = self._told.get(source, (t, speed_mps))
        self._told[source] = (t, speed_mps)
        gone_m = before_mps * min(t - before_t, _LONGEST_S)
        by_source[source] = by_source.get(source, 0.0) + gone_m


class Kept:
    """The share of the running time with a target in which the rate of eight steps was near it.

    Without steps, foot pods stand in for them.
    """

    def __init__(self) -> None:
        self._target_spm: float | None = None
        self._times_s: deque[float] = deque(maxlen=_STEPS)
        self._step_s = [0.0, 0.0]
        self._pods = [0, 0]

    def update(self, event: Event) -> None:
        """Take one event."""
        match event:
            case Target():
                self._target_spm = event.target_spm
            case Step(activity="run"):
                self._times_s.append(event.step_time_s)
                if len(self._times_s) == _STEPS:
                    rate_spm = 60.0 * _STEPS / sum(self._times_s)
                    near = self._near(rate_spm)
                    if near is not None:
                        self._step_s[near] += event.step_time_s
            case Step():
                self._times_s.clear()
            case PodReport(state="fresh", step_rate_spm=float(rate_spm)):
                near = self._near(rate_spm)
                if near is not None:
                    self._pods[near] += 1
            case _:
                pass

    @property
    def ratio(self) -> float | None:
        """The share, 0 to 1; None when there was never a target to keep."""
        away, near = self._step_s if any(self._step_s) else self._pods
        return near / (near + away) if near + away else None

    def _near(self, rate_spm: float) -> bool | None:
        if self._target_spm is None:
            return None
        return abs(rate_spm / self._target_spm - 1.0) <= WITHIN_RATIO
