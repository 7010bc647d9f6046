"""Source URIs -> doors."""

from pathlib import Path

from livecoach.errors import ConfigError, SourceError
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
        raise ConfigError("--source", "none; say for example --source file:run.imu.csv")
    doors = [_open_one(uri, mount, seed + k) for k, uri in enumerate(uris)]
    sessions = any(isinstance(d, SessionDoor) for d in doors)
    if sessions and len(doors) > 1:
        raise SourceError("a recorded session is complete: it can't be joined by other sources")
    if sessions and (speed_told or mount is not None):
        raise ConfigError("--speed, --mount", "a recorded session already says; leave them out")
    rows = [d for d in doors if isinstance(d, RowFile)]
    _name_apart(doors, rows)
    for door in rows:
        door.declared(speed_mps, known=speed_told)
        door.started_at(min(r.t_first for r in rows))
    # The order in which they were named must not matter.
    return sorted(doors, key=lambda d: d.name)


def _name_apart(doors: list[Door], rows: list[RowFile]) -> None:
    """Call files that share a name by their paths; refuse what is named twice."""
    names = [d.name for d in doors]
    for door in rows:
        if names.count(door.name) > 1:
            door.named(str(door.path))
    names = [d.name for d in doors]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError("--source", f"{name} is named twice")


def _open_one(uri: str, mount: Mount | None, seed: int) -> Door:
    scheme, colon, rest = uri.partition(":")
    if colon and scheme == "sim":
        return SimulatorDoor(rest.removeprefix("?"), seed)
    if colon and scheme == "file":
        return open_file(expanded(rest), mount)
    if not colon or Path(uri).exists():
        return open_file(expanded(uri), mount)
    raise ConfigError("--source", f"{uri}: unknown kind; known: file:PATH, sim:?step_rate_spm=164")


def expanded(path: str) -> Path:
    """Return a path with ``~`` expanded; raises `SourceError` when there is no such user."""
    try:
        return Path(path).expanduser()
    except RuntimeError as exc:
        raise SourceError(f"{path}: {exc}") from exc
