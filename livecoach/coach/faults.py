"""Faults of form, each against the runner's own way of running at this speed.

Each measure has a baseline of its own: median and spread (1.4826 x median absolute deviation) of
45 s of this run's good steps, fewer when the first cue comes sooner; of less than 60 steps, never.
Nothing is kept for another run: a strap put on anew reads -0.031 to +0.042 m/s differently for 2
degrees of pitch, a fifth of all braking. Where one fault has several measures the first that is
known decides, and feet are never mixed. What a sensor does not know is not judged, and measures
that change with speed are judged only at a known one, within 0.2 m/s of their baseline's.

A fault is there when, over the last 12 s, the median is worse than own by ``enter`` and four
fifths of the steps (9.6 s) by half of that; it is over when the median is better than this half.
``enter`` is the smallest change worth a word, never less than the own spread of single steps (at
30 steps a median's standard error is a quarter of that). Sources: reference/gait-science.md.

========= ==================== ============ ====================================================
fault     measure              worth a word why
========= ==================== ============ ====================================================
short     duty factor, and     6 %          both at once: longer on the ground for each step of
..        step_length_m        3 %          which there is less; a quicker step alone keeps the
                                            duty and is 5 % shorter; 6 % unverified
braking   speed_loss_mps       15 %         twice what +5 % step rate brings (7 %); steps scatter
                                            by 4-22 %
..        landing_angle_deg    4 deg        over twice the precision 1.6 +- 1.1 (Falbriard 2020)
..        expected_braking     15 %         as speed_loss; its error between runners cancels
bounce    vertical_ratio       12 %         +5 % step rate brings 11 %; error 1.9 +- 3.3 mm of
                                            60-90, bias 2 mm (Asgari & Heller 2025)
lean      trunk_lean_deg       4 deg        the trunk sways by 1.5 rms; unverified
push      toe_off_pitch_deg    5 deg        three times the precision above; unverified
..        propulsion_mps       15 %         as speed_loss
asymmetry left/right step time 3 points     5 % is usual, its step SD 1.7 % (3.5)
========= ==================== ============ ====================================================

The order is that of what is cued first. Steps too short to push with are what asking for more steps
brings about, so the coach mends that before anything else, and never with more beats. Braking is
the core fault of the others: it takes speed from every step
and comes with bounce. Bounce and lean cost at every step, too, and a trunk that leans lands closer.
The push follows from all three. Asymmetry is last: it is mostly habit or the camber of the road.

Push. At a steady speed on the level whatever braking takes away the push gives back: less push
with as much less braking is better running. So what the speed loss fell by is added to the
propulsion before it is judged. Contact time says nothing about economy (Van Hooren 2024): it is
shown, not judged.
"""

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from livecoach.coach.judge import Fault, Judge, Measure, ValueKey
from livecoach.model import Foot, Step

SAME_SPEED_MPS = 0.2
_FRESH_S = 2.0
_MEMORY_STEPS = 12.0
_MEAN_STEPS = 120

_SPEED_LOSS = Measure("braking", "speed_loss_mps", "braking", 1, 0.15, "percent")
MEASURES: tuple[Measure, ...] = (
    Measure("short", "duty_factor", "duty factor", 1, 0.06, "percent"),
    Measure("short", "step_length_m", "step length", -1, 0.03, "percent"),
    _SPEED_LOSS,
    Measure("braking", "landing_angle_deg", "landing angle", 1, 4.0, "deg"),
    Measure("braking", "expected_braking_mps", "expected braking", 1, 0.15, "percent"),
    Measure("bounce", "vertical_ratio", "bounce per metre", 1, 0.12, "percent"),
    Measure("bounce", "vertical_oscillation_m", "bounce", 1, 0.12, "percent"),
    Measure("lean", "trunk_lean_deg", "forward lean", -1, 4.0, "deg", at_speed=False),
    Measure("push", "toe_off_pitch_deg", "toe-off pitch", 1, 5.0, "deg"),
    Measure("push", "propulsion_mps", "push", -1, 0.15, "percent"),
    Measure("asymmetry", "asymmetry_ratio", "left less right", 1, 0.03, "points", at_speed=False),
    Measure("asymmetry", "asymmetry_ratio", "left less right", -1, 0.03, "points", at_speed=False),
)
"""In order of priority; within a fault, of trust."""

