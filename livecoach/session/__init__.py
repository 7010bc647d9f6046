"""One run: inputs in order, recorded before they are used, through the pure rooms, to the sinks."""

from livecoach.session.outcome import Outcome, Plan
from livecoach.session.pipeline import Pipeline
from livecoach.session.run import run
from livecoach.session.tally import Tally

__all__ = ["Outcome", "Pipeline", "Plan", "Tally", "run"]
