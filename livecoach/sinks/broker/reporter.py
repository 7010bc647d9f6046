"""Events in, reports for the coach's side out: the moment, strides, what happened. Pure."""

import math
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from livecoach.model import (
    Cue,
    CueDropped,
    CuePlayed,
    Event,
    Notice,
    SensorState,
    State,
    Step,
    Target,
)
from livecoach.sinks.broker.batches import StrideBatch, rounded, short
from livecoach.sinks.broker.moment import Moment
from livecoach.wire.topics import EventMessage, Live, ReportName, Strides

_SAME_BURST_S = 2.0
_EFFECT_S = 20.0

Message: TypeAlias = tuple[ReportName, Strides | EventMessage]


class Reporter:
    """Gathers what there is to tell of one session; see `Moment` for its parameters."""

    def __init__(self, sid: str, band_ratio: float) -> None:
        self._sid = sid
        self._moment = Moment(sid, band_ratio)
        self.mode = self._moment.mode
        """What was last asked for: ``mute``, ``beats``, ``cues``."""
        self._seq: dict[ReportName, int] = {}
        self._batch = StrideBatch()
        self._states: dict[str, State] = {}
        self._reason: str | None = None
        self._t_beat = -math.inf
        self._open: set[int] = set()
        self._waiting: deque[tuple[Cue, float]] = deque()

    def number(self, name: ReportName) -> int:
        """Return the running number of the next message of this topic, from 1."""
        self._seq[name] = self._seq.get(name, 0) + 1
        return self._seq[name]

    def live(self, t: float, epoch_s: float) -> Live:
        """Return the moment."""
        return self._moment.live(t, epoch_s, self.number("live"))

    def update(self, event: Event, epoch_s: float) -> list[Message]:
        """Take an event at wall-clock time ``epoch_s``; return what is to be told of it."""
        self._moment.update(event)
        match event:
            case Step() if event.activity != "stand":
                self._batch.add(event)
            case SensorState():
                return self._sensor(event, epoch_s)
            case Target():
                return self._aim(event, epoch_s)
            case Cue():
                return self._decided(event, epoch_s)
            case CuePlayed() | CueDropped():
                return self._became(event, epoch_s)
            case Notice():
                told = self._at(event.t_known, epoch_s)
                return [("event", told(kind="notice", text=short(event.text)))]
            case _:
                pass
        return []

    def tick(self, t: float, epoch_s: float) -> list[Message]:
        """Return the strides of the last second, if any, and effects that have shown."""
        out = self.rest() if self._batch.due(t) else []
        while self._waiting and t - self._waiting[0][0].t_decided >= _EFFECT_S:
            cue, before = self._waiting.popleft()
            rate = self._moment.step_rate_spm(t)
            if rate is not None:
                text = f"step rate {before:.1f} before, {rate:.1f} after {_EFFECT_S:.0f} s"
                told = self._at(t, epoch_s)
                out.append(("event", told(kind="cue_effect", cue=cue.number, text=text)))
        return out

    def rest(self) -> list[Message]:
        """Return the strides that were not told of yet."""
        if not self._batch:
            return []
        return [("strides", self._batch.take(self._sid, self.number("strides")))]

    def _sensor(self, event: SensorState, epoch_s: float) -> list[Message]:
        before = self._states.get(event.name)
        self._states[event.name] = event.state
        if before == event.state:
            return []
        told = self._at(event.t_known, epoch_s)(
            kind="sensor",
            sensor=short(event.name),
            sensor_state=event.state,
            battery_percent=event.battery_percent,
            rssi_dbm=event.rssi_dbm,
        )
        return [("event", told)]

    def _aim(self, event: Target, epoch_s: float) -> list[Message]:
        """Tell of a target when its reason is new; every half step of a ramp is in `Live`."""
        before, self._reason = self._reason, event.reason
        if before == event.reason:
            return []
        told = self._at(event.t_known, epoch_s)(
            kind="target",
            target_spm=rounded(event.target_spm, 1),
            baseline_spm=rounded(event.baseline_spm, 1),
            reason=short(event.reason),
        )
        return [("event", told)]

    def _decided(self, cue: Cue, epoch_s: float) -> list[Message]:
        """Tell of a cue; of a burst of beats only that it begins."""
        if cue.kind == "beat":
            begins = cue.t_due - self._t_beat > _SAME_BURST_S
            self._t_beat = cue.t_due
            if not begins:
                return []
        self._moment.cue = cue
        self._open.add(cue.number)
        rate = self._moment.step_rate_spm(cue.t_decided)
        if rate is not None:
            self._waiting.append((cue, rate))
        told = self._at(cue.t_decided, epoch_s)(
            kind="cue_decided",
            cue=cue.number,
            cue_kind=cue.kind,
            phrase=short(cue.phrase),
            reason=short(cue.reason),
        )
        return [("event", told)]

    def _became(self, event: CuePlayed | CueDropped, epoch_s: float) -> list[Message]:
        if event.cue not in self._open:
            return []
        self._open.discard(event.cue)
        told = self._at(event.t_known, epoch_s)
        if isinstance(event, CuePlayed):
            late_s = round(event.late_s, 4)
            return [("event", told(kind="cue_played", cue=event.cue, late_s=late_s))]
        reason = short(event.reason)
        return [("event", told(kind="cue_dropped", cue=event.cue, reason=reason))]

    def _at(self, t: float, epoch_s: float) -> Callable[..., EventMessage]:
        """Return what makes the next message of something that happened at ``t``."""
        return partial(
            EventMessage,
            sid=self._sid,
            seq=self.number("event"),
            t=round(t, 3),
            epoch_s=round(epoch_s, 3),
        )
