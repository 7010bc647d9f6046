"""``livecoach sweep``: find one's own best step rate. A guided protocol, about 19 minutes.

1. The runner's own baseline: ``baseline_s`` of steady running that nobody coached.
2. Seven levels over +-12 % of it, in random order. Each is announced ("A bit quicker: follow the
   beat.") and kept by beats, which begin in phase with the footfalls where these are known and hold
   their tempo from then on. `SETTLE_S` of each level is dropped, `MEASURE_S` measured; a heart
   follows late, so only what it does `HEART_SETTLE_S` after the tempo was reached counts.
3. The answer, or why there is none: `livecoach.coach.sweep_fit`. What the runner did counts, not
   what was asked.

The cap. `livecoach.coach.params` caps what the coach *aims at* at +10 % of the own rate, and that
stays: nothing a runner or a coach elsewhere can set goes beyond, and `livecoach run` caps what a
sweep found like any other target. The sweep's outermost level is beyond it: the issue that asks
for this protocol says +-12 % in so many words. It is a measurement the runner asked for, announced,
of 2 minutes; nothing aims there. No level and no beat is above +12 %.

The ramp. A coaching target rises by 1 % in 30 s; at that pace 24 % would take 12 minutes. What that
rule guards (no step above 3 %, people notice 4 %: Van Dyck 2015) is kept: the tempo glides by
`GLIDE_PER_S`, 0.2 % a beat, and no two levels in a row are more than `LONGEST_JUMP` levels (12 %)
apart, so that a glide takes at most 20 s. A step of 5 % is followed within 6-8 steps (reference/
gait-science.md 3.7), which leaves most of the settling time for the body. Orders in which level and
time go together (|r| > `MOST_TREND`) are not used: a drift must not look like a cost.

A level that is interrupted (walking, sensor lost, muted for longer than 3 s) begins anew, at most
`MOST_RESTARTS` times in a sweep. Who does not follow the beats is told so after three levels.
"""

import numpy as np

from livecoach.coach.own import OwnRate
from livecoach.coach.params import HIGHEST_SPM, LOWEST_SPM, CoachParams
from livecoach.coach.phrases import Topic
from livecoach.coach.stage import LOST_AFTER_S, Reading, Stage
from livecoach.coach.steady import Steadiness
from livecoach.coach.sweep_fit import LABELS, SweepResult, judged, not_followed
from livecoach.coach.sweep_level import Measuring
from livecoach.model import (
    Baseline,
    Command,
    Cue,
    Event,
    HeartRate,
    Notice,
    Profile,
    Sound,
    Step,
    Target,
    Tick,
)

LEVELS = (-0.12, -0.08, -0.04, 0.0, 0.04, 0.08, 0.12)
GLIDE_PER_S = 0.006
LONGEST_JUMP = 3
MOST_TREND = 0.3
SETTLE_S, MEASURE_S, HEART_SETTLE_S = 30.0, 90.0, 60.0
MOST_RESTARTS = 3
_ENOUGH_RATIO = 0.7
_CLOSING_S = 5.0
_MEMORY_S = 6.0
_TICK_S = 0.2


def order(rng: np.random.Generator) -> tuple[float, ...]:
    """Return the levels in random order: no long jumps, no trend in time."""
    time = np.arange(len(LEVELS))
    while True:
        places = rng.permutation(len(LEVELS))
        jumps = np.abs(np.diff(places))
        if jumps.max() <= LONGEST_JUMP and abs(np.corrcoef(time, places)[0, 1]) <= MOST_TREND:
            return tuple(LEVELS[k] for k in places)


