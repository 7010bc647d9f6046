"""The coach's beats: when they begin and end, how they lead, and why each one sounds."""

from livecoach.coach.beats import BeatPlan, foot_of
from livecoach.coach.coupling import Coupling
from livecoach.coach.params import CAP_RATIO, CoachParams
from livecoach.model import Baseline, Foot, Phase, Sound

_LOCK = {"phase": "in phase", "tempo": "leading the tempo", "free": "free tempo"}
_NO_FOOTFALLS = "no footfalls are seen"
_VAGUE = "footfalls are known too vaguely"


class Metronome:
    """A target and footfalls in, beats and their reasons out."""

    def __init__(self, params: CoachParams) -> None:
        self._params = params
        coupling = Coupling(params.phase_gain, params.phase_slew_ratio)
        self._beats = BeatPlan(params.horizon_s, coupling, 2 if params.every == "stride" else 1)
        self._why = ""

    @property
    def playing(self) -> bool:
        """Whether there are beats now."""
        return self._beats.playing

    def sound(self, x: Sound) -> None:
        """Aim further ahead for a slow way to the ear."""
        self._beats.horizon_s = self._params.horizon_s + x.latency_s + x.offset_s
        self._beats.offset_s = x.offset_s

    def free_after(self, t: float) -> float:
        """Return when a phrase can begin whose first syllable no beat covers."""
        return self._beats.free_after(t)

    def start(
        self, t: float, target_spm: float, phase: Phase | None, lead: float, why: str
    ) -> None:
        """Begin; ``lead`` is 1 to sound before the footfall, -1 after it."""
        self._why = why
        self._beats.start(t, 60.0 / target_spm, phase, lead * self._params.lead_ratio)

    def stop(self) -> None:
        """Fall silent."""
        self._beats.stop()

    def update(
        self, t: float, target_spm: float, phase: Phase | None, lead: float, own: Baseline | None
    ) -> list[tuple[float, Foot | None, str]]:
        """Return the beats to commit now: when, with which foot, why.

        No interval is shorter than the cap above the runner's ``own`` rate allows.
        """
        constant = self._params.beats == "constant"
        period_s = 60.0 / target_spm
        self._beats.shortest_s = (
            period_s if own is None else 60.0 / (own.step_rate_spm * (1.0 + CAP_RATIO))
        )
        followed = None if constant else phase
        due = self._beats.update(t, period_s, followed, lead * self._params.lead_ratio)
        why = self._why if constant else self._why + self._how(phase)
        return [(at, foot_of(at, phase), why) for at in due]

    def _how(self, phase: Phase | None) -> str:
        lock = self._beats.lock
        doubt = f" ({_NO_FOOTFALLS if phase is None else _VAGUE})" if lock == "free" else ""
        return _LOCK[lock] + doubt
