"""``livecoach demo``: a simulated runner who hears the beats and answers them."""

from importlib import import_module
from pathlib import Path
from typing import Any

from rich.table import Table

from livecoach import config as configuration
from livecoach.commands.output import print_json, stdout
from livecoach.commands.run import as_table, closing_lines, exit_code, open_all, perform
from livecoach.commands.shipped import shipped
from livecoach.config import Config
from livecoach.errors import ConfigError
from livecoach.session import Outcome, Plan
from livecoach.session.known import stored_offsets, stored_profile

_SHOWN = (
    ("step_rate_spm", "cadence", 1.0, "steps/min", 1),
    ("contact_time_s", "contact time", 1e3, "ms", 0),
    ("vertical_oscillation_m", "bounce", 100.0, "cm", 1),
    ("speed_loss_mps", "braking (speed loss at the chest)", 100.0, "cm/s", 1),
    ("expected_braking_mps", "braking expected at this speed", 100.0, "cm/s", 1),
    ("step_length_m", "step length", 1.0, "m", 2),
)


def demo(*, seconds: float | None, out: Path, audio: str | None, coach: bool, as_json: bool) -> int:
    """Run the demo; return the exit code."""
    if coach:
        if as_json:
            raise ConfigError("--json", "a page has none: leave it out with --coach")
        # It brings MQTT along, which takes a second on a small computer.
        whole = import_module("livecoach.commands.demo_coach")
        return int(whole.demo_coach(seconds=seconds, out=out, audio=audio))
    config = shipped("demo.toml")
    changes: dict[str, Any] = {"seconds": seconds, "audio.output": audio}
    chosen = {key: value for key, value in changes.items() if value is not None}
    config = configuration.override(config, chosen, "options")
    plan = Plan(
        config=config,
        profile=stored_profile(config),
        offsets_s=stored_offsets(),
        record_in=out,
        wav_fallback=out / "demo.wav",
    )
    if not as_json:
        _introduce(config)
    outcome = perform(plan, open_all(config), "livecoach demo: SIMULATED runner", as_json=as_json)
    if as_json:
        print_json(as_table(outcome))
    else:
        _conclude(outcome)
    return exit_code(outcome)


def _introduce(config: Config) -> None:
    coach, own = config.coach, config.runner.baseline
    rate = "unknown" if own is None else f"{own.step_rate_spm:g}"
    per_s = f"{100 * coach.ramp_ratio_per_s:g} %"
    compressed = f"grace {coach.grace_s:g} s instead of 20 s, the target rises {per_s} a second"
    lines = (
        f"A simulated runner at {rate} steps/min, target {coach.target} of that stored baseline.",
        f"Time is compressed (configs/demo.toml): {compressed} instead of 1 % in 30 s.",
        "One compressed session, outside any learning plan.",
    )
    for line in lines:
        stdout().print(line, markup=False, soft_wrap=True)


def _conclude(outcome: Outcome) -> None:
    before, last = outcome.tally.before(), outcome.tally.last()
    table = Table("simulated runner", "before the first cue", "last 8 s", "change", title="Summary")
    for name, label, factor, unit, digits in _SHOWN:
        old, new = before.values.get(name), last.values.get(name)
        if old is None or new is None:
            table.add_row(label, "unknown", "unknown", "")
            continue
        table.add_row(
            f"{label}, {unit}",
            f"{old * factor:.{digits}f}",
            f"{new * factor:.{digits}f}",
            f"{100 * (new / old - 1):+.1f} %",
        )
    table.add_row("steps", str(before.steps), str(last.steps), "")
    console = stdout()
    console.print(table)
    if not outcome.tally.beats and not outcome.tally.cues:
        console.print("No cue yet: the run was shorter than grace, ramp and burst need.")
    for line in closing_lines(outcome):
        console.print(line, markup=False, soft_wrap=True)
