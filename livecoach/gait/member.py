"""One sensor among several, and a footfall as they see it.

Levels. Where a foot and a trunk sensor see the same footfalls, the foot says when contact is
(published bias 11 +- 6 ms, precision 2 ms). But two shoes are two sensors, put on by hand, and a
belt clip on one hip reads steps of 0.34 and 0.42 s in turn: which leg lands sooner is for a sensor
in the middle of the body to say. So the mean of the two legs is the feet's, the difference between
them the chest's or the back's where there is one; the feet are put level with it. A waist is put
level with the others, leg by leg. (Virtual runner: left and right contact are 2.5 ms apart by the
feet, 0.4 by chest and back, 4.8 by the waist; all five together, SD of contacts 2.9 ms with the
feet's own difference, 1.9 so.) A lag is never made up for by telling a contact after it was known.
"""

from typing import Final

from msgspec import Struct, field

from livecoach.gait.align import Lag
from livecoach.gait.tracker import FOOT_OF_MOUNT, SensorTracker
from livecoach.model import Contact, Foot, Step

Order = tuple[int, str]

CONTACT_ORDER: Final = ("foot_left", "foot_right", "chest", "back", "waist")
"""Whose contacts the others are put level with: the first that speaks."""

STAY_ORDER: Final = ("back", "chest", "foot_left", "foot_right", "waist")
"""Whose contact time counts: the first that knows it."""

VALUE_ORDER: Final = ("waist", "back", "chest", "foot_left", "foot_right")
"""Whose other values count: the first that knows them."""

EVEN: Final = ("chest", "back")
"""Sensors that sit in the middle of the body: they see both legs alike."""


class Member:
    """A sensor: its tracker, its foot, its newest sample, how it differs from the reference."""

    def __init__(self, name: str, tracker: SensorTracker) -> None:
        mount = tracker.info.mount or "waist"
        self.name = name
        self.tracker = tracker
        self.foot: Foot | None = FOOT_OF_MOUNT.get(mount)
        self.contact_order: Order = (CONTACT_ORDER.index(mount), name)
        self.stay_order: Order = (STAY_ORDER.index(mount), name)
        self.value_order: Order = (VALUE_ORDER.index(mount), name)
        self.even = mount in EVEN
        self.t: float | None = None
        self.lag = Lag()
        self.stay = Lag()

    def lag_s(self, leg: Foot | None) -> float:
        """Return how late its contacts of this leg are."""
        return self.lag.even_s if self.even else self.lag.of(leg)

    def level_s(self, contact: Contact, leg: Foot | None) -> float:
        """Return when a contact was on the reference's clock, not later than it was known."""
        return min(contact.t - self.lag_s(leg), contact.t_known)


class Footfall(Struct, eq=False):
    """A reported contact, its leg, when each sensor found it, the steps they said began there."""

    contact: Contact
    leg: Foot | None
    found: dict[Member, Contact] = field(default_factory=dict)
    steps: dict[Member, Step] = field(default_factory=dict)

    def level_s(self) -> float:
        """Return when its finder says it was, on the reference's clock."""
        finder, contact = next(iter(self.found.items()))
        return finder.level_s(contact, self.leg)

    def heard_by_others(self, member: Member) -> bool:
        """Return whether another sensor found it that would find ``member``'s next one too."""
        return any(m is not member and m.foot in {None, member.foot} for m in self.found)

    def learn_lags(self) -> float:
        """Learn how the sensors' contacts differ; return the largest change of a lag."""
        before = {m: m.lag_s(self.leg) for m in self.found}
        best, *others = sorted(self.found, key=lambda m: m.contact_order)
        level_s = self.found[best].t - (0.0 if best.foot else before[best])
        for member in others:
            member.lag.learn(self.found[member].t - level_s, self.leg)
            if member.even and best.foot:
                level_s = self.found[member].t - member.lag_s(self.leg)
                best.lag.learn(self.found[best].t - level_s, self.leg)
                best = member
        return max(abs(m.lag_s(self.leg) - was) for m, was in before.items())

    def learn_stays(self) -> None:
        """Learn how the sensors' contact times differ."""
        known = {m: s.contact_time_s for m, s in self.steps.items() if s.contact_time_s is not None}
        if len(known) < 2:
            return
        best, *others = sorted(known, key=lambda m: m.stay_order)
        level_s = known[best] - best.stay.of(self.leg)
        for member in others:
            member.stay.learn(known[member] - level_s, self.leg)
