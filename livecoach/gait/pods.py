"""All foot pods of a run: each with what is known of its cadence from before."""

from collections.abc import Hashable, Mapping

from livecoach.gait.pod import PodTracker
from livecoach.gait.pods_apart import PodsApart
from livecoach.model import (
    Cadence,
    Device,
    FootPodReading,
    Notice,
    PodReport,
    SensorState,
    Step,
    Tick,
)

_GOOD_QUALITY = 0.5


class Pods:
    """Readings of any pod, steps of other sensors, belt and ticks in; reports out.

    Parameters
    ----------
    remembered
        What earlier runs have confirmed: the starting answers.
    configured
        What the runner says, by the pod's name or address: it stands.
    """

    def __init__(
        self, remembered: tuple[Device, ...] = (), configured: Mapping[str, Cadence] | None = None
    ) -> None:
        self._remembered = {d.name.casefold(): d.cadence for d in remembered}
        self._configured = {k.casefold(): v for k, v in (configured or {}).items()}
        self._pods: dict[Hashable, PodTracker] = {}
        self._names: dict[Hashable, str] = {}
        self._belt: tuple[float, float | None] | None = None
        self._apart = PodsApart()

    @property
    def confirmed(self) -> tuple[Device, ...]:
        """What this run has confirmed of each pod."""
        found = ((self._names[key], pod.confirmed) for key, pod in self._pods.items())
        return tuple(Device(name, cadence) for name, cadence in found if cadence is not None)

    def told(self, name: str, cadence: Cadence) -> None:
        """Take the runner's word on what the pod ``name`` counts, said with its source."""
        self._configured[name.casefold()] = cadence

    def hear(self, key: Hashable, name: str, reading: FootPodReading) -> None:
        """Take in a reading of the pod ``key``, which goes by ``name``."""
        pod = self._pods.get(key)
        if pod is None:
            own = self._configured.get(name.casefold())
            known = own or self._remembered.get(name.casefold())
            pod = PodTracker(name, known, configured=own is not None)
            if self._belt is not None:
                pod.belt(*self._belt)
            self._pods[key], self._names[key] = pod, name
        pod.update(reading)

    def step(self, step: Step) -> None:
        """Take in an inertial sensor's step; a good one of a runner or walker counts."""
        if step.quality >= _GOOD_QUALITY and step.activity != "stand":
            for pod in self._pods.values():
                pod.update(step)

    def belt(self, t: float, speed_mps: float | None) -> None:
        """Take in a treadmill's belt speed."""
        self._belt = self._belt if speed_mps is None else (t, speed_mps)
        for pod in self._pods.values():
            pod.belt(t, speed_mps)

    def tick(self, tick: Tick) -> list[PodReport | SensorState | Notice]:
        """Let time pass; return the reports of a whole second."""
        said = [event for pod in self._pods.values() for event in pod.update(tick)]
        return self._apart.update(tick.t, said)
