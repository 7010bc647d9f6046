"""What comes out: one tagged union, the same JSON on MQTT and on disk."""

from typing import Literal, TypeAlias

from msgspec import Struct

from livecoach.model.sensors import Activity, Foot, Means, State

CueKind: TypeAlias = Literal["beat", "tone", "speech"]
Verdict: TypeAlias = Literal["helped", "not clear", "worse", "not compared", "held", "unknown"]


class Contact(Struct, frozen=True, tag="contact", gc=False):
    """The moment a footfall (initial contact) at ``t`` was found; final."""

    t: float
    t_known: float
    foot: Foot | None
    quality: float


class Phase(Struct, frozen=True, tag="phase", gc=False):
    """Where the runner is in the rhythm: the footfalls to come.

    ``asymmetry_s`` is how much longer than ``period_s`` the step after ``t_ref`` is; the one after
    it is as much shorter. ``foot`` landed at ``t_ref``, where known. ``sd_s`` is the expected error
    of the first prediction.
    """

    t_ref: float
    period_s: float
    asymmetry_s: float
    sd_s: float
    t_known: float
    foot: Foot | None = None

    def predict(self, n: int) -> float:
        """Return the expected time of the ``n``-th footfall after ``t_ref`` (``n`` >= 0)."""
        return self.t_ref + n * self.period_s + (self.asymmetry_s if n % 2 else 0.0)


class Step(Struct, frozen=True, tag="step", kw_only=True, gc=False):
    """One step, complete: from its initial contact at ``t`` to the next one.

    ``stride_time_s`` is this step and the one before it (None when that one is not known).
    """

    t: float
    t_known: float
    foot: Foot | None = None
    step_time_s: float
    stride_time_s: float | None = None
    contact_time_s: float | None = None
    flight_time_s: float | None = None
    step_length_m: float | None = None
    speed_mps: float | None = None
    vertical_oscillation_m: float | None = None
    speed_loss_mps: float | None = None
    expected_braking_mps: float | None = None
    propulsion_mps: float | None = None
    pelvis_swing_mps: float | None = None
    landing_angle_deg: float | None = None
    toe_off_pitch_deg: float | None = None
    swing_pitch_deg: float | None = None
    trunk_lean_deg: float | None = None
    turn_deg: float | None = None
    activity: Activity
    quality: float

    @property
    def step_rate_spm(self) -> float:
        """Steps per minute over the stride; over this step alone when no other is known."""
        if self.stride_time_s is not None:
            return 120.0 / self.stride_time_s
        return 60.0 / self.step_time_s

    @property
    def turn_rate_dps(self) -> float | None:
        """Rate at which the heading changes, degrees a second, left positive."""
        return None if self.turn_deg is None else self.turn_deg / self.step_time_s

    @property
    def duty_factor(self) -> float | None:
        """Contact time over stride time (two steps); above 0.5 both feet share the ground."""
        if self.contact_time_s is None:
            return None
        return self.contact_time_s / (2.0 * self.step_time_s)

    @property
    def vertical_ratio(self) -> float | None:
        """Vertical oscillation over step length."""
        if self.vertical_oscillation_m is None or not self.step_length_m:
            return None
        return self.vertical_oscillation_m / self.step_length_m


class PodReport(Struct, frozen=True, tag="pod", gc=False):
    """What a foot pod amounts to in this second; the rate is None unless ``state`` is fresh."""

    t: float
    t_known: float
    source: str
    state: State
    step_rate_spm: float | None = None
    speed_mps: float | None = None
    step_length_m: float | None = None


class HeartRate(Struct, frozen=True, tag="heart", gc=False):
    """What a heart rate sensor says: beats per minute, times between the newest beats.

    ``contact`` is whether it touches skin, None where it cannot tell.
    """

    t_known: float
    source: str
    rate_bpm: float
    rr_s: tuple[float, ...] = ()
    contact: bool | None = None

    @property
    def worn(self) -> bool:
        """Whether it is a heart's: not said to be off the skin, and a beat was found."""
        return self.contact is not False and self.rate_bpm > 0.0


