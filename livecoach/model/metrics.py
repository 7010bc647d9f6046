"""The one table of metrics: README, topics, log headers and pages derive from it.

``low`` and ``high`` bound what is plausible for a person who runs or walks, in the metric's own
unit. A step's value outside becomes unknown (`plausible`); only its step time always stands.
"""

import msgspec
from msgspec import Struct

from livecoach.model.events import Step


class Metric(Struct, frozen=True):
    """One metric: the field of `Step` (or its property), unit, meaning, source, plausible range."""

    name: str
    unit: str
    meaning: str
    source: str
    low: float
    high: float


METRICS: tuple[Metric, ...] = (
    Metric(
        "step_rate_spm",
        "steps/min",
        "steps of both feet per minute, over a stride",
        "any sensor",
        40,
        260,
    ),
    Metric(
        "step_time_s",
        "s",
        "one foot's initial contact to the other's",
        "IMU (one foot sensor: half a stride)",
        0.23,
        1.5,
    ),
    Metric(
        "contact_time_s",
        "s",
        "initial contact to toe-off of the same foot",
        "trunk or foot IMU",
        0.08,
        1.2,
    ),
    Metric(
        "flight_time_s",
        "s",
        "toe-off to the other foot's initial contact; negative when both feet are down",
        "trunk or foot IMU",
        -0.6,
        0.4,
    ),
    Metric("duty_factor", "ratio", "contact time over stride time", "trunk or foot IMU", 0.1, 0.8),
    Metric(
        "step_length_m",
        "m",
        "distance from one footfall to the next",
        "foot pod; foot IMU; any IMU with belt, pod or typed speed",
        0.2,
        3.0,
    ),
    Metric("speed_mps", "m/s", "running speed", "pod, belt, foot IMU or typed in", 0.2, 12.0),
    Metric(
        "vertical_oscillation_m",
        "m",
        "rise and fall of the sensor's site within a step",
        "trunk IMU",
        0.01,
        0.25,
    ),
    Metric(
        "vertical_ratio",
        "ratio",
        "vertical oscillation over step length",
        "trunk IMU with speed",
        0.01,
        0.4,
    ),
    Metric(
        "speed_loss_mps",
        "m/s",
        "speed lost at the chest or upper back while the foot brakes",
        "chest or back IMU",
        0.0,
        1.5,
    ),
    Metric(
        "expected_braking_mps",
        "m/s",
        "braking that speed, step time and contact time imply: 0.69 x 0.0908 x g v T tc / h; "
        "cannot see an overstride that leaves these unchanged",
        "any contact time with speed",
        0.0,
        1.0,
    ),
    Metric(
        "propulsion_mps",
        "m/s",
        "speed regained at the chest or upper back while the foot pushes",
        "chest or back IMU",
        0.0,
        1.5,
    ),
    Metric(
        "pelvis_swing_mps",
        "m/s",
        "fore-aft speed swing of the pelvis under the body; not braking",
        "waist IMU",
        0.0,
        3.0,
    ),
    Metric(
        "landing_angle_deg",
        "deg",
        "pitch of the foot at initial contact, toes up positive",
        "foot IMU",
        -60.0,
        60.0,
    ),
    Metric(
        "toe_off_pitch_deg",
        "deg",
        "pitch of the foot at toe-off, toes down negative",
        "foot IMU",
        -110.0,
        20.0,
    ),
    Metric(
        "swing_pitch_deg",
        "deg",
        "largest heel-up pitch of the foot in swing (negative: heel up)",
        "foot IMU",
        -180.0,
        20.0,
    ),
    Metric(
        "trunk_lean_deg",
        "deg",
        "mean forward lean of the trunk over a stride, forward positive",
        "chest or back IMU with gyro",
        -30.0,
        45.0,
    ),
    Metric(
        "turn_deg",
        "deg",
        "change of heading during a step (half a stride's), left positive",
        "IMU with gyro",
        -120.0,
        120.0,
    ),
)

_STEP_FIELDS = tuple((m.name, m.low, m.high) for m in METRICS if m.name in Step.__struct_fields__)


def plausible(step: Step) -> Step:
    """Return the step with every value that no runner can have made unknown."""
    wrong = {
        name: None
        for name, low, high in _STEP_FIELDS
        if (value := getattr(step, name)) is not None and not low <= value <= high
    }
    wrong.pop("step_time_s", None)
    return msgspec.structs.replace(step, **wrong) if wrong else step
