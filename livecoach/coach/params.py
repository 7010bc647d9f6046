"""The coach's settings: what a runner may choose, with the limits that hold for everyone."""

import re
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from livecoach.coach.phrases import Phrases
from livecoach.errors import ConfigError

Beats: TypeAlias = Literal["bandwidth", "always", "constant", "off"]
Every: TypeAlias = Literal["step", "stride"]
LOWEST_SPM, HIGHEST_SPM = 120.0, 220.0
# The largest relative rise asked of anyone: targets of +7.5 and +10 % were reached in trials
# (Willy 2016, Bramah 2019, Musgjerd 2021); nothing beyond is known to be of use.
CAP_RATIO = 0.10

_HOUR_S = 3600.0
Positive = Annotated[float, Meta(gt=0, le=_HOUR_S)]
NotNegative = Annotated[float, Meta(ge=0, le=_HOUR_S)]


class CoachParams(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of the `Coach`. Ratios are relative to the target; times in seconds.

    ``target`` is a step rate (``"176"``), relative to the runner's own baseline (``"+5%"``) or
    ``""`` for none. ``beats``: ``bandwidth`` plays only while off target, ``always`` once the
    grace is over, ``constant`` from the first second and deaf to the footfalls, ``off`` never.
    There is a beat to ``every`` step, or stride. Beats are handed over ``horizon_s`` ahead, on top
    of the sound card's own latency: the tenth of a second until the next tick and 0.15 s to spare.
    They sound ``lead_ratio`` of a step before the footfall to raise the rate, after it to lower it,
    and are drawn there by ``phase_gain`` of what lacks with each beat, at most ``phase_slew_ratio``
    of a step (`livecoach.coach.coupling`). ``faults``: speak of form, too. ``phrases`` is a TOML
    file of one's own words, or the words themselves; without it those of the language (a `Coach`
    left to itself speaks English).

    Errors within ``enter_ratio`` are never coached; twice that is, after ``patience_s`` (bigger
    ones sooner, smaller ones later), until within ``exit_ratio`` again. Nothing is judged for
    ``grace_s`` from the first stride, ``settle_s`` after a walk or a stop, and while the speed
    changes by more than ``speed_change_ratio`` within 10 s.

    ``plan``: this run is one of ``plan_sessions`` that ask less and less (`livecoach.coach.plan`).
    ``session_s`` is how long the run will be, 0 when that is not known; its end has no cues.
    """

    target: str = ""
    beats: Beats = "bandwidth"
    every: Every = "step"
    grace_s: NotNegative = 20.0
    baseline_s: Positive = 150.0
    ramp_ratio_per_s: Annotated[float, Meta(gt=0, le=0.1)] = 0.01 / 30.0
    enter_ratio: Annotated[float, Meta(gt=0, le=0.2)] = 0.015
    patience_s: Positive = 14.0
    exit_ratio: Annotated[float, Meta(gt=0, le=0.2)] = 0.012
    settle_s: NotNegative = 10.0
    speed_change_ratio: Annotated[float, Meta(gt=0, le=0.5)] = 0.05
    burst_s: Positive = 30.0
    speech_gap_s: NotNegative = 60.0
    faults: bool = True
    phrases: str | Phrases = ""
    plan: Literal["on", "off"] = "on"
    plan_sessions: Annotated[int, Meta(ge=1, le=100)] = 8
    session_s: Annotated[float, Meta(ge=0, le=86_400)] = 0.0
    horizon_s: Annotated[float, Meta(ge=0.1, le=1.0)] = 0.25
    lead_ratio: Annotated[float, Meta(ge=0.0, le=0.1)] = 0.05
    phase_gain: Annotated[float, Meta(ge=0.0, le=0.2)] = 0.05
    phase_slew_ratio: Annotated[float, Meta(ge=0.0, le=0.03)] = 0.01


def parse_target(text: str) -> tuple[Literal["none", "absolute", "relative"], float]:
    """Read a target: steps/min, or the wanted rise as a ratio. Raises `ConfigError`."""
    stripped = text.strip().replace(" ", "")
    if not stripped:
        return "none", 0.0
    relative = re.fullmatch(r"([+-]\d+(?:\.\d+)?)%", stripped)
    if relative:
        ratio = float(relative[1]) / 100.0
        if abs(ratio) > CAP_RATIO:
            raise ConfigError("target", f"{text} is more than 10 % away from the runner's own rate")
        return "relative", ratio
    if re.fullmatch(r"\d+(?:\.\d+)?", stripped):
        rate = float(stripped)
        if LOWEST_SPM <= rate <= HIGHEST_SPM:
            return "absolute", rate
        raise ConfigError(
            "target", f"{text} is outside {LOWEST_SPM:g} to {HIGHEST_SPM:g} steps/min"
        )
    raise ConfigError("target", f"{text!r} is neither steps per minute (176) nor relative (+5%)")
