"""What the parts of the command line share; a command's code is loaded when it runs."""

from importlib import import_module

import click

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
seconds_type = click.FloatRange(min=0, min_open=True)
source_option = click.option(
    "--source",
    "sources",
    multiple=True,
    metavar="URI",
    help="ble: for every Bluetooth sensor around, ble:NAME (see scan), i2c:1 or iio:device0 (wired "
    "to this computer), file:PATH, or sim:?key=value; repeat.",
)


def dispatch(name: str, options: dict[str, object], function: str | None = None) -> int:
    """Load a command's module and call a function in it, of the same name unless told another."""
    command = getattr(import_module(f"livecoach.commands.{name}"), function or name)
    return int(command(**options))
