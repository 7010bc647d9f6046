"""A track -> a FIT activity.

Cadence is what FIT means by it: strides of one leg a minute, the fraction in a field of its own.
``stance_time_percent`` is contact over stride time; ``stance_time_balance`` the left foot's share
(that it is the left's is unverified). What FIT has no field for is in developer fields: braking
under its two names, lean, target and quality. A heard cue is an ``event`` of type marker
(``user_marker``), what was said in its developer field ``cue``. Sub-sport is treadmill when a belt
was heard or a speed typed in.
"""

import re
import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial

from livecoach.errors import StoreError
from livecoach.report.export_track import Lap, Marker, Second, Track
from livecoach.wire.fit import EPOCH_UNIX_S, LOWEST_TIME_S, FitWriter, Value
from livecoach.wire.fit_profile import F32, STRING

APPLICATION_ID = uuid.uuid5(uuid.NAMESPACE_URL, "urn:livecoach:fit").bytes
DEVELOPER = {
    "speed_loss": ("m/s", F32),
    "expected_braking": ("m/s", F32),
    "trunk_lean": ("deg", F32),
    "target_step_rate": ("steps/min", F32),
    "quality": ("", F32),
    "cue": ("", STRING),
}
_DEVELOPMENT, _PRODUCT = 255, 1
_ACTIVITY_FILE = 4
_TIMER, _SESSION, _LAP, _ACTIVITY, _USER_MARKER = 0, 8, 9, 26, 32
_START, _STOP, _MARKER, _STOP_ALL = 0, 1, 3, 4
_RUNNING, _TREADMILL, _GENERIC = 1, 1, 0
_TRIGGERS = {"distance": 2, "session_end": 7}
_LOCAL_SOURCE, _CREATOR = 5, 0
_PARTS = 128
_DYNAMICS = {
    "stance_time": ("contact_time_s", 1e3),
    "stance_time_percent": ("duty_factor", 100.0),
    "stance_time_balance": ("contact_left_ratio", 100.0),
    "vertical_oscillation": ("vertical_oscillation_m", 1e3),
    "vertical_ratio": ("vertical_ratio", 100.0),
    "step_length": ("step_length_m", 1e3),
}


def encode(track: Track, started: datetime, *, treadmill: bool, version: str) -> bytes:
    """Return the file.

    Parameters
    ----------
    track
        What happened.
    started
        When the session's time was 0, in the time zone of the place.
    treadmill
        Whether a speed was typed in.
    version
        Livecoach's, ``"0.1.0"``.

    Raises
    ------
    StoreError
        FIT cannot tell a time so long ago (a computer whose clock was not set).
    """
    zero = int(started.timestamp()) - EPOCH_UNIX_S
    if zero < LOWEST_TIME_S:
        day = f"{started:%Y-%m-%d}"
        raise StoreError(f"its date is {day}, as from a clock that was not set: use --csv or --tcx")
    major, minor = ([int(part) for part in re.findall(r"[0-9]+", version)] + [0, 0])[:2]
    software = 100 * major + minor
    writer = FitWriter(APPLICATION_ID, software, DEVELOPER)
    activity = _Activity(writer, track, zero, treadmill=treadmill or track.belt)
    activity.write(software, _offset_s(started))
    return writer.finish()


def _offset_s(started: datetime) -> int:
    offset = started.utcoffset()
    return 0 if offset is None else int(offset.total_seconds())


