"""What taps say about a device's delay, over made-up people."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from livecoach.sound.taps import AHEAD_S, EARLIEST_S, refusal, tapped

PERIOD_S = 0.6
seeds = st.integers(0, 2**32 - 1)


def beats(count: int = 20, first_s: float = 4.1) -> NDArray[np.float64]:
    return first_s + PERIOD_S * np.arange(count, dtype=np.float64)


def person(rng: np.random.Generator, late_s: float, sd_s: float) -> NDArray[np.float64]:
    """Tap along from three beats before those that count to three beats after them."""
    heard = beats(26, 4.1 - 3 * PERIOD_S) + late_s - AHEAD_S
    return np.asarray(heard + rng.normal(0.0, sd_s, len(heard)))


@given(seeds, st.floats(0.0, 0.35), st.floats(0.0, 0.018), st.integers(0, 4), st.integers(0, 3))
def test_a_persons_delay_is_found_whatever_else_happens(
    seed: int, late_s: float, sd_s: float, missed: int, stray: int
) -> None:
    rng = np.random.default_rng(seed)
    taps = person(rng, late_s, sd_s)
    taps = np.delete(taps, rng.choice(len(taps), missed, replace=False))
    taps = np.concatenate([taps, rng.uniform(taps[0], taps[-1], stray), taps[:5] + 0.03])
    found = tapped(beats(), np.sort(taps), PERIOD_S)
    assert refusal(found) is None
    # Four standard errors of a median of 16, and what three strays can do to it.
    assert abs(found.offset_s - late_s) < 5.0 * sd_s / 16**0.5 + 0.003
    assert found.taps <= 20


@given(seeds, st.floats(-0.1, 0.55), st.floats(-10.0, 1000.0))
def test_only_the_difference_counts_up_to_a_whole_period(
    seed: int, late_s: float, shift_s: float
) -> None:
    rng = np.random.default_rng(seed)
    found = tapped(beats() + shift_s, person(rng, late_s, 0.0) + shift_s, PERIOD_S)
    off = (found.offset_s - late_s) / PERIOD_S
    assert abs(off - round(off)) < 1e-6
    assert -1e-6 <= found.offset_s - AHEAD_S - EARLIEST_S <= PERIOD_S + 1e-6


@pytest.mark.parametrize(("every", "good"), [(0.5, False), (1.0, True), (2.0, False)])
def test_twice_a_beat_is_refused_and_every_other_beat_needs_more(every: float, good: bool) -> None:
    taps = np.arange(4.1 + 0.15, 4.1 + 20 * PERIOD_S, every * PERIOD_S)
    assert (refusal(tapped(beats(), taps, PERIOD_S)) is None) == good
    longer = np.concatenate([beats(), beats(20, 30.5)])
    more = np.concatenate([taps, taps + 26.4])
    found = tapped(longer, more, PERIOD_S)
    assert (refusal(found) is None) == (every >= 1.0)
    if every >= 1.0:
        assert found.offset_s == pytest.approx(0.15 + AHEAD_S)


@given(seeds, st.integers(0, 60))
def test_someone_who_does_not_follow_the_beat_sets_nothing(seed: int, count: int) -> None:
    taps = np.sort(np.random.default_rng(seed).uniform(3.0, 17.0, count))
    assert refusal(tapped(beats(), taps, PERIOD_S)) is not None


def test_scatter_asks_for_more_and_more_settles_it() -> None:
    uneven = 0.14 + 0.038 * (-1.0) ** np.arange(20)
    assert "scatter" in str(refusal(tapped(beats(), beats() + uneven, PERIOD_S)))
    later = beats(20, 30.0)
    twice, taps = (
        np.concatenate([first, second])
        for first, second in ((beats(), later), (beats() + uneven, later + uneven))
    )
    found = tapped(twice, taps, PERIOD_S)
    assert refusal(found) is None
    assert found.offset_s == pytest.approx(0.18, abs=1e-6)
    wild = 0.14 + 0.045 * (-1.0) ** np.arange(20)
    taps = np.concatenate([beats() + wild, later + wild])
    assert "scatter" in str(refusal(tapped(twice, taps, PERIOD_S)))


@pytest.mark.parametrize("taps", [[], [1.0], [99.0]])
def test_no_taps_to_speak_of(taps: list[float]) -> None:
    assert "only 0 taps" in str(refusal(tapped(beats(), taps, PERIOD_S)))
    assert refusal(tapped([], [5.0], PERIOD_S)) is not None


def test_a_key_held_down_is_no_tapping() -> None:
    assert refusal(tapped(beats(), np.arange(4.0, 17.0, 0.033), PERIOD_S)) is not None
