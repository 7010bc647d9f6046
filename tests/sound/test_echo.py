"""Beats found in what a microphone heard, over made-up rooms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from livecoach.sound.beats import beat
from livecoach.sound.echo import frame_times, heard, refusal

RATE_HZ = 16_000
BEAT = beat("accent", RATE_HZ).mean(axis=1)
DUE_S = 5.0 + 1.2 * np.arange(10)
START_S = 3.0
seeds = st.integers(0, 2**32 - 1)


def room(
    late_s: float, *, gain: float = 0.3, noise_rms: float = 0.0, seed: int = 0, slow: float = 0.0
) -> NDArray[np.float32]:
    """Record beats from `START_S` on, with a fraction of a sample of delay and a slow clock."""
    out = np.random.default_rng(seed).normal(0.0, noise_rms, 15 * RATE_HZ)
    freqs = np.fft.rfftfreq(2 * len(BEAT))
    for due_s in DUE_S:
        at = (due_s + late_s - START_S) * RATE_HZ * (1.0 - slow)
        whole = int(at)
        turn = np.exp(-2j * np.pi * freqs * (at - whole))
        moved = np.fft.irfft(np.fft.rfft(BEAT, 2 * len(BEAT)) * turn)
        out[whole : whole + len(moved)] += gain * moved
    return out.astype(np.float32)


@settings(max_examples=40)
@given(
    seeds,
    st.floats(-0.08, 1.0),
    st.floats(0.0, 0.02),
    st.sampled_from([-0.3, 0.3]),
    st.sampled_from([0.0, 0.001, -0.001]),
)
def test_the_delay_is_found_to_a_tenth_of_a_millisecond(
    seed: int, late_s: float, noise_rms: float, gain: float, slow: float
) -> None:
    recording = room(late_s, gain=gain, noise_rms=noise_rms, seed=seed, slow=slow)
    frame_s = 1.0 / (RATE_HZ * (1.0 - slow))
    found = heard(recording, START_S, frame_s, DUE_S, BEAT)
    assert refusal(found) is None
    assert found.beats == 10
    assert found.offset_s == pytest.approx(late_s, abs=1e-4)
    assert found.spread_s < 1e-4


@settings(max_examples=20)
@given(seeds)
def test_noise_alone_or_silence_sets_nothing(seed: int) -> None:
    for rms in (0.0, 0.05):
        recording = room(0.2, gain=0.0, noise_rms=rms, seed=seed)
        why = refusal(heard(recording, START_S, 1 / RATE_HZ, DUE_S, BEAT))
        assert "heard clearly above the noise" in str(why)


def test_bangs_and_a_recording_that_ends_too_soon() -> None:
    recording = room(0.2, noise_rms=0.001)
    rng = np.random.default_rng(1)
    for k in rng.integers(0, len(recording) - 2000, 6):
        recording[k : k + 2000] += rng.normal(0.0, 0.5, 2000).astype(np.float32)
    found = heard(recording, START_S, 1 / RATE_HZ, DUE_S, BEAT)
    assert refusal(found) is None
    assert found.offset_s == pytest.approx(0.2, abs=1e-4)
    short = heard(recording[: 8 * RATE_HZ], START_S, 1 / RATE_HZ, DUE_S, BEAT)
    assert refusal(short) is not None
    assert refusal(heard(recording[:100], START_S, 1 / RATE_HZ, DUE_S, BEAT)) is not None
    assert refusal(heard(recording, START_S, 1 / RATE_HZ, [], BEAT)) is not None


@given(seeds, st.floats(-0.002, 0.002), st.floats(0.0, 0.05))
def test_a_drivers_jitter_and_jumps_are_averaged_out(seed: int, fast: float, jump_s: float) -> None:
    rng = np.random.default_rng(seed)
    frames = 960.0 * np.arange(800)
    true = 2.5 + frames / 48_000 * (1.0 + fast)
    seen = true + rng.normal(0.0, 0.0003, 800)
    seen[:12] += jump_s
    start_s, frame_s = frame_times(frames, seen)
    assert start_s + frame_s * frames == pytest.approx(true, abs=2e-4)
