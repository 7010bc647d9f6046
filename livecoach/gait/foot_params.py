"""What the machines of a foot sensor can be tuned with; see `livecoach.gait.params`."""

from msgspec import Struct


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
        A weaker slap is waited for this long after the jolt: slaps come 13-27 ms after the foot.
        Default 0.032 s.
    slap_early_s
        A toe-down rate this long before the jolt is no slap. Default 0.03 s.
    jolt_early_s
        The jolt may come this long before the swing has ended. Default 0.06 s.
    settle_s
        A swing begins no sooner after a jolt: the heel drops after a toe landing. Default 0.15 s.
    drop_rad
        After a landing on the toes the heel drops by less than this. Default 0.7 rad (40 deg).
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
    slap_blur_s
        A slap between samples g apart is known to g2 / this. Default 0.225 s (7 ms at 25 Hz).
    lead_sd_s, zero_blur, lead_memory
        The end of the swing tells the time of the slap to this, and this share of the samples'
        distance, once some slaps have shown how much later they come; so many are remembered.
        Default 0.005 s, 0.1 and 8.
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
    jump_quiet_s
        Jolts closer together than this are one landing. Default 0.1 s.
    pace_memory
        How far apart samples usually are is the mean of so many. Default 50.
    sure_g, sure_most
        A jolt of this size at the end of a whole stride makes a landing this sure, whatever the
        rhythm says; a lesser one, less. Default 4 g (see impact), 0.8.
    """

    swing_share: float = 0.5
    swing_min_radps: float = 1.5
    slap_share: float = 0.7
    slap_min_share: float = 0.2
    slap_rise: float = 0.05
    slap_window_s: float = 0.1
    jolt_window_s: float = 0.032
    slap_early_s: float = 0.03
    jolt_early_s: float = 0.06
    settle_s: float = 0.15
    drop_rad: float = 0.7
    rest_s: float = 0.15
    jolt_rest_s: float = 0.04
    rest_lag_s: float = 0.05
    jolt_calm_s: float = 0.3
    roll_radps: float = 2.5
    rest_g: float = 0.3
    calm_radps: float = 1.5
    slap_lag_s: float = 0.015
    slap_blur_s: float = 0.225
    lead_sd_s: float = 0.005
    zero_blur: float = 0.1
    lead_memory: int = 8
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
    jump_quiet_s: float = 0.1
    pace_memory: int = 50
    sure_g: float = 4.0
    sure_most: float = 0.8


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
    """

    gap_s: float = 0.03
    stride_max_s: float = 2.0
    rest_g: float = 0.5
    height_m: float = 0.1
    doubt: float = 0.05
    clip_mps2: float = 12.0


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