class Belt(Struct, frozen=True, tag="belt", gc=False):
    """What a treadmill says of its belt."""

    t_known: float
    source: str
    speed_mps: float | None = None
    incline_percent: float | None = None


class Target(Struct, frozen=True, tag="target", gc=False):
    """The step rate aimed at from now on (None: not known yet) and why."""

    t_known: float
    target_spm: float | None
    baseline_spm: float | None
    reason: str


class Cue(Struct, frozen=True, tag="cue", kw_only=True):
    """Something to be heard at ``t_due``, dropped when not heard by ``expires_t``.

    ``phrase`` is the text of speech, the name of a tone, and for a beat the foot it belongs to
    (``"left"``, ``"right"``) or ``""``. ``reason`` says what was seen, with numbers.
    """

    number: int
    t_decided: float
    t_due: float
    kind: CueKind
    phrase: str
    priority: int
    expires_t: float
    reason: str


class CuePlayed(Struct, frozen=True, tag="cue_played", gc=False):
    """A cue was heard at ``t``, ``late_s`` after its due time."""

    cue: int
    t: float
    late_s: float
    t_known: float


class CueDropped(Struct, frozen=True, tag="cue_dropped"):
    """A cue was not played: too late to matter, or no sound for it."""

    cue: int
    reason: str
    t_known: float


class CueEffect(Struct, frozen=True, tag="cue_effect", kw_only=True):
    """What came of asking the runner for something, or of keeping silent to compare with.

    ``cue`` is the number of the asking's first cue (None: ``means`` is ``silence``), ``kind`` what
    was asked for, ``reason`` what was seen at ``t_asked``. ``before`` and ``after`` are means of
    ``measure`` in its own unit. All else is in ``unit`` (``percent`` of before, ``deg``, ``points``
    of a hundred), positive towards what was wanted: ``change`` now, ``held_change`` the mean of
    ``held_n`` silences, ``effect`` this change less that, ``mean_effect`` the same way of asking so
    far, over ``n`` times; each ``_sd`` is one standard error. ``why`` says what a verdict of
    ``unknown`` or ``not compared`` is due to.
    """

    t_known: float
    t_asked: float
    cue: int | None
    kind: str
    means: Means
    phrase: str
    reason: str
    measure: str
    unit: Literal["percent", "deg", "points"]
    verdict: Verdict
    why: str = ""
    before: float | None = None
    after: float | None = None
    change: float | None = None
    held_n: int = 0
    held_change: float | None = None
    effect: float | None = None
    effect_sd: float | None = None
    n: int = 0
    mean_effect: float | None = None
    mean_effect_sd: float | None = None


class SensorState(Struct, frozen=True, tag="sensor"):
    """How much a sensor can be trusted from now on."""

    t_known: float
    name: str
    state: State
    battery_percent: float | None = None
    rssi_dbm: float | None = None


class Retention(Struct, frozen=True, tag="retention", kw_only=True):
    """How a runner does who has been left without cues for ``lasted_s``, in counted session number.

    ``kept_ratio`` is the share of the gain that is still there: (rate - own) / (target - own) at
    this speed; ``on_target_ratio`` the share of the time within the coach's band about the target.
    Both over the first minutes (`livecoach.coach.retention`), the ``whole_`` ones over all of it;
    None: unknown, and ``reason`` says why, else it gives the numbers.
    """

    t_known: float
    session: int
    lasted_s: float
    kept_ratio: float | None
    on_target_ratio: float | None
    whole_kept_ratio: float | None
    whole_on_target_ratio: float | None
    reason: str


class Skipped(Struct, frozen=True, tag="skipped"):
    """A row or packet that could not be read was left out."""

    t_known: float
    source: str
    row: int
    reason: str


class Notice(Struct, frozen=True, tag="notice"):
    """One line for the person: something was found out, or is not as declared."""

    t_known: float
    text: str


Event: TypeAlias = (
    Contact
    | Phase
    | Step
    | PodReport
    | HeartRate
    | Belt
    | Target
    | Cue
    | CuePlayed
    | CueDropped
    | CueEffect
    | SensorState
    | Retention
    | Skipped
    | Notice
)
