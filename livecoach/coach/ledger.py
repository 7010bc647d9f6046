"""Did it help? Every asking is an experiment, against silences chosen by chance.

Whoever is asked when they are at their worst gets better by themselves: noise that was bad enough
to be noticed is mostly less bad a moment later (regression to the mean), so before and after alone
would make any cue look good. Therefore `SHARE` of the opportunities, by a coin thrown at the very
moment at which the coach would ask, pass in silence, and what changes then is what would have
changed anyway (`livecoach.coach.evidence`). A silence lasts until its steps are seen, about 15 s;
then the coach may ask as usual, and throws again.

The measure is averaged over the `BEFORE` good steps before, and over those from `FROM` to `TO`
after: words and beats take a few steps to be answered. A pod's second counts as the steps in it.
The outcome is unknown when they take longer than `LIMIT_S`, when the speed changed, the runner
stopped or was not seen, muted or changed the target, when the sound was gone or another cue came.

Never held: the first asking of a kind with a runner (there is no silence yet to compare it with,
nor anything learnt to lose); beats that are constant or always on; notices of device and safety and
a person's remark, which are no askings. What is large passes in silence only once in a row: a step
rate more than `LARGE_RATIO` off (people notice 4 % of tempo, Van Dyck 2015), a fault of more than
twice what is worth a word. Only where the coin decided does a change count.

The coin is seeded by the session's seed and by how much the ledger holds, so that runs with the
same seed do not hold the same opportunities, and a replay does.
"""

import math
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import msgspec
import numpy as np
from msgspec import Struct

from livecoach.coach.drift import Side
from livecoach.coach.evidence import Evidence, Key
from livecoach.coach.faults import Seen
from livecoach.coach.judge import Fault, ValueKey
from livecoach.model import CueEffect, Efficacy, Means, Profile, Verdict

SHARE = 0.25
BEFORE, FROM, TO = 20.0, 20.0, 40.0
FEWEST = 8.0
"""Steps whose measure must be known, before and after: a foot's own are every other one."""
LIMIT_S = 20.0
LARGE_RATIO = 0.04
_KEPT = 64
_DROPPED_BEATS = 5
RATE: ValueKey = ("step_rate_spm", None)


class Asking(Struct, frozen=True):
    """What the coach is about to ask for: less or more (``way``) of a measure, and why."""

    kind: Fault | Literal["quicker", "slower"]
    value: ValueKey
    way: Literal[1, -1]
    unit: Literal["percent", "deg", "points"]
    reason: str
    large: bool


def of_rate(side: Side, error_ratio: float, reason: str) -> Asking:
    """Return the asking for a quicker or slower step."""
    large = abs(error_ratio) > LARGE_RATIO
    if side == "low":
        return Asking("quicker", RATE, 1, "percent", reason, large)
    return Asking("slower", RATE, -1, "percent", reason, large)


def of_fault(seen: Seen) -> Asking:
    """Return the asking to mend a fault: its measure is to go back."""
    m = seen.measure
    way: Literal[1, -1] = -1 if m.way == 1 else 1
    return Asking(m.fault, (m.field, seen.foot), way, m.unit, seen.reason, seen.large)


class _Trial(Struct):
    """An asking, or a silence, whose outcome is awaited."""

    asking: Asking
    t: float
    means: Means
    phrase: str
    cue: int | None
    before: float | None
    chance: bool
    steps: float = 0.0
    known: float = 0.0
    total: float = 0.0
    dropped: int = 0
    why: str = ""

    @property
    def key(self) -> Key:
        return self.asking.kind, self.asking.value[0], self.means, self.phrase


