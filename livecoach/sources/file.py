"""Recordings as sources: IMU files, Bluetooth captures and earlier sessions.

A row is passed on as it stands, one `Payload` each, stamped with the file's own time minus the
recording's first; what it means is ``wire``'s business, so a bad row is counted, never fatal. A bad
*file* (missing, a directory, no header, no rows, no description) is a one-line error here.
"""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal

import msgspec

from livecoach.errors import SourceError, SourceNotFoundError, WireError
from livecoach.model import Input, Link, Mount, Payload, SensorInfo
from livecoach.store.reader import SessionFile
from livecoach.wire import recording

_LONGEST_ROW = 4096
_LONGEST_GAP_S = 3600.0


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
        self.name = path.name
        self._path = path
        self._kind = kind
        with _open(path) as file:
            first = file.readline(_LONGEST_ROW)
            if not first.strip():
                raise SourceError(f"{path}: the file is empty")
            try:
                columns = recording.header(first, kind)
            except WireError as exc:
                raise SourceError(f"{path}, line 1: {exc}") from exc
            self._column = columns.index("t")
            self.t_first = self._first_time(file)
        info = SensorInfo(name=path.name, kind="pod")
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

    def hear(self, t: float) -> None:
        """Do nothing: a recording hears nothing."""

    def inputs(self) -> Iterator[Input]:
        """Yield the sensor's link, its rows and its loss at the end."""
        t = max(0.0, self.t_first - self.info.t_origin_s)
        yield Link(0, t, self.name, "found", self.info)
        with _open(self._path) as file:
            file.readline(_LONGEST_ROW)
            for row, line in enumerate(_lines(file), start=2):
                stamp = recording.row_time(line, self._column)
                if stamp is not None:
                    stamp -= self.info.t_origin_s
                    if t < stamp <= t + _LONGEST_GAP_S:
                        t = stamp
                yield Payload(0, t, self.name, f"{self._kind}.csv", row, line)
        yield Link(0, t, self.name, "lost")

    def _first_time(self, file: BinaryIO) -> float:
        line = b""
        for line in itertools.islice(_lines(file), 1000):
            t = recording.row_time(line, self._column)
            if t is not None:
                return t
        if not line:
            raise SourceError(f"{self._path}: no rows after the header")
        raise SourceError(f"{self._path}, line 2: no row has a time in column {self._column + 1}")


class SessionDoor:
    """An earlier session's recorded inputs, exactly as they came."""

    complete = True

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._path = path
        with SessionFile(path) as session:
            self.header = session.header

    def hear(self, t: float) -> None:
        """Do nothing: a recording hears nothing."""

    def inputs(self) -> Iterator[Input]:
        """Yield every recorded input."""
        with SessionFile(self._path) as session:
            yield from session.inputs()


def open_file(path: Path, mount: Mount | None) -> RowFile | SessionDoor:
    """Open a recording of whichever kind; raises `SourceError` with one clear line."""
    with _open(path) as file:
        start = file.read(4096)
    if start.startswith(b"SQLite format 3\0"):
        return SessionDoor(path)
    header = start.partition(b"\n")[0]
    if path.name.endswith(".ble.csv") or b"characteristic" in header:
        return RowFile(path, "ble")
    return RowFile(path, "imu", mount)


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise SourceNotFoundError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise SourceError(f"{path}: is a directory, not a recording") from None
    except OSError as exc:
        raise SourceError(f"{path}: cannot be read: {exc.strerror}") from exc


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield lines without their ends; over-long ones come in pieces, blank ones are left out."""
    while line := file.readline(_LONGEST_ROW):
        stripped = line.rstrip(b"\r\n")
        if stripped:
            yield stripped


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
    if mount is not None:
        text = _with_mount(text, mount)
    try:
        return recording.imu_info(text, path.name)
    except WireError as exc:
        raise SourceError(f"{beside}: {exc}") from exc


def _with_mount(text: str, mount: Mount) -> str:
    lines = [x for x in text.splitlines() if x.split("=")[0].strip() != "mount"]
    return "\n".join([f'mount = "{mount}"', *lines])
