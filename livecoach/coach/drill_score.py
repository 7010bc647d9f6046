"""What a drill changed in its own measure: a mean with its interval, for better or for worse.

Change = mean of the drill less mean of the running before, in the measure's own unit, each foot
against itself. Steps that follow each other are alike (their spectrum falls as 1/f^0.8), so that
each counts for less than one: both stretches are cut into blocks of `BLOCK_S`, and the interval is
Welch's for the means of the blocks, 95 % (Welch 1947; batch means as in simulation studies).
"""

import math
from typing import Literal, TypeAlias

from msgspec import Struct

from livecoach.coach.student import t95
from livecoach.model import Foot, Step

BLOCK_S = 5.0
FEWEST_STEPS = 20
FEWEST_BLOCKS = 3
_PER_BLOCK = 4

DrillName: TypeAlias = Literal["toe-last", "high-knee", "tall", "lean"]
Verdict: TypeAlias = Literal["better", "worse", "no clear change"]


class Measure(Struct, frozen=True):
    """What a drill is judged by: the first of ``fields`` that is known; ``way`` is better.

    A change below ``floor`` (in ``percent`` of the value before, else in the field's unit) is no
    change: half of what `livecoach.coach.faults` holds to be worth a word.
    """

    fields: tuple[str, ...]
    name: str
    way: Literal[1, -1]
    needs: str
    floor: float
    percent: bool = False
    per_foot: bool = False


_FOOT, _TRUNK = "a foot sensor with a gyroscope", "a sensor on chest, back or waist"
MEASURES: dict[DrillName, Measure] = {
    "toe-last": Measure(("toe_off_pitch_deg",), "foot at toe-off", -1, _FOOT, 2.5, per_foot=True),
    "high-knee": Measure(("swing_pitch_deg",), "heel in the swing", -1, _FOOT, 2.5, per_foot=True),
    "tall": Measure(
        ("vertical_ratio", "vertical_oscillation_m"), "bounce", -1, _TRUNK, 6.0, percent=True
    ),
    "lean": Measure(
        ("trunk_lean_deg",), "forward lean", 1, "a sensor on chest or back with a gyroscope", 2.0
    ),
}
"""Pitches are negative with the heel up: a lower one is the toe that leaves later, the leg that
folds higher. The swing pitch is the foot's, so it tells of the knee only by way of the folded leg.
Slightly forward is the aim of the lean; a change of some degrees is not too much."""

_SHOWN = {
    "vertical_ratio": (100.0, "% of the step length", 1),
    "vertical_oscillation_m": (100.0, "cm", 1),
}


class DrillResult(Struct, frozen=True, kw_only=True):
    """What a drill did. ``change`` is None without a score, and ``unscored`` says why.

    ``change``, ``low`` and ``high`` (95 %) are in the unit of the field ``metric``; ``verdict`` is
    about the direction that is wanted. ``refused``: the drill did not take place.
    """

    drill: DrillName
    refused: str = ""
    unscored: str = ""
    metric: str | None = None
    before: float | None = None
    change: float | None = None
    low: float | None = None
    high: float | None = None
    verdict: Verdict | None = None

    @property
    def lines(self) -> tuple[str, ...]:
        """What to tell the runner."""
        if self.refused:
            return ()
        if self.unscored or self.change is None or self.low is None or self.high is None:
            return (f"Drill {self.drill}: done, without a score: {self.unscored}.",)
        factor, unit, digits = _SHOWN.get(self.metric or "", (1.0, "degrees", 1))
        name = MEASURES[self.drill].name
        numbers = [f"{factor * v:+.{digits}f}" for v in (self.change, self.low, self.high)]
        before = f"{factor * (self.before or 0.0):.{digits}f}"
        found = f"{numbers[0]} {unit} ({numbers[1]} to {numbers[2]})"
        return (f"Drill {self.drill}: {self.verdict}: {name} {found}, {before} before.",)


class Stretch:
    """The values of one measure over a stretch of good running."""

    def __init__(self, field: str, *, per_foot: bool) -> None:
        self._field = field
        self._per_foot = per_foot
        self.values: list[tuple[float, Foot | None, float]] = []

    def add(self, x: Step) -> None:
        """Take a good running step."""
        value: float | None = getattr(x, self._field)
        if value is not None:
            self.values.append((x.t_known, x.foot if self._per_foot else None, value))

    def means(self) -> dict[Foot | None, float]:
        """Return the mean of each foot that was seen often enough."""
        by_foot: dict[Foot | None, list[float]] = {}
        for _, foot, value in self.values:
            by_foot.setdefault(foot, []).append(value)
        return {f: sum(v) / len(v) for f, v in by_foot.items() if len(v) >= FEWEST_STEPS // 2}

    def blocks(self, own: dict[Foot | None, float]) -> list[float]:
        """Return the mean change of each block against each foot's ``own``."""
        blocks: dict[int, list[float]] = {}
        for t, foot, value in self.values:
            if foot in own:
                at = int((t - self.values[0][0]) / BLOCK_S)
                blocks.setdefault(at, []).append(value - own[foot])
        return [sum(v) / len(v) for v in blocks.values() if len(v) >= _PER_BLOCK]


def scored(drill: DrillName, field: str, before: Stretch, during: Stretch) -> DrillResult | None:
    """Return the score by one field, None when too little of it was seen."""
    own = before.means()
    old, new = before.blocks(own), during.blocks(own)
    enough = len(before.values) >= FEWEST_STEPS and len(during.values) >= FEWEST_STEPS
    if not enough or min(len(old), len(new)) < FEWEST_BLOCKS:
        return None
    change, error, freedom = _welch(old, new)
    half = t95(freedom) * error
    m, own_mean = MEASURES[drill], sum(own.values()) / len(own)
    size = 100.0 * change / abs(own_mean) if m.percent else change
    sure = abs(change) > half and abs(size) >= m.floor
    verdict: Verdict = "no clear change"
    if sure:
        verdict = "better" if m.way * change > 0.0 else "worse"
    return DrillResult(
        drill=drill,
        metric=field,
        before=own_mean,
        change=change,
        low=change - half,
        high=change + half,
        verdict=verdict,
    )


def _welch(old: list[float], new: list[float]) -> tuple[float, float, float]:
    """Return the difference of means, its standard error, its degrees of freedom."""
    (a, va), (b, vb) = _mean_error(old), _mean_error(new)
    error2 = va + vb
    if error2 == 0.0:
        return b - a, 0.0, float(len(old) + len(new) - 2)
    freedom = error2**2 / (va**2 / (len(old) - 1) + vb**2 / (len(new) - 1))
    return b - a, math.sqrt(error2), freedom


def _mean_error(values: list[float]) -> tuple[float, float]:
    """Return the mean and the square of its standard error."""
    mean = sum(values) / len(values)
    return mean, sum((v - mean) ** 2 for v in values) / (len(values) - 1) / len(values)
