"""A session file -> the bytes of a FIT, TCX or CSV file, whether it ended cleanly or was cut off.

The recorded events are used; a file that has inputs only is replayed first. The time zone is this
machine's on that day, for a session keeps only UTC.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from msgspec import Struct

from livecoach.errors import StoreError, WireError
from livecoach.model import Event, Link, Payload
from livecoach.report import export_fit, export_tcx
from livecoach.report.export_build import USED, TrackBuilder
from livecoach.report.export_csv import CsvBuilder
from livecoach.report.export_track import Track
from livecoach.session.known import pipeline_of, recorded_config
from livecoach.store.reader import SessionFile
from livecoach.wire import pod

Format: TypeAlias = Literal["fit", "tcx", "csv"]
Watch: TypeAlias = Callable[[Iterator[Event]], Iterator[Event]]
_RECORDED = frozenset({"imu.csv", "ble.csv"})


class Exported(Struct, frozen=True):
    """A file to be written and what is in it.

    ``rows`` are its records (of one second each) or the lines of its table; ``seconds`` those in
    motion, pauses left out. None: the table of steps has no such thing.
    """

    data: bytes
    rows: int
    started: datetime
    seconds: int | None = None
    distance_m: float | None = None
    laps: int | None = None
    pauses: int | None = None
    markers: int | None = None


def export(session: SessionFile, form: Format, watch: Watch = iter) -> Exported:
    """Return a session as a file of another kind.

    Parameters
    ----------
    session
        An open session.
    form
        Which kind.
    watch
        Passes the events on and shows how far it has come.

    Raises
    ------
    StoreError
        Nothing was measured in it, or its date is damaged or not to be told in this kind of file.
    ConfigError
        It has to be replayed and its configuration is not understood.
    """
    started = _started(session)
    if form == "csv":
        table = CsvBuilder()
        for event in watch(events_of(session)):
            table.update(event)
        data, rows = table.finish(_origin_s(session))
        if not rows:
            raise _nothing(session)
        return Exported(data, rows, started)
    builder = TrackBuilder()
    for event in watch(events_of(session, *USED)):
        builder.update(event)
    for t, degc in _temperatures(session):
        builder.temperature(t, degc)
    track = builder.finish()
    if track is None:
        raise _nothing(session)
    return Exported(
        _encode(session, track, started, form),
        len(track.seconds),
        started,
        len(track.seconds),
        track.seconds[-1].distance_m,
        len(track.laps),
        len(track.spans) - 1,
        len(track.markers),
    )


def _encode(session: SessionFile, track: Track, started: datetime, form: Format) -> bytes:
    header = session.header
    if form == "tcx":
        notes = f"livecoach {header.version}, session {header.session_id}"
        return export_tcx.encode(track, started, notes)
    typed = bool(header.config.get("speed"))
    try:
        return export_fit.encode(track, started, treadmill=typed, version=header.version)
    except StoreError as exc:
        raise StoreError(f"{session.path}: {exc}") from exc


def _nothing(session: SessionFile) -> StoreError:
    return StoreError(f"{session.path}: nothing was measured in this session, nothing to export")


def _started(session: SessionFile) -> datetime:
    told = session.header.started_at
    try:
        started = datetime.fromisoformat(told)
        return (started if started.tzinfo else started.replace(tzinfo=UTC)).astimezone()
    except (ValueError, OverflowError, OSError) as exc:
        raise StoreError(f"{session.path}: its date {told!r} is damaged") from exc


def events_of(session: SessionFile, *kinds: str) -> Iterator[Event]:
    """Yield the events of a session, all or those of ``kinds``; of inputs alone by a replay."""
    if next(session.events(), None) is not None:
        yield from session.events(*kinds)
        return
    config = recorded_config(session.header, session.path)
    pipeline = pipeline_of(config, session.header.profile)
    for x in session.inputs():
        yield from pipeline.update(x)


def _origin_s(session: SessionFile) -> float:
    """Return what a recording's own clock showed when the session's showed 0."""
    for x in session.inputs():
        if isinstance(x, Link) and x.info is not None:
            return x.info.t_origin_s
        if isinstance(x, Payload):
            break
    return 0.0


def _temperatures(session: SessionFile) -> Iterator[tuple[float, float]]:
    """Yield a livecoach pod's own temperature once a second; recordings have none."""
    second = -1
    for x in session.inputs():
        if not isinstance(x, Payload):
            continue
        if x.channel in _RECORDED:
            return
        if x.channel == pod.STREAM and int(x.t) != second:
            try:
                degc = float(pod.parse(x.data).temperature_degc)
            except WireError:
                continue
            second = int(x.t)
            yield x.t, degc
