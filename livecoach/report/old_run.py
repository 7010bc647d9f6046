"""A FIT file of a run -> what the runner's step rate and speed were, second by second.

Read with fitdecode (MIT, pure Python, kept up; fitparse comes without wheels). FIT's running
cadence is strides of one leg, with the half in ``fractional_cadence``, and is doubled; a recorder
that wrote both legs shows by a median above 120 a minute, which no single leg reaches. In a file
that livecoach wrote, what came after the first cue is left out: from then on the runner had been
asked for something.
"""

import statistics
import struct
import warnings
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

import fitdecode
from msgspec import Struct

from livecoach.errors import SourceError, SourceNotFoundError
from livecoach.report.export_fit import APPLICATION_ID

Watch: TypeAlias = Callable[[Iterator[tuple[int, Any]]], Iterator[tuple[int, Any]]]
_MOST_PER_LEG = 120.0
_BROKEN = (
    fitdecode.FitError,
    struct.error,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)
_MAY_BE_A_RUN = frozenset({"running", "generic", "training", "fitness_equipment", "transition"})


class Reading(Struct, frozen=True, gc=False):
    """Step rate (both legs) and speed at ``t`` seconds after the run began."""

    t: float
    step_rate_spm: float
    speed_mps: float


class OldRun(Struct, frozen=True):
    """What a file told; ``both_legs``: its cadence counted both, and was not doubled."""

    readings: tuple[Reading, ...]
    both_legs: bool
    coached_from_s: float | None


class _Found:
    """What is gathered from the file's messages."""

    def __init__(self) -> None:
        self.rows: list[tuple[float, float | None, float | None]] = []
        self.sports: set[str] = set()
        self.began: datetime | None = None
        self.own = False
        self.first_cue_s: float | None = None

    def take(self, frame: Any) -> None:  # noqa: ANN401 (fitdecode has no types)
        match frame.name:
            case "record":
                self._record(frame)
            case "session" | "sport":
                sport = frame.get_value("sport", fallback=None)
                if sport is not None:
                    self.sports.add(sport if isinstance(sport, str) else "an unknown sport")
            case "developer_data_id":
                told = frame.get_value("application_id", fallback=None)
                self.own = self.own or (told is not None and bytes(told) == APPLICATION_ID)
            case "event" if self.own and frame.get_value("event", fallback=None) == "user_marker":
                at = self._time(frame)
                if self.first_cue_s is None:
                    self.first_cue_s = at

    def _record(self, frame: Any) -> None:  # noqa: ANN401 (fitdecode has no types)
        at = self._time(frame)
        if at is None:
            return
        whole = _number(frame, "cadence")
        part = _number(frame, "fractional_cadence") or 0.0
        speed = _number(frame, "enhanced_speed")
        speed = _number(frame, "speed") if speed is None else speed
        self.rows.append((at, None if whole is None else whole + part, speed))

    def _time(self, frame: Any) -> float | None:  # noqa: ANN401 (fitdecode has no types)
        stamp = frame.get_value("timestamp", fallback=None)
        if not isinstance(stamp, datetime):
            return None
        self.began = self.began or stamp
        return (stamp - self.began).total_seconds()


def read(path: Path, watch: Watch = iter) -> OldRun:
    """Read a file.

    Parameters
    ----------
    path
        The file.
    watch
        Passes its messages on and shows how far it has come: each has its place in the file, bytes.

    Raises
    ------
    SourceError
        Not there, not FIT, cut off or damaged, not of a run, or without cadence or speed.
    """
    found = _Found()
    try:
        for _, frame in watch(_messages(path)):
            found.take(frame)
        if path.stat().st_size == 0:
            raise SourceError(f"{path}: this is not a FIT file: it is empty")
    except FileNotFoundError:
        raise SourceNotFoundError(f"{path}: no such file") from None
    except fitdecode.FitHeaderError as exc:
        raise SourceError(f"{path}: this is not a FIT file") from exc
    except OSError as exc:
        raise SourceError(f"{path}: cannot be read: {exc.strerror}") from exc
    except _BROKEN as exc:
        raise SourceError(f"{path}: this FIT file is cut off or damaged") from exc
    return _judged(path, found)


def _messages(path: Path) -> Iterator[tuple[int, Any]]:
    with path.open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # watches' own fields are often not as they were declared
        reader = fitdecode.FitReader(file, error_handling=fitdecode.ErrorHandling.IGNORE)
        for frame in reader:
            if frame.frame_type == fitdecode.FIT_FRAME_DATA:
                yield file.tell(), frame


def _judged(path: Path, found: _Found) -> OldRun:
    if not found.rows:
        raise SourceError(f"{path}: no activity is in this FIT file")
    if other := sorted(found.sports - _MAY_BE_A_RUN):
        raise SourceError(f"{path}: this is {', '.join(other)}, not a run: nothing to learn from")
    if all(cadence is None for _, cadence, _ in found.rows):
        raise SourceError(f"{path}: no cadence is in this run: nothing to learn from")
    if all(speed is None for _, _, speed in found.rows):
        raise SourceError(f"{path}: no speed is in this run: nothing to learn from")
    moving = [c for _, c, _ in found.rows if c]
    both = bool(moving) and statistics.median(moving) > _MOST_PER_LEG
    readings = tuple(
        Reading(t, cadence * (1.0 if both else 2.0), speed)
        for t, cadence, speed in found.rows
        if cadence is not None and speed is not None
    )
    return OldRun(readings, both, found.first_cue_s)


def _number(frame: Any, name: str) -> float | None:  # noqa: ANN401 (fitdecode has no types)
    value = frame.get_value(name, fallback=None)
    return float(value) if isinstance(value, int | float) else None
