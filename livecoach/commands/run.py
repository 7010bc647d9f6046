"""``livecoach run``: options over a configuration file, then a session."""

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

import click
import msgspec

from livecoach import config as configuration
from livecoach.coach.plan import COUNTS_S
from livecoach.commands import keyboard
from livecoach.commands.loop import run_loop
from livecoach.commands.output import print_json, stdout
from livecoach.config import Config
from livecoach.errors import ConfigError
from livecoach.model import Profile
from livecoach.session import Outcome, Plan, Tally
from livecoach.session import run as run_session
from livecoach.session.history import settle_all
from livecoach.session.known import stored_offsets, stored_profile
from livecoach.sinks.console import LiveConsole, PlainConsole, View
from livecoach.sinks.lines import clock, kept_line, plain, skipped_line
from livecoach.sources import Door, LiveDoor, is_live, open_live, open_sources
from livecoach.sources.ble import BleDoor
from livecoach.sources.file import SessionDoor
from livecoach.sources.i2c import I2cDoor
from livecoach.sources.iio import IioDoor
from livecoach.store.places import sessions_dir

FAILED, INTERRUPTED = 1, 130


def run(
    *,
    config: Path | None,
    folder: Path | None,
    pace: Literal["realtime", "max"],
    as_json: bool,
    **options: object,
) -> int:
    """Run a session, or, on a wearable, one after the other; return the exit code."""
    if config is not None and not as_json and pace == "realtime":
        chosen = configuration.override(configuration.load(config), _changes(options), "options")
        if chosen.wearable is not None:
            wearable = import_module("livecoach.commands.wearable")
            return int(wearable.serve(chosen, folder or sessions_dir()))
    outcome = conduct(config, folder, pace, options, as_json=as_json)
    if as_json:
        print_json(as_table(outcome))
    else:
        for line in closing_lines(outcome):
            stdout().print(line, markup=False, soft_wrap=True)
    return exit_code(outcome)


def conduct(
    config: Path | None,
    folder: Path | None,
    pace: Literal["realtime", "max"],
    options: dict[str, object],
    *,
    as_json: bool,
) -> Outcome:
    """Run a session as a file and options over it say; return its outcome."""
    chosen = configuration.load(config) if config else Config()
    chosen = configuration.override(chosen, _changes(options), "options")
    if options.get("broker") and pace == "max":
        raise ConfigError("--broker", "--pace max is faster than a coach can follow: leave one out")
    doors = open_all(chosen)
    profile = None
    session = next((d for d in doors if isinstance(d, SessionDoor)), None)
    if session is not None:
        chosen, profile = recorded(session, _changes(options) if config is None else None, chosen)
    record_in = folder or sessions_dir()
    chosen = _audible(chosen, pace)
    todo = Plan(
        config=chosen,
        profile=profile or stored_profile(chosen),
        offsets_s=stored_offsets(),
        pace=pace,
        record_in=record_in,
    )
    todo = msgspec.structs.replace(todo, wav_fallback=record_in / f"{todo.session_id}.wav")
    title = ", ".join(d.name for d in doors)
    return perform(todo, doors, f"livecoach: {title}", as_json=as_json)


def perform(plan: Plan, doors: Sequence[Door | LiveDoor], title: str, *, as_json: bool) -> Outcome:
    """Run a plan with a console (none with JSON) and return its outcome.

    What an earlier session in the same folder left undone is done first.
    """
    if plan.record_in is not None:
        settle_all(plan.record_in, _to_stderr)
    if as_json:
        let_speak(doors, _to_stderr)
        return run_loop(run_session(plan, doors, _to_stderr))
    screen = stdout()
    view = View(title)
    console = LiveConsole(view, screen) if screen.is_terminal else PlainConsole(view, sys.stdout)
    if let_speak(doors, lambda line: console.say(f"{clock(view.t)}  {line}")):
        view.sensors.links_told = True
    keys = plan.pace == "realtime" and keyboard.present() and not any(map(_is_complete, doors))
    controls = (keyboard.Keyboard(),) if keys else ()
    with console:
        if keys:
            console.say(keyboard.HELP)
        return run_loop(run_session(plan, doors, console.say, (console,), controls))


def _is_complete(door: Door | LiveDoor) -> bool:
    return isinstance(door, SessionDoor)


def exit_code(outcome: Outcome) -> int:
    """Return what a script must know: done, interrupted, or not all of it kept."""
    if outcome.reason == "interrupted":
        return INTERRUPTED
    return FAILED if outcome.problems else 0


def open_all(config: Config) -> list[Door | LiveDoor]:
    """Open the sources of a configuration."""
    recorded = tuple(uri for uri in config.sources if not is_live(uri))
    live = open_live(config.sources, mount=config.mount)
    if live and not recorded:
        return [*live]
    return [
        *live,
        *open_sources(
            recorded,
            mount=config.mount,
            speed_mps=configuration.parse_speed(config.speed),
            speed_told=bool(config.speed),
            seed=config.seed,
        ),
    ]


def let_speak(doors: Sequence[Door | LiveDoor], say: Callable[[str], None]) -> bool:
    """Let what live sensors are up to be read; tell whether there may be any."""
    told = [door for door in doors if isinstance(door, BleDoor | I2cDoor | IioDoor)]
    for door in told:
        door.say = say
    return bool(told)


