"""Steps -> cues: what to aim at, when something is off, when to play and what to say. Pure."""

from livecoach.coach.coach import Coach
from livecoach.coach.params import CoachParams, parse_target
from livecoach.coach.phrases import PHRASES

__all__ = ["PHRASES", "Coach", "CoachParams", "parse_target"]
