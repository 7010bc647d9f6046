"""The command line: options and dispatch, nothing else; a command's code is loaded when it runs."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import click

from livecoach import __version__
from livecoach.commands.calibrate_cli import calibrate
from livecoach.commands.monitor_cli import monitor
from livecoach.commands.options import as_json, dispatch, seconds_type, source_option
from livecoach.model.sensors import MOUNTS

_mount = click.option("--mount", type=click.Choice(MOUNTS), help="Where the sensor sits.")
_folder = click.option(
    "--session",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of session files (default: the user's data folder).",
)


def _session_ids(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Complete the id of a session."""
    folder = context.params.get("folder") or import_module("livecoach.store.places").sessions_dir()
    return sorted(path.stem for path in folder.glob("*.db") if path.stem.startswith(incomplete))


_ident = click.argument("ident", metavar="ID", shell_complete=_session_ids)
_for_seconds = click.option("--seconds", type=seconds_type, help="Stop by itself after this long.")
_speed = click.option("--speed", help="Belt speed: 10.5kmh, 3.0mps, 6.5mph, or none for unknown.")
_audio = click.option("--audio", help="default, a device, null, or a file ending in .wav.")
_pace = click.option(
    "--pace",
    type=click.Choice(["realtime", "max"]),
    default="realtime",
    show_default=True,
    help="As it happened, or as fast as it goes.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="livecoach")
def cli() -> None:
    """Coach running form by ear: sensors in, beats and a few spoken words out.

    Start with `livecoach demo`. Tab completion: `_LIVECOACH_COMPLETE=bash_source livecoach` prints
    what your shell (bash, zsh, fish) is to load.
    """


@cli.command()
@click.option(
    "--coach",
    is_flag=True,
    help="Three runners, a broker and the coach's page, all on this machine.",
)
@click.option("--seconds", type=seconds_type, help="How long (default 90; with --coach an hour).")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo-out"),
    show_default=True,
    help="Folder for the session file, and for the sound when there is no sound card.",
)
@_audio
@as_json
def demo(**options: object) -> int:
    """Run a simulated runner who hears the beats and answers them."""
    return dispatch("demo", options)


@cli.command()
@click.argument("config", type=click.Path(path_type=Path), required=False)
@source_option
@_mount
@click.option("--target", help="Step rate to aim at: 176, or +5% of your own.")
@_speed
@click.option(
    "--beats",
    type=click.Choice(["bandwidth", "always", "constant", "off"]),
    help="While off target; after the grace; a plain metronome from the first second; never.",
)
@click.option(
    "--broker",
    metavar="URL",
    help="Tell a coach elsewhere: mqtt[s]://[user@]host[:port]; the password comes from "
    "LIVECOACH_BROKER_PASSWORD or [broker] password_file.",
)
@click.option("--group", help="The group you run with there (default: club).")
@click.option(
    "--plan",
    type=click.Choice(["on", "off"]),
    help="One session of a plan that helps less and less (default), or a single one.",
)
@_audio
@click.option("--runner", help="Whose baseline to use and keep; the name a coach elsewhere sees.")
@_pace
@_folder
@_for_seconds
@as_json
def run(**options: object) -> int:
    """Coach a live run, or a recording of one.

    A Bluetooth sensor may come and go at any time. How a motion sensor is worn is said like
    --source 'ble:NAME?mount=chest&up=+y&forward=+z': the sensor's axes that point up and forward
    (&left=+x) when you stand; what a foot pod counts, like 'ble:NAME?cadence=steps' (or per_leg). A
    sensor wired to this computer is --source 'i2c:1?chip=lsm6dsox&mount=waist' (or lsm6dso32).

    CONFIG is a TOML file as in configs/; the command line beats it. Ctrl-C ends a run cleanly.
    """
    return dispatch("run", options)


@cli.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--out", help="CSV to write; - for standard output.")
@_mount
@click.option("--speed", help="Belt speed over what the file says, or none for unknown.")
@as_json
def analyze(**options: object) -> int:
    """Turn recordings (several on one clock are one run) into a table of steps or pod seconds."""
    return dispatch("analyze", options)


@cli.command()
@_ident
@click.option(
    "--what-if",
    "changes",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change a setting, like target=180 or coach.beats=off, and show how cues differ; repeat.",
)
@_folder
@as_json
def replay(**options: object) -> int:
    """Feed a session's inputs through the same code again and compare every event.

    With --what-if the settings of a configuration file are changed, and cues are compared instead.
    """
    return dispatch("replay", options)