class Sweep:
    """Events and ticks in; cues, targets and notices out, and at the end a result.

    Parameters
    ----------
    params
        The coach's settings: grace, length of the baseline, horizon, words.
    rng
        Decides the order of the levels.
    """

    def __init__(self, params: CoachParams, rng: np.random.Generator) -> None:
        self._params = params
        self._stage = Stage(params)
        quiet = CoachParams(grace_s=params.grace_s, baseline_s=params.baseline_s)
        self._rates, self._steady = OwnRate(quiet, Profile()), Steadiness(quiet)
        self._order = order(rng)
        self._own: Baseline | None = None
        self._seen: set[str] = set()
        self._done: list[Measuring] = []
        self._now: Measuring | None = None
        self._rate_spm = 0.0
        self._recent_spm = 0.0
        self._greeted = False
        self._paused = False
        self._t_muted: float | None = None
        self._restarts = 0
        self._result: SweepResult | None = None
        self._t_over: float | None = None
        self._t = 0.0

    @property
    def measured_baselines(self) -> tuple[Baseline, ...]:
        """The runner's own step rate, once measured."""
        return () if self._own is None else (self._own,)

    @property
    def over(self) -> bool:
        """Whether all is said and done."""
        return self._t_over is not None and self._t >= self._t_over

    @property
    def result(self) -> SweepResult:
        """What was found; a sweep that is not over gives no answer."""
        if self._result is not None:
            return self._result
        if self._own is None:
            return SweepResult(
                refused=f"it ended before {self._params.baseline_s:.0f} s of steady running had"
                " shown your own step rate"
            )
        at = min(len(self._done) + 1, len(self._order))
        return self._refusal(f"it was ended in level {at} of {len(self._order)}")

    def update(self, x: Event | Tick | Command | Sound) -> list[Cue | Target | Notice]:
        """Take what happened or that time passes; return what follows from it."""
        if self._result is not None:
            self._t = x.t if isinstance(x, Tick) else self._t
            return []
        reading = self._stage.hear(x)
        if isinstance(x, Step | HeartRate):
            self._cost(x)
        if reading is not None:
            self._learn(reading)
        return self._tick(x.t) if isinstance(x, Tick) else []

    def _cost(self, x: Step | HeartRate) -> None:
        found = Measuring.costs_of(x)
        self._seen |= found.keys()
        if self._now is not None:
            self._now.add_costs(x.t_known, found)

    def _learn(self, reading: Reading) -> None:
        t = reading.t_known
        before = self._recent_spm or reading.rate_spm
        share = min(1.0, reading.seconds / _MEMORY_S)
        self._recent_spm = before + share * (reading.rate_spm - before)
        if self._now is not None:
            self._now.add(t, reading)
        elif self._own is None:
            pace = self._steady.update(t, reading.speed_mps)
            self._rates.learn(reading.rate_spm, reading.speed_mps, reading.seconds, pace)
            self._own = self._rates.measured[-1] if self._rates.measured else None

    def _tick(self, t: float) -> list[Cue | Target | Notice]:
        dt_s, self._t = min(t - self._t, _TICK_S), t
        out: list[Cue | Target | Notice] = [*self._stage.tell_lost(t)]
        if self._own is None:
            return out + self._greet(t)
        if self._now is None:
            return out + self._begin(t, self._own)
        if self._interrupted(t):
            return out + self._pause(t)
        if self._paused:
            self._paused = False
            return out + self._announce(t, self._own, again=True)
        return out + self._hold(t, dt_s, self._own, self._now)

    def _greet(self, t: float) -> list[Cue | Target | Notice]:
        if self._greeted or not self._stage.runs(t):
            return []
        self._greeted = True
        text = (
            f"First your own step rate: run steadily for {self._params.baseline_s:.0f} s, then come"
            f" {len(self._order)} levels of about 2 minutes."
        )
        return [Notice(t, text), *self._stage.say(t, "guide_begin", "the sweep begins")]

    def _begin(self, t: float, own: Baseline) -> list[Cue | Target | Notice]:
        """Begin the first level, or say at once that no answer is possible."""
        rate = own.step_rate_spm
        if not self._seen:
            needed = "a motion sensor on the trunk (with --speed for braking) or a heart rate"
            return self._end(t, f"nothing here measures a cost: it takes {needed} sensor")
        if rate * (1.0 + LEVELS[0]) < LOWEST_SPM or rate * (1.0 + LEVELS[-1]) > HIGHEST_SPM:
            limits = f"{LOWEST_SPM:.0f} to {HIGHEST_SPM:.0f}"
            return self._end(t, f"12 % around your own {rate:.0f} a minute leaves {limits}")
        return self._announce(t, own)

    def _announce(
        self, t: float, own: Baseline, *, again: bool = False
    ) -> list[Cue | Target | Notice]:
        """Begin a level: words, then beats that glide from where they (or the runner) are."""
        ratio = self._order[len(self._done)]
        asked = own.step_rate_spm * (1.0 + ratio)
        self._now = Measuring(asked)
        if not self._stage.beating:
            low, high = (own.step_rate_spm * (1.0 + r) for r in (LEVELS[0], LEVELS[-1]))
            self._rate_spm = min(max(self._recent_spm, low), high)
            self._stage.start(t, self._rate_spm)
        number = f"level {len(self._done) + 1} of {len(self._order)}"
        what = f"{number}{' again' if again else ''}: {asked:.0f} a minute, {100 * ratio:+.0f} %"
        topic: Topic = "guide_quicker" if asked >= self._rate_spm else "guide_slower"
        return [
            Notice(t, f"{what} of your own {own.step_rate_spm:.0f}"),
            Target(t, asked, own.step_rate_spm, "as the sweep asks"),
            *self._stage.say(t, topic, what),
        ]

    def _interrupted(self, t: float) -> bool:
        if not self._stage.muted:
            self._t_muted = None
        elif self._t_muted is None:
            self._t_muted = t
        long = self._t_muted is not None and t - self._t_muted >= LOST_AFTER_S
        return long or not self._stage.runs(t)

    def _pause(self, t: float) -> list[Cue | Target | Notice]:
        """Fall silent; the level begins anew when running goes on."""
        self._stage.stop()
        if self._paused:
            return []
        self._paused = True
        self._restarts += 1
        if self._restarts > MOST_RESTARTS:
            return self._end(t, f"levels were interrupted {self._restarts} times")
        return [Notice(t, "The level is interrupted; it begins anew when you run on.")]

    def _hold(
        self, t: float, dt_s: float, own: Baseline, now: Measuring
    ) -> list[Cue | Target | Notice]:
        """Glide to the level's tempo and hold it; go on when it is measured."""
        if not self._stage.beating:
            self._stage.start(t, self._rate_spm)
        most = dt_s * GLIDE_PER_S * own.step_rate_spm
        left = now.asked_spm - self._rate_spm
        self._rate_spm += min(max(left, -most), most)
        if now.t_held is None and self._rate_spm == now.asked_spm:
            now.hold(t, SETTLE_S, HEART_SETTLE_S)
        number = len(self._done) + 1
        beats = self._stage.beats(t, self._rate_spm, lambda: f"level {number} of the sweep")
        if now.t_held is None or t < now.t_held + SETTLE_S + MEASURE_S:
            return [*beats]
        if now.seconds < _ENOUGH_RATIO * MEASURE_S:
            return [*beats, *self._anew(t, own)]
        self._done.append(now)
        deaf = not_followed(tuple(m.level for m in self._done))
        if deaf:
            return self._end(t, deaf)
        if len(self._done) < len(self._order):
            return [*beats, *self._announce(t, own)]
        levels = tuple(m.level for m in self._done)
        return self._end(t, "", judged(own.step_rate_spm, own.speed_mps, levels))

    def _anew(self, t: float, own: Baseline) -> list[Cue | Target | Notice]:
        self._restarts += 1
        if self._restarts > MOST_RESTARTS:
            return self._end(t, "too few of your steps were seen well enough")
        return self._announce(t, own, again=True)

    def _end(
        self, t: float, refused: str, result: SweepResult | None = None
    ) -> list[Cue | Target | Notice]:
        self._stage.stop()
        self._result = result or self._refusal(refused)
        self._t_over = t + _CLOSING_S
        why = self._result.refused
        lines = ([f"No answer: {why}."] if why else []) + list(self._result.lines)
        return [*(Notice(t, x) for x in lines), *self._stage.say(t, "guide_done", "sweep is over")]

    def _refusal(self, why: str) -> SweepResult:
        own = self._own
        return SweepResult(
            refused=why,
            baseline_spm=None if own is None else own.step_rate_spm,
            speed_mps=None if own is None else own.speed_mps,
            by=tuple(label for name, label in LABELS.items() if name in self._seen),
            levels=tuple(m.level for m in self._done),
        )
