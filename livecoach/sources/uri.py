"""Source URIs -> doors."""

from pathlib import Path

from msgspec import structs

from livecoach.errors import ConfigError, SourceError
from livecoach.model import Mount
from livecoach.sources import ble, i2c, iio
from livecoach.sources.door import Door, LiveDoor
from livecoach.sources.file import RowFile, SessionDoor, open_file
from livecoach.sources.simulator import SimulatorDoor

_LIVE = ("ble:", "i2c:", "iio:")


def open_sources(
    uris: tuple[str, ...],
    *,
    mount: Mount | None,
    speed_mps: float | None,
    speed_told: bool,
    seed: int,
) -> list[Door]:
    """Open every recorded or simulated source; files on one clock share their time's origin.

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
        raise ConfigError(
            "--source", "none; say --source ble: for Bluetooth, or --source file:PATH"
        )
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


def is_live(uri: str) -> bool:
    """Tell whether a URI names something that speaks when it likes; `open_live` opens it."""
    return uri.startswith(_LIVE) and not Path(uri).exists()


def open_live(uris: tuple[str, ...], *, mount: Mount | None) -> list[LiveDoor]:
    """Open the live sources among those named: Bluetooth and I2C sensors are behind one door each.

    Parameters
    ----------
    uris
        ``ble:`` (every sensor around), ``ble:NAME-or-ADDRESS?mount=chest&up=+y``,
        ``i2c:1?chip=lsm6dsox&mount=chest``, ``iio:device0``; others are passed over.
    mount
        Where a sensor is worn: of the only one named whatever it says itself, else of those that
        say nothing.

    Raises
    ------
    ConfigError
        A URI is wrong, or said twice.
    """
    live = [uri for uri in uris if is_live(uri)]
    doors: list[LiveDoor] = []
    radio = _radio(live, mount)
    if radio:
        doors.append(ble.BleDoor(radio, alone=len(radio) == len(uris)))
    wired = _wired(live, mount)
    chips = [w for w in wired if isinstance(w, i2c.Wanted)]
    if chips:
        doors.append(i2c.I2cDoor(chips))
    return doors + [iio.IioDoor(w) for w in wired if isinstance(w, iio.Wanted)]


def _radio(live: list[str], mount: Mount | None) -> list[ble.Wanted]:
    uris = [uri for uri in live if uri.startswith("ble:")]
    wanted = [ble.parse(uri.removeprefix("ble:")) for uri in uris]
    texts = [w.text.casefold() for w in wanted]
    _once(uris, texts)
    if mount is None:
        return wanted
    sole = len(live) == len(wanted) == 1 and bool(texts[0])
    return [
        structs.replace(w, mount=w.mount or (mount if sole else None), worn=mount) for w in wanted
    ]


def _wired(live: list[str], mount: Mount | None) -> list[i2c.Wanted | iio.Wanted]:
    uris = [uri for uri in live if not uri.startswith("ble:")]
    wanted = [_on_a_wire(*uri.split(":", 1)) for uri in uris]
    _once(uris, [w.source for w in wanted])
    return [w if w.mount or mount is None else structs.replace(w, mount=mount) for w in wanted]


def _on_a_wire(scheme: str, rest: str) -> i2c.Wanted | iio.Wanted:
    return i2c.parse(rest) if scheme == "i2c" else iio.parse(rest)


def _once(uris: list[str], names: list[str]) -> None:
    for uri, name in zip(uris, names, strict=True):
        if names.count(name) > 1:
            raise ConfigError("--source", f"{uri} is named twice")


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
    if is_live(uri):
        raise ConfigError("--source", f"{uri} is live: `livecoach run` listens to it")
    raise ConfigError(
        "--source",
        f"{uri}: unknown kind; known: ble:NAME, i2c:1, iio:device0, file:PATH, "
        "sim:?step_rate_spm=164",
    )


def expanded(path: str) -> Path:
    """Return a path with ``~`` expanded; raises `SourceError` when there is no such user."""
    try:
        return Path(path).expanduser()
    except RuntimeError as exc:
        raise SourceError(f"{path}: {exc}") from exc
