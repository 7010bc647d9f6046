"""The coach: watches steps, says little, and gives a reason for every sound.

Silent during the grace, while walking or standing, on low quality and on target. Off target it
plays beats at the target tempo for ``burst_s``, rests as long (ever longer for a runner who does
not answer, `livecoach.coach.patience`), and begins again only while still off; now and then a burst
begins with one short phrase, never within ``speech_gap_s``. While the step rate is on target it
speaks of a fault of form, one at a time (`livecoach.coach.faults`): first the step rate, for +5 %
of it brings 7 % less braking and 11 % less bounce. When no good step has come for 3 s while
running, or 0.6 s after the last sensor that tells of steps went stale, there is one earcon, then
silence: unknown is never "good". With ``beats = "always"`` beats go on between the bursts too; with
``"constant"`` they are a plain metronome that goes on whatever the sensors do.
"""

from livecoach.coach.beats import BeatPlan, foot_of
from livecoach.coach.coupling import Coupling
from livecoach.coach.drift import DriftDetector, Side
from livecoach.coach.faults import FaultWatch
from livecoach.coach.modes import Modes
from livecoach.coach.params import CAP_RATIO, CoachParams
from livecoach.coach.patience import Patience
from livecoach.coach.phrases import LOST, Phrases, Wording, english
from livecoach.coach.target import TargetKeeper
from livecoach.coach.voice_gate import VoiceGate
from livecoach.model import (
    Baseline,
    Command,
    Contact,
    Cue,
    CueKind,
    Event,
    Phase,
    PodReport,
    Profile,
    SensorState,
    Sound,
    Step,
    Target,
    Tick,
)

_GOOD_QUALITY = 0.5
_SPEECH_EXPIRES_S = 2.0
_LOST_AFTER_S = 3.0
_STALE_AFTER_S = 0.6
_UNLINKED_AFTER_S = 1.6
"""A link that is lost is often back at once; stale is what said nothing for a second."""
_STALE_PHASE_S = 2.0
_LOCK = {"phase": "in phase", "tempo": "leading the tempo", "free": "free tempo"}
_NO_FOOTFALLS = "no footfalls are seen"
_VAGUE = "footfalls are known too vaguely"


