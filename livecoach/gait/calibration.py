"""A trunk sensor's contact time and contact, set by a foot sensor of the same run.

Definition. Steps of the two sensors that begin within 120 ms of each other are one; of those that
run and that both know well (quality 0.5 and more) the differences trunk - foot are taken. Contact
time too long by, and contact late by: their medians. Spread: 1.48 x the median distance of the
differences from their median (a normal distribution's SD), the larger of the two. Fewer than 20
steps, or a spread above 25 ms (two clocks, a loose sensor), set nothing.

Source. A trunk's 1-g interval differs from the contact time by a constant of runner and mount
(+80 ms, 19-26 ms RMSE between runners and slopes, 7.7 ms within a trial: this project on
Alcantara et al. 2022, doi:10.7717/peerj.12752); a foot sensor's bias is smaller (11 +- 6 ms,
Falbriard et al. 2018, doi:10.3389/fphys.2018.00610), and stays: the trunk is set to the foot, not
to force plates. Validity: the speed and mount it was done at.
"""

from collections.abc import Sequence
from statistics import median

from msgspec import Struct

from livecoach.gait.params import DEFAULT
from livecoach.model import Step

STEPS_LEAST = 20
SPREAD_MOST_S = 0.025
QUALITY_LEAST = 0.5


class Difference(Struct, frozen=True):
    """How much longer and later the trunk's contacts are, how scattered, over how many steps."""

    contact_time_s: float
    contact_lag_s: float
    spread_s: float
    steps: int


def compare(trunk: Sequence[Step], feet: Sequence[Step]) -> Difference:
    """Return how a trunk sensor's steps differ from the feet's, both in order of time."""
    pairs: list[tuple[Step, Step]] = []
    first = 0
    for foot in feet:
        while first < len(trunk) and trunk[first].t < foot.t - DEFAULT.same_footfall_s:
            first += 1
        if first < len(trunk) and trunk[first].t <= foot.t + DEFAULT.same_footfall_s:
            pairs.append((trunk[first], foot))
    pairs = [(a, b) for a, b in pairs if well_known(a) and well_known(b)]
    if not pairs:
        return Difference(0.0, 0.0, 0.0, 0)
    longer = [(a.contact_time_s or 0.0) - (b.contact_time_s or 0.0) for a, b in pairs]
    later = [a.t - b.t for a, b in pairs]
    return Difference(
        contact_time_s=median(longer),
        contact_lag_s=median(later),
        spread_s=max(_spread(longer), _spread(later)),
        steps=len(pairs),
    )


def refusal(found: Difference) -> str | None:
    """Return why a difference can't be relied on, in words, or None."""
    if found.steps < STEPS_LEAST:
        return f"only {found.steps} steps seen by both sensors, {STEPS_LEAST} are needed: run on"
    if found.spread_s > SPREAD_MOST_S:
        return (
            f"the two sensors' contacts scatter by {1e3 * found.spread_s:.0f} ms from step to "
            f"step, {1e3 * SPREAD_MOST_S:.0f} is the most: run evenly, sensors tight, on one clock"
        )
    if abs(found.contact_time_s) > 0.2:
        return f"contact times {1e3 * found.contact_time_s:+.0f} ms apart: a wrong mount is named"
    return None


def _spread(x: Sequence[float]) -> float:
    middle = median(x)
    return 1.4826 * median(abs(v - middle) for v in x)


def well_known(step: Step) -> bool:
    """Return whether a step was run, seen whole and with confidence."""
    known = step.contact_time_s is not None and step.activity == "run"
    return known and step.quality >= QUALITY_LEAST
