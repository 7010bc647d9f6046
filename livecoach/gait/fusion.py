"""Several sensors of one run become one row of footfalls.

One sensor passes through. With more, the first sensor to find a footfall reports it and the contact
stands; another sensor's contact within 120 ms is the same footfall and only adds to it, one within
0.2 s is nobody's. So that it does not matter who came first, every sensor is put on one clock of
contacts: the usual difference between its contacts and the reference's is learned and taken off
(`livecoach.gait.align`). Reference: the feet (published bias 11 +- 6 ms, precision 2 ms: Falbriard
et al. 2018, doi:10.3389/fphys.2018.00610); without feet the chest or back before the waist (see
`livecoach.gait.trunk`). Two feet are equals: nothing is taken off.

A foot sensor's label is counted on to the footfalls that only the trunk finds: left, right, left,
also after the foot sensor is lost, until the rhythm breaks off for 2 s.

A step waits for the slower sensor, at most one stride. Contact time: chest or back before foot
before waist, the later ones less their usual difference (RMSE alone on the one virtual runner with
all five: 4, 3 and 4-10, 16 ms); angles are the foot's, speed who knows it, bounce, speed loss and
lean the trunk's. A sensor silent for a second is no longer waited for; one
sensor left alone speaks for itself, its rhythm too. Else the rhythm is the fused one
(`livecoach.gait.phase`), fed with the contacts that stand. Events do not depend on the order in
which sensors are named.

Measured, every footfall found once, SD of contacts within the recording alone and together, ms:
Davis S999 (10 s, 4.1 m/s) chest 2.1 and left foot 2.2, together 1.4; chest and right foot 2.4;
back 1.9, with the left foot 1.3; waist 3.2, with the left foot 2.7; RBDS002 (30 s, 2.5 m/s) waist
3.2 and left foot 2.6, together 3.0. Bias together -4 to +3 (the trunk's alone -3 to +9). Contact
time RMSE, ms: chest 4.2, together 4.2; RBDS002 waist 25.8 and left foot 13.5, together 12.5; but
Davis waist 15.7 and left foot 10.1, together 18.9: a trunk's steps take over the foot's bias.
The next footfall is not foretold better than by the better one: 4.7-5.5 ms. The last stride of a
recording may lack its step: it was waited for.
"""

from collections import deque
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from livecoach.gait.align import Offset
from livecoach.gait.params import DEFAULT, GaitParams
from livecoach.gait.phase import Rhythm
from livecoach.gait.stride import Strides
from livecoach.gait.tracker import FOOT_OF_MOUNT, GaitEvent, SensorTracker
from livecoach.model import Calibration, Contact, Foot, ImuSample, Notice, Phase, SensorInfo, Step

OTHER: Final[dict[Foot, Foot]] = {"left": "right", "right": "left"}

KEPT: Final = 12
"""Footfalls kept while they wait for their steps: more than a stride's worth."""

RANK: Final[dict[str, int]] = {"foot_left": 0, "foot_right": 0, "chest": 1, "back": 1}
"""Whose contacts the others are put level with; a waist comes last."""

STAY_RANK: Final[dict[str, int]] = {"chest": 0, "back": 0, "foot_left": 1, "foot_right": 1}
"""Whose contact time counts first; a waist comes last."""

RELEARN_S: Final = 0.002
"""A difference known better by this much: the rhythm is learned anew from the last contacts."""

FOOT_FIELDS: Final = ("landing_angle_deg", "toe_off_pitch_deg", "swing_pitch_deg")


class _Member:
    """One sensor: its tracker, its foot, its newest sample, how it differs from the reference."""

    def __init__(self, name: str, tracker: SensorTracker) -> None:
        self.name = name
        self.tracker = tracker
        self.foot = FOOT_OF_MOUNT.get(tracker.info.mount or "")
        self.rank = RANK.get(tracker.info.mount or "", 2)
        self.stay_rank = STAY_RANK.get(tracker.info.mount or "", 2)
        self.t: float | None = None
        self.lag = Offset()
        self.stay = Offset()


class _Footfall(Struct):
    """A reported contact, when each sensor found it, and the steps they said began there."""

    contact: Contact
    found: dict[str, float] = field(default_factory=dict)
    steps: dict[str, Step] = field(default_factory=dict)


