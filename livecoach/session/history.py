"""The sessions there are: finishing those that were cut off, listing them, letting old ones go.

A summary is made once, at the end of a session, and kept in its file. One that is missing (the
session was cut off: kill -9, a flat battery, a full disk) or that an older livecoach made is made
from the stored events, at the next start or when sessions are listed, and kept from then on.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, TypeAlias

from msgspec import Struct

from livecoach.errors import StoreBusyError, StoreError
from livecoach.session.tally import Tally
from livecoach.store.header import REVISION, Reason, Summary
from livecoach.store.reader import SessionFile
from livecoach.store.writer import PART, Reopened, remove_file

SessionState: TypeAlias = Literal[
    "done", "interrupted", "failed", "cut off", "running", "unreadable"
]
Watch: TypeAlias = Callable[[list[Path]], Iterable[Path]]
_PART_AGE_S = 60.0


class SessionRow(Struct, frozen=True, kw_only=True):
    """One session in a list; what is not known is None (or 0, of an unreadable file).

    A session that is still running has no figures yet. ``raw_end_s`` is where sensor data end
    before the session does, for want of room.
    """

    id: str
    path: str
    started_at: str | None = None
    duration_s: float | None = None
    distance_m: float | None = None
    steps: int = 0
    mean_step_rate_spm: float | None = None
    target_spm: float | None = None
    target_kept_ratio: float | None = None
    cues: int = 0
    raw_end_s: float | None = None
    state: SessionState


def list_sessions(directory: Path, watch: Watch = list) -> list[SessionRow]:
    """Return the sessions kept in ``directory``, newest first, unreadable files last.

    Summaries that are missing or old are made on the way. A folder that does not exist holds none,
    and no file makes this fail.

    Parameters
    ----------
    directory
        Where sessions are kept.
    watch
        Passes on the files whose summaries must be made, one at a time, to show how far it is.
    """
    rows = {path: _stored(path) for path in sorted(directory.glob("*.db"))}
    for path in watch([path for path, row in rows.items() if row is None]):
        rows[path] = settle(path)
    known = [row for row in rows.values() if row is not None]
    return sorted(known, key=lambda row: (row.started_at or "", row.id), reverse=True)


def settle_all(directory: Path, say: Callable[[str], None]) -> None:
    """Finish the sessions in ``directory`` that were cut off, at the start of the next one.

    Only the newest and those with a ``-wal`` or ``-journal`` beside them are looked at: a session
    that came to its end has none. Says a line for each; never fails.
    """
    left = {
        path.with_name(path.name.removesuffix(end))
        for end in ("-wal", "-journal")
        for path in directory.glob(f"*.db{end}")
    }
    left.update(sorted(directory.glob("*.db"))[-1:])
    for path in sorted(left):
        row = settle(path) if _stored(path) is None else None
        if row is not None and row.state == "cut off" and row.duration_s is not None:
            say(f"Session {row.id} was cut off after {row.duration_s:.0f} s: kept up to there.")
    now_s = datetime.now(UTC).timestamp()
    for part in directory.glob(f"*.db{PART}"):  # of a start that was cut off before it began
        try:
            old = now_s - part.stat().st_mtime > _PART_AGE_S
        except OSError:
            continue
        if old:
            remove_file(part)


def settle(path: Path) -> SessionRow:
    """Make a session's summary from what it recorded, and keep it in its file where that can be."""
    try:
        with Reopened(path) as file:
            summary = _made(path)
            file.finish(summary)
            return _row(path, summary)
    except StoreBusyError:
        return _in_use(path)
    except StoreError:
        pass  # read-only, or no room: known all the same, if it can be read
    try:
        return _row(path, _made(path))
    except StoreError:
        return _unreadable(path)


def started_before(row: SessionRow, age: timedelta) -> bool:
    """Tell whether a session began longer ago than ``age``; False when that is not known."""
    if row.started_at is None:
        return False
    try:
        began = datetime.fromisoformat(row.started_at)
    except ValueError:
        return False
    return datetime.now(UTC) - began.astimezone(UTC) > age


def remove(row: SessionRow) -> bool:
    """Remove a session and its sound for good; return False when it is in use or protected."""
    path = Path(row.path)
    try:
        with Reopened(path):
            pass
    except StoreError:
        return False
    remove_file(path)
    with suppress(OSError):
        path.with_suffix(".wav").unlink()
    return not path.exists()


def _made(path: Path) -> Summary:
    """Return a summary of the events, with the end that an older summary tells."""
    tally = Tally()
    with SessionFile(path) as file:
        for event in file.events("step", "pod", "belt", "heart", "cue", "skipped", "target"):
            tally.update(event)
        old = file.summary
        reason: Reason = "cut off" if old is None else old.reason
        duration_s = file.duration_s() if old is None else old.duration_s
        ended_at = _later(file.header.started_at, duration_s) if old is None else old.ended_at
    return tally.summary(ended_at, duration_s, reason)


def _later(started_at: str, seconds: float) -> str:
    try:
        return (datetime.fromisoformat(started_at) + timedelta(seconds=seconds)).isoformat(
            timespec="seconds"
        )
    except (ValueError, OverflowError):
        return started_at


def _stored(path: Path) -> SessionRow | None:
    """Return what the file itself says; None when its summary must be made first."""
    if not path.is_file():  # a pipe would keep us waiting for its writer
        return _unreadable(path)
    try:
        with SessionFile(path) as file:
            summary = file.summary
            if summary is None or summary.revision < REVISION:
                return None
            return _of(file, summary)
    except StoreError:
        return _unreadable(path)


def _row(path: Path, summary: Summary) -> SessionRow:
    with SessionFile(path) as file:
        return _of(file, summary)


def _in_use(path: Path) -> SessionRow:
    """Return what can be said of a file that somebody else has open."""
    try:
        with SessionFile(path) as file:
            if file.summary is not None:  # it has ended, and is being read
                return _of(file, _made(path))
            return SessionRow(
                id=file.header.session_id,
                path=str(path),
                started_at=file.header.started_at,
                duration_s=file.duration_s(),
                state="running",
            )
    except StoreError:
        return _unreadable(path)


def _of(file: SessionFile, summary: Summary) -> SessionRow:
    return SessionRow(
        id=file.header.session_id,
        path=str(file.path),
        started_at=file.header.started_at,
        duration_s=summary.duration_s,
        distance_m=summary.distance_m,
        steps=summary.steps,
        mean_step_rate_spm=summary.mean_step_rate_spm,
        target_spm=summary.target_spm,
        target_kept_ratio=summary.target_kept_ratio,
        cues=summary.cues,
        raw_end_s=None if file.raw_end is None else file.raw_end.t,
        state=summary.reason,
    )


def _unreadable(path: Path) -> SessionRow:
    return SessionRow(id=path.stem, path=str(path), state="unreadable")
