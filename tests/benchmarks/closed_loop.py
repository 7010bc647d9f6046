"""Five simulated runners and the coach, each answering the other: a table, and a picture each.

``python -m tests.benchmarks.closed_loop [DIR]``. Simulated: chest sensor at 100 Hz, the whole way
from samples to cues, half an hour each (the first without a stored baseline), an ideal sound card.
The responder's gains are round numbers (`livecoach.simulation.responder`), so this shows that coach
and runner do not fight, not how people will answer. No plan: nothing fades, nobody is left alone.
"""

import importlib
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from rich.console import Console
from rich.table import Table

from livecoach.coach import CoachParams, parse_target
from livecoach.model import Baseline, Profile
from livecoach.simulation import RunnerParams
from tests.session.closed_loop import Loop, by_samples

OWN_SPM = 164.0
SECONDS = 1800.0
SETTLED_S = 420.0
PLUS_5 = CoachParams(target="+5%", plan="off")
STORED = Profile("x", (Baseline(OWN_SPM, 3.0, 900),))


class Case(NamedTuple):
    """Who runs, and with which coach."""

    name: str
    runner: RunnerParams
    params: CoachParams
    profile: Profile = STORED


CASES = {
    "responder": Case(
        "answers, forgets in 10 min; own rate measured first",
        RunnerParams(forget_s=600.0),
        PLUS_5,
        Profile(),
    ),
    "forgetful": Case(
        "answers, forgets in 2 min, tires by 3 % an hour",
        RunnerParams(fatigue_ratio_per_h=0.03),
        PLUS_5,
    ),
    "deaf": Case("does not follow beats", RunnerParams(follows=False), PLUS_5),
    "half": Case(
        "ignores half the beats, reacts 1 s later",
        RunnerParams(ignore_ratio=0.5, reaction_s=1.0, forget_s=300.0),
        PLUS_5,
    ),
    "always": Case(
        "answers; beats always, +10 %", RunnerParams(), CoachParams(target="+10%", beats="always")
    ),
}


def row(case: Case, loop: Loop) -> list[str]:
    """Return the table's figures of one runner."""
    own_spm = loop.targets[-1].baseline_spm or OWN_SPM
    goal_spm = own_spm * (1.0 + parse_target(case.params.target)[1])
    rates = loop.rates_spm(SETTLED_S, SECONDS - 2.0, 30.0)
    low, high = 100.0 * (rates.min() / goal_spm - 1.0), 100.0 * (rates.max() / goal_spm - 1.0)
    mean = 100.0 * (loop.rate_spm(SETTLED_S, SECONDS - 2.0) / goal_spm - 1.0)
    near = np.mean(np.abs(rates / goal_spm - 1.0) < 0.015)
    beats = [c for c in loop.cues if c.kind == "beat"]
    placed = np.mean(["in phase" in c.reason for c in beats])
    lead = np.median(loop.leads(SETTLED_S, SECONDS - 2.0))
    return [
        case.name,
        f"{goal_spm:.1f}",
        f"{mean:+.1f}",
        f"{low:+.1f} to {high:+.1f}",
        f"{100 * near:.0f}",
        f"{100 * len(beats) / len(loop.contacts):.0f}",
        f"{100 * placed:.0f}",
        f"{100 * lead:+.0f}",
        f"{len(loop.spoken)}",
    ]


def draw(path: Path, case: Case, loop: Loop) -> None:
    """Plot cadence, target, beats and words of one run."""
    importlib.import_module("matplotlib").use("Agg")
    pyplot: Any = importlib.import_module("matplotlib.pyplot")
    figure, (above, below) = pyplot.subplots(
        2, 1, figsize=(9, 4.4), sharex=True, height_ratios=(3, 1), layout="constrained"
    )
    t, rate = loop.contacts[8:] / 60.0, 60.0 * 8 / (loop.contacts[8:] - loop.contacts[:-8])
    above.plot(t, rate, color="0.6", lw=0.7, label="step rate, mean of 8 steps")
    known = [(x.t_known / 60.0, x.target_spm) for x in loop.targets if x.target_spm is not None]
    known.append((SECONDS / 60.0, known[-1][1]))
    times, target = zip(*known, strict=True)
    above.step(times, target, where="post", color="tab:blue", label="target")
    beats = loop.beats[loop.beats <= SECONDS]
    quick = 60.0 / np.diff(beats)
    inside = quick > 100.0
    above.plot(
        beats[1:][inside] / 60.0, quick[inside], ".", ms=2, color="tab:orange", label="beats' tempo"
    )
    for number, cue in enumerate(loop.spoken):
        label = "words" if number == 0 else None
        above.axvline(cue.t_due / 60.0, color="tab:green", lw=1, ls="--", label=label)
    above.axhline(1.1 * OWN_SPM, color="tab:red", lw=0.8, label="cap: +10 % of own")
    above.set_ylabel("steps/min")
    above.legend(loc="lower right", ncols=5, fontsize=8)
    above.set_title(f"simulated: {case.name}", fontsize=10)
    leads = loop.leads(0.0, SECONDS)
    below.plot(beats / 60.0, 100.0 * leads, ".", ms=2, color="tab:orange")
    below.axhline(0.0, color="0.5", lw=0.6)
    below.set(ylim=(-55, 55), xlabel="min", ylabel="beat before\nfootfall, % of a step")
    figure.savefig(path, dpi=80)
    pyplot.close(figure)


def main() -> None:
    """Run, print and draw."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("build/closed_loop")
    folder.mkdir(parents=True, exist_ok=True)
    table = Table(
        "runner",
        "target",
        "mean error, %",
        "30 s means, %",
        "within 1.5 %, % of time",
        "steps with a beat, %",
        "of these in phase, %",
        "beat before footfall, % of a step",
        "remarks",
        title=f"Simulated, half an hour; errors from {SETTLED_S / 60:.0f} min on",
    )
    for name, case in CASES.items():
        loop = by_samples(case.runner, case.params, case.profile, SECONDS)
        table.add_row(*row(case, loop))
        draw(folder / f"{name}.png", case, loop)
    Console(width=150).print(table)
    print(f"Pictures: {folder}")


if __name__ == "__main__":
    main()
