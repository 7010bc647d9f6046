"""Several sensors of one run become one row of footfalls.

One sensor passes through. With more, the first sensor to find a footfall reports it and the contact
stands; another sensor's contact nearer to it than to the next is the same footfall and only adds to
it. So that it does not matter who came first, every sensor is put on one clock of contacts: the
usual difference between its contacts and the reference's is learned, for each leg, and taken off
(`livecoach.gait.align`). Reference: the feet (published bias 11 +- 6 ms, precision 2 ms: Falbriard
et al. 2018, doi:10.3389/fphys.2018.00610), else chest, back, waist; between the two legs chest or
back (`livecoach.gait.member`). A contact less than three quarters of a step after a footfall is
nobody's where another sensor would see it too and does not.

The rhythm (`livecoach.gait.phase`) is fed with the contacts that stand. A step waits for the slower
sensor, at most one stride, and has the better source for each value (`livecoach.gait.merge`). Legs
are counted on to the footfalls that only the trunk finds, also after the foot sensor is lost
(`livecoach.gait.sides`). A sensor silent for a second is no longer waited for; one sensor left
alone speaks for itself, its rhythm too. Clocks that drift apart by more than 0.75 of a step are put
level anew with the footfall that is nearer then. Events do not depend on the order in which sensors
are named.

Measured, every footfall found once, ms; first alone, then together (Davis S999, 10 s at 4.1 m/s, 23
steps; RBDS002, 30 s at 2.5 m/s, 71 steps; footfalls of both feet, a foot alone on its own):

    ================================ ======= ======== ============ ========= ======
    sensors                          contact contact  next, third  contact   known
                                     SD      bias     contact, SD  time RMSE p95
    ================================ ======= ======== ============ ========= ======
    Davis chest                        2.1     -0.1    4.5,  7.3       4.2     34
    Davis back                         1.9     +5.3    4.5,  7.5       3.1     38
    Davis waist                        3.1     -2.5    4.7,  7.7      15.7     25
    Davis left foot                    2.2     -0.1    4.5,  8.6      10.1     32
    Davis right foot                   2.2     +2.5    4.5,  9.1       4.0     31
    chest, back                        1.9     -0.4    4.4,  7.0       3.1     34
    chest, waist                       2.1     -0.5    4.4,  7.8       4.2     25
    chest, left foot                   1.4     -1.9    4.8,  7.8       4.2     32
    chest, right foot                  2.3     +3.3    4.4,  7.3       4.3     34
    back, waist                        2.0     +5.3    4.4,  7.7       3.1     25
    back, left foot                    1.4     -1.2    4.9,  7.8       3.1     36
    back, right foot                   2.3     +3.4    4.6,  7.6       3.2     38
    waist, left foot                   2.7     -4.2    5.0,  8.0      18.9     24
    waist, right foot                  3.3     +5.7    4.9,  7.7       7.5     25
    both feet                          2.5     +1.3    5.8,  9.2       7.7     32
    chest, both feet                   1.4     +0.5    4.3,  7.3       4.3     30
    back, both feet                    2.0     +1.5    4.8,  7.8       3.2     32
    waist, both feet                   2.9     +0.7    5.5,  8.1       7.7     24
    all five                           1.9     +1.7    4.6,  7.3       3.2     24
    RBDS waist                         3.2     +9.0    5.0,  7.2      25.8     40
    RBDS left foot                     2.6     -2.4    5.5,  8.5      13.5     26
    RBDS right foot                    3.5     -1.6    6.0,  7.6      15.0     26
    waist, left foot                   3.0     -3.0    5.1,  7.5      12.5     38
    waist, right foot                  3.5     -1.1    5.4,  7.4      16.0     39
    both feet, with waist or without   3.1     -2.0    5.5,  7.6      14.3     26
    ================================ ======= ======== ============ ========= ======

Twelve minutes of a shoe and a hip clip (real, ADEPT, their clocks 0.15 s apart and drifting): step
rate RMSE of 10 s blocks 0.83 and 0.62 % alone, 1.32 % together, without the first 10 s 0.80 and
0.38, 0.54 %. Fixed windows of 0.12 and 0.2 s found footfalls twice there (4.4 %).

Short of the better one. Contact bias: the reference's, whatever it is; a smaller one was luck.
Contact SD: by up to 0.5 ms where the faster sensor is the less precise one, for its contact stands.
Next and third: by up to 0.8 and 0.5 ms, waist and feet on Davis, whose lags of 10 ms are learned
from few steps, and RBDS (0.45 ms). Contact time: Davis waist and left foot, for the waist reads 13
ms longer on the right leg, which no left foot can tell. The last stride of a recording may lack its
step, which was waited for (0.04 of 10 s). Bounce: back and waist 13 mm, the back alone 7.

Tried and left. One lag for both legs: chest and waist contact SD 3.3, five sensors 2.7; but waist
and both feet on Davis 2.6 and next 5.0. Contacts pulled towards the rhythm's own opinion: mean of
all sets 2.4 for 1.9 (Davis), 3.0 for 3.1 (RBDS), and stumbles would shrink. The rhythm fed with the
mean of all that was said of a footfall: next 4.70 for 4.65 and 5.33 for 5.35; weighed by published
variances 4.76 and 5.34. Medians for means in the lags: contact SD 2.1 for 1.9. Contact time of the
leg that has no sensor left as the trunk says it: RBDS about 20 for 12.5 (Davis 16 for 18.9), and
the legs would differ by what the sensors do.
"""

