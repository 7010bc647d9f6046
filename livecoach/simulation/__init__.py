"""A simulated runner who hears the beats and answers them. Pure; simulated, never called real.

A force model (`forces`) carries a point mass; a place on the trunk (`trunk`) or a foot (`foot`)
moves with and against it; `frames` turns that into a sensor's axes and `sensor` spoils it.
`responder` decides when the next step comes, `heart` follows it, `runner` joins them.
"""

from livecoach.simulation.forces import StepForce, Truth
from livecoach.simulation.heart import Heart
from livecoach.simulation.params import RunnerParams, SensorParams
from livecoach.simulation.responder import Responder
from livecoach.simulation.runner import SimulatedRunner
from livecoach.simulation.sensor import Wearable

__all__ = [
    "Heart",
    "Responder",
    "RunnerParams",
    "SensorParams",
    "SimulatedRunner",
    "StepForce",
    "Truth",
    "Wearable",
]
