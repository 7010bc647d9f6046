"""The coach: watches steps, says little, and gives a reason for every sound.

Silent during the grace, while walking or standing, on low quality and on target. Off target it
plays beats at the target tempo for ``burst_s``, rests as long, and begins again only while still
off; with each burst it says one short phrase, at most once per ``speech_gap_s``. When no good step
has come for 3 s while running there is one earcon, then silence: unknown is never "good". With
``beats = "constant"`` the beats are a plain metronome that goes on whatever the sensors do.
"""

from livecoach.coach.beats import BeatPlan, foot_of
from livecoach.coach.drift import DriftDetector, Side
from livecoach.coach.params import CoachParams
from livecoach.coach.phrases import LOST, QUICKER, SLOWER, SOUND_IS_BACK
from livecoach.coach.steady import Steadiness
from livecoach.coach.target import TargetKeeper
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
    Sound,
    Step,
    Target,
    Tick,
)

_GOOD_QUALITY = 0.5
_SPEECH_EXPIRES_S = 2.0
_LOST_AFTER_S = 3.0
_STALE_PHASE_S = 2.0


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
        self._steady = Steadiness(self._params)
        self._beats = BeatPlan(self._params.horizon_s)
        self._phase: Phase | None = None
        self._number = 0
        self._said = 0
        self._t_said = -1e9
        self._t_burst: float | None = None
        self._t_rest = -1e9
        self._t_heard: float | None = None
        self._t_step = -1e9
        self._pod = ("", -1e9)
        self._pod_speed: tuple[float | None, float] = (None, -1e9)
        self._running = False
        self._muted = False
        self._why = ""

    @property
    def measured_baselines(self) -> tuple[Baseline, ...]:
        """The baselines measured in this run, one per speed, in order."""
        return tuple(self._target.measured)

    def update(self, x: Event | Tick | Command | Sound) -> list[Cue | Target]:
        """Take what happened or that time passes; return what follows from it."""
        match x:
            case Tick():
                return self._tick(x.t)
            case Step() if x.quality >= _GOOD_QUALITY:
                self._step(x)
            case PodReport():
                self._pod_report(x)
            case Phase():
                # A phase belongs to the contact known at the same moment; only good ones count.
                if self._t_heard == x.t_known:
                    self._phase = x
            case Contact() if x.quality >= _GOOD_QUALITY:
                self._t_heard = x.t_known
            case Command(name="mute"):
                self._muted = x.value != "off"
            case Command(name="target"):
                return [self._target.ask(x.t, x.value)]
            case Sound():
                return self._sound(x)
            case _:
                pass
        return []

    def _sound(self, x: Sound) -> list[Cue | Target]:
        """Aim further ahead for a slow way to the ear; say it when the sound has come back."""
        self._beats.horizon_s = self._params.horizon_s + x.latency_s + x.offset_s
        if x.state != "back" or self._muted or not self._params.target:
            return []
        due = self._beats.free_after(x.t)
        reason = f"the sound was gone and is back on {x.device}"
        return [self._cue(x.t, due, "speech", SOUND_IS_BACK, due + _SPEECH_EXPIRES_S, reason)]

    def _step(self, x: Step) -> None:
        self._t_step = x.t_known
        self._running = x.activity == "run"
        if self._running:
            known = self._pod_speed[0] if x.t_known - self._pod_speed[1] < _LOST_AFTER_S else None
            speed = known if x.speed_mps is None else x.speed_mps
            self._judge(x.t_known, x.step_rate_spm, speed, x.step_time_s)
        else:
            self._interrupt()

    def _pod_report(self, x: PodReport) -> None:
        """Listen to one pod, and only while no footfalls are seen: seconds must not count twice."""
        name, t_fresh = self._pod
        if x.state == "fresh":
            self._pod_speed = (x.speed_mps, x.t_known)
        if x.t_known - self._t_step < _LOST_AFTER_S:
            return
        if x.source != name and x.t_known - t_fresh < _LOST_AFTER_S:
            return
        if x.state == "fresh" and x.step_rate_spm is not None:
            self._pod = (x.source, x.t_known)
            self._t_heard = x.t_known
            self._running = True
            self._judge(x.t_known, x.step_rate_spm, x.speed_mps, 1.0)
        elif x.state == "stopped":
            self._running = False
            self._interrupt()

    def _judge(self, t: float, rate_spm: float, speed_mps: float | None, weight_s: float) -> None:
        """Learn from a reading of running; hold it against the target when it is steady."""
        pace = self._steady.update(t, speed_mps)
        self._target.learn(t, rate_spm, speed_mps, weight_s, pace)
        if pace != "steady" or self._target.target_spm is None:
            self._drift.reset()
        else:
            self._drift.update(rate_spm, self._target.target_spm, weight_s)

    def _interrupt(self) -> None:
        """Judge nothing until the runner has run again for a while."""
        self._steady.interrupt()
        self._drift.reset()

    def _tick(self, t: float) -> list[Cue | Target]:
        out: list[Cue | Target] = [*self._lost(t), *self._target.update(t)]
        target = self._target.target_spm
        if target is None or self._muted:
            self._rest()
            return out
        if self._params.beats == "constant":
            if not self._beats.playing:
                self._why = f"constant metronome at {target:.1f}/min"
                self._beats.start(t, 60.0 / target, None)
        else:
            out += self._bandwidth(t, target)
        return out + self._committed(t, 60.0 / target)

    def _bandwidth(self, t: float, target: float) -> list[Cue]:
        """Begin and end bursts of beats; say one phrase when one begins."""
        side = self._drift.side
        if not self._running or self._steady.pace != "steady":
            self._rest()
        elif self._t_burst is not None:
            if t - self._t_burst >= self._params.burst_s:
                self._rest()
                self._t_rest = t
        elif side != "on" and t - self._t_rest >= self._params.burst_s:
            return self._burst(t, target, side)
        return []

    def _burst(self, t: float, target: float, side: Side) -> list[Cue]:
        self._t_burst = t
        self._target.coached()
        off = f"{100 * self._drift.error_ratio:+.1f} % from the target {target:.1f}/min"
        if self._params.beats != "off":
            in_phase = self._beats.start(t, 60.0 / target, self._fresh_phase(t))
            self._why = f"step rate {off}; " + ("in phase" if in_phase else "free tempo")
        return self._speech(t, QUICKER if side == "low" else SLOWER, f"step rate {off}")

    def _rest(self) -> None:
        """Fall silent."""
        self._beats.stop()
        self._t_burst = None

    def _speech(self, t: float, phrases: tuple[str, ...], reason: str) -> list[Cue]:
        if t - self._t_said < self._params.speech_gap_s:
            return []
        self._t_said = t
        phrase = phrases[self._said % len(phrases)]
        self._said += 1
        due = self._beats.free_after(t)
        return [self._cue(t, due, "speech", phrase, due + _SPEECH_EXPIRES_S, reason)]

    def _committed(self, t: float, period_s: float) -> list[Cue]:
        phase = self._fresh_phase(t)
        return [
            self._cue(t, due, "beat", foot_of(due, phase) or "", due + 0.05, self._why)
            for due in self._beats.update(t, period_s)
        ]

    def _lost(self, t: float) -> list[Cue]:
        """Say once that good steps have stopped coming while the runner was running."""
        if self._t_heard is None or t - self._t_heard < _LOST_AFTER_S:
            return []
        gone_s, self._t_heard = t - self._t_heard, None
        was_running, self._running = self._running, False
        self._phase = None
        self._drift.reset()
        if not was_running or self._muted or self._target.target_spm is None:
            return []
        due = self._beats.free_after(t)
        reason = f"no good step seen for {gone_s:.1f} s while running"
        return [self._cue(t, due, "tone", LOST, due + _SPEECH_EXPIRES_S, reason)]

    def _fresh_phase(self, t: float) -> Phase | None:
        if self._phase is None or t - self._phase.t_known > _STALE_PHASE_S:
            return None
        return self._phase

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
