"""What flows through the house, and the METRICS table.

Values are frozen structs. Time is data: float64 seconds since the session began (``t``), never read
from a clock here. ``None`` means that this sensor cannot know it; it is never 0 or NaN. Units end
the name; only ``t``, ``acc_*`` (m/s2, specific force: +9.81 on the axis that points up at rest) and
``gyr_*`` (rad/s) are bare. Body axes: ``ap`` forward, ``ml`` left, ``v`` up.
"""

from livecoach.model.events import (
    Contact,
    Cue,
    CueDropped,
    CueKind,
    CuePlayed,
    Event,
    Notice,
    Phase,
    PodReport,
    SensorState,
    Skipped,
    Step,
    Target,
)
from livecoach.model.inputs import Command, Dropped, Input, Link, Payload, Played, Sound, Tick
from livecoach.model.metrics import METRICS, Metric, plausible
from livecoach.model.sensors import (
    MOUNTS,
    Activity,
    Baseline,
    BodySample,
    Calibration,
    Foot,
    FootPodReading,
    HeartRateReading,
    ImuPacket,
    ImuSample,
    Mount,
    Profile,
    SensorInfo,
    State,
    TreadmillReading,
    Triple,
)

__all__ = [
    "METRICS",
    "MOUNTS",
    "Activity",
    "Baseline",
    "BodySample",
    "Calibration",
    "Command",
    "Contact",
    "Cue",
    "CueDropped",
    "CueKind",
    "CuePlayed",
    "Dropped",
    "Event",
    "Foot",
    "FootPodReading",
    "HeartRateReading",
    "ImuPacket",
    "ImuSample",
    "Input",
    "Link",
    "Metric",
    "Mount",
    "Notice",
    "Payload",
    "Phase",
    "Played",
    "PodReport",
    "Profile",
    "SensorInfo",
    "SensorState",
    "Skipped",
    "Sound",
    "State",
    "Step",
    "Target",
    "Tick",
    "TreadmillReading",
    "Triple",
    "plausible",
]
