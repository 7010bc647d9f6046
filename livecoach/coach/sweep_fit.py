"""What a sweep's levels amount to: one cost a level, a parabola, its lowest point, or a refusal.

Cost. What every level knows: expected braking, bounce, speed loss (at the chest), heart rate; what
the sensors cannot know is left out, never 0. Each is standardised over the levels (less its mean,
over its standard deviation). The first three say much the same (how hard every landing is) and are
averaged into one; with a heart rate that one counts half and the heart the other half, so that
three measures of one thing don't outvote it. Half and half is a choice, not a finding; hence the
heart's own answer is told beside it. Expected braking and bounce fall as the rate rises in nearly
everyone (elasticities -1.6 and -2.4, reference/gait-science.md 3.3): what makes the cost turn up
again at quick rates is the heart rate, a stand-in for oxygen uptake (de Ruiter 2014). Without it
the honest answer is mostly a refusal.

Fit. cost = a + b x + c x^2 + d n by least squares: x is the rate that was *run*, over the own one,
less 1; n the level's number in time, because a heart drifts upward in a long run. Seven levels
leave three degrees of freedom. Lowest at -b / 2c. Interval: Fieller's, 95 %: all x whose slope
b + 2cx is not told apart from 0 (Fieller 1954; Hirschberg & Lye 2005, Melbourne economics paper
906, who find the delta method to perform poorly at this). It is bounded only when c itself is told
apart from 0: "convex" means that here. Its coverage was tried by simulation in the tests.
"""

import math

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from livecoach.coach.params import CAP_RATIO
from livecoach.coach.student import t95

WIDEST_RATIO = 0.06
FOLLOWED = 0.6
SAME_SPEED_MPS = 0.3
SOONEST = 3
HEART = "heart rate"
LABELS = {
    "expected_braking_mps": "expected braking",
    "vertical_oscillation_m": "bounce",
    "speed_loss_mps": "speed loss at the chest",
    "heart_rate_bpm": HEART,
}
"""Costs, as people call them."""


class Level(Struct, frozen=True):
    """One level: the rate asked for, the one that was run, and what it cost, where known."""

    asked_spm: float
    run_spm: float
    speed_mps: float | None
    costs: dict[str, float]


class Optimum(Struct, frozen=True):
    """The step rate of least cost and its 95 % interval."""

    best_spm: float
    low_spm: float
    high_spm: float


