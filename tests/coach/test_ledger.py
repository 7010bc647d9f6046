"""The ledger: silences by chance, windows of steps, regression to the mean, honest unknowns."""

import math
from typing import Literal

import msgspec
import numpy as np
import pytest

from livecoach.coach.evidence import Evidence
from livecoach.coach.faults import MEASURES, Seen
from livecoach.coach.ledger import RATE, SHARE, Asking, Ledger, of_fault, of_rate
from livecoach.model import CueEffect, Efficacy, Profile

KNOWN = Efficacy(kind="quicker", measure="step_rate_spm", means="beats", tried=1)
PROFILE = Profile("x", ledger=(KNOWN,))
SMALL = of_rate("low", -0.03, "step rate -3.0 %")
LARGE = of_rate("low", -0.06, "step rate -6.0 %")
STEP_S = 0.36


class Runner:
    """Feeds a ledger with steps; asks when told to."""

    def __init__(
        self, profile: Profile = PROFILE, seed: int = 0, *, holds_out: bool = True
    ) -> None:
        self.ledger = Ledger(profile, seed, holds_out=holds_out)
        self.t = 0.0
        self.effects: list[CueEffect] = []

    def run(self, rates: list[float]) -> None:
        """Take a step at each rate."""
        for rate in rates:
            self.t += STEP_S
            self.ledger.update(1.0, {RATE: rate})
            self.effects += self.ledger.due(self.t)

    def wait(self, seconds: float) -> None:
        """Let time pass without a good step."""
        self.t += seconds
        self.effects += self.ledger.due(self.t)

    def ask(self, asking: Asking = SMALL, phrase: str = "") -> bool:
        """Return whether it was asked, rather than held."""
        if self.ledger.holds(self.t, asking):
            return False
        self.ledger.asked(self.t, asking, 7, phrase, beats=True)
        return True

    def asked(self) -> None:
        """Ask, whatever the coin says."""
        while not self.ask():
            self.run([160.0] * 41)
            self.effects.clear()


def test_the_change_is_from_the_20_steps_before_to_steps_20_to_40_after() -> None:
    runner = Runner()
    runner.run([100.0] * 30 + [160.0] * 20)
    runner.asked()
    runner.run([200.0] * 20 + [164.0] * 20 + [300.0] * 5)
    (effect,) = runner.effects
    assert (effect.before, effect.after) == (160.0, 164.0)
    assert effect.change == pytest.approx(2.5)
    assert (effect.kind, effect.means, effect.cue, effect.unit) == (
        "quicker",
        "beats",
        7,
        "percent",
    )
    assert effect.reason == "step rate -3.0 %"


def test_to_ask_for_less_counts_the_other_way() -> None:
    runner = Runner(Profile("x"))
    runner.run([170.0] * 20)
    assert runner.ask(of_rate("high", 0.03, "x"))
    runner.run([166.6] * 40)
    assert runner.effects[0].change == pytest.approx(2.0)


def test_a_pods_seconds_count_as_the_steps_in_them() -> None:
    ledger = Ledger(Profile("x"), 0, holds_out=True)
    for _ in range(10):
        ledger.update(2.7, {RATE: 162.0})
    assert not ledger.holds(10.0, SMALL)
    ledger.asked(10.0, SMALL, 1, "", beats=True)
    counts = []
    for k in range(1, 20):
        ledger.update(2.7, {RATE: 165.24})
        counts += [k] * len(ledger.due(10.0 + k))
    assert counts == [15]


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        ("command", "there was a command (mute)"),
        ("interrupted", "the running was interrupted"),
        ("slow", "too few good steps within 20 s"),
        ("dropped", "it was not heard"),
    ],
)
def test_an_outcome_that_cannot_be_known_is_unknown_and_teaches_nothing(
    happens: str, why: str
) -> None:
    runner = Runner(Profile("x"))
    runner.run([160.0] * 20)
    assert runner.ask()
    runner.run([170.0] * 30)
    match happens:
        case "command":
            runner.ledger.disturbed(why)
        case "interrupted":
            runner.ledger.interrupted(why)
        case "slow":
            runner.wait(10.0)
        case _:
            for cue in range(8, 15):
                runner.ledger.dropped(cue)
    runner.run([170.0] * 10)
    (effect,) = runner.effects
    assert (effect.verdict, effect.why, effect.after, effect.change) == ("unknown", why, None, None)
    assert [(row.tried, row.n) for row in runner.ledger.gained] == [(1, 0)]


def test_words_that_were_not_heard_were_beats_alone() -> None:
    runner = Runner(Profile("x"))
    runner.run([160.0] * 20)
    assert runner.ask(phrase="Quick, light feet.")
    runner.ledger.dropped(7)
    runner.run([164.0] * 40)
    assert (runner.effects[0].means, runner.effects[0].phrase) == ("beats", "")


