"""Print when open peers would say "faster", beside our drift detector, on the same step rates.

``python -m tests.benchmarks.policies``; the recorded rows need LIVECOACH_DATA. Ten minutes on
target, then a drop. Each peer's policy is restated from its published thresholds and timings, none
of its code: aleung/RunningCadence (target +-2.5 %, checked every 180, 60 or 30 s by the size of the
error), RunnerUp's TargetTrigger (a range, trimmed mean of 20 s, 30 s between checks), Redback's
Garmin field (+-5/min, at once, again every 30 s for 3 min), mdmedley/cadence-coach (whole steps in
5 s, +-3/min), HW006-J's Form Coach in two versions (below 162/min for 8 s; below 95 % of the
session's mean for 12 s; only low counts) and Sound for the nRF Toolbox (15/min from its own last
reading, every 2 min). Form Coach gets the true rate where it would find its own. Only the decision
is compared: no sensor, no runner who answers.
"""

import math
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from livecoach.coach import CoachParams
from livecoach.coach.drift import DriftDetector
from tests.benchmarks import cadence
from tests.benchmarks.cadence import TARGET, Noise, Reading

Cues = list[tuple[float, str]]
"""When, and ``low`` (asks for more), ``high`` (for less) or ``far`` (either)."""
Stream = Callable[[int], Iterator[tuple[float, float]]]

SEEDS = 30
DROPS = (0.04, 0.07, 0.10)
_NEVER = -1e9


class Score(Struct, frozen=True):
    """False cues in 10 min on target; by drop: delays of those found, and the share missed."""

    false_cues: float
    delays_s: dict[float, list[float]]
    missed_ratio: dict[float, float]

    def median_s(self, drop: float) -> float:
        """Return the median delay, a miss counting as for ever."""
        missed = self.missed_ratio[drop]
        return math.inf if missed >= 0.5 else float(np.median(self.delays_s[drop]))


def aleung(rates: list[float]) -> Cues:
    """Compare with the target at intervals that shrink as the error grows."""
    wide = int(TARGET * 0.025)
    cues: Cues = []
    mean, t_last, said = 0, 0, ""
    for t, rate in enumerate(map(int, rates)):
        side = "high" if rate > TARGET + wide else "low" if rate < TARGET - wide else "on"
        mean = rate if mean == 0 else (mean * 19 + rate) // 20
        error = abs(mean - TARGET) * 100 // TARGET
        if not said or (error < 5 and side == "on" and said != "on"):
            wait = 10
        else:
            wait = 180 if error < 5 else 60 if error < 10 else 30
        if t - t_last > wait:
            cues.append((t, side))
            said, t_last = side, t + 5
    return [cue for cue in cues if cue[1] != "on"]


def runner_up(rates: list[float], low: float = 172.0, high: float = 180.0) -> Cues:
    """Trimmed mean of 20 s against a range; after each check 30 s of rest."""
    cues: Cues = []
    rest = 20
    for t in range(len(rates)):
        if rest > 0:
            rest -= 1
            continue
        values = sorted(rates[max(0, t - 19) : t + 1])
        cut = 5 * len(values) // 100
        mean = float(np.mean(values[cut : len(values) - cut]))
        if not low <= mean <= high:
            cues.append((t, "low" if mean < low else "high"))
        rest = 30
    return cues


def redback(rates: list[float]) -> Cues:
    """At once on leaving the range, then every 30 s for three minutes."""
    cues: Cues = []
    side, since, t_last = "on", _NEVER, _NEVER
    for t, rate in enumerate(rates):
        now = "low" if rate < TARGET - 5 else "high" if rate > TARGET + 5 else "on"
        if now != side:
            side = now
            if side != "on":
                since = t_last = t
                cues.append((t, side))
        elif side != "on" and t - since < 180 and t - t_last >= 30:
            t_last = t
            cues.append((t, side))
    return cues


def cadence_coach(rates: list[float]) -> Cues:
    """Whole steps counted in 5 s, times twelve."""
    steps = np.floor(np.cumsum(np.array(rates) / 60.0))
    cues: Cues = []
    for t in range(5, len(rates), 5):
        rate = 12.0 * (steps[t] - steps[t - 5])
        if abs(rate - TARGET) >= 3:
            cues.append((t, "low" if rate < TARGET else "high"))
    return cues


def form_coach_1(rates: list[float]) -> Cues:
    """Mean of 6 s below 162 for 8 s; 20 s between two."""
    means = [float(np.mean(rates[max(0, t - 5) : t + 1])) for t in range(len(rates))]
    return _sustained([mean < 162.0 for mean in means], 8, 20)


def form_coach_2(rates: list[float]) -> Cues:
    """Trimmed mean of 20 s below 95 % of the session's mean for 12 s; 90 s between two."""
    low = [False] * min(20, len(rates))
    for t in range(20, len(rates)):
        now = float(np.mean(sorted(rates[t - 19 : t + 1])[1:-1]))
        low.append(now < max(153.0, 0.95 * float(np.mean(rates[20 : t + 1]))))
    return _sustained(low, 12, 90)


