"""A session's events in, what there is to tell of it out: its parts, and their means.

A run has up to three parts. *Own*: from `GRACE_S` after the first stride to the first cue, running
nobody coached. *Coached*: from there on. *Alone*: the time without cues at its end, where the
session had one. Only steps of running and of good quality count, of a pod its fresh seconds. What a
sensor cannot know is absent from every table here, never 0.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from livecoach.coach.hearing import GOOD_QUALITY
from livecoach.model import (
    Cue,
    CueDropped,
    CueEffect,
    CuePlayed,
    Event,
    Foot,
    HeartRate,
    PodReport,
    Retention,
    SensorInfo,
    Step,
    Target,
)
from livecoach.report.blocks import Floats, Mean, mean_of
from livecoach.report.explain import Explained, explain
from livecoach.session.achieved import WITHIN_RATIO

MEASURES = (
    "step_rate_spm",
    "speed_loss_mps",
    "expected_braking_mps",
    "vertical_oscillation_m",
    "contact_time_s",
    "landing_angle_deg",
    "trunk_lean_deg",
    "speed_mps",
)
"""What is told of a run, in this order; heart rate apart, for it is of no step."""
USED = (
    "step",
    "pod",
    "heart",
    "target",
    "cue",
    "cue_played",
    "cue_dropped",
    "cue_effect",
    "retention",
)
GRACE_S = 20.0
BIN_S = 10.0
_LEAST_S = 30.0
_PAIR_S = 1.0

_Chosen: TypeAlias = NDArray[np.bool_]
Part: TypeAlias = Literal["own", "coached", "alone"]
Origin: TypeAlias = Literal["live", "recording", "simulation"]


class Section(Struct, frozen=True):
    """A part of a run: means of what is known of all steps, and of each foot's.

    ``apart`` is left less right, of pairs of steps: what changes for both feet is not in it.
    """

    start_s: float
    end_s: float
    means: dict[str, Mean]
    left: dict[str, Mean]
    right: dict[str, Mean]
    apart: dict[str, Mean]


class Review(Struct, frozen=True, kw_only=True):
    """What there is to tell of a session.

    ``lines`` are means over `BIN_S` (times in the middle; NaN: unknown), ``targets`` the target
    from each time on. ``on_target_ratio`` is the share of the running with a target that was
    within `WITHIN_RATIO` of it; ``shared_s`` how much running that is.
    """

    session_id: str
    started_at: str
    runner: str
    origin: Origin
    sensors: tuple[SensorInfo, ...]
    wish: str
    ended: bool
    duration_s: float
    steps: int
    distance_m: float | None
    parts: dict[Part, Section]
    whole: Section
    lines: dict[str, tuple[Floats, Floats]]
    targets: tuple[tuple[float, float | None], ...]
    baseline_spm: float | None
    target_reason: str
    on_target_ratio: float | None
    shared_s: float
    heart_bpm: Mean | None
    cues: tuple[Explained, ...]
    effects: tuple[CueEffect, ...]
    retention: Retention | None

    @property
    def target_spm(self) -> float | None:
        """The last target there was."""
        return next((spm for _, spm in reversed(self.targets) if spm is not None), None)

    @property
    def mounts(self) -> tuple[str, ...]:
        """Where motion sensors were worn, in order of name; what is compared must agree in it."""
        return tuple(sorted(s.mount for s in self.sensors if s.kind == "imu" and s.mount))


class Told(Struct, frozen=True, kw_only=True):
    """What a session's header and inputs say of it."""

    session_id: str
    started_at: str
    runner: str
    origin: Origin
    sensors: tuple[SensorInfo, ...]
    wish: str
    ended: bool
    duration_s: float


class _Rows:
    """Times, weights and values that grow; unknown ones are NaN."""

    def __init__(self, names: Iterable[str]) -> None:
        self.t: list[float] = []
        self.weight_s: list[float] = []
        self.foot: list[Foot | None] = []
        self.values: dict[str, list[float]] = {name: [] for name in names}

    def add(
        self, t: float, weight_s: float, values: Mapping[str, float | None], foot: Foot | None
    ) -> None:
        self.t.append(t)
        self.weight_s.append(weight_s)
        self.foot.append(foot)
        for name, column in self.values.items():
            value = values.get(name)
            column.append(math.nan if value is None else value)


