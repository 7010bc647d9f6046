"""Events of a session -> its track.

A second belongs to the activity when somebody moved in it: a step while running or walking began,
or a foot pod was fresh and moved; where there is neither, a belt moved; without that too, a heart
was heard. A row has the means of the steps that began in its second. Speed is the steps', else the
pod's, else the belt's; the last known one counts for 5 s when distance is summed. Cues are what was
heard: words and tones, and the first beat of each burst.
"""

import itertools
import math
from collections.abc import Sequence

from livecoach.model import (
    Belt,
    Cue,
    CuePlayed,
    Event,
    HeartRate,
    PodReport,
    SensorState,
    Step,
    Target,
)
from livecoach.report.export_track import Marker, Second, Track, laps_of, spans_of

USED = ("step", "pod", "heart", "belt", "target", "cue", "cue_played", "sensor")
"""The kinds of events that `TrackBuilder` looks at."""
HOLD_S = 5
_BALANCE_S = 4
_BURST_S = 3.0
_MEANS = (
    "step_rate_spm",
    "speed_mps",
    "contact_time_s",
    "duty_factor",
    "vertical_oscillation_m",
    "vertical_ratio",
    "step_length_m",
    "speed_loss_mps",
    "expected_braking_mps",
    "trunk_lean_deg",
    "quality",
)


class _Bucket:
    """What happened in one second."""

    __slots__ = ("feet", "means", "steps")

    def __init__(self) -> None:
        self.steps = 0
        self.means: dict[str, tuple[float, int]] = {}
        self.feet = [0.0, 0, 0.0, 0]

    def add(self, step: Step) -> None:
        self.steps += 1
        for name in _MEANS:
            value = getattr(step, name)
            if value is not None:
                total, count = self.means.get(name, (0.0, 0))
                self.means[name] = (total + value, count + 1)
        if step.foot is not None and step.contact_time_s is not None:
            side = 0 if step.foot == "left" else 2
            self.feet[side] += step.contact_time_s
            self.feet[side + 1] += 1


