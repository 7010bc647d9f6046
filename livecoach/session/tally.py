"""Counting as a session goes: what the summary at its end says."""

from collections import deque

from msgspec import Struct

from livecoach.model import Cue, Event, HeartRate, PodReport, Retention, Skipped, Step, Target
from livecoach.session.achieved import Distance, Kept
from livecoach.store.header import REVISION, Reason, Summary

_LAST_S = 8.0
_AVERAGED = (
    "step_rate_spm",
    "contact_time_s",
    "vertical_oscillation_m",
    "speed_loss_mps",
    "expected_braking_mps",
    "step_length_m",
)


class Means(Struct):
    """Means of the metrics over some steps; None where no step knew one."""

    steps: int = 0
    values: dict[str, float] = {}


class _Sums:
    def __init__(self) -> None:
        self.steps = 0
        self._sum: dict[str, float] = {}
        self._count: dict[str, int] = {}

    def add(self, values: dict[str, float]) -> None:
        self.steps += 1
        for name, value in values.items():
            self._sum[name] = self._sum.get(name, 0.0) + value
            self._count[name] = self._count.get(name, 0) + 1

    def means(self) -> Means:
        return Means(self.steps, {k: v / self._count[k] for k, v in self._sum.items()})


class Tally:
    """Events in, totals out: whole run, before the first cue, and the last 8 s."""

    def __init__(self) -> None:
        self.steps = 0
        self.beats = 0
        self.cues = 0
        self.skipped = 0
        self.first_skipped: Skipped | None = None
        self.target: Target | None = None
        self.kept: Retention | None = None
        self._distance = Distance()
        self._kept = Kept()
        self._heart = _Sums()
        self._all = _Sums()
        self._before = _Sums()
        self._last: deque[tuple[float, dict[str, float]]] = deque()

    def update(self, event: Event) -> None:
        """Take one event."""
        self._distance.update(event)
        self._kept.update(event)
        match event:
            case Step(activity="run" | "walk"):
                self.steps += 1
                self._count(event.t_known, _values(event))
            case PodReport(state="fresh"):
                values = {
                    "step_rate_spm": event.step_rate_spm,
                    "step_length_m": event.step_length_m,
                }
                self._count(event.t_known, {k: v for k, v in values.items() if v is not None})
            case HeartRate() if event.worn:
                self._heart.add({"heart_rate_bpm": event.rate_bpm})
            case Cue():
                self.beats += event.kind == "beat"
                self.cues += event.kind != "beat"
            case Skipped():
                self.skipped += 1
                self.first_skipped = self.first_skipped or event
            case Target():
                self.target = event
            case Retention():
                self.kept = event
            case _:
                pass

    def overall(self) -> Means:
        """Return the means over the whole run."""
        return self._all.means()

    @property
    def mean_heart_rate_bpm(self) -> float | None:
        """Mean of what heart rate sensors on skin said; None when none did."""
        return self._heart.means().values.get("heart_rate_bpm")

    def summary(self, ended_at: str, duration_s: float, reason: Reason) -> Summary:
        """Return what is kept of it all."""
        return Summary(
            ended_at=ended_at,
            duration_s=duration_s,
            steps=self.steps,
            mean_heart_rate_bpm=self.mean_heart_rate_bpm,
            mean_step_rate_spm=self.overall().values.get("step_rate_spm"),
            cues=self.cues,
            skipped=self.skipped,
            target_spm=None if self.target is None else self.target.target_spm,
            reason=reason,
            distance_m=self._distance.total_m,
            target_kept_ratio=self._kept.ratio,
            revision=REVISION,
        )

    def before(self) -> Means:
        """Return the means up to the first cue of any kind."""
        return self._before.means()

    def last(self) -> Means:
        """Return the means over the last 8 s."""
        sums = _Sums()
        for _, values in self._last:
            sums.add(values)
        return sums.means()

    def _count(self, t: float, values: dict[str, float]) -> None:
        self._all.add(values)
        if not self.beats and not self.cues:
            self._before.add(values)
        self._last.append((t, values))
        while self._last[0][0] < t - _LAST_S:
            self._last.popleft()


def _values(step: Step) -> dict[str, float]:
    found = {name: getattr(step, name) for name in _AVERAGED}
    return {name: value for name, value in found.items() if value is not None}