def _sustained(low: list[bool], for_s: int, gap_s: int) -> Cues:
    cues: Cues = []
    since, t_last = None, _NEVER
    for t, bad in enumerate(low):
        since = (t if since is None else since) if bad else None
        if since is not None and t - since >= for_s and t - t_last >= gap_s:
            cues.append((t, "low"))
            t_last, since = t, None
    return cues


def sound_nrf(rates: list[float]) -> Cues:
    """Two minutes of beats again whenever the rate has moved by 15 from where they ended."""
    cues: Cues = []
    until, own = 120, None
    for t, rate in enumerate(rates):
        if t >= until:
            own = rate if own is None else own
            if abs(rate - own) > 15:
                cues.append((t, "far"))
                until, own = t + 120, None
    return cues


def ours(readings: list[Reading], params: CoachParams | None = None) -> Cues:
    """Our detector as the coach uses it: a burst when off, again after burst and rest."""
    p = params or CoachParams()
    detector = DriftDetector(p)
    cues: Cues = []
    for r in readings:
        side = detector.update(r.step_rate_spm, TARGET, r.dt_s) if r.t >= p.grace_s else "on"
        if side != "on" and (not cues or r.t - cues[-1][0] >= 2.0 * p.burst_s):
            cues.append((r.t, side))
    return cues


PEERS: dict[str, Callable[[list[float]], Cues]] = {
    "aleung/RunningCadence": aleung,
    "RunnerUp, 172-180": runner_up,
    "Redback, +-5": redback,
    "mdmedley/cadence-coach, +-3": cadence_coach,
    "Form Coach v1, < 162": form_coach_1,
    "Form Coach v2, < 95 % of own": form_coach_2,
    "Sound nRF, +-15": sound_nrf,
}


def policy_on_seconds(peer: Callable[[list[float]], Cues]) -> Callable[[list[Reading]], Cues]:
    """Let a peer read the step rate once a second."""
    return lambda readings: peer(cadence.seconds(readings))


POLICIES = {"livecoach": ours} | {name: policy_on_seconds(p) for name, p in PEERS.items()}


def score(policy: Callable[[list[Reading]], Cues], stream: Stream, seeds: int = SEEDS) -> Score:
    """Measure a policy on one kind of noise."""
    false_cues, seconds = 0, 0.0
    delays: dict[float, list[float]] = {drop: [] for drop in DROPS}
    for seed in range(seeds):
        t0 = cadence.drop_t(seed)
        for drop in DROPS:
            cues = policy(cadence.runner(stream(seed), seed, drop))
            after = [t - t0 for t, side in cues if t >= t0 and side in {"low", "far"}]
            delays[drop] += after[:1]
        false_cues += sum(1 for t, _ in cues if t < t0)
        seconds += t0
    missed = {drop: 1.0 - len(found) / seeds for drop, found in delays.items()}
    return Score(600.0 * false_cues / seconds, delays, missed)


def synthetic() -> dict[str, Stream]:
    """Return the made-up kinds of noise."""
    return {
        "a reading a second, AR(1), SD 2/min": cadence.ar1,
        "steps, 1/f, 1.3 % of a step time": lambda seed: cadence.pink(seed, 0.013),
        "steps, 1/f, 1.7 %": lambda seed: cadence.pink(seed, 0.017),
        "a pod's whole numbers of such steps, 1.7 %": lambda seed: cadence.as_pod(
            cadence.pink(seed, 0.017)
        ),
    }


def recorded(data: Path) -> dict[str, Stream]:
    """Return the noise of recordings."""
    trials, long = cadence.recorded_steps(data)
    kinds = {
        "recorded steps: waist and chest trials": trials,
        "recorded steps: 12 min outdoors, waist": long,
        "recorded pods and watches, once a second": cadence.recorded_pods(data),
    }
    return {f"{name} ({_sum_up(pieces)})": _joined(pieces) for name, pieces in kinds.items()}


def _joined(pieces: list[Noise]) -> Stream:
    return lambda seed: cadence.joined(pieces, seed)


def _sum_up(pieces: list[Noise]) -> str:
    every = [reading for piece in pieces for reading in piece]
    spread = float(np.std([error for error, _ in every]))
    return f"{sum(dt for _, dt in every):.0f} s in {len(pieces)} pieces, SD {100 * spread:.1f} %"


def _cell(result: Score, drop: float) -> str:
    found, missed = result.delays_s[drop], result.missed_ratio[drop]
    delay = f"{np.median(found):.1f} / {np.percentile(found, 90):.1f}" if found else "-"
    return f"{delay}; {100 * missed:.0f} %"


def main() -> None:
    """Measure and print."""
    kinds = synthetic()
    if "LIVECOACH_DATA" in os.environ:
        kinds |= recorded(Path(os.environ["LIVECOACH_DATA"]))
    console = Console(width=110)
    console.print(
        "delay to the first cue after a drop, s: median / 90 of 100; share missed in 300 s"
    )
    for name, stream in kinds.items():
        drops = [f"-{100 * drop:.0f} %" for drop in DROPS]
        table = Table("policy", "false cues in 10 min", *drops, title=name)
        for who, policy in POLICIES.items():
            result = score(policy, stream)
            cells = (_cell(result, drop) for drop in DROPS)
            table.add_row(who, f"{result.false_cues:.2f}", *cells)
        console.print(table)


if __name__ == "__main__":
    main()