def test_the_first_asking_is_never_held_and_has_nothing_to_be_compared_with() -> None:
    for seed in range(40):
        runner = Runner(Profile("x"), seed)
        runner.run([160.0] * 20)
        assert runner.ask()
        runner.run([164.0] * 40)
        assert runner.effects[0].verdict == "not compared"
        assert runner.effects[0].effect is None
        assert [row.n for row in runner.ledger.gained] == [0]


def test_one_opportunity_in_four_is_held_by_chance() -> None:
    held = opportunities = 0
    for seed in range(60):
        runner = Runner(seed=seed)
        runner.run([160.0] * 20)
        for _ in range(20):
            opportunities += 1
            held += not runner.ask()
            runner.run([160.0] * 40)
    assert opportunities == 1200
    assert abs(held - SHARE * opportunities) < 4.0 * math.sqrt(opportunities * SHARE * (1 - SHARE))


def test_what_is_large_is_held_only_once_in_a_row() -> None:
    longest = {"small": 0, "large": 0}
    for name, asking in (("small", SMALL), ("large", LARGE)):
        for seed in range(60):
            runner, row = Runner(seed=seed), 0
            runner.run([160.0] * 20)
            for _ in range(20):
                row = 0 if runner.ask(asking) else row + 1
                longest[name] = max(longest[name], row)
                runner.run([160.0] * 40)
    assert longest["large"] == 1
    assert longest["small"] > 1


def test_the_coin_is_the_same_for_the_same_seed_and_ledger_only() -> None:
    def coins(profile: Profile, seed: int) -> list[bool]:
        runner = Runner(profile, seed)
        runner.run([160.0] * 20)
        out = []
        for _ in range(40):
            out.append(runner.ask())
            runner.run([160.0] * 40)
        return out

    assert coins(PROFILE, 5) == coins(PROFILE, 5)
    later = Profile("x", ledger=(msgspec.structs.replace(KNOWN, tried=9),))
    assert coins(PROFILE, 5) != coins(PROFILE, 6)
    assert coins(PROFILE, 5) != coins(later, 5)


def test_nothing_is_held_when_told_so_or_when_nothing_was_measured_before() -> None:
    for seed in range(40):
        assert Runner(seed=seed).ask()
        runner = Runner(seed=seed, holds_out=False)
        runner.run([160.0] * 20)
        assert runner.ask()


def seen(fault: Literal["braking", "lean"]) -> Seen:
    measure = next(m for m in MEASURES if m.fault == fault)
    return Seen(fault, "worse than your own", measure, None, large=False)


def test_a_fault_whose_words_never_help_comes_last_and_once() -> None:
    rows = [
        Efficacy(
            kind="braking", measure="speed_loss_mps", means=m, tried=8, n=8, total=0.0, squares=8.0
        )
        for m in ("words", "silence")
    ]
    faults = [seen("braking"), seen("lean")]
    fresh = Ledger(Profile("x"), 0, holds_out=False)
    assert [s.fault for s in fresh.in_order(faults)] == ["braking", "lean"]
    ledger = Ledger(Profile("x", ledger=tuple(rows)), 0, holds_out=False)
    assert [s.fault for s in ledger.in_order(faults)] == ["lean", "braking"]
    ledger.asked(1.0, of_fault(faults[0]), 1, "Let the ground come to you.", beats=False)
    assert [s.fault for s in ledger.in_order(faults)] == ["lean"]


def wandering(rng: np.random.Generator, steps: int) -> list[float]:
    """Return step rates that wander slowly by SD 2/min, each step by 1.5/min more."""
    slow, out = 0.0, []
    keep = math.exp(-1 / 40)
    for _ in range(steps):
        slow = keep * slow + 2.0 * math.sqrt(1 - keep * keep) * float(rng.standard_normal())
        out.append(160.0 + slow + 1.5 * float(rng.standard_normal()))
    return out


def test_regression_to_the_mean_is_no_effect() -> None:
    """Asked whenever the last 20 steps were slow, a runner who hears nothing still speeds up."""
    evidence, naive = Evidence(()), list[float]()
    for seed in range(12):
        rng = np.random.default_rng(seed)
        runner = Runner(seed=seed)
        rates = wandering(rng, 6000)
        for k, rate in enumerate(rates):
            runner.run([rate])
            if k % 45 == 0 and k > 20 and np.mean(rates[k - 19 : k + 1]) < 158.0:
                runner.ask()
        for e in runner.effects:
            if e.change is not None:
                key = (e.kind, e.measure, e.means, e.phrase)
                evidence.add(key, e.change)
                naive += [e.change] if e.cue is not None else []
    effect = evidence.effect(("quicker", "step_rate_spm", "beats", ""))
    assert effect is not None
    assert effect.sd is not None
    own_error = float(np.std(naive)) / math.sqrt(len(naive))
    assert np.mean(naive) > 8.0 * own_error
    assert np.mean(naive) > 0.5
    assert abs(effect.mean) < 2.5 * effect.sd
    assert effect.sd < 0.25
