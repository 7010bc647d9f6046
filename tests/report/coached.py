"""A coached session made up for the tests of its page: own running, cues, and time alone."""

from pathlib import Path

import msgspec
import numpy as np

from livecoach.config import Config, override
from livecoach.model import (
    CueEffect,
    Event,
    Input,
    Link,
    PodReport,
    Profile,
    Retention,
    SensorInfo,
    Target,
)
from livecoach.store.header import Header
from tests.report import sessions

OWN_SPM, COACHED_SPM, TARGET_SPM = 164.0, 171.0, 172.2
CUES_S, ALONE_S, END_S = 180.0, 720.0, 900.0


def effect(number: int | None, t: float, phrase: str = "", **values: object) -> CueEffect:
    """Return what came of an asking, or of a silence."""
    base = CueEffect(
        t_known=t + 20.0,
        t_asked=t,
        cue=number,
        kind="quicker",
        means="silence" if number is None else "both" if phrase else "beats",
        phrase=phrase,
        reason="step rate -4.0 % from the target 172.2/min",
        measure="step_rate_spm",
        unit="percent",
        verdict="held" if number is None else "helped",
        before=165.0,
        after=172.0,
        change=4.2,
        held_n=3,
        held_change=-0.3,
        effect=None if number is None else 4.5,
        effect_sd=None if number is None else 0.8,
        n=0 if number is None else 3,
        mean_effect=None if number is None else 4.1,
        mean_effect_sd=None if number is None else 0.5,
    )
    return msgspec.structs.replace(base, **values)


def events(seed: int = 0, *, own: bool = True, phrases: tuple[str, ...] = ("",)) -> list[Event]:
    """Return the events of a run of 15 minutes with labelled feet and every measure known."""
    rng = np.random.default_rng(seed)
    out: list[Event] = [Target(0.0, None, None, "watching your own step rate first")]
    out.append(Target(150.0, TARGET_SPM, OWN_SPM, "+5 % of your own 164.0"))
    t, foot = 0.0, "left"
    first_s = CUES_S if own else 30.0
    while t < END_S:
        gain = 1.0 if first_s <= t < ALONE_S else 0.4 if t >= ALONE_S else 0.0
        rate = OWN_SPM + gain * (COACHED_SPM - OWN_SPM) + float(rng.normal(0, 2))
        step_s = 60.0 / rate
        known: dict[str, object] = {
            "foot": foot,
            "step_time_s": step_s,
            "speed_mps": 3.0,
            "step_length_m": 3.0 * step_s,
            "contact_time_s": 0.28 - 0.01 * gain + 0.006 * (foot == "left"),
            "vertical_oscillation_m": 0.063 - 0.006 * gain + float(rng.normal(0, 0.003)),
            "speed_loss_mps": 0.15 - 0.01 * gain + float(rng.normal(0, 0.01)),
            "expected_braking_mps": 0.20 - 0.01 * gain + float(rng.normal(0, 0.01)),
            "trunk_lean_deg": 4.0 + float(rng.normal(0, 1)),
        }
        out.append(sessions.step(t, **known))
        t += step_s
        foot = "right" if foot == "left" else "left"
    for k, at in enumerate(np.linspace(first_s, ALONE_S - 60.0, 8)):
        phrase = phrases[k % len(phrases)]
        out += sessions.cue(2 * k + 1, float(at), "beat")
        if phrase:
            out += sessions.cue(2 * k + 2, float(at) + 0.1, "speech", phrase)
        out.append(effect(2 * k + 1, float(at), phrase))
    out.append(effect(None, 400.0))
    out.append(
        Retention(
            t_known=END_S,
            session=1,
            lasted_s=END_S - ALONE_S,
            kept_ratio=0.4,
            on_target_ratio=0.2,
            whole_kept_ratio=0.4,
            whole_on_target_ratio=0.2,
            reason="166.8/min without cues, own 164.0, target 172.2",
        )
    )
    return sorted(out, key=sessions.known_at)


def pod_events() -> list[Event]:
    """Return what a foot pod alone brings: nothing but rate and speed."""
    rng = np.random.default_rng(3)
    seconds = [
        PodReport(float(k), k + 0.05, "pod", "fresh", 168.0 + float(rng.normal(0, 1)), 3.0, 1.07)
        for k in range(300)
    ]
    return [Target(0.0, None, None, "no target"), *seconds]


def write(
    path: Path,
    found: list[Event],
    *,
    runner: str = "Ada",
    source: str = "ble:",
    started_at: str = sessions.STARTED_AT,
    info: SensorInfo | None = None,
    target: str = "+5%",
) -> Path:
    """Write such a session."""
    changes = {"runner.name": runner, "sources": [source], "coach.target": target}
    config = msgspec.to_builtins(override(Config(), changes, "test"))
    sensor = info or SensorInfo(name="chest", kind="imu", mount="chest")
    inputs: list[Input | Event] = [Link(1, 0.0, sensor.name, "found", sensor)]
    given = {
        "config": config,
        "profile": Profile(runner),
        "started_at": started_at,
        "sources": (source,),
    }
    assert set(given) <= set(Header.__struct_fields__)
    return sessions.write(path, [*inputs, *found], **given)
