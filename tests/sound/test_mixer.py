"""The mixer: each sound on its frame, however the output is cut."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from livecoach.model import CueKind
from livecoach.sound.beats import BEATS, PEAK, SOUNDS, BeatSound, beat
from livecoach.sound.desk import SPEECH_PEAK, Desk
from livecoach.sound.mixer import Mixer
from tests.sound.cues import cue

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
    left = beat("left", _RATE_HZ)
    assert np.array_equal(out[at : at + len(left)], left)


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


@settings(max_examples=60, deadline=None)
@given(
    beats=st.lists(
        st.tuples(st.integers(0, 40), st.sampled_from(BEATS), st.sampled_from(SOUNDS)), max_size=6
    ),
    speech_at_s=st.floats(0.0, 2.0),
    clip_s=st.floats(0.05, 1.0),
    seed=st.integers(0, 99),
    volume=st.floats(0.0, 1.0),
)
def test_beats_and_speech_add_up_untouched_by_the_limiter(
    beats: list[tuple[int, str, BeatSound]],
    speech_at_s: float,
    clip_s: float,
    seed: int,
    volume: float,
) -> None:
    """Beats lie at least 0.15 s apart here, closer than any step; speech is as loud as it gets.

    The sum is exact, so it is as smooth as its parts: nothing clicks where sounds overlap.
    """
    mixer = Mixer(_RATE_HZ)
    total = np.zeros((10 * _RATE_HZ, 2), np.float32)
    clip = np.sign(np.random.default_rng(seed).uniform(-1, 1, int(clip_s * _RATE_HZ)))
    cues: list[tuple[CueKind, str, float, BeatSound]] = [("speech", "x", speech_at_s, "woodblock")]
    steps = sorted({step: (name, sound) for step, name, sound in beats}.items())
    cues += [("beat", name, 0.15 * step, sound) for step, (name, sound) in steps]
    desks: dict[str, Desk] = {}
    for kind, phrase, due, sound in cues:
        desk = desks.setdefault(sound, Desk(_RATE_HZ, volume, sound))
        what = "" if phrase == "neutral" else phrase
        frames = desk.voice(cue(kind, what, due=due), clip.astype(np.float32))
        at = mixer.schedule(frames, round(due * _RATE_HZ))
        total[at : at + len(frames)] += frames
    assert np.array_equal(mixer.render(len(total)), total)
    assert np.abs(total).max() <= PEAK + SPEECH_PEAK


def test_the_limiter_is_out_of_reach_of_the_loudest_beat_under_the_loudest_word() -> None:
    loudest = max(np.abs(beat(n, _RATE_HZ, s)).max() for s in SOUNDS for n in BEATS)
    clip = np.ones(10, np.float32)
    word = Desk(_RATE_HZ).voice(cue("speech", "x"), clip).max()
    mixer = Mixer(_RATE_HZ)
    mixer.schedule(np.full((1, 2), loudest, np.float32), 0)
    mixer.schedule(np.full((1, 2), word, np.float32), 0)
    assert loudest == pytest.approx(0.349, abs=1e-4)
    assert word == pytest.approx(0.6, abs=1e-6)
    assert np.all(mixer.render(1) == np.float32(loudest) + np.float32(word))


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
