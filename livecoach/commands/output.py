"""What commands share: consoles, progress, JSON."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from livecoach.model import Input, Payload

_WIDE = 160


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
            if count % 2000 == 0:
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
