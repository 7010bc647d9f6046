"""Somebody who runs a guided protocol, by footfalls: hears beats, has a heart, costs by formula."""

import msgspec
import numpy as np
from msgspec import Struct

from livecoach.coach.drill import Drill
from livecoach.coach.sweep import Sweep
from livecoach.gait.phase import Rhythm
from livecoach.gait.phase_params import PhaseParams
from livecoach.model import Command, Contact, Cue, HeartRate, Notice, Sound, Step, Target, Tick
from livecoach.simulation import Heart, Responder, RunnerParams

TICK_S = 0.1
FOUND_AFTER_S = 0.06


class Body(Struct, frozen=True, kw_only=True):
    """What a sensor can know of this runner, at the own rate (None: it cannot), and its scatter.

    One step of ``bad_every`` is of low quality and ten times too much (0: none is).
    """

    expected_braking_mps: float | None = None
    vertical_oscillation_m: float | None = None
    speed_mps: float | None = 3.0
    speed_slope: float = 0.0
    scatter: float = 0.04
    quality: float = 1.0
    bad_every: int = 0

    def costs(self, slower: float) -> dict[str, float]:
        """Return what a step costs that takes ``slower`` times as long as the own one."""
        own = (
            ("expected_braking_mps", self.expected_braking_mps, 1.59),
            ("vertical_oscillation_m", self.vertical_oscillation_m, 2.4),
        )
        return {name: at * slower**power for name, at, power in own if at is not None}


class Heard(Struct):
    """All that came out."""

    cues: list[Cue] = []
    targets: list[Target] = []
    notices: list[Notice] = []
    t_over: float | None = None

    def of(self, kind: str) -> list[Cue]:
        """Return the cues of a kind."""
        return [c for c in self.cues if c.kind == kind]


def led(
    guide: Sweep | Drill,
    runner: RunnerParams,
    body: Body,
    seed: int,
    *,
    seconds: float = 1600.0,
    commands: tuple[Command, ...] = (),
    holes: tuple[tuple[float, float], ...] = (),
    changed: dict[str, float] | None = None,
) -> Heard:
    """Run until it is over. No step is seen in ``holes``; ``changed`` is added when drilled."""
    rng, found, beats = np.random.default_rng(seed).spawn(3)
    person, rhythm, out = Responder(runner, rng), Rhythm(PhaseParams()), Heard()
    heart = Heart(runner, beats) if runner.heart_rate_bpm else None
    guide.update(Sound(0, 0.0, "card", "open", 0.1))
    waiting, due, t_step, step_s, count = list(commands), list[float](), 0.0, 0.36, 0
    for tick in range(1, round(seconds / TICK_S)):
        t = tick * TICK_S
        while waiting and waiting[0].t <= t:
            guide.update(waiting.pop(0))
        while t_step + step_s + FOUND_AFTER_S <= t:
            known = t_step + step_s + FOUND_AFTER_S
            if not any(start <= known < end for start, end in holes):
                guide.update(Contact(t_step + step_s, known, None, body.quality))
                phase = rhythm.update(t_step + step_s, known, None)
                if phase is not None:
                    guide.update(phase)
                step = _step(runner, body, t_step, step_s, known, found)
                count += 1
                guide.update(_seen(step, count, body, changed if _drilling(out) else None))
            t_step += step_s
            while due and due[0] <= t_step:
                person.hear(due.pop(0))
            step_s = person.update(t_step)
        if heart is not None and tick % 10 == 0:
            guide.update(HeartRate(t, "strap", float(round(heart.update(t, 60.0 / step_s)))))
        _sort(guide.update(Tick(tick, t)), out, due)
        if guide.over:
            out.t_over = t
            break
    return out


def _step(
    runner: RunnerParams,
    body: Body,
    t: float,
    step_s: float,
    known: float,
    found: np.random.Generator,
) -> Step:
    slower = step_s * runner.step_rate_spm / 60.0
    speed = body.speed_mps
    values = {
        name: value * (1.0 + body.scatter * float(found.standard_normal()))
        for name, value in body.costs(slower).items()
    }
    return Step(
        t=t,
        t_known=known,
        step_time_s=step_s,
        speed_mps=None if speed is None else speed + body.speed_slope * (slower - 1.0),
        expected_braking_mps=values.get("expected_braking_mps"),
        vertical_oscillation_m=values.get("vertical_oscillation_m"),
        activity="run",
        quality=body.quality,
    )


def _seen(step: Step, count: int, body: Body, changed: dict[str, float] | None) -> Step:
    """Return a step as it is seen: changed by the drill, or spoilt."""
    added = {k: getattr(step, k) + v for k, v in (changed or {}).items()}
    step = msgspec.structs.replace(step, **added)
    if not body.bad_every or count % body.bad_every:
        return step
    known = ("expected_braking_mps", "vertical_oscillation_m")
    values = {k: 10.0 * v for k in known if (v := getattr(step, k)) is not None}
    return msgspec.structs.replace(step, quality=0.1, **values)


def _drilling(out: Heard) -> bool:
    return any("from now" in n.text for n in out.notices)


def _sort(events: list[Cue | Target | Notice], out: Heard, due: list[float]) -> None:
    for x in events:
        match x:
            case Cue():
                out.cues.append(x)
                if x.kind == "beat":
                    due.append(x.t_due)
            case Target():
                out.targets.append(x)
            case Notice():
                out.notices.append(x)