_OF_FAULT: dict[Fault, list[list[Measure]]] = {
    fault: [
        [m for m in MEASURES if (m.fault, m.field) == (fault, field)]
        for field in dict.fromkeys(m.field for m in MEASURES if m.fault == fault)
    ]
    for fault in dict.fromkeys(m.fault for m in MEASURES)
}
"""By fault, by field: its measures (left and right of one field judge side by side)."""
_TOGETHER: frozenset[Fault] = frozenset({"short"})
_OF_A_FOOT = frozenset({"landing_angle_deg", "toe_off_pitch_deg"})


class Seen(Struct, frozen=True):
    """A fault that is there, the measure that tells, and the numbers that say so."""

    fault: Fault
    reason: str
    measure: Measure
    foot: Foot | None
    large: bool


def _seen(judge: Judge, speed_mps: float | None) -> Seen:
    m = judge.measure
    return Seen(m.fault, judge.reason(speed_mps), m, judge.foot, judge.large)


class _AtSpeed:
    """All judges of one running speed (None: not known)."""

    def __init__(self, speed_mps: float | None) -> None:
        self._speed_mps = speed_mps
        self._steps = 1
        self.judges: dict[tuple[Measure, Foot | None], Judge] = {}

    @property
    def speed_mps(self) -> float | None:
        """The mean speed of these steps while they were learnt from."""
        return self._speed_mps

    @property
    def known(self) -> bool:
        """Whether anything can be judged here."""
        return any(judge.own is not None for judge in self.judges.values())

    def is_near(self, speed_mps: float | None) -> bool:
        """Return whether this speed is the same as another."""
        if speed_mps is None or self._speed_mps is None:
            return speed_mps is self._speed_mps
        return abs(speed_mps - self._speed_mps) <= SAME_SPEED_MPS

    def follow(self, speed_mps: float | None) -> None:
        """Average the speed of the steps learnt from."""
        if speed_mps is not None and self._speed_mps is not None and self._steps < _MEAN_STEPS:
            self._steps += 1
            self._speed_mps += (speed_mps - self._speed_mps) / self._steps

    def settle(self) -> None:
        """Learn no more at this speed."""
        for judge in self.judges.values():
            judge.settle()

    def judge(self, measure: Measure, foot: Foot | None, *, learns: bool) -> Judge:
        """Return the judge of a measure; one that comes when nothing is learnt never judges."""
        key = (measure, foot)
        if key not in self.judges:
            self.judges[key] = Judge(measure, foot)
            if not learns:
                self.judges[key].settle()
        return self.judges[key]


