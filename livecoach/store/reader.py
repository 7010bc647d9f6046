"""Reading session files, finding them by their name, listing them."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Self, TypeAlias, TypeVar

import msgspec
from msgspec import Struct

from livecoach.errors import StoreError
from livecoach.model import Cue, Event, Input, PodReport, Step
from livecoach.store import schema
from livecoach.store.database import ReadOnly, stamp, trouble
from livecoach.store.header import Header, Summary

SessionState: TypeAlias = Literal["done", "interrupted", "failed", "cut off", "unreadable"]
_Known = TypeVar("_Known", Header, Summary)


class SessionFile:
    """A session file opened to be read; nothing is written to it or beside it on purpose.

    It may still be growing, or have been left behind by kill -9: every committed row is there. Use
    it with ``with``. ``header`` says what the session was, ``summary`` how it ended (None: it was
    cut off, or still runs).

    Raises
    ------
    StoreError
        Not a session file, a damaged one, or one of a newer livecoach. Later reads may raise it
        too, when the damage lies further in.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = ReadOnly(path)
        self._db = self._file.db
        try:
            self._check()
            values = dict(self._rows("SELECT key, value FROM header"))
            summary = values.pop("summary", None)
            self.header = self._decoded(_joined(values), Header)
            self.summary = None if summary is None else self._decoded(summary, Summary)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def inputs(self) -> Iterator[Input]:
        """Yield every input in its running order, equal to what was recorded."""
        for row in self._rows(schema.SELECT_INPUTS):
            try:
                yield schema.input_of(row)
            except msgspec.DecodeError as exc:
                msg = f"{self.path}: input {row[0]} is damaged ({exc})"
                raise StoreError(msg) from exc

    def events(self, *kinds: str) -> Iterator[Event]:
        """Yield the events in the order they came out: all, or those of ``kinds`` (``"step"``)."""
        for number, kind, data in self._rows("SELECT id, kind, data FROM events ORDER BY id"):
            if kinds and kind not in kinds:
                continue
            try:
                yield schema.event_of(data)
            except msgspec.DecodeError as exc:
                msg = f"{self.path}: event {number} is damaged ({exc})"
                raise StoreError(msg) from exc

    def counts(self) -> dict[str, int]:
        """Return how many there are of each kind of input and event (``"payload"``, ``"step"``)."""
        counts: Counter[str] = Counter()
        counts.update(dict(self._rows("SELECT kind, count(*) FROM inputs GROUP BY kind")))
        counts.update(dict(self._rows("SELECT kind, count(*) FROM events GROUP BY kind")))
        return dict(counts)

    def duration_s(self) -> float:
        """Return the time of the last thing recorded, whether or not the session ended cleanly."""
        last_input = "SELECT t FROM inputs ORDER BY n DESC LIMIT 1"
        last_event = "SELECT t_known FROM events ORDER BY id DESC LIMIT 1"
        return max(
            (t for query in (last_input, last_event) for (t,) in self._rows(query)), default=0
        )

    def _check(self) -> None:
        try:
            application, version = stamp(self._db)
        except sqlite3.Error as exc:
            raise trouble(self.path, exc) from exc
        if application != schema.APPLICATION_ID:
            msg = f"{self.path}: this is not a livecoach session (another program's SQLite file)"
            raise StoreError(msg)
        if version > schema.SCHEMA_VERSION:
            msg = (
                f"{self.path}: written by a newer livecoach (file format {version}, "
                f"this one reads up to {schema.SCHEMA_VERSION}): update livecoach to read it"
            )
            raise StoreError(msg)

    def _rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        try:
            rows = self._db.execute(query)
            # not "yield from": that would use the closed file when a reader stops in the middle
            while (row := rows.fetchone()) is not None:
                yield row
        except sqlite3.Error as exc:
            raise trouble(self.path, exc) from exc

    def _decoded(self, text: str, kind: type[_Known]) -> _Known:
        try:
            return msgspec.json.decode(text, type=kind)
        except (msgspec.DecodeError, TypeError) as exc:
            msg = f"{self.path}: the session's {kind.__name__.lower()} is damaged ({exc})"
            raise StoreError(msg) from exc


