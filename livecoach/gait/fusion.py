"""Several sensors of one run become one row of footfalls.

One sensor passes through. With more, the first sensor to find a footfall reports it and the contact
stands; another sensor's contact within 120 ms is the same footfall and only adds to it. A foot
sensor's label carries over to the trunk's footfalls by counting: left, right, left. A step waits
for the slower sensor, at most one stride; the foot sensor's contact time, label and angles win, the
trunk gives what only it knows. A sensor silent for a second is no longer waited for.

Its rhythm is its own (`livecoach.gait.phase`), fed with the contacts that stand.
"""

from collections import deque
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from livecoach.gait.params import DEFAULT, GaitParams
from livecoach.gait.phase import Rhythm
from livecoach.gait.tracker import FOOT_OF_MOUNT, GaitEvent, SensorTracker
from livecoach.model import Contact, Foot, ImuSample, Notice, SensorInfo, Step

OTHER: Final[dict[Foot, Foot]] = {"left": "right", "right": "left"}

KEPT: Final = 12
"""Footfalls kept while they wait for their steps: more than a stride's worth."""

FOOT_FIELDS: Final = (
    "contact_time_s",
    "expected_braking_mps",
    "landing_angle_deg",
    "toe_off_pitch_deg",
    "swing_pitch_deg",
)


class _Member:
    """One sensor: its tracker, its foot, its newest sample."""

    def __init__(self, info: SensorInfo, params: GaitParams) -> None:
        self.tracker = SensorTracker(info, params)
        self.foot = FOOT_OF_MOUNT.get(info.mount or "")
        self.t: float | None = None


class _Footfall(Struct):
    """A reported contact and the steps that sensors said began there."""

    contact: Contact
    trunk: Step | None = None
    foot: Step | None = None


class Gait:
    """All inertial sensors of one runner."""

    def __init__(self, params: GaitParams = DEFAULT) -> None:
        self._params = params
        self._members: dict[str, _Member] = {}
        self._rhythm = Rhythm(params.phase)
        self._waiting: deque[_Footfall] = deque(maxlen=KEPT)
        self._last: Contact | None = None
        self._label: tuple[float, Foot] | None = None
        self._t: float | None = None

    def add(self, source: str, info: SensorInfo) -> None:
        """Make a sensor known before its first sample."""
        self._members[source] = _Member(info, self._params)

    def update(self, source: str, sample: ImuSample) -> list[GaitEvent]:
        """Take in one sample of one sensor; return what it made known."""
        member = self._members[source]
        found = member.tracker.update(sample)
        if len(self._members) == 1:
            return found
        now = member.tracker.newest_s
        if now is None:
            return []
        member.t = now
        self._t = now if self._t is None else max(self._t, now)
        events: list[GaitEvent] = []
        for event in found:
            if isinstance(event, Notice):
                events.append(replace(event, t_known=self._t))
            elif isinstance(event, Contact):
                events += self._contact(event, self._t)
            elif isinstance(event, Step):
                self._attach(event, member.foot)
        return events + self._complete(self._t)

    def _contact(self, contact: Contact, t_known: float) -> list[GaitEvent]:
        if contact.foot is not None:
            self._label = (contact.t, contact.foot)
        last = self._last
        if last is not None and contact.t - last.t <= self._params.same_footfall_s:
            return []
        foot = contact.foot or self._count(contact.t)
        self._last = replace(contact, t_known=t_known, foot=foot)
        self._waiting.append(_Footfall(self._last))
        return [self._last, self._rhythm.update(contact.t, t_known, foot)]

    def _count(self, t: float) -> Foot | None:
        """Return which foot lands at ``t``, counted on from the last one that was labelled."""
        if self._label is None or t - self._label[0] > self._params.phase.coast_s:
            return None
        steps = round((t - self._label[0]) / self._rhythm.period_s)
        return OTHER[self._label[1]] if steps % 2 else self._label[1]

    def _attach(self, step: Step, foot: Foot | None) -> None:
        for footfall in self._waiting:
            if abs(footfall.contact.t - step.t) <= self._params.same_footfall_s:
                if foot is None:
                    footfall.trunk = step
                else:
                    footfall.foot = step

    def _complete(self, now: float) -> list[GaitEvent]:
        steps: list[GaitEvent] = []
        while len(self._waiting) > 1 and self._ready(self._waiting[0], now):
            footfall = self._waiting.popleft()
            step = self._merge(footfall, self._waiting[0].contact, now)
            if step is not None:
                steps.append(step)
        return steps

    def _ready(self, footfall: _Footfall, now: float) -> bool:
        stride_s = 2.0 * self._rhythm.period_s + self._params.same_footfall_s
        if now - footfall.contact.t > stride_s:
            return True
        live = [m for m in self._members.values() if m.t is not None]
        live = [m for m in live if now - (m.t or 0.0) <= self._params.sensor_lost_s]
        trunk = any(m.foot is None for m in live)
        foot = any(m.foot is not None and footfall.contact.foot in {m.foot, None} for m in live)
        return (footfall.trunk is not None or not trunk) and (footfall.foot is not None or not foot)

    def _merge(self, footfall: _Footfall, after: Contact, now: float) -> Step | None:
        own, contact = footfall.trunk or footfall.foot, footfall.contact
        if own is None:
            return None
        step_time = after.t - contact.t
        if step_time > 1.5 * self._rhythm.period_s:
            step_time = own.step_time_s
        step = replace(
            own,
            t=contact.t,
            t_known=now,
            foot=contact.foot or own.foot,
            step_time_s=step_time,
            step_length_m=None if own.speed_mps is None else own.speed_mps * step_time,
        )
        if footfall.foot is not None:
            known = {name: getattr(footfall.foot, name) for name in FOOT_FIELDS}
            step = replace(step, **{k: v for k, v in known.items() if v is not None})
        if step.contact_time_s is None:
            return step
        return replace(step, flight_time_s=step_time - step.contact_time_s)
