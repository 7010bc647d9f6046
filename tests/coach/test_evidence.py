"""What asking does: effects against silence, their error, and the rule that follows."""

import math

import numpy as np
import pytest

from livecoach.coach.evidence import FEW, MANY, Evidence, Key
from livecoach.coach.phrases import Wording, english
from livecoach.model import Means

A, B = "Quick, light feet.", "Lighter, quicker feet."


def key(means: Means, phrase: str = "") -> Key:
    return "quicker", "step_rate_spm", means, phrase


def told(**changes: list[float]) -> Evidence:
    """Return the evidence of changes after silences, beats, and words ``a`` and ``b``."""
    evidence = Evidence(())
    keys = {
        "silence": key("silence"),
        "beats": key("beats"),
        "a": key("both", A),
        "b": key("both", B),
    }
    for name, values in changes.items():
        for value in values:
            evidence.add(keys[name], value)
    return evidence


def test_an_effect_is_the_change_less_that_of_silence_with_its_standard_error() -> None:
    evidence = told(silence=[1.0, 2.0, 3.0], beats=[4.0, 5.0, 6.0, 7.0])
    effect = evidence.effect(key("beats"))
    assert effect is not None
    assert effect.n == 4
    assert effect.mean == pytest.approx(3.5)
    spread = math.sqrt((2.0 + 5.0) / 5)
    assert evidence.spread("quicker", "step_rate_spm") == pytest.approx(spread)
    assert effect.sd == pytest.approx(spread * math.sqrt(1 / 4 + 1 / 3))
    assert effect.shrunk == pytest.approx(3.5 * 4 / 5)


def test_without_a_silence_nothing_is_said_and_nothing_given_up() -> None:
    evidence = told(beats=[-3.0] * 20)
    assert evidence.effect(key("beats")) is None
    assert not evidence.failed(key("beats"))
    assert not evidence.futile("quicker", "step_rate_spm")


def test_tries_whose_outcome_is_unknown_count_as_tries_only() -> None:
    evidence = told(silence=[1.0])
    evidence.add(key("silence"), None)
    assert evidence.silence("quicker", "step_rate_spm") == (1, 1.0)
    assert evidence.tried == 2
    assert [row.n for row in evidence.gained] == [1]


def test_what_does_harm_is_given_up_after_few_tries_and_what_is_not_clear_after_many() -> None:
    silences = [0.0, 1.0, -1.0]
    harm, unclear = [-0.5, -1.5, -1.0], [0.3, 1.3, -0.7, 0.8, -0.6, 1.0]
    assert not told(silence=silences, a=harm[: FEW - 1]).failed(key("both", A))
    assert told(silence=silences, a=harm).failed(key("both", A))
    assert not told(silence=silences, a=unclear[: MANY - 1]).failed(key("both", A))
    assert told(silence=silences, a=unclear).failed(key("both", A))
    assert not told(silence=silences[:1], a=unclear).failed(key("both", A))


def test_what_helps_is_preferred_and_what_does_not_is_said_no_more() -> None:
    evidence = told(silence=[0.0, 0.5, -0.5], a=[3.0, 2.5, 3.5], b=[-0.5, 0.0, -1.0])
    assert evidence.weight(key("both", A)) == 3.0
    assert evidence.weight(key("both", B)) == 0.0
    assert evidence.weight(key("both", "Something new.")) == 1.0
    wording = Wording(english())
    said = {wording.next("quicker", lambda w: evidence.weight(key("both", w))) for _ in range(6)}
    assert said == {A}
    assert not evidence.futile("quicker", "step_rate_spm")


def test_a_run_adds_to_what_is_known() -> None:
    before = told(silence=[0.0, 1.0], beats=[4.0])
    after = Evidence(before.gained)
    after.add(key("beats"), 5.0)
    whole = told(silence=[0.0, 1.0], beats=[4.0, 5.0])
    assert after.effect(key("beats")) == whole.effect(key("beats"))
    assert after.gained == told(beats=[5.0]).gained


@pytest.mark.parametrize(("gain", "low", "high"), [(0.0, 0.0, 0.25), (3.0, 0.98, 1.0)])
def test_how_often_the_rule_keeps_what_does_nothing_and_what_helps(
    gain: float, low: float, high: float
) -> None:
    """Twelve askings with a scatter of 1, four silences: as in two or three sessions."""
    rng, kept = np.random.default_rng(3), 0
    for _ in range(400):
        evidence = told(silence=list(rng.standard_normal(4)))
        for value in gain + rng.standard_normal(12):
            evidence.add(key("both", A), float(value))
        kept += not evidence.failed(key("both", A))
    assert low <= kept / 400 <= high