def recorded(
    door: SessionDoor, changes: dict[str, Any] | None, asked: Config
) -> tuple[Config, Profile]:
    """Return the configuration and profile of a recorded session, changed by what was asked."""
    header = door.header
    if door.raw_end_s is not None:
        _to_stderr(f"{door.name}: its sensor data end at {clock(door.raw_end_s)}, and so does this")
    try:
        base = msgspec.convert(header.config, Config)
    except msgspec.ValidationError as exc:
        raise ConfigError(door.name, f"its configuration is not understood: {exc}") from exc
    if changes is None:
        return asked, header.profile
    changes.setdefault("audio.output", "null")
    changes.setdefault("broker.url", "")  # what a coach was told once is not told again unasked
    return configuration.override(base, changes, "options"), header.profile


def as_table(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as plain values."""
    tally = outcome.tally
    return {
        "session_id": outcome.session_id,
        "file": None if outcome.path is None else str(outcome.path),
        "sound": outcome.sound,
        "reason": outcome.reason,
        "duration_s": outcome.duration_s,
        "steps": tally.steps,
        "beats": tally.beats,
        "cues": tally.cues,
        "dropped_cues": outcome.dropped,
        "sound_gaps": outcome.gaps,
        "skipped": tally.skipped,
        "problems": list(outcome.problems),
        "mean_heart_rate_bpm": tally.mean_heart_rate_bpm,
        "target_spm": None if tally.target is None else tally.target.target_spm,
        "plan": _plan_table(outcome),
        "means": tally.overall().values,
        "before": msgspec.to_builtins(tally.before()),
        "last_8_s": msgspec.to_builtins(tally.last()),
    }


def closing_lines(outcome: Outcome) -> list[str]:
    """Say in a few lines what became of a run."""
    tally: Tally = outcome.tally
    rate = tally.overall().values.get("step_rate_spm")
    cadence = "cadence unknown" if rate is None else f"mean cadence {rate:.1f}/min"
    heard = f"{tally.beats} beats, {tally.cues} cues"
    heart_bpm = tally.mean_heart_rate_bpm
    heart = "" if heart_bpm is None else f"mean heart rate {heart_bpm:.0f}/min, "
    lines = [f"{clock(outcome.duration_s)} run, {tally.steps} steps, {cadence}, {heart}{heard}"]
    if tally.first_skipped is not None:
        lines.append(skipped_line(tally.skipped, tally.first_skipped))
    if tally.target is not None and tally.target.target_spm is None:
        lines.append(f"No target yet at the end: {tally.target.reason}.")
    if outcome.stage is not None:
        lines.append(_plan_line(outcome))
    if outcome.dropped:
        lines.append(
            f"Cues not played, because they came too late or had no sound: {outcome.dropped}"
        )
    if outcome.gaps:
        lines.append(f"The sound card ran dry {outcome.gaps} times: expect gaps in what was heard")
    lines += outcome.problems
    if outcome.path is not None:
        lines.append(f"Session {outcome.session_id} kept in {outcome.path}")
    if outcome.sound.endswith(".wav"):
        lines.append(f"Sound written to {outcome.sound}")
    if outcome.reason == "interrupted":
        lines.append("Interrupted; everything up to here is kept.")
    return [plain(line) for line in lines]


def _plan_table(outcome: Outcome) -> dict[str, Any] | None:
    if outcome.stage is None:
        return None
    kept = msgspec.to_builtins(outcome.tally.kept)
    coached_s = None if outcome.lesson is None else outcome.lesson.coached_s
    rest = {"coached_s": coached_s, "counted": outcome.counted, "retention": kept}
    return {**msgspec.to_builtins(outcome.stage), **rest}


def _plan_line(outcome: Outcome) -> str:
    """Say what became of the session of the plan, and what of the gain was kept without cues."""
    kept = outcome.tally.kept
    if outcome.counted:
        counted = "counted"
    elif outcome.lesson is None:
        counted = f"not counted: coached for less than {COUNTS_S / 60:.0f} min"
    else:
        counted = "not counted"
    return f"Plan: {counted}; {'no time without cues' if kept is None else kept_line(kept)}"


_KEYS = {
    "target": "coach.target",
    "beats": "coach.beats",
    "plan": "coach.plan",
    "audio": "audio.output",
    "runner": "runner.name",
    "broker": "broker.url",
    "group": "broker.group",
}


def _changes(options: dict[str, object]) -> dict[str, Any]:
    """Return the configuration keys that options set."""
    return {
        _KEYS.get(name, name): list(value) if isinstance(value, tuple) else value
        for name, value in options.items()
        if value is not None and value != ()
    }


def _audible(config: Config, pace: str) -> Config:
    """Keep a sound card out of a run that is faster than time."""
    output = config.audio.output
    if pace == "realtime" or output == "null" or output.lower().endswith(".wav"):
        return config
    if output != "default":
        raise ConfigError("--audio", f"{output}: --pace max is faster than sound; name a .wav file")
    return configuration.override(config, {"audio.output": "null"}, "--pace max")


def _to_stderr(line: str) -> None:
    click.echo(line, err=True)
