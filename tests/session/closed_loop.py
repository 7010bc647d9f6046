"""A simulated runner who hears the coach: quickly, by footfalls; or the whole way, by samples."""

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from livecoach.coach import Coach, CoachParams
from livecoach.coach.drill import Drill
from livecoach.coach.sweep import Sweep
from livecoach.gait.phase import Rhythm
from livecoach.gait.phase_params import PhaseParams
from livecoach.model import (
    Contact,
    Cue,
    CueEffect,
    Efficacy,
    Event,
    Input,
    Lesson,
    Link,
    Payload,
    Phase,
    Profile,
    Retention,
    SensorInfo,
    Sound,
    Step,
    Target,
    Tick,
)
from livecoach.session import Pipeline
from livecoach.simulation import Responder, RunnerParams, SimulatedRunner
from livecoach.wire import recording

Array = NDArray[np.float64]
TICK_S = 0.1
SOUND = Sound(0, 0.0, "card", "open", 0.1, 0.0)
# A trunk sensor finds a footfall about so late, and so far from where it was.
_FOUND_AFTER_S, _FOUND_SD_S = 0.06, 0.005


class Loop(NamedTuple):
    """One run: the runner's true footfalls, and what the coach made of them."""

    contacts: Array
    cues: list[Cue]
    targets: list[Target]
    kept: list[Retention]
    phases: list[Phase]
    lesson: Lesson | None
    effects: list[CueEffect]
    ledger: tuple[Efficacy, ...]

    @property
    def beats(self) -> Array:
        """When beats sounded."""
        return np.array([c.t_due for c in self.cues if c.kind == "beat"])

    @property
    def spoken(self) -> list[Cue]:
        """What was said."""
        return [c for c in self.cues if c.kind == "speech"]

    def rate_spm(self, start: float, end: float) -> float:
        """Return the true mean step rate between two times."""
        inside = self.contacts[(self.contacts >= start) & (self.contacts <= end)]
        return float(60.0 * (len(inside) - 1) / (inside[-1] - inside[0]))

    def rates_spm(self, start: float, end: float, window_s: float) -> Array:
        """Return the mean step rates of all windows between two times, one a second."""
        return np.array(
            [self.rate_spm(t, t + window_s) for t in np.arange(start, end - window_s + 0.5)]
        )

    def leads(self, start: float, end: float) -> Array:
        """Return how many steps each beat sounded before the true footfall nearest to it."""
        beats = self.beats[(self.beats >= start) & (self.beats <= end)]
        step_s = 60.0 / self.rate_spm(start, end)
        return np.array([(self.contacts[nearest(self.contacts, b)] - b) / step_s for b in beats])


def nearest(times: Array, t: float) -> int:
    """Return which of the times is nearest to ``t``."""
    return int(np.abs(times - t).argmin())


class _Hearing:
    """Beats on their way to the ear, in order."""

    def __init__(self, person: Responder | SimulatedRunner) -> None:
        self._person = person
        self._due: deque[float] = deque()

    def take(self, events: Sequence[Event]) -> None:
        self._due += [e.t_due for e in events if isinstance(e, Cue) and e.kind == "beat"]

    def until(self, t: float) -> None:
        """Let the beats be heard that have sounded by ``t``."""
        while self._due and self._due[0] <= t:
            self._person.hear(self._due.popleft())


def by_footfalls(
    runner: RunnerParams, params: CoachParams, profile: Profile, seconds: float, seed: int = 1
) -> Loop:
    """Run the coach on footfalls as a trunk sensor would find them."""
    rng, found = np.random.default_rng(seed).spawn(2)
    person, rhythm, coach = (
        Responder(runner, rng),
        Rhythm(PhaseParams()),
        Coach(params, profile, seed),
    )
    hearing, out = _Hearing(person), list[Event]()
    contacts, phases = [0.0], list[Phase]()
    coach.update(SOUND)
    last, known = 0.0, 0.0
    for tick in range(1, round(seconds / TICK_S)):
        t = tick * TICK_S
        while contacts[-1] + _FOUND_AFTER_S <= t:
            at = contacts[-1] + _FOUND_SD_S * float(found.standard_normal())
            last, known = known, contacts[-1] + _FOUND_AFTER_S
            coach.update(Contact(at, known, None, 1.0))
            phase = rhythm.update(at, known, None)
            if phase is not None:
                phases.append(phase)
                coach.update(phase)
            if last:
                step_s = known - last
                coach.update(
                    Step(
                        t=at - step_s,
                        t_known=known,
                        step_time_s=step_s,
                        activity="run",
                        quality=1.0,
                    )
                )
            hearing.until(contacts[-1])
            contacts.append(contacts[-1] + person.update(contacts[-1]))
        said = coach.update(Tick(0, t))
        hearing.take(said)
        out += said
    return _loop(contacts, [*out, *phases], coach)


def by_samples(
    runner: RunnerParams, params: CoachParams, profile: Profile, seconds: float, seed: int = 1
) -> Loop:
    """Run the whole way: samples of the runner's sensor, estimator, coach."""
    person = SimulatedRunner(runner, np.random.default_rng(seed))
    pipeline, hearing = Pipeline(params, profile, seed=seed), _Hearing(person)
    events: list[Event] = []

    def give(x: Input) -> None:
        made = pipeline.update(x)
        hearing.take(made)
        events.extend(made)

    give(SOUND)
    give(Link(0, 0.0, "s", "found", _info(person)))
    tick = 0
    sample = person.update()
    while sample.t < seconds:
        while tick * TICK_S <= sample.t:
            give(Tick(0, tick * TICK_S))
            tick += 1
        give(Payload(0, sample.t, "s", "imu.csv", tick, recording.imu_row(sample)))
        hearing.until(sample.t)
        sample = person.update()
    return _loop([row.t_contact_s for row in person.truth()], events, pipeline.coach)


def _info(person: SimulatedRunner) -> SensorInfo:
    return msgspec.structs.replace(person.info, columns=recording.IMU_COLUMNS)


def _loop(contacts: list[float], out: list[Event], coach: Coach | Sweep | Drill) -> Loop:
    own = coach if isinstance(coach, Coach) else None
    return Loop(
        np.array(contacts),
        [x for x in out if isinstance(x, Cue)],
        [x for x in out if isinstance(x, Target)],
        [x for x in out if isinstance(x, Retention)],
        [x for x in out if isinstance(x, Phase)],
        None if own is None else own.plan.lesson,
        [x for x in out if isinstance(x, CueEffect)],
        () if own is None else own.ledger,
    )


def added(known: tuple[Efficacy, ...], found: tuple[Efficacy, ...]) -> tuple[Efficacy, ...]:
    """Return a ledger with what a run has found, as the runner's profile keeps it."""
    rows = {(r.kind, r.measure, r.means, r.phrase): r for r in known}
    for new in found:
        key = (new.kind, new.measure, new.means, new.phrase)
        old = rows.get(key)
        if old is None:
            rows[key] = new
        else:
            sums = {n: getattr(old, n) + getattr(new, n) for n in Efficacy.__struct_fields__[4:]}
            rows[key] = msgspec.structs.replace(old, **sums)
    return tuple(rows.values())
