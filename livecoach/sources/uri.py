"""Source URIs -> doors."""

from pathlib import Path

from livecoach.errors import SourceError, SourceNotFoundError
from livecoach.model import Mount
from livecoach.sources.door import Door
from livecoach.sources.file import RowFile, SessionDoor, open_file
from livecoach.sources.simulator import SimulatorDoor


def open_sources(
    uris: tuple[str, ...],
    *,
    mount: Mount | None,
    speed_mps: float | None,
    speed_told: bool,
    seed: int,
) -> list[Door]:
    """Open every source named; files on one clock share their time's origin.

    Parameters
    ----------
    uris
        ``file:PATH`` (a bare path does too) or ``sim:?key=value``.
    mount
        Overrules what recordings say of themselves.
    speed_mps, speed_told
        A typed-in speed; ``speed_told`` with None means that the speed is to be unknown.
    seed
        For simulated runners.

    Raises
    ------
    SourceError
        One clear line for the first source that does not open.
    """
    if not uris:
        raise SourceNotFoundError("no source; say for example --source file:run.imu.csv")
    doors = [_open_one(uri, mount, seed + k) for k, uri in enumerate(uris)]
    if len(doors) > 1 and any(isinstance(d, SessionDoor) for d in doors):
        raise SourceError("a recorded session is complete: it can't be joined by other sources")
    names = [d.name for d in doors]
    for name in names:
        if names.count(name) > 1:
            raise SourceError(f"{name}: named twice; sources need names of their own")
    rows = [d for d in doors if isinstance(d, RowFile)]
    for door in rows:
        door.declared(speed_mps, known=speed_told)
        door.started_at(min(r.t_first for r in rows))
    return doors


def _open_one(uri: str, mount: Mount | None, seed: int) -> Door:
    scheme, colon, rest = uri.partition(":")
    if colon and scheme == "sim":
        return SimulatorDoor(rest.removeprefix("?"), seed)
    if colon and scheme == "file":
        return open_file(Path(rest).expanduser(), mount)
    if not colon or Path(uri).exists():
        return open_file(Path(uri).expanduser(), mount)
    raise SourceNotFoundError(
        f"{uri}: unknown kind of source; known: file:PATH, sim:?step_rate_spm=164"
    )
