"""Recordings as sources: IMU files, Bluetooth captures and earlier sessions.

A row is passed on as it stands, one `Payload` each, stamped with the file's own time minus the
recording's first; what it means is ``wire``'s business, so a bad row is counted, never fatal. A bad
*file* (missing, a directory, no header, no rows, no description) is a one-line error here.
"""

import itertools
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal

import msgspec

from livecoach.errors import SourceError, SourceNotFoundError, WireError
from livecoach.model import Input, Link, Mount, Payload, SensorInfo
from livecoach.store.reader import SessionFile
from livecoach.wire import recording

_LONGEST_ROW = 4096
# A jump ahead by more than this is believed only when the next row confirms it.
_LONGEST_GAP_S = 10.0
_LOOK_AT_ROWS = 1000


class RowFile:
    """An ``.imu.csv`` or ``.ble.csv`` file.

    Parameters
    ----------
    path
        The file.
    kind
        Which of the two.
    mount
        Where the sensor sits, over what its description says.

    Raises
    ------
    SourceNotFoundError
        No such file.
    SourceError
        It is not such a recording; the message names file, line and what is wrong.
    """

    complete = False

    def __init__(self, path: Path, kind: Literal["imu", "ble"], mount: Mount | None = None) -> None:
        self.name = _readable(path.name)
        self.path = path
        self._kind = kind
        with _open(path) as file:
            first = _read(path, file)
            if not first.strip():
                raise SourceError(f"{path}: the file is empty")
            try:
                columns = recording.header(first, kind)
            except WireError as exc:
                raise SourceError(f"{path}, line 1: {exc}") from exc
            self._column = columns.index("t")
            self.t_first = self._first_time(file)
        info = SensorInfo(name=self.name, kind="pod")
        if kind == "imu":
            info = _describe(path, mount)
        self.info = msgspec.structs.replace(info, columns=columns, t_origin_s=self.t_first)

    def started_at(self, t_origin_s: float) -> "RowFile":
        """Count time from ``t_origin_s`` (several recordings on one clock share it)."""
        self.info = msgspec.structs.replace(self.info, t_origin_s=t_origin_s)
        return self

    def declared(self, speed_mps: float | None, *, known: bool) -> "RowFile":
        """Replace the recording's speed when ``known`` says that one was typed in (or none is)."""
        if known:
            self.info = msgspec.structs.replace(self.info, speed_mps=speed_mps)
        return self

    def named(self, name: str) -> None:
        """Go by another name: two files may share theirs."""
        self.name = _readable(name)
        self.info = msgspec.structs.replace(self.info, name=self.name)

    def hear(self, t: float) -> None:
        """Do nothing: a recording hears nothing."""

    def inputs(self) -> Iterator[Input]:
        """Yield the sensor's link, its rows and its loss at the end."""
        t = max(0.0, self.t_first - self.info.t_origin_s)
        yield Link(0, t, self.name, "found", self.info)
        for (row, line), (_, following) in _pairs(self._rows()):
            stamp = self._stamp(line)
            if stamp is not None and t < stamp and self._believed(t, stamp, following):
                t = stamp
            yield Payload(0, t, self.name, f"{self._kind}.csv", row, line)
        yield Link(0, t, self.name, "lost")

    def _rows(self) -> Iterator[tuple[int, bytes]]:
        with _open(self.path) as file:
            _read(self.path, file)
            yield from _lines(self.path, file)

    def _stamp(self, line: bytes) -> float | None:
        """Return a row's time in session time."""
        stamp = recording.row_time(line, self._column)
        return None if stamp is None else stamp - self.info.t_origin_s

    def _believed(self, t: float, stamp: float, following: bytes) -> bool:
        """Tell whether time may move on to ``stamp``: a wild stamp must not end a recording."""
        if stamp <= t + _LONGEST_GAP_S:
            return True
        after = self._stamp(following)
        return after is not None and stamp <= after <= stamp + _LONGEST_GAP_S

    def _first_time(self, file: BinaryIO) -> float:
        """Return the first time that the row after it confirms."""
        lines = [line for _, line in itertools.islice(_lines(self.path, file), _LOOK_AT_ROWS)]
        if not lines:
            raise SourceError(f"{self.path}: no rows after the header")
        read = (recording.row_time(line, self._column) for line in lines)
        times = [t for t in read if t is not None]
        if not times:
            raise SourceError(f"{self.path}: no row has a time in column {self._column + 1}")
        for t, after in itertools.pairwise(times):
            if t <= after <= t + _LONGEST_GAP_S:
                return t
        return times[0]


