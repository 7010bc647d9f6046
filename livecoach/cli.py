"""The command line: options and dispatch, nothing else; a command's code is loaded when it runs."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import click

from livecoach import __version__
from livecoach.model.sensors import MOUNTS

_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
_mount = click.option("--mount", type=click.Choice(MOUNTS), help="Where the sensor sits.")
_folder = click.option(
    "--session",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of session files (default: the user's data folder).",
)
_seconds = click.FloatRange(min=0, min_open=True)
_for_seconds = click.option("--seconds", type=_seconds, help="Stop by itself after this long.")
_source = click.option(
    "--source",
    "sources",
    multiple=True,
    metavar="URI",
    help="ble: for every Bluetooth sensor around, ble:NAME (see scan), i2c:1 or iio:device0 (wired "
    "to this computer), file:PATH, or sim:?key=value; repeat.",
)
_speed = click.option("--speed", help="Belt speed: 10.5kmh, 3.0mps, 6.5mph, or none for unknown.")
_audio = click.option("--audio", help="default, a device, null, or a file ending in .wav.")
_pace = click.option(
    "--pace",
    type=click.Choice(["realtime", "max"]),
    default="realtime",
    show_default=True,
    help="As it happened, or as fast as it goes.",
)


def _ids(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Complete the id of a session."""
    places = import_module("livecoach.store.places")
    folder = ctx.params.get("folder") or places.sessions_dir()
    return sorted(path.stem for path in folder.glob("*.db") if path.stem.startswith(incomplete))


_ident = click.argument("ident", metavar="ID", shell_complete=_ids)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="livecoach")
def cli() -> None:
    """Coach running form by ear: sensors in, beats and a few spoken words out.

    Start with `livecoach demo`. Tab completion: `_LIVECOACH_COMPLETE=bash_source livecoach` prints
    what your shell (bash, zsh, fish) is to load.
    """


@cli.command()
@click.option("--seconds", type=_seconds, help="How long (default 90).")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo-out"),
    show_default=True,
    help="Folder for the session file, and for the sound when there is no sound card.",
)
@_audio
@_json
def demo(**options: object) -> int:
    """Run a simulated runner who hears the beats and answers them."""
    return _dispatch("demo", options)


@cli.command()
@click.argument("config", type=click.Path(path_type=Path), required=False)
@_source
@_mount
@click.option("--target", help="Step rate to aim at: 176, or +5% of your own.")
@_speed
@click.option(
    "--beats",
    type=click.Choice(["bandwidth", "always", "constant", "off"]),
    help="While off target; after the grace; a plain metronome from the first second; never.",
)
@click.option(
    "--plan",
    type=click.Choice(["on", "off"]),
    help="One session of a plan that helps less and less (default), or a single one.",
)
@_audio
@click.option("--runner", help="Whose baseline to use and keep.")
@_pace
@_folder
@_for_seconds
@_json
def run(**options: object) -> int:
    """Coach a live run, or a recording of one.

    A Bluetooth sensor may come and go at any time. How a motion sensor is worn is said like
    --source 'ble:NAME?mount=chest&up=+y&forward=+z': the sensor's axes that point up and forward
    (&left=+x) when you stand; what a foot pod counts, like 'ble:NAME?cadence=steps' (or per_leg). A
    sensor wired to this computer is --source 'i2c:1?chip=lsm6dsox&mount=waist' (or lsm6dso32).

    CONFIG is a TOML file as in configs/; the command line beats it. Ctrl-C ends a run cleanly.
    """
    return _dispatch("run", options)


@cli.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--out", help="CSV to write; - for standard output.")
@_mount
@click.option("--speed", help="Belt speed over what the file says, or none for unknown.")
@_json
def analyze(**options: object) -> int:
    """Turn recordings (several on one clock are one run) into a table of steps or pod seconds."""
    return _dispatch("analyze", options)


@cli.command()
@_ident
@_folder
@_json
def replay(**options: object) -> int:
    """Feed a session's inputs through the same code again and compare every event."""
    return _dispatch("replay", options)


@cli.command()
@click.option("--runner", help="Whose plan it is.")
@click.option("--sessions", type=click.IntRange(1, 100), help="How many are planned (default 8).")
@click.option("--restart", is_flag=True, help="Begin the plan anew.")
@_json
def plan(**options: object) -> int:
    """Print the learning plan: what its sessions brought, and what the next one is like."""
    return _dispatch("plan", options)


@cli.command()
@_ident
@_folder
@_json
def explain(**options: object) -> int:
    """Tell of each cue of a session what was seen, why it came then, and what came of it.

    Now and then the coach keeps silent on purpose where it would have asked: what changes without
    it would have changed anyway, and is taken off the effect.
    """
    return _dispatch("explain", options)


@cli.command()
@_folder
@_json
def sessions(**options: object) -> int:
    """List the sessions there are."""
    return _dispatch("sessions", options)