@cli.command()
@_ident
@click.option("-o", "--out", help="Page to write (default: ID.html here); - for standard output.")
@_folder
@as_json
def report(**options: object) -> int:
    """Write a session as one HTML page: what you aimed at, what happened, what to try next.

    It opens without a network and prints on one A4 page. With --json alone no page is written.
    """
    return dispatch("report", options)


@cli.command()
@_ident
@click.option("--fit", is_flag=True, help="FIT activity: all that FIT has a field for, and more.")
@click.option("--tcx", is_flag=True, help="TCX activity: heart rate, speed, distance, cadence.")
@click.option("--csv", is_flag=True, help="Table of single steps, as analyze writes it.")
@click.option("-o", "--out", help="File to write (default: ID.fit here); - for standard output.")
@_folder
@as_json
def export(**options: object) -> int:
    """Write a session as a file for other programs, also one that was cut off.

    A row a second, pauses where nobody ran, a lap a kilometre. Times are UTC, the time zone is this
    machine's. Cadence counts one leg, as other programs expect. An existing file is replaced.
    """
    return dispatch("export", options)


@cli.command("import")
@click.argument("path", metavar="FILE.fit", type=click.Path(path_type=Path))
@click.option("--runner", help="Whose run it was.")
@as_json
def import_(**options: object) -> int:
    """Learn a runner's own step rate by speed from an old run, recorded by any watch."""
    return dispatch("import_", options)


@cli.command()
@click.option("--runner", help="Whose plan it is.")
@click.option("--sessions", type=click.IntRange(1, 100), help="How many are planned (default 8).")
@click.option("--restart", is_flag=True, help="Begin the plan anew.")
@as_json
def plan(**options: object) -> int:
    """Print the learning plan: what its sessions brought, and what the next one is like."""
    return dispatch("plan", options)


@cli.command()
@_ident
@_folder
@as_json
def explain(**options: object) -> int:
    """Tell of each cue of a session what was seen, why it came then, and what came of it.

    Now and then the coach keeps silent on purpose where it would have asked: what changes without
    it would have changed anyway, and is taken off the effect.
    """
    return dispatch("explain", options)


@cli.command()
@_folder
@click.option("--prune", metavar="AGE", help="Remove those older than 30d (12h, 8w) for good.")
@click.option("--yes", is_flag=True, help="Remove without asking; --json never asks.")
@as_json
def sessions(**options: object) -> int:
    """List the sessions there are, with what came of them.

    --prune keeps those that still run and those that cannot be read, and never touches what is
    known of the runner.
    """
    return dispatch("sessions", options)


@cli.command()
@click.option(
    "--seconds", type=seconds_type, default=8.0, show_default=True, help="How long to listen."
)
@click.option(
    "--audio", is_flag=True, help="List sound outputs instead, with their rate and latency."
)
@as_json
def scan(**options: object) -> int:
    """List the Bluetooth sensors around, what each can measure, and how to use it.

    Each is connected to for a moment, to see what it really has and how full its battery is.
    """
    return dispatch("scan", options)


@cli.command()
@click.argument("config", type=click.Path(path_type=Path), required=False)
@as_json
def doctor(**options: object) -> int:
    """Check whether a run will work: sensors, sound, power, disk, clock; each with the way out.

    With CONFIG, what that needs; else what the machine has. Takes less than 5 s; exits with 1 when
    something fails. A wired sensor is measured at rest: end the service before (`systemctl stop
    livecoach`), and lay it down.
    """
    return dispatch("doctor", options)


def _guided(command: Callable[..., int]) -> Callable[..., int]:
    """Give a guided protocol what it takes to run a session."""
    options = (
        click.argument("config", type=click.Path(path_type=Path), required=False),
        source_option,
        _mount,
        _speed,
        _audio,
        click.option("--runner", help="Who runs."),
        _pace,
        _folder,
        _for_seconds,
        as_json,
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
    return dispatch("guided", options, "sweep")


@cli.command()
@click.argument("name", type=click.Choice(["toe-last", "high-knee", "tall", "lean"]))
@_guided
def drill(**options: object) -> int:
    """Spend a minute on one idea before a run, and see what it changed.

    toe-last and high-knee are scored by a foot sensor, tall by one on the trunk, lean by one on
    chest or back; with others they are coached without a score.
    """
    return dispatch("guided", options, "drill")


@cli.command()
@as_json
def metrics(**options: object) -> int:
    """Print what can be measured: name, unit, meaning, source, plausible range."""
    return dispatch("metrics", options)


cli.add_command(calibrate)
cli.add_command(monitor)
