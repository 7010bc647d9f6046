"""The coach: watches steps, says little, and gives a reason for every sound.

Silent during the grace, while walking or standing, while the speed changes or the runner turns, on
low quality and on target. Off target it plays beats at the target tempo for ``burst_s``, rests as
long (ever longer for a runner who does not answer, `livecoach.coach.patience`), and begins again
only while still off; now and then a burst begins with one short phrase, never within
``speech_gap_s``. While the step rate is on target it speaks of a fault of form, one at a time
(`livecoach.coach.faults`): first the step rate, for +5 % of it brings 7 % less braking and 11 %
less bounce. One opportunity in four passes in silence, to learn what asking does
(`livecoach.coach.ledger`). When nothing is known of a runner who was running
(`livecoach.coach.hearing`), there is one earcon, then silence: unknown is never "good". With
``beats = "always"`` beats go on between the bursts too; with ``"constant"`` they are a plain
metronome that goes on whatever the sensors do. A session may be one of a plan
(`livecoach.coach.plan`): then there are times when it may not ask, and an end without cues.
"""

from typing import TypeAlias

from livecoach.coach.drift import DriftDetector
from livecoach.coach.faults import FaultWatch
from livecoach.coach.form_asking import FormAsking
from livecoach.coach.hearing import Hearing, Reading
from livecoach.coach.ledger import RATE, Ledger
from livecoach.coach.metronome import Metronome
from livecoach.coach.modes import REMARK, Modes
from livecoach.coach.mouth import Means, Mouth, Now
from livecoach.coach.params import CoachParams
from livecoach.coach.patience import Patience
from livecoach.coach.phrases import LOST, Phrases, Wording, english
from livecoach.coach.plan import LearningPlan
from livecoach.coach.rate_asking import RateAsking
from livecoach.coach.steady import Steadiness
from livecoach.coach.target import TargetKeeper
from livecoach.coach.voice_gate import VoiceGate
from livecoach.model import (
    Baseline,
    Command,
    Contact,
    Cue,
    CueDropped,
    CueEffect,
    Efficacy,
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

Said: TypeAlias = Cue | Target | Retention | CueEffect


class Coach:
    """Events and ticks in; cues, targets and what became of them out.

    Parameters
    ----------
    params
        What the runner chose.
    profile
        What is known about the runner from earlier runs.
    seed
        The session's: which opportunities pass in silence follows from it.
    """

    def __init__(self, params: CoachParams, profile: Profile, seed: int = 0) -> None:
        self._params = params
        self._profile = profile
        self._seed = seed
        self.reset()

    def reset(self) -> None:
        """Begin a new run."""
        p = self._params
        self._hearing = Hearing()
        self._target = TargetKeeper(p, self._profile)
        self._steady = Steadiness(p)
        self._drift = DriftDetector(p)
        self._faults = FaultWatch()
        self._metronome = Metronome(p)
        self._mouth = Mouth(self._metronome)
        self._wording = Wording(p.phrases if isinstance(p.phrases, Phrases) else english())
        self._gate = VoiceGate(p.speech_gap_s)
        may_hold = p.beats in {"bandwidth", "off"}
        self._ledger = Ledger(self._profile, self._seed, holds_out=may_hold)
        self.plan = LearningPlan(p, self._profile.lessons)
        patience = Patience(p.burst_s, p.speech_gap_s)
        means = Means(
            p,
            self._mouth,
            self._metronome,
            self._wording,
            self._gate,
            patience,
            self._ledger,
            self.plan,
        )
        self._rate, self._form = RateAsking(means), FormAsking(means, self._faults)
        self._modes = Modes()

    @property
    def measured_baselines(self) -> tuple[Baseline, ...]:
        """The baselines measured in this run, one per speed, in order."""
        return tuple(self._target.measured)

    @property
    def ledger(self) -> tuple[Efficacy, ...]:
        """What asking did in this run."""
        return self._ledger.gained

    def update(self, x: Event | Tick | Command | Sound) -> list[Said]:
        """Take what happened or that time passes; return what follows from it.

        States are wanted of those sensors only that steps or a step rate come from.
        """
        match x:
            case Tick():
                return [*self._ledger.due(x.t), *self._tick(x.t)]
            case Step():
                self._step(x)
            case PodReport():
                self._pod(x)
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
            case CueDropped():
                self._ledger.dropped(x.cue)
            case _:
                pass
        return []

    def _sound(self, x: Sound) -> list[Said]:
        """Aim for the way the sound takes now; say it when the sound has come back."""
        self._metronome.sound(x)
        self._ledger.disturbed("the sound changed")
        if x.state != "back" or self._modes.silent or not self._params.target:
            return []
        reason = f"the sound was gone and is back on {x.device}"
        return [self._mouth.speech(x.t, self._wording.next("sound_is_back"), reason)]

    def _command(self, x: Command) -> list[Said]:
        self._modes = self._modes.update(x)
        if not self._modes.beats_on:
            self._metronome.stop()
        if x.name != "say":
            self._ledger.disturbed(f"there was a command ({x.name})")
        elif not self._modes.silent:
            self._gate.ask(x.t, x.value)
        if self._modes.silent:
            self._gate.hush()
        return [self._target.ask(x.t, x.value)] if x.name == "target" else []

    def _step(self, x: Step) -> None:
        reading = self._hearing.step(x)
        if reading is not None:
            self._judge(reading, x)
        elif self._hearing.good:
            self._interrupt()

    def _pod(self, x: PodReport) -> None:
        reading = self._hearing.pod(x)
        if reading is not None:
            self._judge(reading)
        elif x.state == "stopped" and not self._hearing.running:
            self._interrupt()

    def _judge(self, r: Reading, step: Step | None = None) -> None:
        """Learn from a reading of running; hold it against the target when it is steady."""
        pace = self._steady.update(r.t, r.speed_mps, r.turn_rate_dps)
        self._target.learn(r.t, r.step_rate_spm, r.speed_mps, r.weight_s, pace)
        target = self._target.target_spm
        if pace != "steady" or target is None:
            self._drift.reset()
        else:
            self._drift.update(r.step_rate_spm, target, r.weight_s)
        if pace != "steady":
            self._ledger.interrupted("the speed changed, or the running had just begun")
            return
        self.plan.reading(r, self._target.baseline, target)
        form = self._faults.update(step) if step is not None and self._params.faults else {}
        self._ledger.update(r.step_rate_spm * r.weight_s / 60.0, {RATE: r.step_rate_spm} | form)

    def _interrupt(self) -> None:
        """Judge nothing until the runner has run again for a while."""
        self._steady.interrupt()
        self._drift.reset()
        self._faults.forget()
        self._ledger.interrupted("the running was interrupted, or not seen well")

    def _tick(self, t: float) -> list[Said]:
        out: list[Said] = [*self._lost(t), *self._target.update(t), *self._practise(t)]
        if self._modes.silent:
            self._rate.rest()
            return out
        target = self._target.target_spm
        out += self._remark(t)
        self._form.look(t)
        if self._may_speak_of_form:
            out += self._form.update(t)
        if target is None:
            self._rate.rest()
            return out
        drift = self._drift
        phase = self._hearing.fresh_phase(t)
        now = Now(t, target, drift.side, drift.error_ratio, phase, self._modes)
        out += self._beats(now)
        return out

    @property
    def _may_speak_of_form(self) -> bool:
        """Whether the runner wants to be coached, runs well seen, and is asked nothing else."""
        hearing, on = self._hearing, self._drift.side == "on" and not self._rate.going_on
        wanted = bool(self._params.target) and self._modes.cues_allowed
        return wanted and hearing.running and hearing.good and on

    def _beats(self, now: Now) -> list[Cue]:
        """Ask for the step rate where it is off; go on with the beats that were begun."""
        out: list[Cue] = []
        if now.beats(self._params) == "constant":
            if not self._metronome.playing:
                why = f"constant metronome at {now.target_spm:.1f}/min"
                self._metronome.start(now.t, now.target_spm, None, 0.0, why)
        elif self._hearing.running and self._steady.pace == "steady" and not self.plan.alone:
            out += self._rate.update(now)
        else:
            self._rate.rest()
        if out or self._rate.going_on or self._metronome.playing:
            self._target.coached()
        lead, own = self._rate.lead(now), self._target.baseline
        beats = self._metronome.update(now.t, now.target_spm, now.phase, lead, own)
        return out + [self._mouth.beat(now.t, due, foot, why) for due, foot, why in beats]

    def _practise(self, t: float) -> list[Cue | Retention]:
        """Let the plan's time pass; say once that the runner is on their own now."""
        judging = self._hearing.running and self._steady.pace == "steady"
        coaching = judging and self._target.target_spm is not None and not self._modes.silent
        kept = self.plan.tick(t, coaching=coaching)
        out: list[Cue | Retention] = [] if kept is None else [kept]
        reason = self.plan.goodbye
        if reason and coaching and self._gate.may_speak(t):
            self.plan.goodbye = ""
            self._target.coached()
            self._gate.spoke(t)
            self._ledger.disturbed("the runner was left alone")
            out.append(self._mouth.speech(t, self._wording.next("on_your_own"), reason))
        return out

    def _remark(self, t: float) -> list[Cue]:
        """Pass on what a person elsewhere says."""
        remark = self._gate.remark(t)
        if remark is None:
            return []
        t_asked, words = remark
        self._ledger.disturbed("someone else spoke")
        reason = f"{REMARK}, {t - t_asked:.1f} s ago"
        return [self._mouth.speech(t, words, reason)]

    def _lost(self, t: float) -> list[Cue]:
        """Say once that good steps have stopped coming while the runner was running."""
        lost = self._hearing.lost(t)
        if lost is None:
            return []
        gone_s, was_running = lost
        self._interrupt()
        if not was_running or self._modes.silent or self._target.target_spm is None:
            return []
        return [self._mouth.tone(t, LOST, f"no good step seen for {gone_s:.1f} s while running")]