class Ledger:
    """Good steps and askings in, their effects out; tells when to keep silent on purpose.

    Parameters
    ----------
    profile
        What is known about the runner.
    seed
        The session's.
    holds_out
        Whether anything may pass in silence.
    """

    def __init__(self, profile: Profile, seed: int, *, holds_out: bool) -> None:
        self._evidence = Evidence(profile.ledger)
        self._coin = np.random.default_rng([seed, self._evidence.tried])
        self._holds_out = holds_out
        self._recent: deque[tuple[float, Mapping[ValueKey, float]]] = deque(maxlen=_KEPT)
        self._trial: _Trial | None = None
        self._by_chance = False
        self._in_a_row: dict[str, int] = {}
        self._asked: set[str] = set()

    @property
    def gained(self) -> tuple[Efficacy, ...]:
        """What this run has found out."""
        return self._evidence.gained

    @property
    def holding(self) -> bool:
        """Whether the coach keeps silent now, on purpose."""
        trial = self._trial
        return trial is not None and trial.means == "silence" and not trial.why

    def update(self, steps: float, values: Mapping[ValueKey, float]) -> None:
        """Take what good, steady running for so many ``steps`` measured."""
        self._recent.append((steps, values))
        trial = self._trial
        if trial is None or trial.steps >= TO:
            return
        trial.steps += steps
        value = values.get(trial.asking.value)
        if trial.steps > FROM and value is not None:
            trial.known += steps
            trial.total += steps * value

    def interrupted(self, why: str) -> None:
        """Give up what is awaited; measure anew."""
        self._recent.clear()
        self.disturbed(why)

    def disturbed(self, why: str) -> None:
        """Give up what is awaited: something else may have changed the runner's step."""
        if self._trial is not None and not self._trial.why:
            self._trial.why = why

    def dropped(self, cue: int) -> None:
        """Note that a cue was not played: words that nobody heard were not said."""
        trial = self._trial
        if trial is None or trial.cue is None or cue < trial.cue:
            return
        trial.dropped += 1
        if trial.means == "both" and cue == trial.cue:
            trial.means, trial.phrase = "beats", ""
        elif trial.means == "words" or trial.dropped > _DROPPED_BEATS:
            self.disturbed("it was not heard")

    def holds(self, t: float, asking: Asking) -> bool:
        """Return whether to let this opportunity pass in silence."""
        before, times = self._mean_before(asking), self._in_a_row.get(asking.kind, 0)
        known = self._evidence.knows(asking.kind, asking.value[0])
        self._by_chance = (
            self._holds_out and known and before is not None and not (asking.large and times > 0)
        )
        if not self._by_chance or self._coin.random() >= SHARE:
            self._in_a_row[asking.kind] = 0
            return False
        self._in_a_row[asking.kind] = times + 1
        self._trial = _Trial(asking, t, "silence", "", None, before, chance=True)
        return True

    def asked(self, t: float, asking: Asking, cue: int, phrase: str, *, beats: bool) -> None:
        """Note that the coach asks, beginning with the cue of this number."""
        self._asked.add(asking.kind)
        means: Means = ("both" if phrase else "beats") if beats else "words"
        before = self._mean_before(asking)
        self._trial = _Trial(asking, t, means, phrase, cue, before, self._by_chance)

    def due(self, t: float) -> list[CueEffect]:
        """Return what has become of an asking, once that is known or never will be."""
        trial = self._trial
        if trial is None:
            return []
        if trial.steps < TO and t - trial.t > LIMIT_S:
            self.disturbed(f"too few good steps within {LIMIT_S:.0f} s")
        if trial.steps < TO and not trial.why:
            return []
        self._trial = None
        return [self._outcome(t, trial)]

    def futile(self, asking: Asking) -> bool:
        """Return whether no way of asking for this has helped this runner."""
        return self._evidence.futile(asking.kind, asking.value[0])

    def in_order(self, seen: Sequence[Seen]) -> list[Seen]:
        """Put faults last whose words do not help, and speak of each of these once in a run."""
        futile = [s for s in seen if self.futile(of_fault(s))]
        again = [s for s in futile if s.fault not in self._asked]
        return [s for s in seen if s not in futile] + again

    def weigh(self, asking: Asking, *, beats: bool) -> Callable[[str], float]:
        """Return how much each wording is worth to this runner: 0 for what does not help."""
        means: Means = "both" if beats else "words"
        return lambda words: self._evidence.weight((asking.kind, asking.value[0], means, words))

    def _mean_before(self, asking: Asking) -> float | None:
        steps = known = total = 0.0
        for count, values in reversed(self._recent):
            steps += count
            value = values.get(asking.value)
            if value is not None:
                known += count
                total += count * value
            if steps >= BEFORE:
                break
        return total / known if known >= FEWEST else None

    def _outcome(self, t: float, trial: _Trial) -> CueEffect:
        asking, before = trial.asking, trial.before
        after = trial.total / trial.known if trial.known >= FEWEST and not trial.why else None
        change = None if before is None or after is None else _change(asking, before, after)
        kind, measure = asking.kind, asking.value[0]
        self._evidence.add(trial.key, change if trial.chance else None)
        n_held, held = self._evidence.silence(kind, measure)
        out = CueEffect(
            t_known=t,
            t_asked=trial.t,
            cue=trial.cue,
            kind=kind,
            means=trial.means,
            phrase=trial.phrase,
            reason=asking.reason,
            measure=measure,
            unit=asking.unit,
            verdict="held",
            before=before,
            after=after,
            change=change,
            held_n=n_held,
            held_change=held,
        )
        if change is None:
            why = trial.why or "too few steps told of it"
            return msgspec.structs.replace(out, verdict="unknown", why=why)
        if trial.means == "silence":
            return out
        if held is None:
            why = "there was no silence yet to compare it with"
            return msgspec.structs.replace(out, verdict="not compared", why=why)
        return self._judged(out, trial.key, change - held)

    def _judged(self, out: CueEffect, key: Key, effect: float) -> CueEffect:
        spread, mean = self._evidence.spread(out.kind, out.measure), self._evidence.effect(key)
        sd = None if spread is None else spread * math.sqrt(1.0 + 1.0 / out.held_n)
        verdict: Verdict = "not clear"
        if sd is not None and abs(effect) > 2.0 * sd:
            verdict = "helped" if effect > 0.0 else "worse"
        return msgspec.structs.replace(
            out,
            verdict=verdict,
            effect=effect,
            effect_sd=sd,
            n=0 if mean is None else mean.n,
            mean_effect=None if mean is None else mean.mean,
            mean_effect_sd=None if mean is None else mean.sd,
        )


def _change(asking: Asking, before: float, after: float) -> float | None:
    """Return the change towards what was wanted, in the asking's unit."""
    by = asking.way * (after - before)
    match asking.unit:
        case "percent":
            return 100.0 * by / abs(before) if before else None
        case "deg":
            return by
        case "points":
            return 100.0 * by
