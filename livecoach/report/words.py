"""How a report puts numbers: names, units for people, and why a sensor cannot know something."""

from msgspec import Struct

from livecoach.model import CueEffect
from livecoach.report.blocks import Change, Mean
from livecoach.report.review import Review

PLUS_MINUS = "\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}"


class Words(Struct, frozen=True):
    """What a measure is called; ``scale`` turns it into ``unit``, shown with ``digits``."""

    name: str
    unit: str
    scale: float
    digits: int
    less: str
    more: str


WORDS = {
    "step_rate_spm": Words("Cadence", "steps/min", 1.0, 1, "slower", "quicker"),
    "speed_loss_mps": Words("Speed loss", "m/s", 1.0, 3, "smaller", "larger"),
    "expected_braking_mps": Words("Expected braking", "m/s", 1.0, 3, "smaller", "larger"),
    "vertical_oscillation_m": Words("Bounce", "mm", 1000.0, 1, "smaller", "larger"),
    "contact_time_s": Words("Contact time", "ms", 1000.0, 0, "shorter", "longer"),
    "landing_angle_deg": Words("Landing angle", "°", 1.0, 1, "smaller", "larger"),
    "trunk_lean_deg": Words("Forward lean", "°", 1.0, 1, "smaller", "larger"),
    "speed_mps": Words("Speed", "km/h", 3.6, 1, "slower", "faster"),
}
FORM = ("speed_loss_mps", "expected_braking_mps", "vertical_oscillation_m", "contact_time_s")
"""What every report speaks of, known or not."""
_UNIT_SIGNS = {"percent": "%", "deg": "°", "points": "points"}
_ASKED = {
    "quicker": "quicker steps",
    "slower": "slower steps",
    "short": "shorter steps",
    "braking": "softer landing",
    "bounce": "running tall",
    "lean": "leaning",
    "push": "pushing back",
    "asymmetry": "even steps",
}


def number(measure: str, value: float) -> str:
    """Return a value with its unit."""
    w = WORDS[measure]
    return f"{value * w.scale:.{w.digits}f}{spaced(w.unit)}"


def mean(measure: str, of: Mean, *, unit: bool = True) -> str:
    """Return a mean and its margin."""
    w = WORDS[measure]
    sign = spaced(w.unit) if unit else ""
    value = f"{of.value * w.scale:.{w.digits}f}"
    return (
        f"{value}{sign}"
        if of.margin is None
        else f"{value}{PLUS_MINUS}{of.margin * w.scale:.{w.digits}f}{sign}"
    )


def changed(measure: str, by: Change) -> str:
    """Return a change, its margin and its unit."""
    w = WORDS[measure]
    digits = max(w.digits, 1)
    told = f"{by.value * w.scale:+.{digits}f}"
    value = minus(told if float(told) else told[1:])
    if by.margin is None:
        return f"{value}{spaced(w.unit)}, uncertainty unknown"
    return f"{value}{PLUS_MINUS}{by.margin * w.scale:.{digits}f}{spaced(w.unit)}"


def clear(measure: str, by: Change) -> bool:
    """Return whether a change is beyond its margin, and large enough to be seen in its digits."""
    w = WORDS[measure]
    return by.clear and abs(by.value) * w.scale >= 0.5 * 10.0 ** -max(w.digits, 1)


def percent(ratio: float) -> str:
    """Return a ratio as whole percent."""
    return minus(f"{100 * ratio:.0f}{spaced('%')}")


def minus(text: str) -> str:
    """Write a proper minus sign."""
    return text.replace("-", "\N{MINUS SIGN}")


def spaced(unit: str) -> str:
    """Return a unit as it follows a number."""
    return unit if unit == "°" else f"\N{NO-BREAK SPACE}{unit}"


def asked_for(kind: str) -> str:
    """Say what a kind of asking asks for."""
    return _ASKED.get(kind, kind)


def way(effect: CueEffect) -> str:
    """Say how a runner was asked."""
    if not effect.phrase:
        return f"{asked_for(effect.kind)}: {'words' if effect.means == 'words' else 'beats'}"
    return f"“{effect.phrase}”{' with beats' if effect.means == 'both' else ''}"


def times(count: int) -> str:
    """Say how often."""
    return "once" if count == 1 else f"{count} times"


def effect_text(effect: CueEffect) -> str:
    """Say what a way of asking has done so far, with twice its standard error."""
    unit = spaced(_UNIT_SIGNS[effect.unit])
    if effect.mean_effect is None:
        return "unknown"
    value = minus(f"{effect.mean_effect:+.1f}")
    if effect.mean_effect_sd is None:
        return f"{value}{unit}, ± unknown"
    return f"{value}{PLUS_MINUS}{2.0 * effect.mean_effect_sd:.1f}{unit}"


def why_unknown(measure: str, of: Review) -> str:
    """Say why this session's sensors cannot know a measure."""
    mounts = of.mounts
    trunk = any(m in {"chest", "back", "waist"} for m in mounts)
    if not mounts:
        return "a foot pod counts steps; it cannot see how you land"
    if measure == "speed_loss_mps" and "waist" in mounts:
        return "the waist swings to and fro by itself: only chest or back can tell"
    if measure == "speed_loss_mps":
        return "only a sensor on chest or back can tell"
    if measure == "vertical_oscillation_m" and not trunk:
        return "only a sensor on the trunk can tell"
    if measure == "expected_braking_mps":
        return "it needs a contact time and a speed, and no speed was told"
    return "too few good steps"
