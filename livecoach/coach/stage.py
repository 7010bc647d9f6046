"""What guided protocols share: who runs, what may sound, and when words and beats are due.

A protocol (`livecoach.coach.sweep`, `livecoach.coach.drill`) is asked for and ends by itself, so it
speaks when its next part begins and not by the gaps of `livecoach.coach.voice_gate`; two phrases
never overlap. Muted, nothing is played at all. A remark from elsewhere waits for no protocol: it is
not passed on during one.
"""

from collections.abc import Callable

from msgspec import Struct

from livecoach.coach.beats import BeatPlan, foot_of
from livecoach.coach.cue_maker import CueMaker
from livecoach.coach.modes import Modes
from livecoach.coach.params import CoachParams
from livecoach.coach.phrases import LOST, Phrases, Topic, Wording, english
from livecoach.model import (
    Command,
    Contact,
    Cue,
    Event,
    Phase,
    PodReport,
    Sound,
    Step,
    Tick,
)

GOOD_QUALITY = 0.5
LOST_AFTER_S = 3.0
SPEECH_S = 4.0
"""No phrase takes longer (80 characters)."""
TONE_S = 1.0

_EXPIRES_S = 2.0
_STALE_PHASE_S = 2.0
_NEVER = -1e9


class Reading(Struct, frozen=True):
    """So many seconds of good running at this step rate."""

    t_known: float
    rate_spm: float
    speed_mps: float | None
    seconds: float


class Stage:
    """Events in; what a protocol may play, and whether somebody is running.

    Parameters
    ----------
    params
        The coach's settings: horizon, words.
    """

    def __init__(self, params: CoachParams) -> None:
        words = params.phrases
        self._phrases = words if isinstance(words, Phrases) else english()
        self._wording = Wording(self._phrases)
        self._params = params
        self._beats = BeatPlan(params.horizon_s, steps=2 if params.every == "stride" else 1)
        self._phase: Phase | None = None
        self._t_contact = _NEVER
        self._t_step = _NEVER
        self._t_running = _NEVER
        self._t_free = _NEVER
        self._pod = ""
        self._walks = False
        self._told_lost = True
        self._cues = CueMaker()
        self._modes = Modes()

    @property
    def muted(self) -> bool:
        """Whether nothing may be heard."""
        return self._modes.silent

    def hear(self, x: Event | Tick | Command | Sound) -> Reading | None:
        """Take what happened; return what it says of good running, if anything."""
        match x:
            case Step() if x.quality >= GOOD_QUALITY:
                return self._step(x)
            case PodReport():
                return self._pod_report(x)
            case Phase() if self._t_contact == x.t_known:
                self._phase = x
            case Contact() if x.quality >= GOOD_QUALITY:
                self._t_contact = x.t_known
            case Sound():
                self._beats.horizon_s = self._params.horizon_s + x.latency_s + x.offset_s
                self._beats.offset_s = x.offset_s
            case Command():
                self._modes = self._modes.update(x)
            case _:
                pass
        return None

    def runs(self, t: float) -> bool:
        """Return whether good running is seen: not walking, not lost."""
        return not self._walks and t - self._t_running < LOST_AFTER_S

    @property
    def beating(self) -> bool:
        """Whether beats go on."""
        return self._beats.playing

    def say(self, t: float, topic: Topic, reason: str) -> list[Cue]:
        """Say something of a topic: after what is being said, and never while muted."""
        if self.muted or not getattr(self._phrases, topic):
            return []
        due = max(self._beats.free_after(t), self._t_free)
        self._t_free = due + _EXPIRES_S + SPEECH_S
        return [
            self._cues.make(t, due, "speech", self._wording.next(topic), due + _EXPIRES_S, reason)
        ]

    def tell_lost(self, t: float) -> list[Cue]:
        """Sound the one earcon when running was seen and now nothing is."""
        if self._told_lost or t - max(self._t_running, self._t_step) < LOST_AFTER_S:
            return []
        self._told_lost = True
        if self.muted:
            return []
        due = max(self._beats.free_after(t), self._t_free)
        self._t_free = due + _EXPIRES_S + TONE_S
        gone_s = t - max(self._t_running, self._t_step)
        reason = f"no good step seen for {gone_s:.1f} s while running"
        return [self._cues.make(t, due, "tone", LOST, due + _EXPIRES_S, reason)]

    def start(self, t: float, rate_spm: float) -> None:
        """Begin beats, in phase with the footfalls where they are known; not while muted."""
        if not self.muted:
            self._beats.start(t, 60.0 / rate_spm, self._fresh_phase(t))

    def stop(self) -> None:
        """Fall silent."""
        self._beats.stop()

    def beats(self, t: float, rate_spm: float, why: Callable[[], str]) -> list[Cue]:
        """Return the beats to commit now: at this tempo, deaf to the footfalls once begun."""
        if self.muted:
            self._beats.stop()
        phase = self._fresh_phase(t)
        return [
            self._cues.make(t, due, "beat", foot_of(due, phase) or "", due + 0.05, why())
            for due in self._beats.update(t, 60.0 / rate_spm)
        ]

    def _step(self, x: Step) -> Reading | None:
        self._t_step = x.t_known
        self._walks = x.activity != "run"
        if self._walks:
            return None
        return self._ran(Reading(x.t_known, x.step_rate_spm, x.speed_mps, x.step_time_s))

    def _pod_report(self, x: PodReport) -> Reading | None:
        """Listen to one pod, and only while no footfalls are seen."""
        if x.t_known - self._t_step < LOST_AFTER_S:
            return None
        if x.state == "stopped":
            self._walks = True
        if x.state != "fresh" or x.step_rate_spm is None:
            return None
        if x.source != self._pod and x.t_known - self._t_running < LOST_AFTER_S:
            return None
        self._pod, self._walks = x.source, False
        return self._ran(Reading(x.t_known, x.step_rate_spm, x.speed_mps, 1.0))

    def _ran(self, reading: Reading) -> Reading:
        self._t_running, self._told_lost = reading.t_known, False
        return reading

    def _fresh_phase(self, t: float) -> Phase | None:
        known = self._phase is not None and t - self._phase.t_known <= _STALE_PHASE_S
        return self._phase if known else None
