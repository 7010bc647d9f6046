"""``livecoach scan``: the running sensors around, and what each can measure."""

import asyncio
import shlex

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.text import Text

from livecoach.commands.output import print_json, stdout
from livecoach.errors import SourceNotFoundError
from livecoach.sources.ble.survey import Seen, survey

_NOTHING = (
    "no running sensor found: wear it or move it, end other apps and watches that use it,"
    " come nearer, and scan again"
)


def scan_bluetooth(seconds: float, *, as_json: bool) -> int:
    """List sensors; return the exit code.

    Raises
    ------
    SourceError
        Bluetooth does not work.
    SourceNotFoundError
        There is no sensor (with JSON an empty list instead).
    """
    found = asyncio.run(_watched(seconds))
    if as_json:
        print_json({"sensors": msgspec.to_builtins(found)})
        return 0
    if not found:
        raise SourceNotFoundError(_NOTHING)
    for sensor in found:
        stdout().print(_described(sensor), soft_wrap=True)
    return 0


def _described(sensor: Seen) -> Text:
    """Return a sensor's lines: who it is, what it measures, how it is named as a source."""
    level = "unknown" if sensor.battery_percent is None else f"{sensor.battery_percent} %"
    head = f"{sensor.rssi_dbm} dBm, battery {level}"
    lines = [f"{sensor.name}  {sensor.address}  {head}"]
    lines += [
        f"  {name}: {measures}"
        for name, measures in zip(sensor.services, sensor.measures, strict=True)
    ]
    return Text("\n".join([*lines, f"  --source {shlex.quote(sensor.source)}"]))


async def _watched(seconds: float) -> list[Seen]:
    """Survey with a progress bar, where somebody can see it."""
    console = Console(stderr=True)
    if not console.is_terminal:
        return await survey(seconds)
    work = asyncio.create_task(survey(seconds))
    with Progress(TextColumn("Listening"), BarColumn(), console=console, transient=True) as bar:
        task = bar.add_task("", total=seconds)
        while not work.done():
            await asyncio.wait({work}, timeout=0.1)
            bar.advance(task, 0.1)
    return await work
