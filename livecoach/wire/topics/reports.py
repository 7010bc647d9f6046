"""What a runner tells the coach's side: one struct per topic.

Lengths and lists are bounded: a reader's memory must not be a stranger's choice. Three measures of
braking keep their three names and are never mixed: ``speed_loss_mps`` (chest or back),
``expected_braking_mps`` (implied by speed and contact time) and ``landing_angle_deg`` (foot).
"""

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

from livecoach.errors import WireError
from livecoach.model import CueKind, Foot, State
from livecoach.wire.topics.names import CommandName, ReportName

MOST_ROWS = 64
_LONGEST_REASON = 200
MOST_BYTES = 16_384
"""Longest payload that is read."""

Id: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64)]
Name: TypeAlias = Annotated[str, Meta(max_length=64)]
Text: TypeAlias = Annotated[str, Meta(max_length=400)]
Count: TypeAlias = Annotated[int, Meta(ge=0)]
Epoch: TypeAlias = Annotated[float, Meta(ge=0.0, le=1e11)]
Row: TypeAlias = Annotated[list[float | None], Meta(max_length=MOST_ROWS)]
Gait: TypeAlias = Literal["running", "walking", "standing", "unknown"]
EventKind: TypeAlias = Literal[
    "cue_decided", "cue_played", "cue_dropped", "cue_effect", "sensor", "target", "notice"
]


class _Report(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="v", tag=1):
    """What all reports have in common: version 1, known fields with defaults left out."""


class Live(_Report, frozen=True, kw_only=True):
    """``live``: the runner now, once a second; QoS 0, never kept for later.

    ``state`` is what the runner does; ``target_low_spm`` to ``target_high_spm`` the band within
    which nothing is said. Metrics are those of the last few seconds, at ``quality`` 0..1.
    ``battery_percent`` and ``rssi_dbm`` are the weakest sensor's, ``link_age_s`` the time since
    anything of steps was heard, ``sensor_state`` the best state among those sensors.
    ``audio_late_p95_s`` is how late the last minute's cues were heard (95th percentile). The last
    cue that was decided (beats: the burst) has its words, reason and age.
    """

    sid: Id
    seq: Count
    t: float
    epoch_s: Epoch
    state: Gait = "unknown"
    step_rate_spm: float | None = None
    target_spm: float | None = None
    target_low_spm: float | None = None
    target_high_spm: float | None = None
    speed_mps: float | None = None
    step_length_m: float | None = None
    contact_time_s: float | None = None
    vertical_oscillation_m: float | None = None
    speed_loss_mps: float | None = None
    expected_braking_mps: float | None = None
    landing_angle_deg: float | None = None
    trunk_lean_deg: float | None = None
    heart_rate_bpm: float | None = None
    battery_percent: float | None = None
    rssi_dbm: float | None = None
    sensor_state: State | None = None
    link_age_s: float | None = None
    audio_late_p95_s: float | None = None
    cue_kind: CueKind | None = None
    cue_phrase: Text | None = None
    cue_reason: Text | None = None
    cue_age_s: float | None = None
    muted: bool = False
    beats_off: bool = False
    cues_off: bool = False
    quality: float | None = None
    steps: Count = 0


class Strides(_Report, frozen=True, kw_only=True):
    """``strides``: the steps of about a second, one list per metric, all as long as ``t``.

    ``n0`` is the running number of the first step in the session, from 0. ``t`` are the initial
    contacts. ``foot`` is left, right or null. A metric that no step of the batch knows is left out.
    """

    sid: Id
    seq: Count
    n0: Count
    t: Annotated[list[float], Meta(min_length=1, max_length=MOST_ROWS)]
    step_rate_spm: Row
    quality: Row
    foot: Annotated[list[Foot | None], Meta(max_length=MOST_ROWS)] | None = None
    speed_mps: Row | None = None
    step_length_m: Row | None = None
    contact_time_s: Row | None = None
    vertical_oscillation_m: Row | None = None
    speed_loss_mps: Row | None = None
    expected_braking_mps: Row | None = None
    propulsion_mps: Row | None = None
    pelvis_swing_mps: Row | None = None
    landing_angle_deg: Row | None = None
    trunk_lean_deg: Row | None = None


