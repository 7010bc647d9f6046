"""What a sensor says, and what is known about runners and sensors beforehand."""

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

Foot: TypeAlias = Literal["left", "right"]
Activity: TypeAlias = Literal["run", "walk", "stand"]
Mount: TypeAlias = Literal["chest", "back", "waist", "foot_left", "foot_right"]
State: TypeAlias = Literal["fresh", "stale", "lost", "stopped", "unknown"]
Cadence: TypeAlias = Literal["steps", "per_leg"]
Means: TypeAlias = Literal["beats", "words", "both", "silence"]
"""How the runner was asked; ``silence``: not at all, on purpose, to compare with."""
MOUNTS: tuple[Mount, ...] = ("chest", "back", "waist", "foot_left", "foot_right")


class SensorInfo(Struct, frozen=True, kw_only=True):
    """What is known about a sensor before its first sample: it travels in the `Link` that finds it.

    ``forward``, ``left`` and ``up`` name the sensor axis that points there when the runner stands
    upright (``"+x"``, ``"-y"``, ... or ``"unknown"``). ``columns`` are the fields of a recorded row
    in the order they have in the file; ``t_origin_s`` is what a recording's own clock showed when
    the session's showed 0. ``cadence`` is what a foot pod is said to count (None: to be found out).
    """

    name: str
    kind: Literal["imu", "pod", "heart", "treadmill"]
    mount: Mount | None = None
    forward: str = "+x"
    left: str = "+y"
    up: str = "+z"
    rate_hz: float | None = None
    columns: tuple[str, ...] = ()
    t_origin_s: float = 0.0
    speed_mps: float | None = None
    incline_percent: float | None = None
    mass_kg: float | None = None
    height_m: float | None = None
    leg_length_m: float | None = None
    missing_axis: str = ""
    data_kind: str = ""
    cadence: Literal["steps", "per_leg"] | None = None


class ImuSample(Struct, frozen=True, gc=False):
    """One reading of an inertial sensor, in the sensor's own axes; gyr_* None without a gyro."""

    t: float
    acc_x: float
    acc_y: float
    acc_z: float
    gyr_x: float | None = None
    gyr_y: float | None = None
    gyr_z: float | None = None


class BodySample(Struct, frozen=True, gc=False):
    """The same reading turned into the runner's axes: ap forward, ml left, v up."""

    t: float
    acc_ap: float
    acc_ml: float
    acc_v: float
    gyr_ap: float | None = None
    gyr_ml: float | None = None
    gyr_v: float | None = None


class FootPodReading(Struct, frozen=True, gc=False):
    """One Running Speed and Cadence notification.

    ``cadence_raw_per_min`` stays raw: pods disagree whether it counts both legs or one.
    """

    t: float
    speed_mps: float
    cadence_raw_per_min: int
    running: bool
    stride_length_raw_m: float | None = None
    total_distance_m: float | None = None


Triple: TypeAlias = tuple[float, float, float]


class ImuPacket(Struct, frozen=True, kw_only=True, gc=False):
    """The samples of one radio packet, oldest first, in the sensor's own axes.

    ``acc`` in m/s2, ``gyr`` in rad/s (empty without a gyro, else as long as ``acc``).
    ``clock_s`` is the device's own time of the *last* sample, wrapping at ``clock_wrap_s`` (0:
    never), None for a device without a clock; ``period_s`` the time between samples as the
    device says it. ``count`` is a running number of packets, wrapping at ``count_wrap``.
    ``broken``: the device says that samples are missing just before these. ``skew_sd_ratio`` is how
    far the rate of a clock without a crystal may be expected to be off (None: it has one).
    """

    acc: tuple[Triple, ...]
    gyr: tuple[Triple, ...] = ()
    clock_s: float | None = None
    clock_wrap_s: float = 0.0
    period_s: float | None = None
    count: int | None = None
    count_wrap: int = 0
    broken: bool = False
    skew_sd_ratio: float | None = None


class HeartRateReading(Struct, frozen=True, gc=False):
    """One Heart Rate notification; ``contact`` is None where the strap cannot tell."""

    t: float
    rate_per_min: int
    rr_s: tuple[float, ...] = ()
    contact: bool | None = None


class TreadmillReading(Struct, frozen=True, kw_only=True, gc=False):
    """One Fitness Machine treadmill notification; what it did not carry is None."""

    t: float
    speed_mps: float | None = None
    incline_percent: float | None = None
    distance_m: float | None = None
    heart_rate_per_min: int | None = None
    elapsed_s: int | None = None


class Baseline(Struct, frozen=True, forbid_unknown_fields=True):
    """The runner's own step rate at a speed (None: speed not known), over ``steps`` steps."""

    step_rate_spm: Annotated[float, Meta(ge=80, le=260)]
    speed_mps: Annotated[float, Meta(gt=0, le=12)] | None
    steps: Annotated[int, Meta(ge=0)]


class Calibration(Struct, frozen=True, forbid_unknown_fields=True):
    """How a runner's sensor differs from a better one: it is taken off what it says.

    A trunk sensor against a foot sensor, ``contact_time_s`` and ``contact_lag_s``: contact time too
    long and contact too late by this; ``spread_s`` is the scatter of the single steps about these,
    over ``steps`` steps. A foot sensor against a known speed, ``speed_scale_ratio``: known over its
    own, over ``steps`` strides.
    """

    mount: Mount
    contact_time_s: Annotated[float, Meta(ge=-0.2, le=0.2)] = 0.0
    contact_lag_s: Annotated[float, Meta(ge=-0.12, le=0.12)] = 0.0
    spread_s: Annotated[float, Meta(ge=0)] = 0.0
    steps: Annotated[int, Meta(ge=0)] = 0
    speed_scale_ratio: Annotated[float, Meta(ge=0.8, le=1.25)] = 1.0


class Device(Struct, frozen=True, forbid_unknown_fields=True):
    """What is known about a device by its name or address: what a foot pod's cadence counts."""

    name: str
    cadence: Cadence


class Lesson(Struct, frozen=True, forbid_unknown_fields=True):
    """One counted session of the learning plan: how long it coached, what was kept without cues.

    The ratios are those of the first minutes without cues (`livecoach.model.Retention`).
    """

    coached_s: Annotated[float, Meta(ge=0)]
    kept_ratio: float | None = None
    on_target_ratio: float | None = None


class Efficacy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one way of asking did for a runner: counts and sums, never single runs.

    ``kind`` is what was asked for (``quicker``, ``slower``, a fault of form), ``measure`` what it
    was judged by, ``phrase`` the words (none for beats alone and for ``silence``). Of ``tried``
    times ``n`` count: ``total`` and ``squares`` are the sum of their changes towards what was
    wanted and of the squares (percent of the value before; degrees; points of a hundred).
    """

    kind: str
    measure: str
    means: Means
    phrase: str = ""
    tried: Annotated[int, Meta(ge=0)] = 0
    n: Annotated[int, Meta(ge=0)] = 0
    total: float = 0.0
    squares: Annotated[float, Meta(ge=0)] = 0.0


class Profile(Struct, frozen=True):
    """What is known about a runner when a session begins; ``lessons`` with the oldest first."""

    runner: str = "runner"
    baselines: tuple[Baseline, ...] = ()
    calibrations: tuple[Calibration, ...] = ()
    devices: tuple[Device, ...] = ()
    lessons: tuple[Lesson, ...] = ()
    ledger: tuple[Efficacy, ...] = ()
