"""Every number the gait room can be tuned with: physical units, none tied to a sampling rate.

Lags, contact-time constants and the rhythm's noise come from the sources named in the module that
uses them. Thresholds (shares, memories, refractory and settling times) and `FootParams.slap_lag_s`
within its published range were set by hand while looking at the recordings the tests run on: they
are not proven on unseen runners.
"""

from typing import Final

from msgspec import Struct

from livecoach.gait.foot_params import FootParams, ShoeParams, ZuptParams
from livecoach.gait.phase_params import PhaseParams

G: Final = 9.80665
"""Standard gravity in m/s2."""


class GuardParams(Struct, frozen=True):
    """What a sample may look like (`livecoach.gait.guard`).

    Parameters
    ----------
    acc_limit_mps2
        A specific force beyond this is a broken reading. Default 1000 m/s2 (100 g).
    gyr_limit_radps
        A turn rate beyond this is a broken reading. Default 100 rad/s.
    spike_mps2
        A reading that jumps further than this from the last one is left out unless the next one
        is there too. Default 147 m/s2 (15 g).
    gap_s
        A hole longer than this makes the next footfall doubtful. Default 0.06 s.
    restart_s
        A hole or a jump back longer than this starts the search anew. Default 1 s.
    unit_window_s
        How long to look before deciding that a sensor speaks g, not m/s2. Default 1 s.
    unit_low, unit_high
        Mean specific force within these numbers cannot be m/s2. Default 0.5 and 6.0.
    """

    acc_limit_mps2: float = 1000.0
    gyr_limit_radps: float = 100.0
    spike_mps2: float = 147.0
    gap_s: float = 0.06
    restart_s: float = 1.0
    unit_window_s: float = 1.0
    unit_low: float = 0.5
    unit_high: float = 6.0


class TiltParams(Struct, frozen=True):
    """How fast gravity is followed (`livecoach.gait.tilt`).

    Parameters
    ----------
    tau_s
        Time constant of the correction towards the mean specific force. Default 3 s.
    first_s
        The declared up axis counts as this long an observation at the start. Default 0.5 s.
    bias_tau_s
        Time constant of the gyroscope's bias. Default 30 s.
    """

    tau_s: float = 3.0
    first_s: float = 0.5
    bias_tau_s: float = 30.0


class YawParams(Struct, frozen=True):
    """A trunk sensor turned about the vertical (`livecoach.gait.yaw`).

    Parameters
    ----------
    memory_pairs, least_pairs
        Pairs of steps remembered, and needed. Default 40, 20.
    uneven_share
        Two steps differing by more than this share of their time are no pair. Default 0.15.
    samples_least
        A step of fewer samples says nothing. Default 8.
    line_ratio
        The sway's variance along its line over that across it is at least this. Default 4.
    apart_deg
        The fore-aft line crosses it, this near to a right angle. Default 30 degrees.
    dead_deg, most_deg, doubt_deg, askew_deg
        Less than this is not corrected, more is corrected by this, beyond the third nothing is
        corrected, beyond the last forward is not forward. Default 5, 35, 45 and 60 degrees.
    """

    memory_pairs: int = 40
    least_pairs: int = 20
    uneven_share: float = 0.15
    samples_least: int = 8
    line_ratio: float = 4.0
    apart_deg: float = 30.0
    dead_deg: float = 5.0
    most_deg: float = 35.0
    doubt_deg: float = 45.0
    askew_deg: float = 60.0


class TrunkParams(Struct, frozen=True):
    """The 1-g crossing machine of a trunk sensor (`livecoach.gait.trunk`).

    Parameters
    ----------
    arm_share
        Armed once the vertical falls below 1 g by this share of its usual fall. Default 0.5.
    low_memory_s
        Time constant with which the usual fall is forgotten. Default 2 s.
    fall_min_g
        The vertical must usually fall this far below 1 g. Default 0.15 g.
    clear_share
        A fall of this share of the usual one is a clear step. Default 0.6.
    run_fall_g
        A fall deeper than this is running: the runner is in the air. Default 0.55 g.
    fall_max_g
        Nobody falls harder: a deeper reading counts as this much. Default 2 g.
    refractory_s
        No second contact within this time: nobody steps faster. Default 0.23 s (260 spm).
    settle_s
        No contact this soon after the start: the fall has to be seen first. Default 0.15 s.
    below_min_s
        No contact before the vertical was below 1 g this long. Default 0.06 s.
    rise_share
        A footfall is reported when the vertical is back to 1 g less this share of its usual fall
        (at most 1 g). Default 0.25.
    landing_deg
        At landing the force points this far back from up. Default 20 deg (see slant).
    slant_steps, slant_most_g
        The usual forward force at a crossing is the mean of so many of one leg; what it says moves
        the level by no more than this. Default 4, 0.25 g.
    waist_sides
        Share of a left/right difference in it that is believed at the waist. Default 0.5.
    duty
        Contact time over step time where it is not measured. Default 0.73 (see stance).
    duty_mps, duty_fall
        At the waist and a known speed, that is what it is at ``duty_mps``, and it falls as the
        speed to the power of ``-duty_fall``. Default 3 m/s, 1/3 (see stance).
    duty_least, duty_most
        But stays between these: 7 and 1.9 m/s. Default 0.55, 0.85.
    irregular
        Steps longer than this many usual ones say nothing about the next. Default 1.5.
    waist_lead_s
        The pelvis is lifted this long before a half sine says so. Default 0.010 s (see trunk).
    toe_off_share
        Toe-off comes within this share of the step. Default 0.85.
    """

    arm_share: float = 0.5
    low_memory_s: float = 2.0
    fall_min_g: float = 0.15
    clear_share: float = 0.6
    run_fall_g: float = 0.55
    fall_max_g: float = 2.0
    refractory_s: float = 0.23
    settle_s: float = 0.15
    below_min_s: float = 0.06
    rise_share: float = 0.25
    landing_deg: float = 20.0
    slant_steps: int = 4
    slant_most_g: float = 0.25
    waist_sides: float = 0.5
    duty: float = 0.73
    duty_mps: float = 3.0
    duty_fall: float = 1.0 / 3.0
    duty_least: float = 0.55
    duty_most: float = 0.85
    irregular: float = 1.5
    waist_lead_s: float = 0.010
    toe_off_share: float = 0.85


class GaitParams(Struct, frozen=True):
    """All of the above.

    Parameters
    ----------
    guard, tilt, yaw, trunk, foot, zupt, shoe, phase
        One group a machine.
    same_footfall_s
        Contacts of two sensors closer than this, or than half a step, are one footfall. Default
        0.12 s.
    step_least_s
        A contact of another sensor sooner than this after the last is nobody's. Default 0.2 s.
    sensor_lost_s
        A sensor silent for this long no longer counts. Default 1 s.
    """

    guard: GuardParams = GuardParams()
    tilt: TiltParams = TiltParams()
    yaw: YawParams = YawParams()
    trunk: TrunkParams = TrunkParams()
    foot: FootParams = FootParams()
    zupt: ZuptParams = ZuptParams()
    shoe: ShoeParams = ShoeParams()
    phase: PhaseParams = PhaseParams()
    same_footfall_s: float = 0.12
    step_least_s: float = 0.2
    sensor_lost_s: float = 1.0


DEFAULT: Final = GaitParams()
"""What a tracker uses unless told otherwise."""