class Status(_Report, frozen=True, kw_only=True):
    """``status``, retained: ``online`` while a session runs, ``offline`` when it ended well.

    ``lost`` is the will: the broker says it when the runner's connection broke, with the
    ``epoch_s`` of the connection, not of its end. ``allow`` are the commands the runner consents
    to.
    """

    state: Literal["online", "offline", "lost"]
    epoch_s: Epoch
    sid: Id | None = None
    software: Name = ""
    allow: Annotated[tuple[CommandName, ...], Meta(max_length=8)] = ()


class EventMessage(_Report, frozen=True, kw_only=True):
    """``event``: what happened, one thing per message; which fields are there depends on ``kind``.

    ``cue_decided``: ``cue`` (its number), ``cue_kind``, ``phrase``, ``reason``; of a burst of
    beats only the first. ``cue_played``: ``cue``, ``late_s``. ``cue_dropped``: ``cue``, ``reason``.
    ``cue_effect``: ``cue``, ``text``. ``target``: ``target_spm`` (left out: none), ``reason``,
    ``baseline_spm``. ``sensor``: ``sensor``, ``sensor_state``, ``battery_percent``, ``rssi_dbm``.
    ``notice``: ``text``.
    """

    sid: Id
    seq: Count
    t: float
    epoch_s: Epoch
    kind: EventKind
    cue: int | None = None
    cue_kind: CueKind | None = None
    phrase: Text = ""
    reason: Text = ""
    late_s: float | None = None
    text: Text = ""
    sensor: Text = ""
    sensor_state: State | None = None
    battery_percent: float | None = None
    rssi_dbm: float | None = None
    target_spm: float | None = None
    baseline_spm: float | None = None


class SessionSummary(_Report, frozen=True, kw_only=True):
    """``session``: ``state`` ``began`` at its start and, with totals and means, how it ended."""

    sid: Id
    seq: Count
    state: Literal["began", "done", "interrupted", "failed"]
    epoch_s: Epoch
    duration_s: float = 0.0
    steps: Count = 0
    beats: Count = 0
    cues: Count = 0
    dropped_cues: Count = 0
    mean_step_rate_spm: float | None = None
    mean_heart_rate_bpm: float | None = None
    mean_contact_time_s: float | None = None
    mean_vertical_oscillation_m: float | None = None
    mean_speed_loss_mps: float | None = None
    mean_expected_braking_mps: float | None = None
    mean_step_length_m: float | None = None
    target_spm: float | None = None


class Ack(_Report, frozen=True, kw_only=True):
    """``ack``: what became of the command with this ``id``.

    First ``accepted`` or ``refused`` (``reason``); an accepted remark is later ``spoken``, at
    ``spoken_epoch_s``, or ``unspoken`` (``reason``).
    """

    sid: Id
    seq: Count
    id: Id
    command: CommandName
    state: Literal["accepted", "refused", "spoken", "unspoken"]
    epoch_s: Epoch
    reason: Text = ""
    spoken_epoch_s: Epoch | None = None


Report: TypeAlias = Live | Strides | Status | EventMessage | SessionSummary | Ack
PAYLOADS: dict[ReportName, type[Report]] = {
    "live": Live,
    "strides": Strides,
    "status": Status,
    "event": EventMessage,
    "session": SessionSummary,
    "ack": Ack,
}
_DECODERS: dict[ReportName, msgspec.json.Decoder[Report]] = {
    name: msgspec.json.Decoder(kind) for name, kind in PAYLOADS.items()
}
write = msgspec.json.Encoder().encode


def read_report(name: ReportName, payload: bytes) -> Report:
    """Read a report's payload; fields of a later version are ignored.

    Raises
    ------
    WireError
        Too long, not JSON, not as the schema says, or lists of unequal length.
    """
    if len(payload) > MOST_BYTES:
        raise WireError(f"longer than {MOST_BYTES} bytes", payload[:80])
    try:
        report = _DECODERS[name].decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise WireError(f"{name}: {in_one_line(exc)}", payload[:80]) from exc
    if isinstance(report, Strides):
        _check_lengths(report, payload)
    return report


def in_one_line(exc: Exception) -> str:
    """Return what is wrong: it may repeat a stranger's field names, so nothing unprintable."""
    text = str(exc).replace(" - at `$.", " at `").replace(" - at `$", " at `")
    return "".join(c if c.isprintable() else "?" for c in text[:_LONGEST_REASON])


def _check_lengths(strides: Strides, payload: bytes) -> None:
    columns = (getattr(strides, name) for name in strides.__struct_fields__)
    if any(isinstance(c, list) and len(c) != len(strides.t) for c in columns):
        raise WireError("strides: lists of unequal length", payload[:80])