class SessionDoor:
    """An earlier session's recorded inputs, exactly as they came.

    ``raw_end_s`` is where they end before the session did, for want of room; None: nowhere.
    """

    complete = True

    def __init__(self, path: Path) -> None:
        self.name = _readable(path.name)
        self.path = path
        with SessionFile(path) as session:
            self.header = session.header
            self.raw_end_s = None if session.raw_end is None else session.raw_end.t

    def hear(self, t: float) -> None:
        """Do nothing: a recording hears nothing."""

    def inputs(self) -> Iterator[Input]:
        """Yield every recorded input."""
        with SessionFile(self.path) as session:
            yield from session.inputs()


def open_file(path: Path, mount: Mount | None) -> RowFile | SessionDoor:
    """Open a recording of whichever kind; raises `SourceError` with one clear line."""
    with _open(path) as file:
        start = _read(path, file)
    if start.startswith(b"SQLite format 3\0"):
        return SessionDoor(path)
    header = start.partition(b"\n")[0]
    if path.name.endswith(".ble.csv") or b"characteristic" in header:
        return RowFile(path, "ble")
    return RowFile(path, "imu", mount)


def _readable(name: str) -> str:
    """Return a file's name as text that can be printed and stored, whatever bytes it is made of."""
    return name.encode("utf-8", "replace").decode()


def _open(path: Path) -> BinaryIO:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            what = "a directory" if path.is_dir() else "no regular file"
            raise SourceError(f"{path}: is {what}, not a recording")
        return path.open("rb")
    except FileNotFoundError:
        raise SourceNotFoundError(f"{path}: no such file") from None
    except OSError as exc:
        raise SourceError(f"{path}: cannot be read: {exc.strerror}") from exc


def _read(path: Path, file: BinaryIO) -> bytes:
    """Read one line, the beginning of it when it is over-long."""
    try:
        line = file.readline(_LONGEST_ROW)
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = file.readline(_LONGEST_ROW)
    except OSError as exc:
        raise SourceError(f"{path}: cannot be read: {exc.strerror}") from exc
    return line


def _lines(path: Path, file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield (number, line without its end) of what follows the header; blank ones are left out."""
    for number in itertools.count(2):
        line = _read(path, file)
        if not line:
            return
        stripped = line.rstrip(b"\r\n")
        if stripped:
            yield number, stripped


def _pairs(
    rows: Iterator[tuple[int, bytes]],
) -> Iterator[tuple[tuple[int, bytes], tuple[int, bytes]]]:
    """Yield each row with the one after it (an empty one after the last)."""
    before = next(rows, None)
    for row in rows:
        if before is not None:
            yield before, row
        before = row
    if before is not None:
        yield before, (0, b"")


def _describe(path: Path, mount: Mount | None) -> SensorInfo:
    """Read the description beside an IMU file; ``mount`` overrules it or stands in for it."""
    beside = path.with_name(path.name.removesuffix(".csv") + ".toml")
    try:
        text = beside.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        if mount is None:
            raise SourceError(
                f"{beside}: missing; it tells the sensor's mount, or say it with --mount"
            ) from None
        return SensorInfo(name=path.name, kind="imu", mount=mount)
    except (OSError, UnicodeDecodeError) as exc:
        raise SourceError(f"{beside}: cannot be read: {exc}") from exc
    try:
        return recording.imu_info(text, path.name, mount)
    except WireError as exc:
        raise SourceError(f"{beside}: {exc}") from exc
