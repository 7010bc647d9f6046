"""``livecoach drill NAME``: a minute on one idea before a run, scored on its own measure.

`BEFORE_S` of running as always, then `DRILL_S` with the drill's own words at its beginning and half
way (30 s apart, as any two cues are), then the score (`livecoach.coach.drill_score`) over all but
the first `SETTLE_S` of the drill. Only steps of good quality count. Where no sensor can know the
measure, the drill is coached all the same and has no score: never a 0. Who is not seen at all, or
never well, is coached from `BLIND_S` on; who stops running in the middle is waited for.
"""

from livecoach.coach.drill_score import (
    MEASURES,
    DrillName,
    DrillResult,
    Stretch,
    scored,
)
from livecoach.coach.params import CoachParams
from livecoach.coach.phrases import Topic
from livecoach.coach.stage import GOOD_QUALITY, Stage
from livecoach.model import (
    Baseline,
    Command,
    Cue,
    Event,
    Notice,
    PodReport,
    Sound,
    Step,
    Target,
    Tick,
)

START_S, BEFORE_S, DRILL_S, SETTLE_S = 5.0, 20.0, 60.0, 10.0
BLIND_S = 60.0
REMIND_S = 30.0
_CLOSING_S = 5.0
_TICK_S = 0.2
_TOPICS: dict[DrillName, Topic] = {
    "toe-last": "drill_toe_last",
    "high-knee": "drill_high_knee",
    "tall": "drill_tall",
    "lean": "drill_lean",
}


class Drill:
    """Events and ticks in; cues and notices out, and at the end a result.

    Parameters
    ----------
    params
        The coach's settings: horizon, words.
    name
        Which drill.
    """

    measured_baselines: tuple[Baseline, ...] = ()

    def __init__(self, params: CoachParams, name: DrillName) -> None:
        self._name: DrillName = name
        self._stage = Stage(params)
        self._measure = MEASURES[name]
        self._before = self._stretches()
        self._during = self._stretches()
        self._t = 0.0
        self._any = False
        self._greeted = False
        self._ran_s = 0.0
        self._drilled_s: float | None = None
        self._told = 0
        self._result: DrillResult | None = None
        self._t_over: float | None = None

    @property
    def over(self) -> bool:
        """Whether all is said and done."""
        return self._t_over is not None and self._t >= self._t_over

    @property
    def result(self) -> DrillResult:
        """What came of it."""
        if self._result is not None:
            return self._result
        why = "no running was seen yet"
        if self._drilled_s is not None:
            why = f"it was ended after {self._drilled_s:.0f} of {DRILL_S:.0f} s"
        elif self._ran_s:
            why = "it was ended before the drill began"
        return DrillResult(drill=self._name, refused=why)

    def update(self, x: Event | Tick | Command | Sound) -> list[Cue | Target | Notice]:
        """Take what happened or that time passes; return what follows from it."""
        if self._result is not None:
            self._t = x.t if isinstance(x, Tick) else self._t
            return []
        self._stage.hear(x)
        if isinstance(x, PodReport) or (isinstance(x, Step) and x.quality >= GOOD_QUALITY):
            self._any = True
        if isinstance(x, Step) and x.activity == "run" and x.quality >= GOOD_QUALITY:
            self._measured(x)
        return self._tick(x.t) if isinstance(x, Tick) else []

    def _stretches(self) -> dict[str, Stretch]:
        m = self._measure
        return {field: Stretch(field, per_foot=m.per_foot) for field in m.fields}

    def _measured(self, x: Step) -> None:
        if self._drilled_s is None:
            into = self._before if self._ran_s >= START_S else {}
        else:
            into = self._during if self._drilled_s >= SETTLE_S else {}
        for stretch in into.values():
            stretch.add(x)

    def _tick(self, t: float) -> list[Cue | Target | Notice]:
        dt_s, self._t = min(t - self._t, _TICK_S), t
        blind = not self._any and t >= BLIND_S
        runs = self._stage.runs(t) or blind
        lost = self._stage.tell_lost(t)
        if not runs:
            return [*lost]
        if self._drilled_s is None:
            self._ran_s += dt_s
            if not self._greeted and not blind:
                self._greeted = True
                text = f"First {START_S + BEFORE_S:.0f} s of running as you always do."
                return [Notice(t, text), *self._stage.say(t, "guide_begin", "the drill begins")]
            if self._ran_s < START_S + BEFORE_S and not blind:
                return []
            self._drilled_s = 0.0
            return [Notice(t, f"Drill {self._name}: {DRILL_S:.0f} s from now."), *self._words(t)]
        self._drilled_s += dt_s
        if self._drilled_s >= DRILL_S:
            return self._end(t)
        return [*self._words(t)] if self._drilled_s >= self._told * REMIND_S else []

    def _words(self, t: float) -> list[Cue]:
        self._told += 1
        reason = f"drill {self._name}, {self._drilled_s:.0f} s in"
        return self._stage.say(t, _TOPICS[self._name], reason)

    def _end(self, t: float) -> list[Cue | Target | Notice]:
        self._result = self._score()
        self._t_over = t + _CLOSING_S
        lines = (Notice(t, line) for line in self._result.lines)
        return [*lines, *self._stage.say(t, "guide_done", "the drill is over")]

    def _score(self) -> DrillResult:
        for field in self._measure.fields:
            found = scored(self._name, field, self._before[field], self._during[field])
            if found is not None:
                return found
        m = self._measure
        seen = any(s.values for part in (self._before, self._during) for s in part.values())
        why = f"nothing here knows the {m.name}; {m.needs} does"
        if seen:
            why = f"too few good steps that show the {m.name} were seen before or during it"
        return DrillResult(drill=self._name, unscored=why)
