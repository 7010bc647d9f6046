"""Samples to steps: one sensor (`SensorTracker`) or the sensors of one run (`Gait`).

Pure and streaming: a sample goes in, a list of events comes out, in order of ``t_known``, never
later than the newest sample. The same samples give the same events, bit for bit. Each module's
docstring is its method page: definition, assumptions, source, validity, measured error.
"""

from livecoach.gait.fusion import Gait
from livecoach.gait.params import GaitParams
from livecoach.gait.tracker import GaitEvent, SensorTracker

__all__ = ["Gait", "GaitEvent", "GaitParams", "SensorTracker"]