from collections import deque
from typing import Final

from msgspec.structs import replace

from livecoach.gait.align import Lag
from livecoach.gait.member import Footfall, Member
from livecoach.gait.merge import Merger
from livecoach.gait.params import DEFAULT, GaitParams
from livecoach.gait.phase import Rhythm
from livecoach.gait.sides import Sides
from livecoach.gait.stride import Strides
from livecoach.gait.tracker import GaitEvent, SensorTracker
from livecoach.gait.treadmill import BeltSpeed
from livecoach.model import Calibration, Contact, Foot, ImuSample, Notice, Phase, SensorInfo, Step

KEPT: Final = 12
"""Footfalls kept while they wait for their steps: more than a stride's worth."""

RELEARN_S: Final = 0.001
"""A difference known better by this much: the rhythm is learned anew from the last footfalls."""

CLOCKS_APART: Final = 0.75
"""Clocks apart by this share of a step: they are nearer to the footfall before or after."""


class Gait:
    """All inertial sensors of one runner; ``calibrations`` are the runner's, by mount."""

    def __init__(
        self, params: GaitParams = DEFAULT, calibrations: tuple[Calibration, ...] = ()
    ) -> None:
        self._params = params
        self._own: dict[str, Calibration] = {c.mount: c for c in calibrations}
        self._members: dict[str, Member] = {}
        self._strides = Strides()
        self._merger = Merger(params.phase.coast_s)
        self._rhythm = Rhythm(params.phase)
        self._sides = Sides(params.phase.coast_s)
        self._heard: deque[Footfall] = deque(maxlen=KEPT)
        self._waiting: deque[Footfall] = deque(maxlen=KEPT)
        self._last: Footfall | None = None
        self._lone_s: float | None = None
        self._t: float | None = None
        self._belt = BeltSpeed()

    def add(self, source: str, info: SensorInfo) -> None:
        """Make a sensor known before its first sample, or anew, with another speed for one."""
        own = None if info.mount is None else self._own.get(info.mount)
        tracker, before = SensorTracker(info, self._params, own), self._members.get(source)
        if before is not None and before.tracker.info.mount == info.mount:
            tracker.follow(before.tracker)
        self._members[source] = Member(source, tracker)

    def belt(self, t: float, speed_mps: float | None, incline_percent: float | None) -> None:
        """Take in what a treadmill says of its belt: each sensor's known speed from now on."""
        self._belt.update(t, speed_mps, incline_percent)

    def update(self, source: str, sample: ImuSample) -> list[GaitEvent]:
        """Take in one sample of one sensor; return what it made known."""
        member = self._members[source]
        member.tracker.told(*self._belt.at(sample.t))
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

    def _live(self, now: float) -> list[Member]:
        lost_s = self._params.sensor_lost_s
        return [m for m in self._members.values() if m.t is not None and now - m.t <= lost_s]

    def _contact(
        self, contact: Contact, own: Phase | None, member: Member, now: float
    ) -> list[GaitEvent]:
        t, last = self._level(contact, member), self._last
        if last is not None and t - last.contact.t <= self._same_s():
            self._join(contact, t, member)
            return []
        if last is not None and self._doubtful(t, last, member):
            return []
        self._settle()
        self._count(t, contact.foot)
        if last is None or self._level(contact, member) > last.contact.t:
            t = self._level(contact, member)
        leg = self._sides.at(t, self._rhythm.period_s)
        footfall = Footfall(contact, leg, {member: contact})
        foot = leg if self._sides.named else None
        alone = self._live(now) == [member]
        phase, quality = None, contact.quality
        if self._rhythm.known or not alone or member.foot is None:
            phase = self._rhythm.update(t, now, foot)
            self._heard.append(footfall)
        if alone and own is not None:
            phase = replace(own, t_ref=own.t_ref - member.lag_s(leg), t_known=now, foot=foot)
        if not alone:
            quality = min(quality, self._rhythm.trust)
        footfall.contact = replace(contact, t=t, t_known=now, foot=foot, quality=quality)
        self._last = footfall
        self._waiting.append(footfall)
        return [footfall.contact] if phase is None else [footfall.contact, phase]

    def _doubtful(self, t: float, last: Footfall, member: Member) -> bool:
        """Return whether this is nobody's footfall, or waits for a second sensor to say so too."""
        since_s, rhythm = t - last.contact.t, self._rhythm
        early_s = (1.0 - self._params.phase.gate_share) * rhythm.period_s
        if since_s <= self._params.step_least_s:
            return True
        if not rhythm.known or since_s > early_s or not last.heard_by_others(member):
            return False
        lone, self._lone_s = self._lone_s, t
        return lone is None or t - lone > self._params.same_footfall_s

    def _same_s(self) -> float:
        """Return how far apart two sensors' contacts of one footfall may lie.

        Half a step as the sensors know it each by itself: while their clocks are not level yet, two
        contacts of two sensors are no step.
        """
        own = [p for m in self._live(self._t or 0.0) if (p := m.tracker.period_s) is not None]
        return max(self._params.same_footfall_s, 0.5 * (max(own) if own else self._rhythm.period_s))

    def _level(self, contact: Contact, member: Member) -> float:
        """Return when the contact was on the reference's clock."""
        rough_s = contact.t - member.lag.even_s
        leg = contact.foot or self._sides.at(rough_s, self._rhythm.period_s)
        return member.level_s(contact, leg)

    def _count(self, t: float, foot: Foot | None) -> None:
        if self._sides.update(t, foot, self._rhythm.period_s):
            for member in self._members.values():
                member.lag.forget()
                member.stay.forget()

    def _settle(self) -> None:
        """Learn from the newest footfall, of which nothing more will be heard."""
        if not self._heard or self._heard[-1] is not self._last:
            return
        changed_s = self._last.learn_lags()
        for member in self._last.found:
            if abs(member.lag.even_s) > CLOCKS_APART * self._rhythm.period_s:
                member.lag = Lag()
        if changed_s > RELEARN_S:
            self._rhythm = Rhythm(self._params.phase)
            for footfall in self._heard:
                t = footfall.level_s()
                self._rhythm.update(t, t, None)

    def _nearest(self, t: float) -> Footfall | None:
        """Return the waiting footfall at ``t``."""
        near = min(self._waiting, key=lambda f: abs(f.contact.t - t), default=None)
        if near is None or abs(near.contact.t - t) > self._same_s():
            return None
        return near

    def _join(self, contact: Contact, t: float, member: Member) -> None:
        """Take in another contact of a footfall that is known already."""
        footfall = self._nearest(t)
        if footfall is None:
            return
        footfall.found[member] = contact
        if contact.foot is not None:
            self._count(footfall.contact.t, contact.foot)
            footfall.leg = contact.foot

    def _attach(self, step: Step, member: Member) -> None:
        leg = step.foot or self._sides.at(step.t - member.lag.even_s, self._rhythm.period_s)
        footfall = self._nearest(step.t - member.lag_s(leg))
        if footfall is not None:
            footfall.steps[member] = step

    def _complete(self, now: float) -> list[GaitEvent]:
        steps: list[GaitEvent] = []
        while len(self._waiting) > 1 and self._ready(self._waiting[0], now):
            footfall = self._waiting.popleft()
            footfall.learn_stays()
            after, period_s = self._waiting[0].contact, self._rhythm.period_s
            step = self._merger.update(footfall, after, period_s, now)
            if step is not None:
                steps.append(step)
        return steps

    def _ready(self, footfall: Footfall, now: float) -> bool:
        """Return whether every sensor that will say something about this footfall has."""
        stride_s = 2.0 * self._rhythm.period_s + self._params.same_footfall_s
        if now - footfall.contact.t > stride_s:
            return True
        leg = footfall.leg if self._sides.named else None
        return all(
            m in footfall.steps
            for m in self._live(now)
            if m.foot is None or leg is None or m.foot == leg
        )
