"""Beats: an onset on the first sample, no clicks, matched in loudness, told apart by ear."""

from collections.abc import Callable

import numpy as np
import pytest

from livecoach.sound.beats import BEATS, PEAK, TONES, beat, tone
from livecoach.sound.loudness import k_weighted_energy_s

RATES_HZ = (22_050, 44_100, 48_000, 96_000)
_LSB = 1.0 / 32_768.0


def test_the_names_a_cue_may_use() -> None:
    assert set(BEATS) == {"neutral", "left", "right", "accent"}
    assert "unknown" in TONES


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("name", BEATS)
def test_a_beat_begins_at_once_and_ends_in_silence(name: str, rate_hz: int) -> None:
    frames = beat(name, rate_hz)
    assert frames.dtype == np.float32
    assert frames.shape[1] == 2
    assert np.abs(frames[0]).min() >= 9 * _LSB  # 3 LSB are left when it steps back for speech
    assert np.abs(frames[0]).max() < 0.012
    assert np.all(frames[-1] == 0.0)
    assert np.abs(frames).max() <= PEAK


@pytest.mark.parametrize("name", BEATS)
def test_a_beat_neither_starts_nor_ends_with_a_click(name: str) -> None:
    frames = beat(name, 48_000)
    edges = np.concatenate([frames[:1], np.diff(frames[-192:], axis=0)])
    assert np.abs(edges).max() < 0.05 * np.abs(np.diff(frames, axis=0)).max()


def test_beats_are_equally_loud_and_the_accent_stands_out() -> None:
    loud_db = {n: 10 * np.log10(k_weighted_energy_s(beat(n, 48_000), 48_000)) for n in BEATS}
    assert loud_db["left"] == pytest.approx(loud_db["neutral"], abs=0.1)
    assert loud_db["right"] == pytest.approx(loud_db["neutral"], abs=0.1)
    assert loud_db["accent"] == pytest.approx(loud_db["neutral"] + 2.0, abs=0.1)


def test_left_and_right_differ_in_place_and_in_timbre() -> None:
    left, right = beat("left", 48_000), beat("right", 48_000)
    energy = np.sum(left**2, axis=0), np.sum(right**2, axis=0)
    assert energy[0][0] > 3.0 * energy[0][1]
    assert energy[1][1] > 3.0 * energy[1][0]
    a, b = (x.sum(axis=1) / np.linalg.norm(x.sum(axis=1)) for x in (left, right))
    assert np.abs(np.correlate(a, b, "full")).max() < 0.3


def test_the_neutral_beat_favours_no_side() -> None:
    frames = beat("neutral", 48_000)
    assert np.array_equal(frames[:, 0], frames[:, 1])


@pytest.mark.parametrize("name", TONES)
def test_a_tone_is_soft_and_fades_out(name: str) -> None:
    frames = tone(name, 48_000)
    assert 0.05 < np.abs(frames).max() < 0.25
    assert np.all(frames[-1] == 0.0)
    assert 0.2 < len(frames) / 48_000 < 0.6


def test_sounds_are_made_once_and_cannot_be_spoilt() -> None:
    assert beat("left", 48_000) is beat("left", 48_000)
    with pytest.raises(ValueError, match="read-only"):
        beat("left", 48_000)[0] = 1.0


@pytest.mark.parametrize("make", [beat, tone])
def test_an_unknown_name_is_an_error(make: Callable[[str, int], object]) -> None:
    with pytest.raises(KeyError, match="gong"):
        make("gong", 48_000)


def test_loudness_of_a_known_tone() -> None:
    # BS.1770: a full-scale 997 Hz sine in one channel reads -3.01 LKFS, that is -3.01 + 0.691 dB.
    t = np.arange(48_000) / 48_000
    sine = np.sin(2 * np.pi * 997 * t).astype(np.float32)[:, None]
    assert 10 * np.log10(k_weighted_energy_s(sine, 48_000)) == pytest.approx(-2.32, abs=0.02)