class Coach:
    """Events and ticks in, cues and targets out.

    Parameters
    ----------
    params
        What the runner chose.
    profile
        What is known about the runner from earlier runs.
    """

    def __init__(self, params: CoachParams, profile: Profile) -> None:
        self._params = params
        self._profile = profile
        self.reset()

    def reset(self) -> None:
        """Begin a new run."""
        self._target = TargetKeeper(self._params, self._profile)
        self._drift = DriftDetector(self._params)
        p = self._params
        coupling = Coupling(p.phase_gain, p.phase_slew_ratio)
        self._beats = BeatPlan(p.horizon_s, coupling, 2 if p.every == "stride" else 1)
        self._patience = Patience(p.burst_s, p.speech_gap_s)
        self._phase: Phase | None = None
        words = self._params.phrases
        self._wording = Wording(words if isinstance(words, Phrases) else english())
        self._gate = VoiceGate(self._params.speech_gap_s)
        self._faults = FaultWatch()
        self._number = 0
        self._good = False
        self._t_burst: float | None = None
        self._t_heard: float | None = None
        self._t_step = -1e9
        self._pod = ("", -1e9)
        self._fresh: set[str] = set()
        self._t_deaf: float | None = None
        self._running = False
        self._modes = Modes()
        self._why = ""

    @property
    def measured_baselines(self) -> tuple[Baseline, ...]:
        """The baselines measured in this run, one per speed, in order."""
        return tuple(self._target.measured)

    def update(self, x: Event | Tick | Command | Sound) -> list[Cue | Target]:
        """Take what happened or that time passes; return what follows from it.

        States are wanted of those sensors only that steps or a step rate come from.
        """
        match x:
            case Tick():
                return self._tick(x.t)
            case Step():
                self._step(x)
            case PodReport():
                self._pod_report(x)
            case Phase():
                # A phase belongs to the contact known at the same moment; only good ones count.
                if self._t_heard == x.t_known:
                    self._phase = x
            case Contact() if x.quality >= _GOOD_QUALITY:
                self._t_heard = x.t_known
            case SensorState():
                self._sensor(x)
            case Command():
                self._command(x)
            case Sound():
                return self._sound(x)
            case _:
                pass
        return []

    def _sound(self, x: Sound) -> list[Cue | Target]:
        """Aim further ahead for a slow way to the ear; say it when the sound has come back."""
        self._beats.horizon_s = self._params.horizon_s + x.latency_s + x.offset_s
        self._beats.offset_s = x.offset_s
        if x.state != "back" or self._modes.silent or not self._params.target:
            return []
        reason = f"the sound was gone and is back on {x.device}"
        return [self._speech(x.t, self._wording.next("sound_is_back"), reason)]

    def _command(self, x: Command) -> None:
        self._modes = self._modes.update(x)
        if self._modes.beats("always") == "off":
            self._beats.stop()
        if self._modes.silent:
            self._gate.hush()
        elif x.name == "say":
            self._gate.ask(x.t, x.value)

    def _step(self, x: Step) -> None:
        self._good = x.quality >= _GOOD_QUALITY
        if not self._good:
            return
        self._t_step = x.t_known
        self._running = x.activity == "run"
        if self._running:
            self._steady(x.t_known, x.step_rate_spm, x.speed_mps, x.step_time_s)
            if self._params.faults and x.t_known >= self._params.grace_s:
                self._faults.update(x)
        else:
            self._drift.reset()
            self._faults.forget()

    def _sensor(self, x: SensorState) -> None:
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

    def _pod_report(self, x: PodReport) -> None:
        """Listen to one pod, and only while no footfalls are seen: seconds must not count twice."""
        name, t_fresh = self._pod
        if self._t_deaf is not None and x.state == "fresh":
            return
        if x.t_known - self._t_step < _LOST_AFTER_S:
            return
        if x.source != name and x.t_known - t_fresh < _LOST_AFTER_S:
            return
        if x.state == "fresh" and x.step_rate_spm is not None:
            self._pod = (x.source, x.t_known)
            self._t_heard = x.t_known
            self._running = True
            self._steady(x.t_known, x.step_rate_spm, x.speed_mps, 1.0)
        elif x.state == "stopped":
            self._running = False
            self._drift.reset()

    def _steady(self, t: float, rate_spm: float, speed_mps: float | None, weight_s: float) -> None:
        self._target.learn(rate_spm, speed_mps, weight_s)
        if self._target.target_spm is not None and t >= self._params.grace_s:
            self._drift.update(rate_spm, self._target.target_spm, weight_s)

    def _tick(self, t: float) -> list[Cue | Target]:
        out: list[Cue | Target] = [*self._lost(t), *self._target.update(t)]
        if not self._modes.silent:
            out += [*self._remark(t), *self._form(t)]
        target = self._target.target_spm
        if target is None or self._modes.silent:
            self._rest()
            return out
        if self._modes.beats(self._params.beats) == "constant":
            if not self._beats.playing:
                self._why = f"constant metronome at {target:.1f}/min"
                self._beats.start(t, 60.0 / target, None)
        else:
            out += self._bandwidth(t, target)
        return out + self._committed(t, 60.0 / target)

    def _bandwidth(self, t: float, target: float) -> list[Cue]:
        """Begin and end bursts of beats; say one phrase when one begins."""
        side = self._drift.side
        if not self._running or t < self._params.grace_s:
            self._rest()
            return []
        if self._modes.beats(self._params.beats) == "always" and not self._beats.playing:
            self._begin_beats(t, target)
        if self._t_burst is not None:
            if t - self._t_burst >= self._params.burst_s:
                self._patience.end(t, side, target, self._drift.error_ratio)
                self._t_burst = None
                if self._params.beats != "always":
                    self._rest()
        elif side != "on" and self._patience.is_over(t, side) and self._gate.may_cue(t):
            return self._burst(t, target, side)
        return []

    def _burst(self, t: float, target: float, side: Side) -> list[Cue]:
        self._t_burst = t
        self._patience.begin(side, target, self._drift.error_ratio)
        self._target.coached()
        if self._modes.beats(self._params.beats) == "bandwidth":
            self._begin_beats(t, target)
        self._gate.cued(t)
        patient = self._modes.beats(self._params.beats) == "off" or self._patience.may_speak(t)
        if not (self._modes.cues_allowed and patient and self._gate.may_speak(t)):
            return []
        self._gate.spoke(t)
        words = self._wording.next("quicker" if side == "low" else "slower")
        return [self._speech(t, words, f"step rate {self._off(target)}")]

    def _begin_beats(self, t: float, target: float) -> None:
        self._target.coached()
        self._why = f"step rate {self._off(target)}; "
        self._beats.start(t, 60.0 / target, self._fresh_phase(t), self._lead_ratio)

    def _off(self, target: float) -> str:
        return f"{100 * self._drift.error_ratio:+.1f} % from the target {target:.1f}/min"

    @property
    def _lead_ratio(self) -> float:
        """Before the footfall to raise the step rate, after it to lower it."""
        side = self._drift.side if self._t_burst is None else self._patience.side
        return {"low": 1.0, "on": 0.0, "high": -1.0}[side] * self._params.lead_ratio

    def _form(self, t: float) -> list[Cue]:
        """Speak of one fault until it has gone or that was in vain; of the step rate before."""
        if self._beats.playing:
            self._faults.coached()
        for fault in self._faults.gone(t):
            self._gate.mended(fault)
        if not (self._running and self._good and self._params.target) or self._t_burst is not None:
            return []
        if self._drift.side != "on" or not (self._modes.cues_allowed and self._gate.may_cue(t)):
            return []
        for seen in self._faults.seen(t):
            if self._gate.may_fault(t, seen.fault):
                self._faults.coached()
                self._target.coached()
                self._gate.spoke_of(t, seen.fault)
                return [self._speech(t, self._wording.next(seen.fault), seen.reason)]
            if not self._gate.in_vain(seen.fault):
                break
        return []

    def _remark(self, t: float) -> list[Cue]:
        """Pass on what a person elsewhere says."""
        remark = self._gate.remark(t)
        if remark is None:
            return []
        t_asked, words = remark
        return [self._speech(t, words, f"a remark from elsewhere, {t - t_asked:.1f} s ago")]

    def _rest(self) -> None:
        """Fall silent."""
        self._beats.stop()
        self._t_burst = None

    def _speech(self, t: float, words: str, reason: str) -> Cue:
        due = self._beats.free_after(t)
        return self._cue(t, due, "speech", words, due + _SPEECH_EXPIRES_S, reason)

    def _committed(self, t: float, period_s: float) -> list[Cue]:
        phase = self._fresh_phase(t)
        coupled = None if self._params.beats == "constant" else phase
        own = self._target.baseline
        self._beats.shortest_s = (
            period_s if own is None else 60.0 / (own.step_rate_spm * (1.0 + CAP_RATIO))
        )
        return [
            self._cue(
                t, due, "beat", foot_of(due, phase) or "", due + 0.05, self._beat_reason(phase)
            )
            for due in self._beats.update(t, period_s, coupled, self._lead_ratio)
        ]

    def _beat_reason(self, phase: Phase | None) -> str:
        """Return why there is a beat, and how it was placed."""
        if self._params.beats == "constant":
            return self._why
        lock = self._beats.lock
        why = f" ({_NO_FOOTFALLS if phase is None else _VAGUE})" if lock == "free" else ""
        return f"{self._why}{_LOCK[lock]}{why}"

    def _lost(self, t: float) -> list[Cue]:
        """Say once that good steps have stopped coming while the runner was running."""
        deaf = self._t_deaf is not None and t >= self._t_deaf
        if self._t_heard is None or (t - self._t_heard < _LOST_AFTER_S and not deaf):
            return []
        gone_s, self._t_heard = t - self._t_heard, None
        was_running, self._running = self._running, False
        self._phase = None
        self._drift.reset()
        self._faults.forget()
        if not was_running or self._modes.silent or self._target.target_spm is None:
            return []
        due = self._beats.free_after(t)
        reason = f"no good step seen for {gone_s:.1f} s while running"
        return [self._cue(t, due, "tone", LOST, due + _SPEECH_EXPIRES_S, reason)]

    def _fresh_phase(self, t: float) -> Phase | None:
        fresh = self._phase is not None and t - self._phase.t_known <= _STALE_PHASE_S
        return self._phase if fresh else None

    def _cue(
        self, t: float, due: float, kind: CueKind, phrase: str, expires_t: float, reason: str
    ) -> Cue:
        self._number += 1
        return Cue(
            number=self._number,
            t_decided=t,
            t_due=due,
            kind=kind,
            phrase=phrase,
            priority=1 if kind == "beat" else 2,
            expires_t=expires_t,
            reason=reason,
        )