class SweepResult(Struct, frozen=True, kw_only=True):
    """What a sweep found, or in ``refused`` why it gives no answer.

    ``by`` names the costs in it. ``heart`` is the answer of the heart rate alone, where it has one.
    """

    refused: str
    baseline_spm: float | None = None
    speed_mps: float | None = None
    best: Optimum | None = None
    by: tuple[str, ...] = ()
    heart: Optimum | None = None
    levels: tuple[Level, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """What to tell the runner."""
        if self.best is None or self.baseline_spm is None:
            return self._aside()
        off = 100.0 * (self.best.best_spm / self.baseline_spm - 1.0)
        at = "" if self.speed_mps is None else f" at {self.speed_mps:.1f} m/s"
        found = f"{_shown(self.best)}, {off:+.1f} % of your own {self.baseline_spm:.0f}"
        cap = 100.0 * CAP_RATIO
        return (
            f"Your best step rate{at}: {found}.",
            f"By what cost: {', '.join(self.by)}.",
            *self._aside(),
            f"To run with it: livecoach run --target {self.best.best_spm:.0f}"
            + (f" (which aims at +{cap:.0f} % at most)" if off > cap else ""),
        )

    def _aside(self) -> tuple[str, ...]:
        if self.heart is None or self.by == (HEART,):
            return ()
        return (f"By heart rate alone: {_shown(self.heart)}.",)


def judged(own_spm: float, speed_mps: float | None, levels: tuple[Level, ...]) -> SweepResult:
    """Return the answer that complete levels give."""
    by = tuple(LABELS[name] for name in _known(levels))
    best, heart = None, None
    refused = not_followed(levels) or _speed_changed(levels)
    if not refused:
        heart = _optimum(own_spm, levels, costs(levels, only=HEART))
        found = _optimum(own_spm, levels, costs(levels))
        refused = found if isinstance(found, str) else ""
        best = None if isinstance(found, str) else found
    return SweepResult(
        refused=refused,
        baseline_spm=own_spm,
        speed_mps=speed_mps,
        best=best,
        by=by,
        heart=None if isinstance(heart, str) else heart,
        levels=levels,
    )


def costs(levels: tuple[Level, ...], only: str = "") -> NDArray[np.float64]:
    """Return the cost of each level, or of one measure only; empty when nothing is known."""
    landing: list[NDArray[np.float64]] = []
    heart: list[NDArray[np.float64]] = []
    for name in _known(levels):
        if only and LABELS[name] != only:
            continue
        values = np.array([level.costs[name] for level in levels])
        spread = float(values.std(ddof=1))
        if spread > 0.0:
            group = heart if LABELS[name] == HEART else landing
            group.append((values - values.mean()) / spread)
    groups = [np.mean(group, axis=0) for group in (landing, heart) if group]
    return np.asarray(np.mean(groups, axis=0) if groups else [], dtype=np.float64)


def _known(levels: tuple[Level, ...]) -> list[str]:
    return [name for name in LABELS if all(name in level.costs for level in levels)]


def not_followed(levels: tuple[Level, ...]) -> str:
    """Return that the runner did not follow the beats, "" when they did or it is too soon."""
    asked = np.array([level.asked_spm for level in levels])
    run = np.array([level.run_spm for level in levels])
    if len(levels) < SOONEST or float(np.polyfit(asked, run, 1)[0]) >= FOLLOWED:
        return ""
    return (
        f"you did not follow the beats: they went from {asked.min():.0f} to {asked.max():.0f}"
        f" a minute, your steps from {run.min():.0f} to {run.max():.0f}"
    )


def _speed_changed(levels: tuple[Level, ...]) -> str:
    speeds = [level.speed_mps for level in levels if level.speed_mps is not None]
    if speeds and max(speeds) - min(speeds) > SAME_SPEED_MPS:
        return (
            f"your speed changed between levels, from {min(speeds):.1f} to {max(speeds):.1f} m/s:"
            " run at one speed, best on a treadmill"
        )
    return ""


def _optimum(own_spm: float, levels: tuple[Level, ...], cost: NDArray[np.float64]) -> Optimum | str:
    """Return where the cost is least, or why that is not known."""
    if not len(cost):
        return "no cost is known: it takes a motion sensor on the trunk, or a heart rate sensor"
    x = np.array([level.run_spm for level in levels]) / own_spm - 1.0
    scale = float(np.abs(x).max())
    coefs, cov, freedom = _parabola(x / scale, cost)
    interval = _fieller(coefs, cov, t95(freedom))
    if coefs[2] <= 0.0 or interval is None:
        way = _monotone(x, cost)
        if way:
            return way
        return "the cost does not clearly turn up on both sides of any step rate (not convex)"
    best, (low, high) = -0.5 * coefs[1] / coefs[2], interval
    if not x.min() <= best * scale <= x.max():
        side = "quicker" if best > 0.0 else "slower"
        beyond = f"the cost was still falling at the {side} end of what you ran"
        return f"{beyond}, so that its lowest point lies outside the levels"
    if (high - low) * scale > WIDEST_RATIO * (1.0 + best * scale):
        return (
            f"it is not clear enough: anywhere from {own_spm * (1.0 + low * scale):.0f} to"
            f" {own_spm * (1.0 + high * scale):.0f} a minute, wider than"
            f" {100 * WIDEST_RATIO:.0f} % of the rate"
        )
    rates = [own_spm * (1.0 + float(u) * scale) for u in (best, low, high)]
    return Optimum(*rates)


def _monotone(x: NDArray[np.float64], cost: NDArray[np.float64]) -> str:
    """Return that the cost only falls one way, where it nearly does; else ""."""
    correlation = float(np.corrcoef(x, cost)[0, 1])
    if abs(correlation) < 0.9:
        return ""
    side = "rose" if correlation < 0.0 else "fell"
    return f"the cost only went down as the step rate {side}: there is no lowest point (not convex)"


def _parabola(
    u: NDArray[np.float64], cost: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
    """Return the coefficients 1, u, u^2, n by least squares, their covariance, what is left."""
    n = np.linspace(-1.0, 1.0, len(u))
    design = np.stack([np.ones_like(u), u, u * u, n], axis=1)
    inverse = np.linalg.pinv(design.T @ design)
    coefs = inverse @ design.T @ cost
    freedom = len(u) - design.shape[1]
    rest = cost - design @ coefs
    return coefs, inverse * float(rest @ rest) / freedom, freedom


def _fieller(
    coefs: NDArray[np.float64], cov: NDArray[np.float64], t: float
) -> tuple[float, float] | None:
    """Return all x with (b + 2cx)^2 <= t^2 var(b + 2cx), when that is one bounded interval."""
    b, c = float(coefs[1]), float(coefs[2])
    square = 4.0 * (c * c - t * t * float(cov[2, 2]))
    linear = 4.0 * (b * c - t * t * float(cov[1, 2]))
    constant = b * b - t * t * float(cov[1, 1])
    if square <= 0.0:
        return None
    # the lowest point itself is always inside, so that only rounding can make this negative
    root = math.sqrt(max(0.0, linear * linear - 4.0 * square * constant))
    return (-linear - root) / (2.0 * square), (-linear + root) / (2.0 * square)


def _shown(found: Optimum) -> str:
    return f"{found.best_spm:.0f} a minute ({found.low_spm:.0f} to {found.high_spm:.0f})"
