"""What is known about runner and machine when a session begins, and what one adds to it."""

import platform
from collections.abc import Callable
from pathlib import Path

import msgspec

from livecoach.config import Config, parse_speed
from livecoach.errors import ConfigError, StoreError
from livecoach.model import Baseline, Device, Profile
from livecoach.session.pipeline import Pipeline, Stature
from livecoach.sinks.audio.route import ROUTED, full_name
from livecoach.store.header import Header
from livecoach.store.places import profile_path
from livecoach.store.profile import ProfileStore


def pipeline_of(config: Config, profile: Profile) -> Pipeline:
    """Return the way of a stride as this configuration has it."""
    runner = config.runner
    stature = Stature(runner.height_m, runner.leg_length_m, parse_speed(config.speed))
    return Pipeline(config.coach, profile, stature, config.cadences)


def recorded_config(header: Header, path: Path) -> Config:
    """Return the configuration in the header of the session at ``path``; raises `ConfigError`."""
    try:
        return msgspec.convert(header.config, Config)
    except msgspec.ValidationError as exc:
        raise ConfigError(str(path), f"its configuration is not understood: {exc}") from exc


def stored_profile(config: Config) -> Profile:
    """Return what is known about the runner; a baseline in the configuration comes first.

    A simulated runner has no calibration: the sensor is not the runner's.
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
    except StoreError as exc:
        say(f"What this run found out could not be kept for the next one: {exc}")
