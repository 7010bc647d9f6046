"""What is known about runner and machine when a session begins, and what one adds to it."""

import platform
from collections.abc import Callable
from pathlib import Path

import msgspec
from msgspec.structs import replace

from livecoach.coach.guided import coach_of
from livecoach.config import Config, parse_speed
from livecoach.errors import ConfigError, StoreError
from livecoach.model import Baseline, Device, Efficacy, Lesson, Profile
from livecoach.session.pipeline import Pipeline, Stature
from livecoach.sinks.audio.route import ROUTED, full_name
from livecoach.store.header import Header
from livecoach.store.places import profile_path
from livecoach.store.profile import ProfileStore


def pipeline_of(config: Config, profile: Profile) -> Pipeline:
    """Return the way of a stride as this configuration has it.

    A run that stops by itself is as long as that, for the coach.
    """
    coach = config.coach
    if config.seconds is not None:
        coach = replace(coach, session_s=config.seconds)
    runner = config.runner
    stature = Stature(runner.height_m, runner.leg_length_m, parse_speed(config.speed))
    guided = coach_of(config.guide, coach, profile, config.seed)
    return Pipeline(guided, profile, stature, config.cadences, config.seed)


def recorded_config(header: Header, path: Path) -> Config:
    """Return the configuration in the header of the session at ``path``; raises `ConfigError`."""
    try:
        return msgspec.convert(header.config, Config)
    except msgspec.ValidationError as exc:
        raise ConfigError(str(path), f"its configuration is not understood: {exc}") from exc


def stored_profile(config: Config) -> Profile:
    """Return what is known about the runner; a baseline in the configuration comes first.

    A simulated runner has no calibration and learns nothing: neither sensor nor legs are theirs.
    """
    name, own = config.runner.name, config.runner.baseline
    simulated = any(source.startswith("sim:") for source in config.sources)
    if own is not None and simulated:
        return Profile(name, (own,))
    known = ProfileStore(profile_path()).load(name)
    return Profile(
        name,
        known.baselines if own is None else (own,),
        () if simulated else known.calibrations,
        known.devices,
        () if simulated else known.lessons,
        () if simulated else known.ledger,
    )


def stored_offsets() -> dict[str, float]:
    """Return how much later than it says each device of this machine is heard, where measured."""
    known = ProfileStore(profile_path()).audio_offsets(platform.node())
    offsets_s = {offset.device: offset.offset_s for offset in known}
    if offsets_s:
        full = {name: full_name(name) for name in ROUTED}
        offsets_s |= {name: offsets_s[full[name]] for name in full if full[name] in offsets_s}
    return offsets_s


def keep(
    runner: str,
    before: Profile,
    baselines: tuple[Baseline, ...],
    devices: tuple[Device, ...],
    ledger: tuple[Efficacy, ...],
    say: Callable[[str], None],
) -> None:
    """Keep what a run has found out about runner and devices for the next one."""
    try:
        store = ProfileStore(profile_path())
        for baseline in baselines:
            store.save_baseline(runner, baseline)
        for device in devices:
            if device not in before.devices:
                store.save_device(runner, device)
        if ledger:
            store.add_to_ledger(runner, ledger)
    except StoreError as exc:
        say(f"What this run found out could not be kept for the next one: {exc}")


def keep_lesson(runner: str, session: str, lesson: Lesson, say: Callable[[str], None]) -> bool:
    """Keep what a run adds to the runner's learning plan; return whether that could be done."""
    try:
        ProfileStore(profile_path()).save_lesson(runner, session, lesson)
    except StoreError as exc:
        say(f"This session could not be added to the plan: {exc}")
        return False
    return True
