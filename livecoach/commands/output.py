"""What commands share: consoles, progress, JSON, files."""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from livecoach.errors import SinkError
from livecoach.model import Cue, Event, Input, Payload

_WIDE = 160
_EVERY = 2000
_Item = TypeVar("_Item")


def print_json(value: object) -> None:
    """Print one JSON document."""
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def stdout() -> Console:
    """Return the console on standard output; wide where there is no terminal to be narrow."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_WIDE)


def watched(inputs: Iterable[Input], paths: Iterable[Path], what: str) -> Iterator[Input]:
    """Pass inputs through, with a progress bar on a terminal, by the bytes they take."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield from inputs
        return
    total = sum(path.stat().st_size for path in paths)
    columns = (TextColumn(what), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(what, total=total)
        done = 0
        for count, x in enumerate(inputs):
            done += len(x.data) + 1 if isinstance(x, Payload) else 0
            if count % _EVERY == 0:
                progress.update(task, completed=done)
            yield x


def counted(paths: list[Path], what: str) -> Iterator[Path]:
    """Pass files through, with a progress bar on a terminal, by their number."""
    console = Console(stderr=True)
    if not console.is_terminal or not paths:
        yield from paths
        return
    columns = (TextColumn(what), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield from progress.track(paths)


def placed(
    items: Iterator[_Item], place_of: Callable[[_Item], float], end: float, what: str
) -> Iterator[_Item]:
    """Pass items through, with a progress bar on a terminal, by their time or place to ``end``."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield from items
        return
    columns = (TextColumn(what), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(what, total=end)
        for count, item in enumerate(items):
            if count % _EVERY == 0:
                progress.update(task, completed=place_of(item))
            yield item


@contextlib.contextmanager
def waiting(seconds: float, what: str) -> Iterator[Callable[[float], None]]:
    """Show a progress bar on a terminal; yield what is to be told how many seconds are over."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    columns = (TextColumn(what), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(what, total=seconds)
        yield lambda done_s: progress.update(task, completed=done_s)


def known_at(event: Event) -> float:
    """Return when an event was known, as a place for `placed`."""
    return event.t_decided if isinstance(event, Cue) else event.t_known


def write_whole(path: Path, data: bytes) -> None:
    """Write a file: it is there with all of ``data`` in it, or as it was before.

    Raises
    ------
    SinkError
        It cannot be written.
    """
    try:
        if path.exists() and not path.is_file():
            # a pipe or a device cannot be replaced
            path.write_bytes(data)
            return
        _replace(path, data)
    except OSError as exc:
        raise SinkError(f"{path}: cannot be written: {exc.strerror}") from exc


def _replace(path: Path, data: bytes) -> None:
    path = path.resolve()
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~umask)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
