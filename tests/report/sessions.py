"""Sessions made up for the tests of what is made of them: every sensor, pauses, cues, holes."""

from pathlib import Path

import msgspec
import numpy as np

from livecoach.config import Config
from livecoach.model import (
    Belt,
    Cue,
    CuePlayed,
    Event,
    HeartRate,
    Input,
    PodReport,
    Profile,
    SensorState,
    Step,
    Target,
    Tick,
)
from livecoach.store.header import Header, Summary
from livecoach.store.writer import SessionWriter

STARTED_AT = "2026-07-04T05:06:07+00:00"


def step(t: float, **values: object) -> Step:
    """Return a step of a runner at 180 steps/min with what else is known of it."""
    base = Step(t=t, t_known=t + 0.4, step_time_s=1 / 3, activity="run", quality=0.9)
    return msgspec.structs.replace(base, **values)


def steps(start_s: float, end_s: float, **values: object) -> list[Event]:
    """Return steps at 180 steps/min."""
    count = round((end_s - start_s) * 3)
    return [step(start_s + k / 3 + 0.01, **values) for k in range(count)]


def cue(number: int, t: float, kind: str, phrase: str = "") -> list[Event]:
    """Return a cue and that it was heard."""
    made = Cue(
        number=number,
        t_decided=t - 0.3,
        t_due=t,
        kind="beat" if kind == "beat" else "speech",
        phrase=phrase,
        priority=1,
        expires_t=t + 1,
        reason="slow",
    )
    return [made, CuePlayed(number, t, 0.0, t + 0.1)]


def write(path: Path, items: list[Input | Event], *, ended: bool = True, **header: object) -> Path:
    """Write a session file; one that was not ``ended`` was cut off."""
    told = Header(
        session_id=path.stem,
        started_at=STARTED_AT,
        version="0.1.0",
        config=msgspec.to_builtins(Config()),
        seed=0,
        profile=Profile(),
        sources=("made",),
    )
    writer = SessionWriter(path, msgspec.structs.replace(told, **header))
    writer.write(items)
    if ended:
        writer.finish(
            Summary(
                ended_at="2026-07-04T06:00:00+00:00",
                duration_s=1.0,
                steps=1,
                mean_step_rate_spm=None,
                cues=0,
                skipped=0,
                target_spm=None,
                reason="done",
            )
        )
    writer.close()
    return path


def generated(seed: int) -> list[Event]:
    """Return the events of a run of some minutes: other sensors, speeds and pauses by the seed."""
    rng = np.random.default_rng(seed)
    out: list[Event] = [SensorState(0.0, "strap", "fresh", float(rng.integers(5, 100)))]
    t, end_s = float(rng.uniform(0, 20)), float(rng.uniform(90, 400))
    labelled, trunk, speedy = rng.random(3) < 0.7
    rate, speed = float(rng.uniform(150, 190)), float(rng.uniform(2.0, 5.0))
    foot = "left"
    number = 0
    while t < end_s:
        if rng.random() < 0.004:
            t += float(rng.uniform(0.5, 30.0))  # a pause, or a hole too short for one
        time_s = 60.0 / (rate + float(rng.normal(0, 2)))
        known: dict[str, object] = {"step_time_s": time_s, "stride_time_s": 2 * time_s}
        if labelled:
            known["foot"] = foot
        if rng.random() < 0.95:
            known["contact_time_s"] = 0.24 + 0.01 * (foot == "left") + float(rng.normal(0, 0.005))
        if trunk:
            known |= {
                "vertical_oscillation_m": float(rng.uniform(0.05, 0.12)),
                "speed_loss_mps": float(rng.uniform(0.0, 0.5)),
                "trunk_lean_deg": float(rng.uniform(-5, 12)),
            }
        if speedy:
            known |= {
                "speed_mps": speed,
                "step_length_m": speed * time_s,
                "expected_braking_mps": float(rng.uniform(0.1, 0.3)),
            }
        out.append(step(t, **known, quality=float(rng.uniform(0, 1))))
        if rng.random() < 0.02:
            number += 1
            out += cue(number, t + 0.5, "speech" if number % 3 else "beat", "Läuft: größer")
        foot = "right" if foot == "left" else "left"
        t += time_s
    out += [HeartRate(k + 0.3, "strap", float(rng.integers(60, 190))) for k in range(int(end_s))]
    if not speedy:
        out += [
            PodReport(float(k), k + 0.05, "pod", "fresh", rate, speed, 60 * speed / rate)
            for k in range(5, int(end_s))
            if rng.random() < 0.95
        ]
    if rng.random() < 0.3:
        out += [Belt(k + 0.5, "belt", speed) for k in range(int(end_s))]
    out.append(Target(30.0, float(rng.uniform(160, 190)), rate, "made"))
    return sorted(out, key=known_at)


def known_at(event: Event) -> float:
    """Return when an event was known."""
    return event.t_decided if isinstance(event, Cue) else event.t_known


def ticks(end_s: int) -> list[Input | Event]:
    """Return one tick a second."""
    return [Tick(k, float(k)) for k in range(end_s)]
