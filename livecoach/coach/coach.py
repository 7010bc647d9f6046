"""The coach: watches steps, says little, and gives a reason for every sound.

Silent during the grace, while walking or standing, while the speed changes, on low quality and on
target. Off target it plays beats at the target tempo for ``burst_s``, rests as long (ever longer
for a runner who does not answer, `livecoach.coach.patience`), and begins again only while still
off; now and then a burst begins with one short phrase, never within ``speech_gap_s``. While the
step rate is on target it speaks of a fault of form, one at a time (`livecoach.coach.faults`): first
the step rate, for +5 % of it brings 7 % less braking and 11 % less bounce. When nothing is known of
a runner who was running (`livecoach.coach.hearing`), there is one earcon, then silence: unknown is
never "good". With ``beats = "always"`` beats go on between the bursts too; with ``"constant"`` they
are a plain metronome that goes on whatever the sensors do. A session may be one of a plan
(`livecoach.coach.plan`): then there are times when it may not ask, and an end without cues.
"""

from typing import TypeAlias

from livecoach.coach.drift import DriftDetector, Side
from livecoach.coach.faults import FaultWatch
from livecoach.coach.hearing import Hearing, Reading
from livecoach.coach.metronome import Metronome
from livecoach.coach.modes import Modes
from livecoach.coach.params import Beats, CoachParams
from livecoach.coach.patience import Patience
from livecoach.coach.phrases import LOST, Phrases, Topic, Wording, english
from livecoach.coach.plan import LearningPlan
from livecoach.coach.steady import Steadiness
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
    Retention,
    SensorState,
    Sound,
    Step,
    Target,
    Tick,
)

