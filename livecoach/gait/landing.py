"""What a machine hands up at a footfall: where it was, and what the step before it amounted to."""

from msgspec import Struct

from livecoach.model import Activity


class StepValues(Struct, frozen=True, gc=False):
    """What one sensor knows about the step (a foot: the stride) that just ended."""

    contact_time_s: float | None = None
    vertical_oscillation_m: float | None = None
    speed_loss_mps: float | None = None
    propulsion_mps: float | None = None
    pelvis_swing_mps: float | None = None
    landing_angle_deg: float | None = None
    toe_off_pitch_deg: float | None = None
    swing_pitch_deg: float | None = None
    trunk_lean_deg: float | None = None
    speed_mps: float | None = None
    activity: Activity = "run"


class Landing(Struct, frozen=True, gc=False):
    """A footfall at ``t``; ``strength`` (0..1) says how clearly it stood out.

    ``spread_s``: standard uncertainty of ``t`` for want of samples.
    """

    t: float
    before: StepValues
    strength: float = 1.0
    spread_s: float = 0.0
