"""Which news of the runner is believed, and when none is left to believe.

Footfalls come before a pod's report: seconds must not count twice. Of several pods the first one
counts, until it has said nothing for `LOST_AFTER_S`. When no good step has come for that long, or
0.6 s after the last sensor that tells of steps went stale, nothing is known any more.
"""

from msgspec import Struct

from livecoach.model import Contact, Phase, PodReport, SensorState, Step

GOOD_QUALITY = 0.5
LOST_AFTER_S = 3.0
_STALE_AFTER_S = 0.6
_UNLINKED_AFTER_S = 1.6
"""A link that is lost is often back at once; stale is what said nothing for a second."""
_STALE_PHASE_S = 2.0
_NEVER = -1e9


class Reading(Struct, frozen=True, gc=False):
    """A rate of running that stands for ``weight_s`` seconds."""

    t: float
    step_rate_spm: float
    speed_mps: float | None
    weight_s: float


class Hearing:
    """Steps, pods' reports and sensors' states in; readings of running out."""

    def __init__(self) -> None:
        self.running = False
        self.good = False
        """Whether the newest step is good enough to speak of its form."""
        self._phase: Phase | None = None
        self._t_heard: float | None = None
        self._t_step = _NEVER
        self._pod = ("", _NEVER)
        self._pod_speed: tuple[float | None, float] = (None, _NEVER)
        self._fresh: set[str] = set()
        self._t_deaf: float | None = None

    def contact(self, x: Contact) -> None:
        """Note a footfall; only good ones count."""
        if x.quality >= GOOD_QUALITY:
            self._t_heard = x.t_known

    def phase(self, x: Phase) -> None:
        """Note a phase: it belongs to the contact known at the same moment."""
        if self._t_heard == x.t_known:
            self._phase = x

    def fresh_phase(self, t: float) -> Phase | None:
        """Return where the footfalls are going to be, unless that is too old."""
        if self._phase is None or t - self._phase.t_known > _STALE_PHASE_S:
            return None
        return self._phase

    def step(self, x: Step) -> Reading | None:
        """Take a step; return what it tells of running, with a pod's speed where it has none."""
        self.good = x.quality >= GOOD_QUALITY
        if not self.good:
            return None
        self._t_step = x.t_known
        self.running = x.activity == "run"
        if not self.running:
            return None
        known = self._pod_speed[0] if x.t_known - self._pod_speed[1] < LOST_AFTER_S else None
        speed = known if x.speed_mps is None else x.speed_mps
        return Reading(x.t_known, x.step_rate_spm, speed, x.step_time_s)

    def pod(self, x: PodReport) -> Reading | None:
        """Listen to one pod, and only while no footfalls are seen."""
        name, t_fresh = self._pod
        if self._t_deaf is not None and x.state == "fresh":
            return None
        if x.state == "fresh":
            self._pod_speed = (x.speed_mps, x.t_known)
        if x.t_known - self._t_step < LOST_AFTER_S:
            return None
        if x.source != name and x.t_known - t_fresh < LOST_AFTER_S:
            return None
        if x.state == "fresh" and x.step_rate_spm is not None:
            self._pod = (x.source, x.t_known)
            self._t_heard = x.t_known
            self.running = True
            return Reading(x.t_known, x.step_rate_spm, x.speed_mps, 1.0)
        if x.state == "stopped":
            self.running = False
        return None

    def sensor(self, x: SensorState) -> None:
        """Note whether any sensor of steps is still to be believed, and if none is, since when."""
        if x.state == "fresh":
            self._fresh.add(x.name)
        else:
            self._fresh.discard(x.name)
        if self._fresh or x.state == "stopped":
            self._t_deaf = None
        else:
            after_s = _UNLINKED_AFTER_S if x.state == "lost" else _STALE_AFTER_S
            t_deaf = x.t_known + after_s
            self._t_deaf = t_deaf if self._t_deaf is None else min(self._t_deaf, t_deaf)

    def lost(self, t: float) -> tuple[float, bool] | None:
        """Return once for how long nothing good came, and whether the runner was running then."""
        deaf = self._t_deaf is not None and t >= self._t_deaf
        if self._t_heard is None or (t - self._t_heard < LOST_AFTER_S and not deaf):
            return None
        gone_s, self._t_heard = t - self._t_heard, None
        was_running, self.running = self.running, False
        self._phase = None
        return gone_s, was_running
