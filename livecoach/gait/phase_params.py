"""What the rhythm's filter can be tuned with; part of `livecoach.gait.params.GaitParams`."""

from msgspec import Struct


class PhaseParams(Struct, frozen=True):
    """The rhythm's Kalman filter (`livecoach.gait.phase`).

    Parameters
    ----------
    step_share
        How irregular a runner's steps are, as a share of a step. Default 0.011 (see phase).
    contact_sd_s
        How badly a contact is measured. Default 0.005 s.
    period_drift
        How much the period wanders from step to step, as a share of it. Default 0.002.
    pause_sd_s
        How much it may have changed over a pause, a step. Default 0.030 s.
    judged_first, judged_most
        The errors expected weigh as much as this many that were seen; and how many are
        remembered beyond. Default 6 and 24.
    trust_share
        A contact this share of a step off time is trusted by 0.61. Default 0.15.
    steady_ratio
        Squared errors up to this many times those expected are a steady rhythm. Default 1.15.
    steady_least
        However uneven, it is this steady. Default 0.55.
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

    step_share: float = 0.011
    contact_sd_s: float = 0.005
    period_drift: float = 0.002
    pause_sd_s: float = 0.030
    judged_first: int = 6
    judged_most: int = 24
    trust_share: float = 0.15
    steady_ratio: float = 1.15
    steady_least: float = 0.55
    asymmetry_sd_s: float = 0.020
    asymmetry_drift_s: float = 0.0005
    period_first_s: float = 0.36
    gate_share: float = 0.25
    coast_s: float = 2.0
    period_min_s: float = 0.2
    period_max_s: float = 1.5
