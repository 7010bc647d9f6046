"""The runner now, gathered from events. Pure.

Every number is the mean of the last eight steps, none older than 3 s, as on the console.
"""

import math
from collections import deque

from livecoach.model import (
    Activity,
    Belt,
    Contact,
    Cue,
    CuePlayed,
    Event,
    HeartRate,
    PodReport,
    SensorState,
    State,
    Step,
    Target,
)
from livecoach.sinks.broker.batches import rounded, short
from livecoach.wire.topics import Gait, Live

_STEPS = 8
_OLD_S = 3.0
_HEART_OLD_S = 5.0
_RUN_SPM = 140.0
_LATE_S = 60.0
_BEST: tuple[State, ...] = ("fresh", "stopped", "stale", "unknown", "lost")
_MEANS = (
    ("step_length_m", 3),
    ("contact_time_s", 4),
    ("vertical_oscillation_m", 4),
    ("speed_loss_mps", 3),
    ("expected_braking_mps", 3),
    ("landing_angle_deg", 1),
    ("trunk_lean_deg", 1),
)


_WORDS: dict[Activity, Gait] = {"run": "running", "walk": "walking", "stand": "standing"}


class Moment:
    """What is known about the runner now.

    Parameters
    ----------
    sid
        The session's id.
    band_ratio
        How far off the target nothing is said yet.
    """

    def __init__(self, sid: str, band_ratio: float) -> None:
        self.mode = {"mute": False, "beats": True, "cues": True}
        """What was last asked for."""
        self.cue: Cue | None = None
        """The last cue worth telling of."""
        self._sid = sid
        self._band_ratio = band_ratio
        self._steps: deque[Step] = deque(maxlen=_STEPS)
        self._count = 0
        self._pod: PodReport | None = None
        self._heart: HeartRate | None = None
        self._belt: Belt | None = None
        self._sensors: dict[str, SensorState] = {}
        self._target_spm: float | None = None
        self._t_heard: float | None = None
        self._late: deque[tuple[float, float]] = deque()

    def update(self, event: Event) -> None:
        """Take an event."""
        match event:
            case Step() | Contact() | PodReport():
                self._moved(event)
            case HeartRate():
                self._heart = event
            case Belt():
                self._belt = event
            case SensorState():
                self._sensors[event.name] = event
            case Target():
                self._target_spm = event.target_spm
            case CuePlayed():
                self._late.append((event.t_known, event.late_s))
            case _:
                pass

    def live(self, t: float, epoch_s: float, seq: int) -> Live:
        """Return the moment as it is told, at wall-clock time ``epoch_s``."""
        steps = self._recent(t)
        quality = [s.quality for s in steps]
        while self._late and self._late[0][0] < t - _LATE_S:
            self._late.popleft()
        late = sorted(late_s for _, late_s in self._late)
        cue, target = self.cue, self._target_spm
        states = [s.state for s in self._sensors.values()]
        heart = self._heart if self._heart and t - self._heart.t_known <= _HEART_OLD_S else None
        return Live(
            sid=self._sid,
            seq=seq,
            t=round(t, 3),
            epoch_s=round(epoch_s, 3),
            state=self._state(t),
            step_rate_spm=rounded(self.step_rate_spm(t), 1),
            target_spm=rounded(target, 1),
            target_low_spm=None if target is None else round(target * (1 - self._band_ratio), 1),
            target_high_spm=None if target is None else round(target * (1 + self._band_ratio), 1),
            speed_mps=rounded(self._speed(t), 2),
            **{name: rounded(_mean(steps, name), digits) for name, digits in _MEANS},
            heart_rate_bpm=heart.rate_bpm if heart is not None and heart.worn else None,
            battery_percent=self._least("battery_percent"),
            rssi_dbm=self._least("rssi_dbm"),
            sensor_state=min(states, key=_BEST.index, default=None),
            link_age_s=None if self._t_heard is None else round(max(0.0, t - self._t_heard), 2),
            audio_late_p95_s=round(late[math.ceil(0.95 * len(late)) - 1], 4) if late else None,
            cue_kind=None if cue is None else cue.kind,
            cue_phrase=None if cue is None else short(cue.phrase),
            cue_reason=None if cue is None else short(cue.reason),
            cue_age_s=None if cue is None else round(t - cue.t_decided, 1),
            muted=self.mode["mute"],
            beats_off=not self.mode["beats"],
            cues_off=not self.mode["cues"],
            quality=round(sum(quality) / len(quality), 2) if quality else None,
            steps=self._count,
        )

    def step_rate_spm(self, t: float) -> float | None:
        """Return the step rate at ``t``, None when unknown."""
        steps = self._recent(t)
        if steps:
            return _mean(steps, "step_rate_spm")
        pod = self._fresh_pod(t)
        return None if pod is None else pod.step_rate_spm

    def _moved(self, event: Step | Contact | PodReport) -> None:
        if isinstance(event, PodReport):
            if self._pod is None or event.state == "fresh" or event.source == self._pod.source:
                self._pod = event
            if event.state != "fresh":
                return
        elif isinstance(event, Step):
            self._steps.append(event)
            self._count += event.activity != "stand"
        self._t_heard = event.t_known

    def _recent(self, t: float) -> list[Step]:
        """Return the last steps; none when they stopped coming."""
        if not self._steps or t - self._steps[-1].t_known > _OLD_S:
            return []
        return list(self._steps)

    def _fresh_pod(self, t: float) -> PodReport | None:
        pod = self._pod
        return pod if pod is not None and t - pod.t_known <= _OLD_S else None

    def _speed(self, t: float) -> float | None:
        speed, pod, belt = _mean(self._recent(t), "speed_mps"), self._fresh_pod(t), self._belt
        if speed is None and belt is not None and t - belt.t_known <= _HEART_OLD_S:
            return belt.speed_mps
        return pod.speed_mps if speed is None and pod is not None else speed

    def _state(self, t: float) -> Gait:
        steps, pod = self._recent(t), self._fresh_pod(t)
        if steps:
            return _WORDS[steps[-1].activity]
        if pod is None or pod.state not in {"fresh", "stopped"}:
            return "unknown"
        if pod.state == "stopped" or pod.step_rate_spm is None:
            return "standing" if pod.state == "stopped" else "unknown"
        return "running" if pod.step_rate_spm >= _RUN_SPM else "walking"

    def _least(self, name: str) -> float | None:
        known = [v for s in self._sensors.values() if (v := getattr(s, name)) is not None]
        return min(known, default=None)


def _mean(steps: list[Step], name: str) -> float | None:
    known = [v for s in steps if (v := getattr(s, name)) is not None]
    return sum(known) / len(known) if known else None
