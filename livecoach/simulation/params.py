"""Every number a simulated runner can be given: physical units, each within what people do.

Sources. Contact times, site motion, sway and the shape of the forces: force-plate trials of five
runners and marker sets of one to five (each module names its own). Gains of the responder and the
spread of a step's braking are round numbers within the published range: nothing was fitted.
"""

from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

from livecoach.model import Mount

G = 9.80665
"""Standard gravity in m/s2."""

Share: TypeAlias = Annotated[float, Meta(ge=0.0, le=1.0)]
Scale: TypeAlias = Annotated[float, Meta(ge=0.0, le=3.0)]
Angle: TypeAlias = Annotated[float, Meta(ge=-180.0, le=180.0)]
Wobble: TypeAlias = Annotated[float, Meta(ge=0.0, le=20.0)]
Swing: TypeAlias = Annotated[float, Meta(ge=0.0, le=1.0)] | None


class SensorParams(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One sensor, where it sits and what is wrong with it.

    Parameters
    ----------
    mount, rate_hz
        Where, and how often a second.
    acc_limit_g, gyr_limit_dps
        Full scale: beyond it a reading is clipped.
    acc_noise_mps2, gyr_noise_radps
        White noise, standard deviation of one sample.
    gyr_bias_dps
        Offset of each axis of the gyroscope.
    clock_ppm
        How fast its clock goes, in millionths.
    batch_samples, loss_ratio
        Samples in one radio packet; share of the packets that never arrive.
    mount_yaw_deg, mount_pitch_deg, mount_roll_deg
        How far it is turned from the axes it declares (x forward, y left, z up).
    site_ratio
        Scales the site's own fore-aft motion: 0 sits on the centre of mass.
    site_1_mps, site_1_deg, site_2_mps, site_2_deg
        That motion's first and second harmonic of the step; None: by mount.
    pitch_rms_deg, yaw_rms_deg, roll_rms_deg, pitch_phase_deg
        Sway of the trunk; the phase is that of the pitch at contact. At 0 or 180 it goes with the
        vertical force, and the mean specific force leans by about a degree.
    tissue_ratio
        How much of the impact goes through soft tissue: 0 is screwed to the bone.
    """

    mount: Mount = "chest"
    rate_hz: Annotated[float, Meta(ge=25, le=500)] = 100.0
    acc_limit_g: Annotated[float, Meta(ge=1.5, le=100)] = 16.0
    gyr_limit_dps: Annotated[float, Meta(ge=50, le=5000)] = 2000.0
    acc_noise_mps2: Annotated[float, Meta(ge=0, le=5)] = 0.05
    gyr_noise_radps: Annotated[float, Meta(ge=0, le=1)] = 0.01
    gyr_bias_dps: Annotated[float, Meta(ge=-20, le=20)] = 0.0
    clock_ppm: Annotated[float, Meta(ge=-30_000, le=30_000)] = 0.0
    batch_samples: Annotated[int, Meta(ge=1, le=100)] = 1
    loss_ratio: Annotated[float, Meta(ge=0.0, le=0.9)] = 0.0
    mount_yaw_deg: Angle = 0.0
    mount_pitch_deg: Angle = 0.0
    mount_roll_deg: Angle = 0.0
    site_ratio: Scale = 1.0
    site_1_mps: Swing = None
    site_1_deg: Angle | None = None
    site_2_mps: Swing = None
    site_2_deg: Angle | None = None
    pitch_rms_deg: Wobble = 1.45
    yaw_rms_deg: Wobble = 7.9
    roll_rms_deg: Wobble = 2.7
    pitch_phase_deg: Angle = 126.0
    tissue_ratio: Scale = 0.3


class RunnerParams(SensorParams, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A simulated runner with one sensor. Rates in steps/min, speeds in m/s, times in s.

    Parameters
    ----------
    contact_time_s
        At the runner's own step rate; None: by speed.
    speed_loss_mps
        Braking impulse per mass at the runner's own step rate; None: the expected one.
    overstride_ratio
        Scales braking and how far ahead the foot lands, and nothing else.
    variation_ratio, variation_alpha, asymmetry_ratio
        Step time: coefficient of variation, exponent of its spectrum, left against right.
    loss_variation_ratio
        Braking and foot placement: coefficient of variation beyond that of the step time.
    braking_share
        Share of the contact that brakes.
    impact_g
        Peak of a rear-foot impact; 0: a forefoot runner.
    lean_deg
        Mean lean of the trunk, forward positive.
    still_s
        Stands still for so long before the first contact.
    phase_gain, period_gain, reaction_beats, asynchrony_s, forget_after_s, forget_s
        How the runner answers beats (`livecoach.simulation.responder`).
    reaction_s
        A beat counts this long after it sounded.
    fatigue_ratio_per_h
        How much longer the runner's own steps get in an hour.
    follows, ignore_ratio
        A runner who does not follow beats at all; share of the beats that go unheard.
    heart_rate_bpm
        At the step rate that is best for the heart; None: no heart rate sensor is worn.
    best_rate_spm, heart_bend_ratio
        That step rate (None: the runner's own); how much faster the heart is 10 % off it.
    heart_lag_s, heart_noise_bpm, heart_drift_bpm_per_h
        How late the heart follows, its noise, its rise (`livecoach.simulation.heart`).
    """

    step_rate_spm: Annotated[float, Meta(ge=120, le=220)] = 164.0
    speed_mps: Annotated[float, Meta(ge=1.5, le=7.0)] = 3.0
    height_m: Annotated[float, Meta(gt=1.0, lt=2.3)] = 1.75
    incline_percent: Annotated[float, Meta(ge=-20, le=20)] = 0.0
    contact_time_s: Annotated[float, Meta(gt=0.1, lt=0.4)] | None = None
    speed_loss_mps: Annotated[float, Meta(ge=0.0, le=0.6)] | None = None
    overstride_ratio: Annotated[float, Meta(ge=0.3, le=3.0)] = 1.0
    variation_ratio: Annotated[float, Meta(ge=0.0, le=0.1)] = 0.013
    variation_alpha: Share = 0.8
    asymmetry_ratio: Annotated[float, Meta(ge=0.0, le=0.1)] = 0.01
    loss_variation_ratio: Annotated[float, Meta(ge=0.0, le=0.3)] = 0.04
    braking_share: Annotated[float, Meta(ge=0.4, le=0.6)] = 0.5
    impact_g: Scale = 0.7
    lean_deg: Annotated[float, Meta(ge=-30, le=30)] = 0.0
    still_s: Annotated[float, Meta(ge=0, le=600)] = 0.0
    phase_gain: Share = 0.15
    period_gain: Share = 0.12
    reaction_beats: Annotated[int, Meta(ge=1, le=8)] = 4
    reaction_s: Annotated[float, Meta(ge=0, le=10)] = 0.0
    asynchrony_s: Annotated[float, Meta(ge=-0.5, le=0.5)] = -0.03
    forget_after_s: Annotated[float, Meta(gt=0, le=600)] = 3.0
    forget_s: Annotated[float, Meta(gt=0, le=36_000)] = 120.0
    fatigue_ratio_per_h: Annotated[float, Meta(ge=-0.5, le=0.5)] = 0.0
    follows: bool = True
    ignore_ratio: Share = 0.0
    heart_rate_bpm: Annotated[float, Meta(ge=40, le=220)] | None = None
    best_rate_spm: Annotated[float, Meta(ge=120, le=220)] | None = None
    heart_bend_ratio: Annotated[float, Meta(ge=-0.1, le=0.1)] = 0.025
    heart_lag_s: Annotated[float, Meta(gt=0, le=300)] = 30.0
    heart_noise_bpm: Annotated[float, Meta(ge=0, le=20)] = 0.5
    heart_drift_bpm_per_h: Annotated[float, Meta(ge=-30, le=30)] = 8.0
