"""What activity files are made of: one row a second, pauses, laps and cues.

A row says what was so in the second before its time. Five seconds and more in which nobody moved
(the runner stood, or nothing was heard) are a pause; shorter holes are bridged. Laps are
kilometres, for livecoach has none of its own; without a distance there is one.
"""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

PAUSE_S = 5
LAP_M = 1000.0


class Second(Struct, frozen=True, kw_only=True, gc=False):
    """One second, told at its end, ``t_s`` whole seconds after the session began.

    ``contact_left_ratio`` is the left foot's share of the contact times of both feet in the last
    4 s; ``steps`` counts those that began in this second (a pod's rate makes a fraction).
    """

    t_s: int
    steps: float = 0.0
    distance_m: float | None = None
    heart_rate_bpm: float | None = None
    step_rate_spm: float | None = None
    speed_mps: float | None = None
    contact_time_s: float | None = None
    duty_factor: float | None = None
    contact_left_ratio: float | None = None
    vertical_oscillation_m: float | None = None
    vertical_ratio: float | None = None
    step_length_m: float | None = None
    speed_loss_mps: float | None = None
    expected_braking_mps: float | None = None
    trunk_lean_deg: float | None = None
    target_spm: float | None = None
    quality: float | None = None
    temperature_degc: float | None = None


class Lap(Struct, frozen=True):
    """From ``start_s`` to ``end_s`` of session time, pauses included; ``seconds`` in motion."""

    start_s: int
    end_s: int
    seconds: tuple[Second, ...]
    distance_m: float | None
    trigger: Literal["distance", "session_end"]


class Marker(Struct, frozen=True):
    """A cue that was heard at ``t``."""

    t: float
    cue: int
    text: str


class Track(Struct, frozen=True):
    """A whole activity; ``spans`` are its parts between pauses, in whole seconds."""

    spans: tuple[tuple[int, int], ...]
    seconds: tuple[Second, ...]
    laps: tuple[Lap, ...]
    markers: tuple[Marker, ...]
    batteries: dict[str, float | None]
    belt: bool


def spans_of(active: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Return the parts between pauses, of the seconds in which somebody moved, in their order."""
    spans: list[tuple[int, int]] = []
    for k in active:
        if spans and k - spans[-1][1] < PAUSE_S:
            spans[-1] = (spans[-1][0], k + 1)
        else:
            spans.append((k, k + 1))
    return tuple(spans)


def laps_of(seconds: Sequence[Second], start_s: int) -> list[Lap]:
    """Return the laps of an activity that began at ``start_s``."""
    laps: list[Lap] = []
    first, before_m = 0, 0.0
    for i, second in enumerate(seconds):
        last = i == len(seconds) - 1
        whole = (second.distance_m or 0.0) >= LAP_M * (len(laps) + 1)
        if not whole and not last:
            continue
        at_m = second.distance_m
        length_m = None if at_m is None else at_m - before_m
        own = tuple(seconds[first : i + 1])
        trigger: Literal["distance", "session_end"] = "distance" if whole else "session_end"
        laps.append(Lap(start_s, second.t_s, own, length_m, trigger))
        first, before_m, start_s = i + 1, at_m or 0.0, second.t_s
    return laps