@cli.command()
@click.option(
    "--seconds", type=_seconds, default=8.0, show_default=True, help="How long to listen."
)
@click.option(
    "--audio", is_flag=True, help="List sound outputs instead, with their rate and latency."
)
@_json
def scan(**options: object) -> int:
    """List the Bluetooth sensors around, what each can measure, and how to use it.

    Each is connected to for a moment, to see what it really has and how full its battery is.
    """
    return _dispatch("scan", options)


@cli.command()
@click.argument("config", type=click.Path(path_type=Path), required=False)
@_json
def doctor(**options: object) -> int:
    """Check whether a run will work: sensors, sound, power, disk, clock; each with the way out.

    With CONFIG, what that needs; else what the machine has. Takes less than 5 s; exits with 1 when
    something fails. A wired sensor is measured at rest: end the service before (`systemctl stop
    livecoach`), and lay it down.
    """
    return _dispatch("doctor", options)


def _guided(command: Callable[..., int]) -> Callable[..., int]:
    """Give a guided protocol what it takes to run a session."""
    options = (
        click.argument("config", type=click.Path(path_type=Path), required=False),
        _source,
        _mount,
        _speed,
        _audio,
        click.option("--runner", help="Who runs."),
        _pace,
        _folder,
        _for_seconds,
        _json,
    )
    for option in reversed(options):
        command = option(command)
    return command


@cli.command()
@_guided
@click.option(
    "--seed", type=click.IntRange(min=0), help="Of the order of the levels; drawn unless given."
)
def sweep(**options: object) -> int:
    """Find your own best step rate at one speed: 19 minutes, best on a treadmill.

    First you run as always for 3 minutes, then at seven step rates over +-12 % of your own, in
    random order, by beats. What each costs is weighed: expected braking, bounce, speed loss, heart
    rate, as far as your sensors know them. Without a clear answer it says why, and exits with 1.
    """
    return _dispatch("guided", options, "sweep")


@cli.command()
@click.argument("name", type=click.Choice(["toe-last", "high-knee", "tall", "lean"]))
@_guided
def drill(**options: object) -> int:
    """Spend a minute on one idea before a run, and see what it changed.

    toe-last and high-knee are scored by a foot sensor, tall by one on the trunk, lean by one on
    chest or back; with others they are coached without a score.
    """
    return _dispatch("guided", options, "drill")


@cli.command()
@_json
def metrics(**options: object) -> int:
    """Print what can be measured: name, unit, meaning, source, plausible range."""
    return _dispatch("metrics", options)


@cli.group()
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
@click.option("--seconds", type=_seconds, default=60.0, show_default=True, help="How much to use.")
@_json
def contact(**options: object) -> int:
    """Set a trunk sensor's contact time by a foot sensor worn in the same run."""
    return _dispatch("calibrate", options, "contact")


@calibrate.command()
@click.option(
    "--source", required=True, metavar="URI", help="file:PATH of a foot sensor with gyroscope."
)
@click.option("--speed", help="How fast it was, like 10.5kmh, over what the recording says.")
@click.option("--runner", help="Whose calibration it is.")
@click.option("--seconds", type=_seconds, default=60.0, show_default=True, help="How much to use.")
@_json
def speed(**options: object) -> int:
    """Set a foot sensor's own speed by one known speed, as from a belt."""
    return _dispatch("calibrate", options, "speed")


@calibrate.command()
@click.argument("config", type=click.Path(path_type=Path), required=False)
@_source
@click.option("--seconds", type=_seconds, default=3.0, show_default=True, help="How long to stand.")
@_json
def stand(**options: object) -> int:
    """Stand still, upright, sensor on: finds which of its axes points up.

    With CONFIG the answer is written into its sources (&up=...), which `run` uses; else it is
    printed. Which way is forward cannot be felt while standing: say it with &forward=. A service
    that uses a wired sensor has to end before (`systemctl stop livecoach`).
    """
    return _dispatch("calibrate_stand", options, "stand")


@calibrate.command()
@click.option("--audio", "output", default="default", help="The output device (default: default).")
@click.option("--mic", is_flag=True, help="Listen with a microphone instead of tapping.")
@click.option("--input", "microphone", metavar="DEVICE", help="Which microphone; implies --mic.")
@click.option("--list", "listed", is_flag=True, help="Print what is known, measure nothing.")
@click.option("--forget", metavar="DEVICE", help="Forget a device, named as in --list.")
@_json
def audio(**options: object) -> int:
    """Measure how much later than it says a sound device is heard (Bluetooth: 0.1 to 0.3 s).

    Beats play; tap the space bar or Enter with each one you hear (tells up to 0.45 s), or let a
    microphone hear them (up to 1 s). The result is kept for this machine and device and used by
    `run` and `demo`.
    """
    return _dispatch("calibrate_audio", options, "audio")


def _dispatch(name: str, options: dict[str, object], function: str | None = None) -> int:
    """Load a command's module and call a function in it, of the same name unless told another."""
    command = getattr(import_module(f"livecoach.commands.{name}"), function or name)
    return int(command(**options))