class Gait:
    """All inertial sensors of one runner; ``calibrations`` are the runner's, by mount."""

    def __init__(
        self, params: GaitParams = DEFAULT, calibrations: tuple[Calibration, ...] = ()
    ) -> None:
        self._params = params
        self._own: dict[str, Calibration] = {c.mount: c for c in calibrations}
        self._members: dict[str, _Member] = {}
        self._strides = Strides()
        self._rhythm = Rhythm(params.phase)
        self._waiting: deque[_Footfall] = deque(maxlen=KEPT)
        self._heard: deque[tuple[_Member, float]] = deque(maxlen=KEPT)
        self._last: Contact | None = None
        self._label: tuple[float, Foot] | None = None
        self._speed: tuple[float, float] | None = None
        self._t: float | None = None

    def add(self, source: str, info: SensorInfo) -> None:
        """Make a sensor known before its first sample, or anew, with another speed for one."""
        own = None if info.mount is None else self._own.get(info.mount)
        tracker, before = SensorTracker(info, self._params, own), self._members.get(source)
        if before is not None and before.tracker.info.mount == info.mount:
            tracker.follow(before.tracker)
        self._members[source] = _Member(source, tracker)

    def update(self, source: str, sample: ImuSample) -> list[GaitEvent]:
        """Take in one sample of one sensor; return what it made known."""
        found = self._found(source, sample)
        return [self._strides.update(e) if isinstance(e, Step) else e for e in found]

    def _found(self, source: str, sample: ImuSample) -> list[GaitEvent]:
        member = self._members[source]
        found = member.tracker.update(sample)
        if len(self._members) == 1:
            return found
        if member.tracker.newest_s is None:
            return []
        member.t = member.tracker.newest_s
        now = self._t = member.t if self._t is None else max(self._t, member.t)
        events: list[GaitEvent] = []
        for event in found:
            if isinstance(event, Notice):
                events.append(replace(event, t_known=now))
            elif isinstance(event, Contact):
                own = next((x for x in found if isinstance(x, Phase)), None)
                events += self._contact(event, own, member, now)
            elif isinstance(event, Step):
                self._attach(event, member)
        return events + self._complete(now)

    def _live(self, now: float) -> list[_Member]:
        lost_s = self._params.sensor_lost_s
        return [m for m in self._members.values() if m.t is not None and now - m.t <= lost_s]

    def _contact(
        self, contact: Contact, own: Phase | None, member: _Member, now: float
    ) -> list[GaitEvent]:
        t = min(contact.t - member.lag.s, now)
        last = self._last
        if last is not None and t - last.t <= self._params.same_footfall_s:
            if contact.foot is not None:
                self._label = (t, contact.foot)
            self._join(contact.t, t, member)
            return []
        if last is not None and t - last.t <= self._params.step_least_s:
            return []
        foot = contact.foot or self._count(t)
        alone = self._live(now) == [member]
        fused = None
        if self._rhythm.known or not alone or member.foot is None:
            fused = self._rhythm.update(t, now, foot)
            self._heard.append((member, contact.t))
        phase = fused
        if alone and own is not None:
            phase = replace(own, t_ref=own.t_ref - member.lag.s, t_known=now, foot=foot)
        quality = contact.quality if alone else min(contact.quality, self._rhythm.trust)
        self._last = replace(contact, t=t, t_known=now, foot=foot, quality=quality)
        self._label = None if foot is None else (t, foot)
        self._waiting.append(_Footfall(self._last, {member.name: contact.t}))
        return [self._last] if phase is None else [self._last, phase]

    def _count(self, t: float) -> Foot | None:
        """Return which foot lands at ``t``, counted on from the last one that was labelled."""
        if self._label is None or t - self._label[0] > self._params.phase.coast_s:
            return None
        steps = round((t - self._label[0]) / self._rhythm.period_s)
        return OTHER[self._label[1]] if steps % 2 else self._label[1]

    def _nearest(self, t: float) -> _Footfall | None:
        """Return the waiting footfall at ``t``."""
        near = min(self._waiting, key=lambda f: abs(f.contact.t - t), default=None)
        if near is None or abs(near.contact.t - t) > self._params.same_footfall_s:
            return None
        return near

    def _join(self, raw_s: float, t: float, member: _Member) -> None:
        """Learn from a second contact of a footfall how the two sensors differ."""
        footfall = self._nearest(t)
        if footfall is None:
            return
        for name, other_s in footfall.found.items():
            other = self._members[name]
            if other.rank < member.rank:
                self._learn_lag(member, raw_s - other_s + other.lag.s)
            elif other.rank > member.rank:
                self._learn_lag(other, other_s - raw_s + member.lag.s)
        footfall.found[member.name] = raw_s

    def _learn_lag(self, member: _Member, difference_s: float) -> None:
        before = member.lag.s
        member.lag.learn(difference_s)
        if abs(member.lag.s - before) > RELEARN_S:
            self._rhythm = Rhythm(self._params.phase)
            for one, raw_s in self._heard:
                self._rhythm.update(raw_s - one.lag.s, raw_s, None)

    def _attach(self, step: Step, member: _Member) -> None:
        footfall = self._nearest(step.t - member.lag.s)
        if footfall is None:
            return
        footfall.steps[member.name] = step
        if member.foot is not None and step.speed_mps is not None:
            self._speed = (step.t, step.speed_mps)
        if step.contact_time_s is None:
            return
        for name, other_step in footfall.steps.items():
            other = self._members[name]
            if other.stay_rank != member.stay_rank and other_step.contact_time_s is not None:
                apart = step.contact_time_s - other_step.contact_time_s
                if member.stay_rank > other.stay_rank:
                    member.stay.learn(apart + other.stay.s)
                else:
                    other.stay.learn(member.stay.s - apart)

    def _complete(self, now: float) -> list[GaitEvent]:
        steps: list[GaitEvent] = []
        while len(self._waiting) > 1 and self._ready(self._waiting[0], now):
            footfall = self._waiting.popleft()
            step = self._merge(footfall, self._waiting[0].contact, now)
            if step is not None:
                steps.append(step)
        return steps

    def _ready(self, footfall: _Footfall, now: float) -> bool:
        """Return whether every sensor that will say something about this footfall has."""
        stride_s = 2.0 * self._rhythm.period_s + self._params.same_footfall_s
        if now - footfall.contact.t > stride_s:
            return True
        foot = footfall.contact.foot
        return all(
            m.name in footfall.steps
            for m in self._live(now)
            if m.foot is None or foot is None or m.foot == foot
        )

    def _merge(self, footfall: _Footfall, after: Contact, now: float) -> Step | None:
        contact = footfall.contact
        said = sorted(footfall.steps, key=lambda name: (self._members[name].rank, name))
        trunks = [footfall.steps[n] for n in said if self._members[n].foot is None]
        feet = [footfall.steps[n] for n in said if self._members[n].foot is not None]
        if not said:
            return None
        own = (trunks or feet)[0]
        step_time = after.t - contact.t
        if step_time > 1.5 * self._rhythm.period_s:
            step_time = own.step_time_s
        angles = {name: getattr(feet[0], name) for name in FOOT_FIELDS} if feet else {}
        speed = self._speed_of(own, contact.t)
        step = replace(
            own,
            t=contact.t,
            t_known=now,
            foot=contact.foot or own.foot,
            step_time_s=step_time,
            stride_time_s=None,
            speed_mps=speed,
            step_length_m=None if speed is None else speed * step_time,
            contact_time_s=self._contact_time(footfall, said),
            quality=min(contact.quality, after.quality),
            **angles,
        )
        return _settled(step, [footfall.steps[n] for n in said])

    def _speed_of(self, own: Step, t: float) -> float | None:
        if own.speed_mps is not None or self._speed is None:
            return own.speed_mps
        return self._speed[1] if abs(t - self._speed[0]) <= self._params.phase.coast_s else None

    def _contact_time(self, footfall: _Footfall, said: list[str]) -> float | None:
        for name in sorted(said, key=lambda name: self._members[name].stay_rank):
            known = footfall.steps[name].contact_time_s
            if known is not None:
                return known - self._members[name].stay.s
        return None


def _settled(step: Step, said: list[Step]) -> Step:
    """Return the step with the values that follow from its own step and contact time."""
    contact_time = step.contact_time_s
    if contact_time is None:
        return replace(step, flight_time_s=None, expected_braking_mps=None)
    braking = None
    for one in said:
        if braking is None and one.expected_braking_mps is not None and one.contact_time_s:
            share = contact_time * step.step_time_s / (one.contact_time_s * one.step_time_s)
            braking = one.expected_braking_mps * share
    flight = step.step_time_s - contact_time
    return replace(step, flight_time_s=flight, expected_braking_mps=braking)