class ReviewBuilder:
    """Events in, a `Review` out."""

    def __init__(self) -> None:
        self._steps, self._pods = _Rows(MEASURES), _Rows(MEASURES)
        self._heart = _Rows(("heart_rate_bpm",))
        self._targets: list[Target] = []
        self._told: list[Event] = []
        self._first_cue_t = math.inf
        self._retention: Retention | None = None
        self._moved = 0

    def update(self, event: Event) -> None:
        """Take one event, in the order they came out."""
        match event:
            case Step():
                self._step(event)
            case PodReport(state="fresh"):
                values = {name: getattr(event, name, None) for name in MEASURES}
                if values["step_rate_spm"] is not None:
                    self._pods.add(event.t, 1.0, values, None)
            case HeartRate() if event.worn:
                self._heart.add(event.t_known, 1.0, {"heart_rate_bpm": event.rate_bpm}, None)
            case Target():
                self._targets.append(event)
            case Retention():
                self._retention = event
            case Cue() | CuePlayed() | CueDropped() | CueEffect():
                self._told.append(event)
                if isinstance(event, Cue) and event.kind != "tone":
                    self._first_cue_t = min(self._first_cue_t, event.t_due)
            case _:
                pass

    def _step(self, event: Step) -> None:
        self._moved += event.activity != "stand"
        if event.activity == "run" and event.quality >= GOOD_QUALITY:
            values = {name: getattr(event, name) for name in MEASURES}
            values["step_rate_spm"] = 60.0 / event.step_time_s
            self._steps.add(event.t, event.step_time_s, values, event.foot)

    def finish(self, told: Told) -> Review:
        """Return what there is to tell."""
        table = _Table(self._steps if self._steps.t else self._pods)
        targets = tuple((e.t_known, e.target_spm) for e in self._targets)
        on_ratio, shared_s = table.on_target(targets)
        last = self._targets[-1] if self._targets else None
        heart = _Table(self._heart)
        return Review(
            **{name: getattr(told, name) for name in Told.__struct_fields__},
            steps=self._moved,
            distance_m=table.distance_m(),
            parts=self._parts(table, told.duration_s),
            whole=table.section(0.0, told.duration_s),
            lines={name: table.line(name) for name in table.known()},
            targets=targets,
            baseline_spm=None if last is None else last.baseline_spm,
            target_reason="" if last is None else last.reason,
            on_target_ratio=on_ratio,
            shared_s=shared_s,
            heart_bpm=heart.section(0.0, math.inf).means.get("heart_rate_bpm"),
            cues=tuple(explain(self._told)),
            effects=tuple(e for e in self._told if isinstance(e, CueEffect)),
            retention=self._retention,
        )

    def _parts(self, table: "_Table", end_s: float) -> dict[Part, Section]:
        if not len(table.t):
            return {}
        kept = self._retention
        alone_s = end_s if kept is None else kept.t_known - kept.lasted_s
        begun_s = float(table.t[0])
        cue_s = min(self._first_cue_t, alone_s)
        spans: dict[Part, tuple[float, float]] = {
            "own": (begun_s + GRACE_S, cue_s),
            "coached": (self._first_cue_t, alone_s),
            "alone": (alone_s, end_s),
        }
        found = {part: table.section(*span) for part, span in spans.items()}
        return {part: s for part, s in found.items() if _seconds(s) >= _LEAST_S}


def _seconds(section: Section) -> float:
    rate = section.means.get("step_rate_spm")
    return 0.0 if rate is None else rate.seconds


class _Table:
    """Rows as arrays."""

    def __init__(self, rows: _Rows) -> None:
        order = np.argsort(np.array(rows.t), kind="stable")
        self.t: Floats = np.array(rows.t, dtype=np.float64)[order]
        self.weight_s: Floats = np.array(rows.weight_s, dtype=np.float64)[order]
        self.values = {k: np.array(v, dtype=np.float64)[order] for k, v in rows.values.items()}
        self.foot = np.array([foot or "" for foot in rows.foot])[order]

    def known(self) -> list[str]:
        return [name for name, values in self.values.items() if np.isfinite(values).any()]

    def section(self, start_s: float, end_s: float) -> Section:
        within = (self.t >= start_s) & (self.t < end_s)
        every, left, right = (
            self._means(within & chosen)
            for chosen in (np.ones(len(self.t), bool), self.foot == "left", self.foot == "right")
        )
        return Section(start_s, end_s, every, left, right, self._apart(within))

    def _apart(self, chosen: _Chosen) -> dict[str, Mean]:
        """Return the means of left less right, over each step and the one before it."""
        pairs = chosen[1:] & chosen[:-1] & (self.foot[1:] != "") & (self.foot[:-1] != "")
        pairs &= (self.foot[1:] != self.foot[:-1]) & (np.diff(self.t) < _PAIR_S)
        way = np.where(self.foot[1:] == "left", 1.0, -1.0)[pairs]
        t, weights = self.t[1:][pairs], self.weight_s[1:][pairs]
        found = {
            name: mean_of(t, way * np.diff(values)[pairs], weights)
            for name, values in self.values.items()
        }
        return {name: mean for name, mean in found.items() if mean is not None}

    def _means(self, chosen: _Chosen) -> dict[str, Mean]:
        t, weights = self.t[chosen], self.weight_s[chosen]
        found = {name: mean_of(t, values[chosen], weights) for name, values in self.values.items()}
        return {name: mean for name, mean in found.items() if mean is not None}

    def line(self, name: str) -> tuple[Floats, Floats]:
        """Return means over bins, NaN where less than a third of one is known."""
        values = self.values[name]
        known = np.isfinite(values)
        number = np.floor(self.t[known] / BIN_S).astype(np.int64)
        weights = self.weight_s[known]
        filled = np.bincount(number, weights)
        sums = np.bincount(number, weights * values[known])
        means = np.full(len(filled), np.nan)
        enough = filled >= BIN_S / 3.0
        means[enough] = sums[enough] / filled[enough]
        middle = BIN_S * (np.arange(len(filled), dtype=np.float64) + 0.5)
        return middle, means

    def distance_m(self) -> float | None:
        """Return how far it was, None unless the speed is known nearly everywhere."""
        speed = self.values["speed_mps"]
        known = np.isfinite(speed)
        if not len(speed) or np.mean(known) < 0.9:
            return None
        return float(np.sum(speed[known] * self.weight_s[known]))

    def on_target(
        self, targets: tuple[tuple[float, float | None], ...]
    ) -> tuple[float | None, float]:
        """Return the share of the running on target, by means over bins, and its seconds."""
        t, rate = self.line("step_rate_spm") if len(self.t) else (self.t, self.t)
        told = [target_at(targets, float(when)) for when in t]
        off = [
            abs(float(spm) / target - 1.0)
            for spm, target in zip(rate, told, strict=True)
            if target is not None and math.isfinite(spm)
        ]
        if not off:
            return None, 0.0
        return sum(x <= WITHIN_RATIO for x in off) / len(off), BIN_S * len(off)


def target_at(targets: tuple[tuple[float, float | None], ...], t: float) -> float | None:
    """Return the target at a time, None where there was none."""
    return next((spm for since, spm in reversed(targets) if since <= t), None)