class TrackBuilder:
    """Events in, in the order they came out of the session; the track out."""

    def __init__(self) -> None:
        self._buckets: dict[int, _Bucket] = {}
        self._pods: dict[int, PodReport] = {}
        self._belts: dict[int, float] = {}
        self._hearts: dict[int, float] = {}
        self._targets: list[tuple[float, float | None]] = []
        self._cues: dict[int, Cue] = {}
        self._played: list[CuePlayed] = []
        self._batteries: dict[str, float | None] = {}
        self._degc: list[tuple[float, float | None]] = []

    def temperature(self, t: float, degc: float) -> None:
        """Take a sensor's temperature; in order of time."""
        self._degc.append((t, degc))

    def update(self, event: Event) -> None:
        """Take one event."""
        match event:
            case Step(activity="run" | "walk"):
                self._step(event)
            case PodReport(state="fresh"):
                self._pods.setdefault(max(0, math.ceil(event.t) - 1), event)
            case HeartRate() if event.worn:
                self._hearts[int(event.t_known)] = event.rate_bpm
            case Belt(speed_mps=float(speed_mps)):
                self._belts[int(event.t_known)] = speed_mps
            case Target():
                self._targets.append((event.t_known, event.target_spm))
            case Cue():
                self._cues[event.number] = event
            case CuePlayed():
                self._played.append(event)
            case SensorState():
                known = self._batteries.get(event.name)
                level = event.battery_percent
                self._batteries[event.name] = known if level is None else level
            case _:
                pass

    def finish(self) -> Track | None:
        """Return the track; None when nothing was measured."""
        spans = spans_of(self._active())
        if not spans:
            return None
        seconds = tuple(self._seconds(spans))
        return Track(
            spans,
            seconds,
            tuple(laps_of(seconds, spans[0][0])),
            tuple(self._markers(spans[0][0], spans[-1][1])),
            self._batteries,
            bool(self._belts),
        )

    def _step(self, step: Step) -> None:
        bucket = self._buckets.get(int(step.t))
        if bucket is None:
            bucket = self._buckets[int(step.t)] = _Bucket()
        bucket.add(step)

    def _active(self) -> list[int]:
        pods = {
            k
            for k, report in self._pods.items()
            if report.speed_mps is None or report.speed_mps > 0
        }
        belts = {k for k, speed in self._belts.items() if speed > 0}
        return sorted(set(self._buckets) | pods or belts or set(self._hearts))

    def _seconds(self, spans: Sequence[tuple[int, int]]) -> list[Second]:
        out: list[Second] = []
        distance_m: float | None = None
        speed_held = _Held(self._speeds())
        heart_held = _Held(self._hearts)
        target, degc = _Latest(self._targets), _Latest(self._degc)
        for k in itertools.chain.from_iterable(range(*span) for span in spans):
            speed = speed_held.at(k)
            if speed is not None:
                distance_m = (distance_m or 0.0) + speed
            out.append(
                Second(
                    t_s=k + 1,
                    steps=self._steps(k),
                    distance_m=distance_m,
                    heart_rate_bpm=heart_held.at(k),
                    contact_left_ratio=self._balance(k),
                    target_spm=target.at(k + 1.0),
                    temperature_degc=degc.at(k + 1.0),
                    **self._means(k),
                )
            )
        return out

    def _means(self, k: int) -> dict[str, float]:
        bucket, pod = self._buckets.get(k), self._pods.get(k)
        values: dict[str, float] = {}
        if pod is not None:
            told = (
                ("step_rate_spm", pod.step_rate_spm),
                ("speed_mps", pod.speed_mps),
                ("step_length_m", pod.step_length_m),
            )
            values = {name: value for name, value in told if value is not None}
        if bucket is not None:
            values |= {name: total / count for name, (total, count) in bucket.means.items()}
        if "speed_mps" not in values and k in self._belts:
            values["speed_mps"] = self._belts[k]
        return values

    def _speeds(self) -> dict[int, float]:
        every = sorted({*self._buckets, *self._pods, *self._belts})
        found = ((k, self._means(k).get("speed_mps")) for k in every)
        return {k: speed for k, speed in found if speed is not None}

    def _steps(self, k: int) -> float:
        bucket, pod = self._buckets.get(k), self._pods.get(k)
        if bucket is not None:
            return float(bucket.steps)
        return 0.0 if pod is None or pod.step_rate_spm is None else pod.step_rate_spm / 60.0

    def _balance(self, k: int) -> float | None:
        near = [b.feet for j in range(k - _BALANCE_S + 1, k + 1) if (b := self._buckets.get(j))]
        left, lefts, right, rights = (sum(f[i] for f in near) for i in range(4))
        if not lefts or not rights:
            return None
        return (left / lefts) / (left / lefts + right / rights)

    def _markers(self, start_s: int, end_s: int) -> list[Marker]:
        out: list[Marker] = []
        last_beat = -_BURST_S
        for played in sorted(self._played, key=lambda p: p.t):
            cue = self._cues.get(played.cue)
            if cue is None or not start_s <= played.t <= end_s:
                continue
            if cue.kind != "beat":
                out.append(Marker(played.t, cue.number, f"{cue.kind}: {cue.phrase}"))
                continue
            if played.t - last_beat >= _BURST_S:
                out.append(Marker(played.t, cue.number, "beats"))
            last_beat = played.t
        return out


class _Held:
    """Values by second, each good for `HOLD_S`; asked for in order of time."""

    def __init__(self, values: dict[int, float]) -> None:
        self._values = values

    def at(self, k: int) -> float | None:
        for j in range(k, k - HOLD_S, -1):
            if j in self._values:
                return self._values[j]
        return None


class _Latest:
    """Changes in order of time; the newest one counts until the next."""

    def __init__(self, changes: list[tuple[float, float | None]]) -> None:
        self._left = changes[::-1]
        self._now: float | None = None

    def at(self, t: float) -> float | None:
        while self._left and self._left[-1][0] <= t:
            _, self._now = self._left.pop()
        return self._now
