"""A simulated runner who hears the beats and answers them. Pure; simulated, never called real."""

from livecoach.simulation.body import TrunkSensor
from livecoach.simulation.responder import Responder, RunnerParams
from livecoach.simulation.runner import SimulatedRunner

__all__ = ["Responder", "RunnerParams", "SimulatedRunner", "TrunkSensor"]
