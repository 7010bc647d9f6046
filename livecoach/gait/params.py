"""Every number the gait room can be tuned with: physical units, none tied to a sampling rate.

Lags, contact-time constants and the rhythm's noise come from the sources named in the module that
uses them. Thresholds (shares, memories, refractory and settling times) and `FootParams.slap_lag_s`
within its published range were set by hand while looking at the recordings the tests run on: they
are not proven on unseen runners.
"""

from typing import Final

from msgspec import Struct

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
    duty
        Contact time over step time where it is not measured. Default 0.73 (see trunk).
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
    duty: float = 0.73
    irregular: float = 1.5
    waist_lead_s: float = 0.010
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
        Landing: the toes fall faster than this share of the usual slap. Default 0.7.
    slap_min_share
        And faster than this share of the usual swing rate. Default 0.2.
    slap_rise
        The fall is over when the rate is back by this share. Default 0.05.
    slap_window_s
        A landing without a jolt is looked for this long after the swing. Default 0.1 s.
    jolt_window_s
        A weaker slap is waited for this long after the jolt. Default 0.05 s.
    slap_early_s
        A toe-down rate this long before the jolt is no slap. Default 0.03 s.
    jolt_early_s
        The jolt may come this long before the swing has ended. Default 0.06 s.
    settle_s
        A swing begins no sooner after a jolt: the heel drops after a toe landing. Default 0.15 s.
    rest_s
        A foot this long at rest has landed, however it did. Default 0.15 s.
    rest_lag_s
        Rest begins this long after landing. Default 0.05 s.
    jolt_rest_s
        After a jolt this long is enough. Default 0.04 s.
    jolt_calm_s, roll_radps
        It comes this soon after the jolt, while the foot may still roll this fast. Default 0.3 s,
        2.5 rad/s.
    rest_g, calm_radps
        At rest: this near to 1 g, and turning slower than this. Default 0.3 g, 1.5 rad/s.
    slap_lag_s
        The fastest fall comes this long after the foot. Default 0.015 s (13-27 seen, see foot).
    flat_lead_s
        Without a slap, landing comes this long after the swing ended. Default 0.040 s.
    toe_off_lag_s
        Toe-off after the fastest toe-down rate of push-off. Default 0.019 s (see foot).
    stance_min_s
        Push-off is looked for this long after landing. Default 0.08 s.
    push_share
        The heel rises: the toes fall faster than this share of the usual swing rate. Default 0.3.
    refractory_s, refractory_share
        No new swing within this time of a landing, nor this share of the stride. Default 0.33 s,
        0.4.
    memory_s
        Time constant with which the usual swing rate is forgotten. Default 5 s.
    hinge_memory_s, hinge_prior
        The foot's turning is remembered this long; the declared axis counts as this much turning.
        Default 8 s, 20 rad2/s (about a second of running).
    hinge_from, hinge_to
        The axis found is used where its cosine with the declared one lies between these. Default
        0.94 (20 deg) and 0.4 (66 deg).
    jump_s
        A jolt is a change of the specific force within this time. Default 0.020 s.
    jump_share, jump_min_g
        A landing jolts more than this share of the usual jolt, and this much. Default 0.35, 1.5 g.
    jump_gap_s
        Across a longer hole no jolt is taken. Default 0.1 s.
    hole_s
        Across a longer hole nobody knows when a jolt began, and a slap may hide in it. Default
        0.044 s: a tenth more than between the samples of the slowest sensor, 25 Hz.
    jump_quiet_s
        Jolts closer together than this are one landing. Default 0.1 s.
    """

    swing_share: float = 0.5
    swing_min_radps: float = 1.5
    slap_share: float = 0.7
    slap_min_share: float = 0.2
    slap_rise: float = 0.05
    slap_window_s: float = 0.1
    jolt_window_s: float = 0.05
    slap_early_s: float = 0.03
    jolt_early_s: float = 0.06
    settle_s: float = 0.15
    rest_s: float = 0.15
    jolt_rest_s: float = 0.04
    rest_lag_s: float = 0.05
    jolt_calm_s: float = 0.3
    roll_radps: float = 2.5
    rest_g: float = 0.3
    calm_radps: float = 1.5
    slap_lag_s: float = 0.015
    flat_lead_s: float = 0.040
    toe_off_lag_s: float = 0.019
    stance_min_s: float = 0.08
    push_share: float = 0.3
    refractory_s: float = 0.33
    refractory_share: float = 0.4
    memory_s: float = 5.0
    hinge_memory_s: float = 8.0
    hinge_prior: float = 20.0
    hinge_from: float = 0.94
    hinge_to: float = 0.4
    jump_s: float = 0.020
    jump_share: float = 0.35
    jump_min_g: float = 1.5
    jump_gap_s: float = 0.1
    hole_s: float = 0.044
    jump_quiet_s: float = 0.1


class ZuptParams(Struct, frozen=True):
    """A foot sensor's speed and stride length (`livecoach.gait.zupt`).

    Parameters
    ----------
    gap_s
        A longer time between two samples spoils a stride. Default 0.03 s.
    stride_max_s
        A longer time between two rests is no stride. Default 2 s.
    rest_g
        A foot at rest feels g, this near. Default 0.5 g.
    height_m
        Height of the sensor over the point the foot rolls about. Default 0.1 m.
    doubt
        A foot that still moves at more than this share of the speed is not at rest. Default 0.05.
    clip_mps2
        An axis that gives exactly the same reading beyond this thrice in a row is at its end, and
        the stride is spoilt. Default 12 m/s2.
    scale
        Known speed / measured speed of this runner and mount. Default 1.
    """

    gap_s: float = 0.03
    stride_max_s: float = 2.0
    rest_g: float = 0.5
    height_m: float = 0.1
    doubt: float = 0.05
    clip_mps2: float = 12.0
    scale: float = 1.0


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
    jolt_early_s
        The landing's jolt comes no more than this before the valley. Default 0.06 s.
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
    jolt_early_s: float = 0.06
    lag_s: float = 0.010
    refractory_s: float = 0.45


class GaitParams(Struct, frozen=True):
    """All of the above.

    Parameters
    ----------
    guard, tilt, trunk, foot, zupt, shoe, phase
        One group a machine.
    same_footfall_s
        Contacts of two sensors closer than this are one footfall. Default 0.12 s.
    step_least_s
        A contact of another sensor sooner than this after the last is nobody's. Default 0.2 s.
    sensor_lost_s
        A sensor silent for this long no longer counts. Default 1 s.
    """

    guard: GuardParams = GuardParams()
    tilt: TiltParams = TiltParams()
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