class FaultWatch:
    """Good running steps in, the faults that are there out."""

    def __init__(self) -> None:
        self._speeds: list[_AtSpeed] = []
        self._here: _AtSpeed | None = None
        self._recent_mps: float | None = None
        self._coached = False
        self._before: Step | None = None

    def update(self, step: Step) -> dict[ValueKey, float]:
        """Take a step of good quality, in its order, while running; return what it measured."""
        values: dict[ValueKey, float] = {}
        here = self._place(step.speed_mps)
        before, self._before = self._before, step
        here.follow(step.speed_mps)
        for measure in MEASURES:
            if measure.at_speed and step.speed_mps is None:
                continue
            value = self._value(measure, step, before)
            if value is not None:
                foot = step.foot if measure.field in _OF_A_FOOT else None
                here.judge(measure, foot, learns=not self._coached).update(step.t_known, value)
                values[measure.field, foot] = value
        return values

    def coached(self) -> None:
        """Learn no more at this speed: the runner has been asked for something."""
        self._coached = True
        if self._here is not None:
            self._here.settle()

    def forget(self) -> None:
        """Begin to look anew: the runner has stopped, or was not seen."""
        self._before = None
        if self._here is not None:
            for judge in self._here.judges.values():
                judge.forget()

    def seen(self, t: float) -> list[Seen]:
        """Return the faults that are there at ``t``, the most important first."""
        speed = None if self._here is None else self._here.speed_mps
        return [
            msgspec.structs.replace(
                _seen(there[0], speed), reason=", ".join(judge.reason(speed) for judge in there)
            )
            for fault, group in self._decisive(t)
            if (there := _there(fault, group))
        ]

    def gone(self, t: float) -> list[Fault]:
        """Return the faults that are known not to be there at ``t``."""
        return [
            fault
            for fault, group in self._decisive(t)
            if (any if fault in _TOGETHER else all)(judge.well for judge in group)
        ]

    def _decisive(self, t: float) -> Iterator[tuple[Fault, list[Judge]]]:
        """Yield each fault with the judges of the first measure that knows anything just now.

        Measures that only count together come together, or not at all.
        """
        judges = [] if self._here is None else list(self._here.judges.values())
        able = [j for j in judges if j.own is not None and t - j.t_last <= _FRESH_S]
        for fault, measures in _OF_FAULT.items():
            known = [[j for j in able if j.measure in same] for same in measures]
            if fault in _TOGETHER and all(known):
                yield fault, [j for group in known for j in group]
            elif fault not in _TOGETHER and any(known):
                yield fault, next(group for group in known if group)

    def _place(self, speed_mps: float | None) -> _AtSpeed:
        """Return the judges of this speed; a new speed is learnt until the next cue."""
        if speed_mps is not None:
            gone = self._recent_mps is None or abs(speed_mps - self._recent_mps) > 1.0
            last = speed_mps if gone or self._recent_mps is None else self._recent_mps
            self._recent_mps = last + (speed_mps - last) / _MEMORY_STEPS
        if self._here is None or not self._here.is_near(self._recent_mps):
            self.forget()
            if self._here is not None:
                self._here.settle()
                if not self._here.known:
                    self._speeds.remove(self._here)
            near = [place for place in self._speeds if place.is_near(self._recent_mps)]
            self._here = near[0] if near else _AtSpeed(self._recent_mps)
            if not near:
                self._speeds.append(self._here)
                self._coached = False
        return self._here

    def _value(self, measure: Measure, step: Step, before: Step | None) -> float | None:
        if measure.field == "asymmetry_ratio":
            return _asymmetry(step, before)
        value: float | None = getattr(step, measure.field)
        if measure.field == "propulsion_mps" and value is not None:
            return self._with_less_braking(value, step.speed_loss_mps)
        return value

    def _with_less_braking(self, push_mps: float, loss_mps: float | None) -> float | None:
        """Return the push, and what need not be pushed because less was lost."""
        if loss_mps is None or self._here is None:
            return None
        judge = self._here.judges.get((_SPEED_LOSS, None))
        own = None if judge is None else judge.own
        return push_mps if own is None else push_mps + max(0.0, own - loss_mps)


def _there(fault: Fault, group: list[Judge]) -> list[Judge]:
    """Return the judges to be quoted: the first that sees the fault, or all who must."""
    seeing = [judge for judge in group if judge.there]
    if fault in _TOGETHER:
        return group if len(seeing) == len(group) else []
    return seeing[:1]


def _asymmetry(step: Step, before: Step | None) -> float | None:
    """Return how much longer the left step is than the right one, over their mean."""
    if before is None or step.foot is None or before.foot in {None, step.foot}:
        return None
    if abs(step.t - before.t - before.step_time_s) > 0.5 * step.step_time_s:
        return None
    longer = step.step_time_s - before.step_time_s
    mean = 0.5 * (step.step_time_s + before.step_time_s)
    return (longer if step.foot == "left" else -longer) / mean
