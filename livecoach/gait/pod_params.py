"""Settings of a foot pod's judge; what each is for is said where it is used."""

from typing import Final

from msgspec import Struct


class PodParams(Struct, frozen=True):
    """Settings of a `PodTracker`; times in seconds, ratios of step rates and speeds."""

    stale_after_s: float = 3.0
    lost_after_s: float = 10.0
    repeats_are_stale_after_s: float = 7.9
    duplicate_s: float = 0.05
    votes_to_decide: int = 3
    sure_votes_to_decide: int = 2
    votes_to_change: int = 10
    confirm_s: float = 60.0
    confirm_votes: int = 30
    slowest_mps: float = 0.4
    fastest_mps: float = 12.0
    near_ratio: float = 1.3
    far_ratio: float = 1.4
    length_ratio: float = 0.1
    sensor_ratio: float = 0.06
    leg_most_per_min: int = 125
    run_least_spm: int = 110
    least_of_typical_ratio: float = 0.6
    most_spm: int = 250
    jump_rate_ratio: float = 1.15
    jump_speed_ratio: float = 1.5
    zero_abrupt_mps: float = 1.5
    zero_doubt_s: float = 3.0
    false_zeros: int = 2
    false_zero_most_s: float = 15.0
    sensor_memory_s: float = 5.0
    sensor_steps_least: int = 4
    sensor_alive_s: float = 2.0


DEFAULT: Final = PodParams()
