"""The coach: watches steps, says little, and gives a reason for every sound.

Silent during the grace, while walking or standing, while the speed changes, on low quality and on
target. Off target it plays beats at the target tempo for ``burst_s``, rests as long (ever longer
for a runner who does not answer, `livecoach.coach.patience`), and begins again only while still
off; now and then a burst begins with one short phrase, never within ``speech_gap_s``. While the
step rate is on target it speaks of a fault of form, one at a time (`livecoach.coach.faults`): first
the step rate, for +5 % of it brings 7 % less braking and 11 % less bounce. One opportunity in four
passes in silence, to learn what asking does (`livecoach.coach.ledger`). When nothing is known of
a runner who was running (`livecoach.coach.hearing`), there is one earcon, then silence: unknown is
never "good". With ``beats = "always"`` beats go on between the bursts too; with ``"constant"`` they
are a plain metronome that goes on whatever the sensors do.
"""

from livecoach.coach.drift import DriftDetector, Side
from livecoach.coach.faults import FaultWatch
from livecoach.coach.hearing import Hearing, Reading
from livecoach.coach.ledger import RATE, Asking, Ledger, of_fault, of_rate
from livecoach.coach.metronome import Metronome
from livecoach.coach.params import CoachParams
from livecoach.coach.patience import Patience
from livecoach.coach.phrases import LOST, Phrases, Wording, english
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
    CueKind,
    Efficacy,
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
        self._metronome = Metronome(p)
        self._patience = Patience(p.burst_s, p.speech_gap_s)
        self._wording = Wording(p.phrases if isinstance(p.phrases, Phrases) else english())
        self._gate = VoiceGate(p.speech_gap_s)
        self._faults = FaultWatch()
        may_hold = p.beats in {"bandwidth", "off"}
        self._ledger = Ledger(self._profile, self._seed, holds_out=may_hold)
        self._number = 0
        self._t_burst: float | None = None
        self._muted = False

    @property
    def measured_baselines(self) -> tuple[Baseline, ...]:
        """The baselines measured in this run, one per speed, in order."""
        return tuple(self._target.measured)

    @property
    def ledger(self) -> tuple[Efficacy, ...]:
        """What asking did in this run."""
        return self._ledger.gained

    def update(self, x: Event | Tick | Command | Sound) -> list[Cue | Target | CueEffect]:
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
                return [*self._command(x)]
            case Sound():
                return [*self._sound(x)]
            case CueDropped():
                self._ledger.dropped(x.cue)
            case _:
                pass
        return []

    def _sound(self, x: Sound) -> list[Cue | Target]:
        """Aim for the way the sound takes now; say it when the sound has come back."""
        self._metronome.sound(x)
        self._ledger.disturbed("the sound changed")
        if x.state != "back" or self._muted or not self._params.target:
            return []
        reason = f"the sound was gone and is back on {x.device}"
        return [self._speech(x.t, self._wording.next("sound_is_back"), reason)]

    def _command(self, x: Command) -> list[Cue | Target]:
        if x.name != "say":
            self._ledger.disturbed(f"there was a command ({x.name})")
        if x.name == "mute":
            self._muted = x.value != "off"
            self._gate.hush()
        elif x.name == "say" and not self._muted:
            self._gate.ask(x.t, x.value)
        elif x.name == "target":
            return [self._target.ask(x.t, x.value)]
        return []

    def _step(self, x: Step) -> None:
        reading = self._hearing.step(x)
        if reading is not None:
            self._judge(reading, x)
        elif self._hearing.good:
            self._interrupt()

    def _pod(self, x: PodReport) -> None:
        self._judge(self._hearing.pod(x))
        if x.state == "stopped" and not self._hearing.running:
            self._interrupt()

    def _judge(self, reading: Reading | None, step: Step | None = None) -> None:
        """Learn from a reading of running; hold it against the target when it is steady."""
        if reading is None:
            return
        r, target = reading, self._target
        pace = self._steady.update(r.t, r.speed_mps)
        target.learn(r.t, r.step_rate_spm, r.speed_mps, r.weight_s, pace)
        if pace != "steady" or target.target_spm is None:
            self._drift.reset()
        else:
            self._drift.update(r.step_rate_spm, target.target_spm, r.weight_s)
        if pace != "steady":
            self._ledger.interrupted("the speed changed, or the running had just begun")
            return
        form = self._faults.update(step) if step is not None and self._params.faults else {}
        self._ledger.update(r.step_rate_spm * r.weight_s / 60.0, {RATE: r.step_rate_spm} | form)

    def _interrupt(self) -> None:
        """Judge nothing until the runner has run again for a while."""
        self._steady.interrupt()
        self._drift.reset()
        self._faults.forget()
        self._ledger.interrupted("the running was interrupted, or not seen well")

    def _tick(self, t: float) -> list[Cue | Target]:
        out: list[Cue | Target] = [*self._lost(t), *self._target.update(t)]
        if not self._muted:
            out += [*self._remark(t), *self._form(t)]
        target = self._target.target_spm
        if target is None or self._muted:
            self._rest()
            return out
        if self._params.beats != "constant":
            out += self._bandwidth(t, target)
        elif not self._metronome.playing:
            why = f"constant metronome at {target:.1f}/min"
            self._metronome.start(t, target, None, 0.0, why)
        return out + self._committed(t, target)

    def _bandwidth(self, t: float, target: float) -> list[Cue]:
        """Begin and end bursts of beats; say one phrase when one begins."""
        side = self._drift.side
        if not self._hearing.running or self._steady.pace != "steady":
            self._rest()
            return []
        if self._params.beats == "always" and not self._metronome.playing:
            self._begin_beats(t, target)
        if self._t_burst is not None:
            if t - self._t_burst >= self._params.burst_s:
                self._patience.end(t, side, target, self._drift.error_ratio)
                self._t_burst = None
                if self._params.beats != "always":
                    self._rest()
        elif side != "on" and self._patience.is_over(t, side) and self._may_ask(t):
            asking = of_rate(side, self._drift.error_ratio, f"step rate {self._off(target)}")
            if not self._ledger.holds(t, asking):
                return self._burst(t, target, side, asking)
        return []

    def _may_ask(self, t: float) -> bool:
        """Return whether to begin anything now: without beats there must be words."""
        may_sound = self._params.beats != "off" or self._gate.may_speak(t)
        return may_sound and self._gate.may_cue(t) and not self._ledger.holding

    def _burst(self, t: float, target: float, side: Side, asking: Asking) -> list[Cue]:
        self._t_burst = t
        error_ratio, futile = self._drift.error_ratio, self._ledger.futile(asking)
        self._patience.begin(side, target, error_ratio, futile=futile)
        self._target.coached()
        beats = self._params.beats == "bandwidth"
        if beats:
            self._begin_beats(t, target)
        self._gate.cued(t)
        words = self._words(t, asking, beats=beats)
        if words or beats:
            self._ledger.asked(t, asking, self._number + 1, words, beats=beats)
        if not words:
            return []
        self._gate.spoke(t)
        return [self._speech(t, words, asking.reason)]

    def _words(self, t: float, asking: Asking, *, beats: bool) -> str:
        """Return what to say now about the step rate; nothing when beats alone do as well."""
        topic, weigh = asking.kind, self._ledger.weigh(asking, beats=beats)
        if beats and not self._wording.useful(topic, weigh):
            return ""
        patient = self._params.beats == "off" or self._patience.may_speak(t)
        return self._wording.next(topic, weigh) if patient and self._gate.may_speak(t) else ""

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
        if not (hearing.running and hearing.good and self._params.target):
            return []
        if self._t_burst is not None or self._drift.side != "on" or not self._may_ask(t):
            return []
        for seen in self._ledger.in_order(self._faults.seen(t)):
            if self._gate.may_fault(t, seen.fault):
                asking = of_fault(seen)
                if self._ledger.holds(t, asking):
                    return []
                self._faults.coached()
                self._target.coached()
                self._gate.spoke_of(t, seen.fault)
                weigh = self._ledger.weigh(asking, beats=False)
                words = self._wording.next(seen.fault, weigh)
                self._ledger.asked(t, asking, self._number + 1, words, beats=False)
                return [self._speech(t, words, seen.reason)]
            if not self._gate.in_vain(seen.fault):
                break
        return []

    def _remark(self, t: float) -> list[Cue]:
        """Pass on what a person elsewhere says."""
        remark = self._gate.remark(t)
        if remark is None:
            return []
        t_asked, words = remark
        self._ledger.disturbed("someone else spoke")
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
        if not was_running or self._muted or self._target.target_spm is None:
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