Said: TypeAlias = Cue | Target | Retention
_EXPIRES_S = 2.0
_BEAT_EXPIRES_S = 0.05


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
        p = self._params
        self._hearing = Hearing()
        self._target = TargetKeeper(p, self._profile)
        self._steady = Steadiness(p)
        self._drift = DriftDetector(p)
        self._metronome = Metronome(p)
        self._patience = Patience(p.burst_s, p.speech_gap_s)
        self._wording = Wording(p.phrases if isinstance(p.phrases, Phrases) else english())
        self._gate = VoiceGate(p.speech_gap_s)
        self._faults = FaultWatch()
        self.plan = LearningPlan(p, self._profile.lessons)
        self._number = 0
        self._t_burst: float | None = None
        self._modes = Modes()
        self._reminded = False

    @property
    def measured_baselines(self) -> tuple[Baseline, ...]:
        """The baselines measured in this run, one per speed, in order."""
        return tuple(self._target.measured)

    def update(self, x: Event | Tick | Command | Sound) -> list[Said]:
        """Take what happened or that time passes; return what follows from it.

        States are wanted of those sensors only that steps or a step rate come from.
        """
        match x:
            case Tick():
                return self._tick(x.t)
            case Step():
                self._step(x)
            case PodReport():
                self._judge(self._hearing.pod(x))
                if x.state == "stopped" and not self._hearing.running:
                    self._interrupt()
            case Phase():
                self._hearing.phase(x)
            case Contact():
                self._hearing.contact(x)
            case SensorState():
                self._hearing.sensor(x)
            case Command():
                return self._command(x)
            case Sound():
                return self._sound(x)
            case _:
                pass
        return []

    def _sound(self, x: Sound) -> list[Said]:
        """Aim for the way the sound takes now; say it when the sound has come back."""
        self._metronome.sound(x)
        if x.state != "back" or self._modes.silent or not self._params.target:
            return []
        reason = f"the sound was gone and is back on {x.device}"
        return [self._speech(x.t, self._wording.next("sound_is_back"), reason)]

    def _command(self, x: Command) -> list[Said]:
        self._modes = self._modes.update(x)
        if not self._modes.beats_on:
            self._metronome.stop()
        if self._modes.silent:
            self._gate.hush()
        elif x.name == "say":
            self._gate.ask(x.t, x.value)
        if x.name == "target":
            return [self._target.ask(x.t, x.value)]
        return []

    def _step(self, x: Step) -> None:
        reading = self._hearing.step(x)
        if reading is not None:
            self._judge(reading)
            if self._params.faults and self._steady.pace == "steady":
                self._faults.update(x)
        elif self._hearing.good:
            self._interrupt()

    def _judge(self, reading: Reading | None) -> None:
        """Learn from a reading of running; hold it against the target when it is steady."""
        if reading is None:
            return
        r, target = reading, self._target
        pace = self._steady.update(r.t, r.speed_mps, r.turn_rate_dps)
        target.learn(r.t, r.step_rate_spm, r.speed_mps, r.weight_s, pace)
        if pace == "steady":
            self.plan.reading(r, target.baseline, target.target_spm)
        if pace != "steady" or target.target_spm is None:
            self._drift.reset()
        else:
            self._drift.update(r.step_rate_spm, target.target_spm, r.weight_s)

    def _interrupt(self) -> None:
        """Judge nothing until the runner has run again for a while."""
        self._steady.interrupt()
        self._drift.reset()
        self._faults.forget()

    def _tick(self, t: float) -> list[Said]:
        out: list[Said] = [*self._lost(t), *self._target.update(t), *self._practise(t)]
        if not self._modes.silent:
            out += [*self._remark(t), *self._form(t)]
        target = self._target.target_spm
        if target is None or self._modes.silent:
            self._rest()
            return out
        if self._beats != "constant":
            out += self._bandwidth(t, target)
        elif not self._metronome.playing:
            why = f"constant metronome at {target:.1f}/min"
            self._metronome.start(t, target, None, 0.0, why)
        return out + self._committed(t, target)

    def _practise(self, t: float) -> list[Cue | Retention]:
        """Let the plan's time pass; say once that the runner is on their own now."""
        judging = self._hearing.running and self._steady.pace == "steady" and not self._modes.silent
        coaching = judging and self._target.target_spm is not None
        kept = self.plan.tick(t, coaching=coaching)
        out: list[Cue | Retention] = [] if kept is None else [kept]
        reason = self.plan.goodbye
        if reason and coaching and self._gate.may_speak(t):
            self.plan.goodbye = ""
            self._target.coached()
            self._gate.spoke(t)
            out.append(self._speech(t, self._wording.next("on_your_own"), reason))
        return out

    def _bandwidth(self, t: float, target: float) -> list[Cue]:
        """Begin and end bursts of beats; say one phrase when one begins."""
        side = self._drift.side
        if not self._hearing.running or self._steady.pace != "steady" or self.plan.alone:
            self._rest()
            return []
        if self._beats == "always" and not self._metronome.playing:
            self._begin_beats(t, target)
        if self._t_burst is not None:
            if t - self._t_burst >= self._params.burst_s:
                answered = self._patience.end(t, side, target, self._drift.error_ratio)
                self.plan.asked(reminded=self._reminded, answered=answered)
                self._t_burst = None
                if self._beats != "always":
                    self._rest()
        elif side != "on" and self._patience.is_over(t, side) and self._gate.may_cue(t):
            return self._burst(t, target, side) if self.plan.open else []
        return []

    @property
    def _beats(self) -> Beats:
        """Which beats are wanted now."""
        return self._modes.beats(self._params.beats)

    def _burst(self, t: float, target: float, side: Side) -> list[Cue]:
        speaks = self._modes.cues_allowed and self._gate.may_speak(t)
        speaks = speaks and (self._beats == "off" or self._patience.may_speak(t))
        reminds = self.plan.reminds and side == "low"
        if reminds and not speaks:
            return []
        self._reminded = reminds
        self._t_burst = t
        self._patience.begin(side, target, self._drift.error_ratio)
        self._target.coached()
        if self._beats == "bandwidth" and not reminds:
            self._begin_beats(t, target)
        self._gate.cued(t)
        if not speaks:
            return []
        self._gate.spoke(t)
        topic: Topic = "recall" if reminds else "quicker" if side == "low" else "slower"
        words = self._wording.next(topic)
        return [self._speech(t, words, f"step rate {self._off(target)}")]

    def _begin_beats(self, t: float, target: float) -> None:
        self._target.coached()
        phase = self._hearing.fresh_phase(t)
        self._metronome.start(t, target, phase, self._lead, f"step rate {self._off(target)}; ")

    def _off(self, target: float) -> str:
        return f"{100 * self._drift.error_ratio:+.1f} % from the target {target:.1f}/min"

    @property
    def _lead(self) -> float:
        """Before the footfall to raise the step rate, after it to lower it."""
        side = self._drift.side if self._t_burst is None else self._patience.side
        return {"low": 1.0, "on": 0.0, "high": -1.0}[side]

    def _form(self, t: float) -> list[Cue]:
        """Speak of one fault until it has gone or that was in vain; of the step rate before."""
        if self._metronome.playing:
            self._faults.coached()
        for fault in self._faults.gone(t):
            self._gate.mended(fault)
        hearing = self._hearing
        if not (hearing.running and hearing.good and self._params.target and self.plan.open):
            return []
        if self._t_burst is not None or self._drift.side != "on":
            return []
        if not (self._modes.cues_allowed and self._gate.may_cue(t)):
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
        self._metronome.stop()
        self._t_burst = None

    def _committed(self, t: float, target: float) -> list[Cue]:
        phase, own = self._hearing.fresh_phase(t), self._target.baseline
        return [
            self._cue(t, due, "beat", foot or "", due + _BEAT_EXPIRES_S, why)
            for due, foot, why in self._metronome.update(t, target, phase, self._lead, own)
        ]

    def _lost(self, t: float) -> list[Cue]:
        """Say once that good steps have stopped coming while the runner was running."""
        lost = self._hearing.lost(t)
        if lost is None:
            return []
        gone_s, was_running = lost
        self._interrupt()
        if not was_running or self._modes.silent or self._target.target_spm is None:
            return []
        due = self._metronome.free_after(t)
        reason = f"no good step seen for {gone_s:.1f} s while running"
        return [self._cue(t, due, "tone", LOST, due + _EXPIRES_S, reason)]

    def _speech(self, t: float, words: str, reason: str) -> Cue:
        due = self._metronome.free_after(t)
        return self._cue(t, due, "speech", words, due + _EXPIRES_S, reason)

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
