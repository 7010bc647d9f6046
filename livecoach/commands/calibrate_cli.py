"""The command line of ``livecoach calibrate``: options and dispatch."""

from pathlib import Path

import click

from livecoach.commands.options import as_json, dispatch, seconds_type, source_option


@click.group()
def calibrate() -> None:
    """Fit the coach to a runner and their equipment, once."""


@calibrate.command()
@click.option(
    "--source",
    "sources",
    multiple=True,
    required=True,
    metavar="URI",
    help="file:PATH of the trunk sensor, and again for the foot sensor (or both feet).",
)
@click.option("--runner", help="Whose calibration it is.")
@click.option(
    "--seconds", type=seconds_type, default=60.0, show_default=True, help="How much to use."
)
@as_json
def contact(**options: object) -> int:
    """Set a trunk sensor's contact time by a foot sensor worn in the same run."""
    return dispatch("calibrate", options, "contact")


@calibrate.command()
@click.option(
    "--source", required=True, metavar="URI", help="file:PATH of a foot sensor with gyroscope."
)
@click.option("--speed", help="How fast it was, like 10.5kmh, over what the recording says.")
@click.option("--runner", help="Whose calibration it is.")
@click.option(
    "--seconds", type=seconds_type, default=60.0, show_default=True, help="How much to use."
)
@as_json
def speed(**options: object) -> int:
    """Set a foot sensor's own speed by one known speed, as from a belt."""
    return dispatch("calibrate", options, "speed")


@calibrate.command()
@click.argument("config", type=click.Path(path_type=Path), required=False)
@source_option
@click.option(
    "--seconds", type=seconds_type, default=3.0, show_default=True, help="How long to stand."
)
@as_json
def stand(**options: object) -> int:
    """Stand still, upright, sensor on: finds which of its axes points up.

    With CONFIG the answer is written into its sources (&up=...), which `run` uses; else it is
    printed. Which way is forward cannot be felt while standing: say it with &forward=. A service
    that uses a wired sensor has to end before (`systemctl stop livecoach`).
    """
    return dispatch("calibrate_stand", options, "stand")


@calibrate.command()
@click.option("--audio", "output", default="default", help="The output device (default: default).")
@click.option("--mic", is_flag=True, help="Listen with a microphone instead of tapping.")
@click.option("--input", "microphone", metavar="DEVICE", help="Which microphone; implies --mic.")
@click.option("--list", "listed", is_flag=True, help="Print what is known, measure nothing.")
@click.option("--forget", metavar="DEVICE", help="Forget a device, named as in --list.")
@as_json
def audio(**options: object) -> int:
    """Measure how much later than it says a sound device is heard (Bluetooth: 0.1 to 0.3 s).

    Beats play; tap the space bar or Enter with each one you hear (tells up to 0.45 s), or let a
    microphone hear them (up to 1 s). The result is kept for this machine and device and used by
    `run` and `demo`.
    """
    return dispatch("calibrate_audio", options, "audio")
