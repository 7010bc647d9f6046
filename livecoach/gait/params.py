"""Every number the gait room can be tuned with: physical units, none tied to a sampling rate.

Lags, contact-time constants and the rhythm's noise come from the sources named in the module that
uses them. Thresholds (shares, memories, refractory and settling times) and `FootParams.slap_lag_s`
within its published range were set by hand while looking at the recordings the tests run on: they
are not proven on unseen runners.
"""

from typing import Final

from msgspec import Struct

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
        Mean specific force within these numbers cannot be m/s2. Default 0.5 and 2.5.
    """

    acc_limit_mps2: float = 1000.0
    gyr_limit_radps: float = 100.0
    spike_mps2: float = 147.0
    gap_s: float = 0.06
    restart_s: float = 1.0
    unit_window_s: float = 1.0
    unit_low: float = 0.5
    unit_high: float = 2.5


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
    contact_lag_s
        The crossing comes this long after the foot. Default 0.0173 s (Alcantara data, see trunk).
    contact_time_offset_s
        Contact time less the time above 1 g. Default 0.080 s (Alcantara data, see trunk).
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
    contact_lag_s: float = 0.0173
    contact_time_offset_s: float = 0.080
    toe_off_share: float = 0.85


class FootParams(Struct, frozen=True):
    """The pitch-rate machine of a foot sensor (`livecoach.gait.foot`).

    Parameters
    ----------
    swing_share
        Swing: the toes rise faster than this share of their usual fastest. Default 0.5.
    swing_min_radps
        And at least this fast. Default 1.5 rad/s.
    slap_share
        Landing: the toes fall faster than this share of the usual slap. Default 0.5.
    slap_min_share
        And faster than this share of the usual swing rate. Default 0.2.
    slap_rise
        The fall is over when the rate is back by this share. Default 0.1.
    slap_window_s
        A weaker landing is looked for this long after the swing. Default 0.15 s.
    rest_s
        A foot this long at rest has landed, however it did. Default 0.1 s.
    rest_lag_s
        Rest begins this long after landing. Default 0.05 s.
    rest_g, rest_radps
        At rest: this near to 1 g, and turning slower than this. Default 0.2 g, 1.0 rad/s.
    slap_lag_s
        The fastest fall comes this long after the foot. Default 0.015 s (13-27 seen, see foot).
    flat_lead_s
        Without a slap, landing comes this long after the swing ended. Default 0.040 s.
    toe_off_lag_s
        Toe-off after the fastest toe-down rate of push-off. Default 0.019 s (see foot).
    stance_min_s
        Push-off is looked for this long after landing. Default 0.08 s.
    refractory_s, refractory_share
        No new swing within this time of a landing, nor this share of the stride. Default 0.33 s,
        0.4.
    memory_s
        Time constant with which the usual swing rate is forgotten. Default 5 s.
    """

    swing_share: float = 0.5
    swing_min_radps: float = 1.5
    slap_share: float = 0.5
    slap_min_share: float = 0.2
    slap_rise: float = 0.1
    slap_window_s: float = 0.15
    rest_s: float = 0.1
    rest_lag_s: float = 0.05
    rest_g: float = 0.2
    rest_radps: float = 1.0
    slap_lag_s: float = 0.015
    flat_lead_s: float = 0.040
    toe_off_lag_s: float = 0.019
    stance_min_s: float = 0.08
    refractory_s: float = 0.33
    refractory_share: float = 0.4
    memory_s: float = 5.0


class ShoeParams(Struct, frozen=True):
    """The terminal-swing machine of a shoe sensor without gyroscope (`livecoach.gait.shoe`).

    Parameters
    ----------
    arm_share
        Terminal swing: the specific force exceeds this share of its usual peak. Default 0.55.
    arm_min_g
        And at least this. Default 2 g.
    memory_s
        Time constant with which the usual peak is forgotten. Default 3 s.
    drop_share
        Landing: the first valley below this share of the swing's peak. Default 0.6.
    lag_s
        The valley comes this long after the foot. Default 0.010 s.
    refractory_s
        No second landing within this time: longer than from landing to push-off, shorter than the
        fastest stride. Default 0.45 s.
    """

    arm_share: float = 0.55
    arm_min_g: float = 2.0
    memory_s: float = 3.0
    drop_share: float = 0.6
    lag_s: float = 0.010
    refractory_s: float = 0.45


class PhaseParams(Struct, frozen=True):
    """The rhythm's Kalman filter (`livecoach.gait.phase`).

    Parameters
    ----------
    step_sd_s
        How irregular a runner's steps are. Default 0.006 s (see phase).
    contact_sd_s
        How badly a contact is measured. Default 0.006 s.
    period_drift
        How much the period wanders from step to step, as a share of it. Default 0.004.
    asymmetry_sd_s, asymmetry_drift_s
        Left/right difference expected at first, and its wander a step. Default 0.020 and 0.0005 s.
    period_first_s
        Step time assumed before any is known. Default 0.36 s.
    gate_share
        A contact further off than this share of a step is not believed. Default 0.25.
    coast_s
        Longest silence the rhythm is carried over. Default 2 s.
    period_min_s, period_max_s
        Bounds of a step time. Default 0.2 and 1.5 s.
    """

    step_sd_s: float = 0.006
    contact_sd_s: float = 0.006
    period_drift: float = 0.004
    asymmetry_sd_s: float = 0.020
    asymmetry_drift_s: float = 0.0005
    period_first_s: float = 0.36
    gate_share: float = 0.25
    coast_s: float = 2.0
    period_min_s: float = 0.2
    period_max_s: float = 1.5


class GaitParams(Struct, frozen=True):
    """All of the above.

    Parameters
    ----------
    guard, tilt, trunk, foot, shoe, phase
        One group a machine.
    same_footfall_s
        Contacts of two sensors closer than this are one footfall. Default 0.12 s.
    sensor_lost_s
        A sensor silent for this long no longer counts. Default 1 s.
    """

    guard: GuardParams = GuardParams()
    tilt: TiltParams = TiltParams()
    trunk: TrunkParams = TrunkParams()
    foot: FootParams = FootParams()
    shoe: ShoeParams = ShoeParams()
    phase: PhaseParams = PhaseParams()
    same_footfall_s: float = 0.12
    sensor_lost_s: float = 1.0


DEFAULT: Final = GaitParams()
"""What a tracker uses unless told otherwise."""
