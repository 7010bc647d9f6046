"""Which pure coach a session has: the usual one, or a guided protocol that ends by itself."""

from typing import Literal, TypeAlias

import numpy as np

from livecoach.coach.coach import Coach
from livecoach.coach.drill import Drill
from livecoach.coach.drill_score import DrillResult
from livecoach.coach.params import CoachParams
from livecoach.coach.sweep import Sweep
from livecoach.coach.sweep_fit import SweepResult
from livecoach.model import Profile

Guide: TypeAlias = Literal["", "sweep", "toe-last", "high-knee", "tall", "lean"]
GuideResult: TypeAlias = SweepResult | DrillResult

_STREAM = 7
"""The sweep's order is drawn from a stream of its own, not the simulated runner's."""


def coach_of(
    guide: Guide, params: CoachParams, profile: Profile, seed: int
) -> Coach | Sweep | Drill:
    """Return the coach for a session."""
    if not guide:
        return Coach(params, profile)
    if guide == "sweep":
        return Sweep(params, np.random.default_rng([_STREAM, seed]))
    return Drill(params, guide)
