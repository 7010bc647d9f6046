"""What the page is told of one runner: SI units as in `Live`, rounded to what is shown."""

import unicodedata
from typing import Literal, TypeAlias

from msgspec import Struct

from livecoach.model import METRICS
from livecoach.wire.topics import CommandName, Live

Link: TypeAlias = Literal["live", "late", "lost", "offline"]
Aim: TypeAlias = Literal["on", "below", "above", "none", "unknown"]
BAND_RATIO = 0.025
"""Off target beyond this, when the runner does not say the band (as `CoachParams.enter_ratio`)."""

_DIGITS = {
    "step_rate_spm": 1,
    "speed_mps": 2,
    "step_length_m": 2,
    "contact_time_s": 4,
    "vertical_oscillation_m": 4,
    "speed_loss_mps": 3,
    "expected_braking_mps": 3,
    "trunk_lean_deg": 1,
}
_SHOWN = tuple((m.name, m.low, m.high, _DIGITS[m.name]) for m in METRICS if m.name in _DIGITS)


class LastCue(Struct, frozen=True, omit_defaults=True):
    """The last cue that was decided, at ``at_s`` on the monitor's clock."""

    kind: str
    at_s: float
    phrase: str = ""
    reason: str = ""


class Tile(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One runner as shown in the fleet; what is not known is left out.

    ``link`` says how far the values may be believed: ``live``; ``late`` (nothing for some seconds);
    ``lost`` (the connection broke, or silence for long); ``offline`` (said goodbye). ``heard_s`` is
    when the runner was last heard, on the monitor's clock. ``point`` is the newest bin of the
    trend: its number and mean cadence.
    """

    id: str
    group: str
    runner: str
    link: Link
    aim: Aim
    heard_s: float | None = None
    gait: str = "unknown"
    step_rate_spm: float | None = None
    target_spm: float | None = None
    low_spm: float | None = None
    high_spm: float | None = None
    speed_mps: float | None = None
    step_length_m: float | None = None
    contact_time_s: float | None = None
    vertical_oscillation_m: float | None = None
    speed_loss_mps: float | None = None
    expected_braking_mps: float | None = None
    trunk_lean_deg: float | None = None
    heart_rate_bpm: float | None = None
    battery_percent: float | None = None
    sensor_state: str = ""
    link_age_s: float | None = None
    late_p95_s: float | None = None
    weak: bool = False
    cue: LastCue | None = None
    muted: bool = False
    beats_off: bool = False
    cues_off: bool = False
    allow: tuple[CommandName, ...] = ()
    point: tuple[int, float | None] | None = None


def metrics_of(live: Live) -> dict[str, float]:
    """Return the metrics that a person can have, rounded to what is shown."""
    found: dict[str, float] = {}
    for name, low, high, digits in _SHOWN:
        value = getattr(live, name)
        if value is not None and low <= value <= high:
            found[name] = round(value, digits)
    return found


def within(value: float | None, low: float, high: float, digits: int = 0) -> float | None:
    """Return a value rounded, or None when it is not between the bounds."""
    return None if value is None or not low <= value <= high else round(value, digits)


def band_of(live: Live) -> tuple[float, float, float] | None:
    """Return target and the band around it in which the runner is on target, in steps/min."""
    target = within(live.target_spm, 60.0, 260.0, 1)
    if target is None:
        return None
    low = within(live.target_low_spm, 60.0, target, 1) or round(target * (1 - BAND_RATIO), 1)
    high = within(live.target_high_spm, target, 260.0, 1) or round(target * (1 + BAND_RATIO), 1)
    return target, low, high


def aim_of(rate_spm: float | None, band: tuple[float, float, float] | None) -> Aim:
    """Say where a cadence lies."""
    if rate_spm is None:
        return "unknown"
    if band is None:
        return "none"
    _, low, high = band
    return "below" if rate_spm < low else "above" if rate_spm > high else "on"


def clean(text: str) -> str:
    """Return a stranger's text without what would hide, reorder or break anything."""
    return "".join(c if c == " " or unicodedata.category(c)[0] not in "CZ" else "�" for c in text)
