"""A foot pod's zeros: the runner stands, or the pod has lost the runner.

Speed 0 and cadence 0 mean either, and some pods and bridges send them when they only hear nothing
(OpenTracks after 5 s, RunnerUp after 3). A zero is not a stop while

- the pod says in the same packet that one runs (flag b2),
- its total distance has grown by 2 m and more since the packet before,
- an inertial sensor has felt a step in the last 2 s,
- it came at full speed less than 3 s ago: nobody stands still between two packets. People who jump
  off a belt and watches that pause by themselves do look so; therefore only 3 s,
- zeros of this pod have twice ended within 15 s at the speed at which they began, at once.

Then the state is ``unknown``. A single zero between two readings is left out like any other packet
that contradicts its neighbours.
"""

from livecoach.gait.pod_params import PodParams
from livecoach.model import FootPodReading

_MOVED_M = 2.0
_SAME_SPEED_RATIO = 0.2


class Zeros:
    """Zeros in a row, and what those before came to."""

    def __init__(self, params: PodParams) -> None:
        self._params = params
        self._count = 0
        self._since_s = 0.0
        self._from_mps = 0.0
        self._doubt = False
        self._false = 0

    @property
    def told(self) -> bool:
        """Whether the pod says that the runner stands, by two packets."""
        return self._count > 1

    def update(
        self, x: FootPodReading, before: FootPodReading | None, used: FootPodReading | None
    ) -> None:
        """Take in a zero; ``before`` it came this packet, the last that counted was ``used``."""
        if not self._count:
            recent = used is not None and x.t - used.t <= self._params.stale_after_s
            self._since_s = x.t
            self._from_mps = used.speed_mps if used is not None and recent else 0.0
            self._doubt = False
        self._count += 1
        self._doubt = self._doubt or x.running or _moved(before, x)

    def end(self, x: FootPodReading) -> None:
        """Take in a reading that is none."""
        if self.told and self._abrupt and x.t - self._since_s <= self._params.false_zero_most_s:
            self._false += abs(x.speed_mps / self._from_mps - 1.0) <= _SAME_SPEED_RATIO
        self._count = 0

    @property
    def _abrupt(self) -> bool:
        return self._from_mps >= self._params.zero_abrupt_mps

    def mean_stop(self, t: float, step_s: float | None) -> bool:
        """Return whether the runner stands at ``t``; ``step_s``: the last step a sensor felt."""
        p = self._params
        if self._doubt or (step_s is not None and t - step_s <= p.sensor_alive_s):
            return False
        if self._abrupt and self._false >= p.false_zeros:
            return False
        return not self._abrupt or t - self._since_s >= p.zero_doubt_s


def _moved(before: FootPodReading | None, x: FootPodReading) -> bool:
    if before is None or before.total_distance_m is None or x.total_distance_m is None:
        return False
    return x.total_distance_m - before.total_distance_m >= _MOVED_M