class _Activity:
    """One activity on its way into a writer; FIT's time is ``zero`` when the session's is 0."""

    def __init__(self, writer: FitWriter, track: Track, zero: int, *, treadmill: bool) -> None:
        self._writer = writer
        self._track = track
        self._zero = zero
        self._sport = {"sport": _RUNNING, "sub_sport": _TREADMILL if treadmill else _GENERIC}

    def write(self, software: int, offset_s: int) -> None:
        """Write every message in its order."""
        start_s, end_s = self._track.spans[0][0], self._track.spans[-1][1]
        self._begin(start_s, software)
        for _, _, message in sorted(self._timeline(), key=lambda line: line[:2]):
            message()
        self._session(start_s, end_s)
        closing = {
            "timestamp": self._zero + end_s,
            "local_timestamp": self._zero + end_s + offset_s,
            "total_timer_time": len(self._track.seconds),
            "num_sessions": 1,
            "type": 0,
            "event": _ACTIVITY,
            "event_type": _STOP,
        }
        self._writer.message("activity", closing)

    def _begin(self, start_s: int, software: int) -> None:
        created = self._zero + start_s
        maker: dict[str, Value] = {"manufacturer": _DEVELOPMENT, "product": _PRODUCT}
        maker["product_name"] = "livecoach"
        file = {"type": _ACTIVITY_FILE, "serial_number": 1, "time_created": created}
        self._writer.message("file_id", file | maker)
        self._writer.message("file_creator", {"software_version": software})
        self._writer.describe()
        own = {"device_index": _CREATOR, "source_type": _LOCAL_SOURCE}
        version = {"timestamp": created, "software_version": software / 100}
        self._writer.message("device_info", version | own | maker)
        for index, (name, battery_percent) in enumerate(self._track.batteries.items(), 1):
            sensor: dict[str, Value] = {"device_index": index, "product_name": name}
            battery = {"timestamp": created, "battery_level": battery_percent}
            self._writer.message("device_info", sensor | battery)

    def _timeline(self) -> Iterable[tuple[float, int, Callable[[], None]]]:
        """Yield what has a moment: (second, order within it, writes it)."""
        spans, zero = self._track.spans, self._zero
        for start_s, end_s in spans:
            last = end_s == spans[-1][1]
            yield start_s, 0, self._event(zero + start_s, _TIMER, _START)
            yield end_s, 3, self._event(zero + end_s, _TIMER, _STOP_ALL if last else _STOP)
        for second in self._track.seconds:
            yield second.t_s, 1, partial(self._record, second)
        for marker in self._track.markers:
            yield int(marker.t), 2, partial(self._marker, marker)
        for index, lap in enumerate(self._track.laps):
            yield lap.end_s, 4, partial(self._lap, index, lap)

    def _event(self, timestamp: int, event: int, kind: int) -> Callable[[], None]:
        values = {"timestamp": timestamp, "event": event, "event_type": kind, "event_group": 0}
        return partial(self._writer.message, "event", values)

    def _marker(self, marker: Marker) -> None:
        at = {"timestamp": self._zero + int(marker.t), "data": marker.cue}
        kind = {"event": _USER_MARKER, "event_type": _MARKER}
        self._writer.message("event", at | kind, {"cue": marker.text})

    def _record(self, second: Second) -> None:
        values: dict[str, Value] = {
            "timestamp": self._zero + second.t_s,
            "distance": second.distance_m,
            "heart_rate": second.heart_rate_bpm,
            "enhanced_speed": second.speed_mps,
            "temperature": second.temperature_degc,
        }
        values["cadence"], values["fractional_cadence"] = per_leg(second.step_rate_spm)
        for name, (attribute, factor) in _DYNAMICS.items():
            value = getattr(second, attribute)
            values[name] = None if value is None else factor * value
        own = {
            "speed_loss": second.speed_loss_mps,
            "expected_braking": second.expected_braking_mps,
            "trunk_lean": second.trunk_lean_deg,
            "target_step_rate": second.target_spm,
            "quality": second.quality,
        }
        self._writer.message("record", values, own)

    def _lap(self, index: int, lap: Lap) -> None:
        values = totals(lap.seconds) | {
            "timestamp": self._zero + lap.end_s,
            "message_index": index,
            "event": _LAP,
            "event_type": _STOP,
            "start_time": self._zero + lap.start_s,
            "total_elapsed_time": lap.end_s - lap.start_s,
            "total_distance": lap.distance_m,
            "lap_trigger": _TRIGGERS[lap.trigger],
        }
        self._writer.message("lap", values | self._sport)

    def _session(self, start_s: int, end_s: int) -> None:
        values = totals(self._track.seconds) | {
            "timestamp": self._zero + end_s,
            "message_index": 0,
            "event": _SESSION,
            "event_type": _STOP,
            "start_time": self._zero + start_s,
            "total_elapsed_time": end_s - start_s,
            "total_distance": self._track.seconds[-1].distance_m,
            "first_lap_index": 0,
            "num_laps": len(self._track.laps),
            "trigger": 0,
        }
        self._writer.message("session", values | self._sport)


def per_leg(step_rate_spm: float | None) -> tuple[int | None, float | None]:
    """Return strides of one leg a minute, whole and fraction, to 1/128."""
    if step_rate_spm is None:
        return None, None
    whole, parts = divmod(round(step_rate_spm / 2 * _PARTS), _PARTS)
    return whole, parts / _PARTS


def totals(seconds: Sequence[Second]) -> dict[str, Value]:
    """Return means and totals of some seconds, under FIT's names."""
    rates = known(seconds, "step_rate_spm")
    hearts = known(seconds, "heart_rate_bpm")
    speeds = known(seconds, "speed_mps")
    out: dict[str, Value] = {
        "total_timer_time": len(seconds),
        "total_cycles": sum(second.steps for second in seconds) / 2,
        "avg_heart_rate": mean(hearts),
        "max_heart_rate": max(hearts, default=None),
        "enhanced_avg_speed": mean(speeds),
        "enhanced_max_speed": max(speeds, default=None),
    }
    out["avg_cadence"], out["avg_fractional_cadence"] = per_leg(mean(rates))
    out["max_cadence"], out["max_fractional_cadence"] = per_leg(max(rates, default=None))
    for name, (attribute, factor) in _DYNAMICS.items():
        value = mean(known(seconds, attribute))
        out[f"avg_{name}"] = None if value is None else factor * value
    return out


def known(seconds: Sequence[Second], name: str) -> list[float]:
    """Return the values of one column where it is known."""
    return [value for s in seconds if (value := getattr(s, name)) is not None]


def mean(values: Sequence[float]) -> float | None:
    """Return the mean; None of nothing."""
    return sum(values) / len(values) if values else None
