"""Resampling and trimming of spoken clips."""

import numpy as np
import pytest
from numpy.typing import NDArray

from livecoach.sound.resample import resample
from livecoach.sound.speech import clarify, join, level, mono, trim


def _sine(freq_hz: float, rate_hz: int, count: int) -> NDArray[np.float32]:
    return np.sin(2 * np.pi * freq_hz * np.arange(count) / rate_hz).astype(np.float32)


@pytest.mark.parametrize("to_hz", [22_050, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("freq_hz", [200.0, 1_000.0, 3_400.0, 6_000.0])
def test_a_sine_comes_out_as_the_same_sine(freq_hz: float, to_hz: int) -> None:
    out = resample(_sine(freq_hz, 16_000, 16_000), 16_000, to_hz)
    assert len(out) == to_hz
    error = (out - _sine(freq_hz, to_hz, to_hz))[to_hz // 20 : -to_hz // 20]
    assert 20 * np.log10(np.abs(error).max()) < -80.0


def test_no_images_above_the_old_band() -> None:
    out = resample(_sine(3_000.0, 16_000, 16_000), 16_000, 48_000)[4_800:-4_800]
    spectrum = np.abs(np.fft.rfft(out * np.hanning(len(out))))
    freqs_hz = np.fft.rfftfreq(len(out), 1 / 48_000)
    assert 20 * np.log10(spectrum[freqs_hz > 8_500].max() / spectrum.max()) < -80.0


def test_what_the_lower_rate_cannot_carry_is_removed() -> None:
    out = resample(_sine(6_000.0, 16_000, 16_000), 16_000, 8_000)
    assert np.abs(out[400:-400]).max() < 1e-3


def test_the_same_rate_changes_nothing() -> None:
    clip = _sine(440.0, 16_000, 100)
    assert np.array_equal(resample(clip, 16_000, 16_000), clip)


def test_trim_leaves_five_milliseconds_before_the_first_syllable() -> None:
    clip = np.concatenate([np.zeros(4_000), _sine(300.0, 16_000, 1_600), np.zeros(9_000)])
    cut = trim(clip.astype(np.float32), 16_000)
    assert len(cut) == pytest.approx(1_600 + 80 + 640, abs=3)
    assert np.flatnonzero(np.abs(cut) > 0.01)[0] <= 81
    assert cut[0] == cut[-1] == 0.0


@pytest.mark.parametrize("clip", [np.zeros(100, np.float32), np.zeros(0, np.float32)])
def test_silence_is_trimmed_to_nothing(clip: NDArray[np.float32]) -> None:
    assert len(trim(clip, 16_000)) == 0


def test_clarity_raises_consonants_leaves_vowels_and_delays_nothing() -> None:
    for freq_hz, gain_db in ((100.0, 0.0), (8_000.0, 11.6)):
        clip = _sine(freq_hz, 48_000, 48_000)
        clear = clarify(clip, 48_000)
        assert len(clear) == len(clip)
        inside = slice(4_800, -4_800)
        ratio = float(np.dot(clear[inside], clip[inside]) / np.dot(clip[inside], clip[inside]))
        assert 20 * np.log10(ratio) == pytest.approx(gain_db, abs=0.5)
        assert clear[inside] == pytest.approx(clip[inside] * ratio, abs=0.02)


def test_joined_parts_are_equally_loud_and_lose_nothing() -> None:
    clips = [_sine(freq, 48_000, 9_600) * np.float32(a) for freq, a in ((300, 0.5), (900, 0.02))]
    joined = join(clips, [0.1], 48_000)
    assert len(joined) == 9_600 + 4_800 + 9_600
    assert np.array_equal(joined[:9_600], clips[0])
    assert not joined[9_600:14_400].any()
    assert level(joined[14_400:], 48_000) == pytest.approx(level(clips[0], 48_000), rel=1e-3)


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_pcm_of_any_width_is_read_and_channels_are_averaged(width: int) -> None:
    top = 2 ** (8 * width - 1)
    whole = [(top // 2, 0), (-top, -top), (0, 0)]
    pcm = b"".join(
        (v + 128 if width == 1 else v).to_bytes(width, "little", signed=width > 1)
        for frame in whole
        for v in frame
    )
    assert mono(pcm, width, 2).tolist() == [0.25, -1.0, 0.0]


@pytest.mark.parametrize(("pcm", "width"), [(b"12345", 2), (b"12345678", 8), (b"", 0)])
def test_what_is_no_pcm_is_refused(pcm: bytes, width: int) -> None:
    with pytest.raises(ValueError, match=r"bytes|reshape"):
        mono(pcm, width, 1)
