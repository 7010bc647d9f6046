"""The mixer: each sound on its frame, however the output is cut."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from livecoach.sound.beats import beat
from livecoach.sound.mixer import Mixer

_RATE_HZ = 48_000


def _noise(count: int, size: float, seed: int) -> NDArray[np.float32]:
    return (np.random.default_rng(seed).uniform(-size, size, (count, 2))).astype(np.float32)


@settings(max_examples=60, deadline=None)
@given(
    sounds=st.lists(st.tuples(st.integers(0, 900), st.integers(0, 300)), max_size=8),
    blocks=st.lists(st.integers(0, 200), max_size=12),
    size=st.sampled_from([0.1, 0.9]),
)
def test_the_output_does_not_depend_on_the_blocks(
    sounds: list[tuple[int, int]], blocks: list[int], size: float
) -> None:
    whole, cut = Mixer(_RATE_HZ), Mixer(_RATE_HZ)
    for seed, (at, count) in enumerate(sounds):
        for mixer in (whole, cut):
            assert mixer.schedule(_noise(count, size, seed), at) == at
    parts = [cut.render(count) for count in (*blocks, 200 * 12)]
    assert np.array_equal(np.concatenate(parts), whole.render(sum(blocks) + 200 * 12))


@pytest.mark.parametrize("at", [0, 1, 255, 256, 257, 4_000])
def test_a_sound_starts_on_its_frame(at: int) -> None:
    mixer = Mixer(_RATE_HZ)
    mixer.schedule(beat("left", _RATE_HZ), at)
    out = np.concatenate([mixer.render(256) for _ in range(40)])
    assert np.flatnonzero(out[:, 0])[0] == at
    assert np.array_equal(out[at : at + 2880], beat("left", _RATE_HZ))


def test_overlapping_sounds_add_up() -> None:
    mixer = Mixer(_RATE_HZ)
    a, b = _noise(100, 0.3, 1), _noise(100, 0.3, 2)
    mixer.schedule(a, 0)
    mixer.schedule(b, 40)
    out = mixer.render(140)
    assert np.array_equal(out[40:100], a[40:] + b[:60])


def test_a_belated_sound_starts_with_the_next_frame() -> None:
    mixer = Mixer(_RATE_HZ)
    mixer.render(500)
    assert mixer.schedule(_noise(10, 0.5, 1), 100) == 500
    assert np.array_equal(mixer.render(10), _noise(10, 0.5, 1))


def test_nothing_gets_beyond_full_scale_and_quiet_sound_is_untouched() -> None:
    mixer = Mixer(_RATE_HZ)
    ramp = np.linspace(-3.0, 3.0, 6_001, dtype=np.float32).repeat(2).reshape(-1, 2)
    mixer.schedule(ramp, 0)
    out = mixer.render(6_001)
    assert np.abs(out).max() <= 1.0
    assert np.all(np.diff(out[:, 0]) >= 0.0)
    quiet = np.abs(ramp) <= 0.95
    assert np.array_equal(out[quiet], ramp[quiet])


def test_flush_keeps_what_has_started() -> None:
    mixer = Mixer(_RATE_HZ)
    mixer.schedule(_noise(100, 0.5, 1), 0)
    mixer.schedule(_noise(100, 0.5, 2), 50)
    mixer.render(50)
    mixer.flush()
    assert mixer.end_frame == 100
    assert np.array_equal(mixer.render(50), _noise(100, 0.5, 1)[50:])


def test_finished_sounds_are_forgotten() -> None:
    mixer = Mixer(_RATE_HZ)
    for n in range(1_000):
        mixer.schedule(_noise(10, 0.1, n), n * 10)
        mixer.render(10)
    assert len(mixer._voices) == 0
    assert mixer.end_frame == mixer.frame == 10_000


def test_a_sound_of_the_wrong_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\(n, 2\)"):
        Mixer(_RATE_HZ).schedule(np.zeros(10, np.float32), 0)
