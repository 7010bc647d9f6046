"""``livecoach import``: a runner's own step rates from a run that some watch recorded."""

from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any

from livecoach.commands.output import placed, print_json, stdout
from livecoach.config import RunnerConfig
from livecoach.errors import SourceError
from livecoach.model import Baseline
from livecoach.report.old_run import OldRun, read
from livecoach.report.own_rates import LEAST_S, Learnt, learn
from livecoach.sinks.lines import plain
from livecoach.store.places import profile_path
from livecoach.store.profile import ProfileStore, speed_bin


def import_(*, path: Path, runner: str | None, as_json: bool) -> int:
    """Keep what a FIT file tells of a runner's own step rates; return the exit code."""
    path = path.expanduser()
    size = path.stat().st_size if path.is_file() else 0

    def watch(messages: Iterator[tuple[int, Any]]) -> Iterator[tuple[int, Any]]:
        return placed(messages, itemgetter(0), size, "reading")

    run = read(path, watch)
    learnt = learn(run)
    if not learnt:
        raise SourceError(f"{path}: {_why_nothing(run)}")
    name = runner or RunnerConfig().name
    store = ProfileStore(profile_path())
    before = store.load(name).baselines
    for known in learnt:
        store.save_baseline(name, known.baseline)
    if as_json:
        print_json(_table(name, store.path, run, learnt))
        return 0
    for line in (*_lines(run, learnt, before), f"Used from now on in the runs of {name}."):
        stdout().print(plain(line), markup=False, soft_wrap=True)
    return 0


def _why_nothing(run: OldRun) -> str:
    if run.coached_from_s is not None:
        return f"no {LEAST_S} s of steady running at one speed before its first cue: nothing learnt"
    return f"no {LEAST_S} s of steady running at one speed in it: nothing learnt"


def _table(name: str, file: Path, run: OldRun, learnt: tuple[Learnt, ...]) -> dict[str, object]:
    return {
        "runner": name,
        "file": str(file),
        "counted_both_legs": run.both_legs,
        "coached_from_s": run.coached_from_s,
        "baselines": learnt,
    }


def _lines(run: OldRun, learnt: tuple[Learnt, ...], before: tuple[Baseline, ...]) -> list[str]:
    lines = ["Its cadence counts the steps of both legs."] if run.both_legs else []
    if run.coached_from_s is not None:
        lines.append(f"Only the {run.coached_from_s:.0f} s before its first cue were used.")
    for known in learnt:
        own = known.baseline
        speed = own.speed_mps or 0.0
        former = next((b for b in before if _replaced(b, speed)), None)
        was = "" if former is None else f" (was {former.step_rate_spm:.1f})"
        lines.append(
            f"{3.6 * speed:.1f} km/h: {own.step_rate_spm:.1f} steps/min{was}, over "
            f"{known.seconds} s, spread {known.spread_spm:.1f}"
        )
    return lines


def _replaced(baseline: Baseline, speed_mps: float) -> bool:
    return baseline.speed_mps is not None and speed_bin(baseline.speed_mps) == speed_bin(speed_mps)
