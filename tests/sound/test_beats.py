"""Beats: an onset on the first sample, no clicks, equally loud, told apart on one earphone."""

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from livecoach.sound.beats import BEATS, PEAK, SOUNDS, TONES, BeatSound, beat, tone
from livecoach.sound.desk import DUCK_RATIO
from livecoach.sound.loudness import k_weighted_energy_s
from tests.benchmarks.sounds import best_snr_db

RATES_HZ = (22_050, 44_100, 48_000, 96_000)
_LSB = 1.0 / 32_768.0

every_beat = pytest.mark.parametrize(("sound", "name"), list(product(SOUNDS, BEATS)))
every_sound = pytest.mark.parametrize("sound", SOUNDS)


def _energy(mono: NDArray[np.float32], low_hz: float, high_hz: float, rate_hz: int) -> float:
    spectrum = np.abs(np.fft.rfft(mono, 1 << 17)) ** 2
    freqs_hz = np.fft.rfftfreq(1 << 17, 1 / rate_hz)
    return float(spectrum[(freqs_hz >= low_hz) & (freqs_hz < high_hz)].sum())


def _pitch_hz(mono: NDArray[np.float32], rate_hz: int = 48_000) -> float:
    return float(np.abs(np.fft.rfft(mono, 1 << 17)).argmax() * rate_hz / (1 << 17))


def test_the_names_a_cue_may_use() -> None:
    assert set(BEATS) == {"neutral", "left", "right", "accent"}
    assert set(SOUNDS) == {"woodblock", "tick", "drum"}
    assert "unknown" in TONES


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@every_beat
def test_a_beat_begins_at_once_and_ends_in_silence(
    name: str, sound: BeatSound, rate_hz: int
) -> None:
    frames = beat(name, rate_hz, sound)
    assert frames.dtype == np.float32
    assert frames.shape[1] == 2
    # Both ears hear it from the first sample on, even in 16 bits and while it steps back.
    assert np.rint(np.abs(frames[0]).min() * DUCK_RATIO / _LSB) >= 3
    assert np.abs(frames[0]).max() < 0.01 * PEAK
    assert np.all(frames[-1] == 0.0)
    assert np.abs(frames).max() <= PEAK


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@every_beat
def test_a_beat_neither_starts_nor_ends_with_a_click(
    name: str, sound: BeatSound, rate_hz: int
) -> None:
    """A click is energy above the sound's own modes: less than a millionth of the whole is there.

    The last 5 ms are looked at alone too.
    """
    mono = beat(name, rate_hz, sound).sum(axis=1)
    whole = _energy(mono, 0.0, rate_hz, rate_hz)
    assert _energy(mono, 10_000.0, rate_hz, rate_hz) < 1e-6 * whole
    count = round(0.005 * rate_hz)
    end = mono[-count:] * (0.5 - 0.5 * np.cos(np.pi * np.minimum(1, np.arange(count) / count * 2)))
    assert _energy(end, 10_000.0, rate_hz, rate_hz) < 1e-9 * whole


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_every_beat_is_equally_loud(rate_hz: int) -> None:
    loud_db = [
        10 * np.log10(k_weighted_energy_s(beat(name, rate_hz, sound), rate_hz))
        for sound, name in product(SOUNDS, BEATS)
    ]
    assert max(loud_db) - min(loud_db) < 0.5
    assert -33.0 < np.mean(loud_db) < -31.0  # that is -22 dB over the 100 ms after the stroke


@every_sound
def test_left_and_right_differ_in_place_and_in_pitch(sound: BeatSound) -> None:
    left, right = beat("left", 48_000, sound), beat("right", 48_000, sound)
    energy = np.sum(left**2, axis=0), np.sum(right**2, axis=0)
    assert energy[0][0] > 3.0 * energy[0][1]
    assert energy[1][1] > 3.0 * energy[1][0]


@pytest.mark.parametrize("ear", [0, 1])
@every_sound
def test_one_earphone_is_enough_to_tell_them_apart(sound: BeatSound, ear: int) -> None:
    heard = {name: beat(name, 48_000, sound)[:, ear] for name in BEATS}
    pitches_hz = [_pitch_hz(heard[name]) for name in ("left", "neutral", "right", "accent")]
    assert np.all(np.diff(np.log2(pitches_hz)) > 2 / 12)  # more than two semitones apart each
    a, b = (heard[name] / np.linalg.norm(heard[name]) for name in ("left", "right"))
    assert np.abs(np.correlate(a, b, "full")).max() < 0.3
    loud_db = [10 * np.log10(np.sum(heard[name] ** 2)) for name in ("left", "right")]
    assert abs(loud_db[0] - loud_db[1]) < 8.0


@every_beat
def test_a_beat_stands_out_of_modelled_noise(name: str, sound: BeatSound) -> None:
    frames = beat(name, 48_000, sound)
    near = int(np.abs(frames).max(axis=0).argmax())
    assert best_snr_db(frames[:, near])[0] > 13.0
    assert best_snr_db(frames[:, 1 - near])[0] > 8.0


@every_sound
def test_the_neutral_beat_favours_no_side(sound: BeatSound) -> None:
    frames = beat("neutral", 48_000, sound)
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