class SessionRow(Struct, frozen=True, kw_only=True):
    """One session in a list; what an unreadable file cannot tell is None or 0."""

    id: str
    path: str
    started_at: str | None = None
    duration_s: float | None = None
    steps: int = 0
    mean_step_rate_spm: float | None = None
    cues: int = 0
    state: SessionState


def find_session(ident: str, directory: Path) -> Path:
    """Return the file of a session.

    Parameters
    ----------
    ident
        The path of a file, the id of a session, or the beginning of one that no other has.
    directory
        Where sessions are kept.

    Raises
    ------
    StoreError
        None or several fit; it says which and how to see them.
    """
    exact = directory / f"{ident}.db"
    if ident and "/" not in ident and exact.is_file():
        return exact
    if Path(ident).is_file():
        return Path(ident)
    fitting = sorted(path for path in directory.glob("*.db") if path.stem.startswith(ident))
    if ident and len(fitting) == 1:
        return fitting[0]
    if ident and fitting:
        some = ", ".join(path.stem for path in fitting[:3]) + (", ..." if fitting[3:] else "")
        msg = f"{ident}: {len(fitting)} sessions begin like this ({some}): give more of the id"
        raise StoreError(msg)
    if "/" in ident or ident.endswith(".db"):
        msg = f"{ident}: there is no such file; `livecoach sessions` lists the sessions there are"
        raise StoreError(msg)
    msg = f"{ident!r}: no such session in {directory}; `livecoach sessions` lists them"
    raise StoreError(msg)


def list_sessions(directory: Path) -> list[SessionRow]:
    """Return the sessions kept in ``directory``, newest first, unreadable files last.

    A folder that does not exist holds none, and no file makes this fail.
    """
    rows = [_listed(path) for path in directory.glob("*.db")]
    return sorted(rows, key=lambda row: (row.started_at or "", row.id), reverse=True)


def _listed(path: Path) -> SessionRow:
    unreadable = SessionRow(id=path.stem, path=str(path), state="unreadable")
    if not path.is_file():  # a pipe would keep us waiting for its writer
        return unreadable
    try:
        with SessionFile(path) as file:
            summary = file.summary
            if summary is None:
                return _cut_off(file)
            return SessionRow(
                id=file.header.session_id,
                path=str(path),
                started_at=file.header.started_at,
                duration_s=summary.duration_s,
                steps=summary.steps,
                mean_step_rate_spm=summary.mean_step_rate_spm,
                cues=summary.cues,
                state=summary.reason,
            )
    except StoreError:
        return unreadable


def _cut_off(file: SessionFile) -> SessionRow:
    steps = cues = 0
    moving_s: list[float] = []
    pod_spm: list[float] = []
    for event in file.events("step", "cue", "pod"):
        match event:
            case Step():
                steps += 1
                if event.activity != "stand":
                    moving_s.append(event.step_time_s)
            case Cue() if event.kind != "beat":
                cues += 1
            case PodReport(step_rate_spm=float(spm)):
                pod_spm.append(spm)
            case _:
                pass
    rate = 60 * len(moving_s) / sum(moving_s) if moving_s else None
    if rate is None and pod_spm:
        rate = sum(pod_spm) / len(pod_spm)
    return SessionRow(
        id=file.header.session_id,
        path=str(file.path),
        started_at=file.header.started_at,
        duration_s=file.duration_s(),
        steps=steps,
        mean_step_rate_spm=rate,
        cues=cues,
        state="cut off",
    )


def _joined(values: dict[str, str]) -> str:
    raw = {key: msgspec.Raw(value.encode()) for key, value in values.items()}
    return msgspec.json.encode(raw).decode()
