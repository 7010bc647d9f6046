"""Music: in tempo, in step with the beats, without a seam, below everything else."""

import time
import wave
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from livecoach.sinks.audio.null import NullBackend
from livecoach.sinks.audio.wav import WavBackend
from livecoach.sinks.music import DUCK_RATIO, Music
from livecoach.sinks.song import PEAK, Song
from livecoach.sinks.speaker import Speaker
from livecoach.sinks.voice import Voice
from livecoach.sound.music import Joiner, MusicPlan, Part, Tempo, detect_tempo, fold
from tests.sound.cues import cue
from tests.sound.songs import clicks, save, song

python_stretch = pytest.importorskip("python_stretch", reason="it has no wheel for Linux on ARM")
_RATE_HZ = 48_000


class _Speech(Voice):
    """A voice that says silence for two seconds: only what it does to the music is heard."""

    def clip(self, text: str) -> NDArray[np.float32] | None:
        del text
        return np.zeros(2 * _RATE_HZ, np.float32)


@given(st.floats(40.0, 300.0), st.floats(120.0, 220.0))
def test_a_tempo_is_folded_by_whole_octaves_to_the_nearest(bpm: float, rate_spm: float) -> None:
    folded = fold(bpm, rate_spm)
    assert np.log2(folded / bpm) == pytest.approx(round(np.log2(folded / bpm)), abs=1e-9)
    assert abs(np.log2(rate_spm / folded)) <= 0.5 + 1e-9


@settings(max_examples=60, deadline=None)
@given(
    bpm=st.floats(75.0, 180.0),
    rate_spm=st.floats(150.0, 200.0),
    wrong_ratio=st.floats(-0.002, 0.002),
    beat_s=st.floats(0.0, 0.4),
    due=st.floats(0.0, 0.4),
)
def test_a_song_falls_into_step_with_the_beats_and_stays(
    bpm: float, rate_spm: float, wrong_ratio: float, beat_s: float, due: float
) -> None:
    """Also when its tempo was found a little wrong; the parts follow each other without a gap."""
    plan = MusicPlan(Tempo(bpm * (1 + wrong_ratio), beat_s), 10_000.0)
    plan.rate_spm = rate_spm
    period_s = 60 / rate_spm
    parts = []
    for t in range(60):
        plan.beat_due = due + int((t - due) / period_s) * period_s
        parts.append(plan.next(float(t), 1.0))
    for a, b in pairwise(parts):
        assert b.start_s == pytest.approx(a.start_s + a.ratio)
    for t in range(30, 60):
        beats = (t - due) / period_s
        in_song = (parts[t].start_s - beat_s) * fold(bpm, rate_spm) * (1 + wrong_ratio) / 60
        assert abs((in_song - beats + 0.5) % 1 - 0.5) * period_s < 0.012


def test_without_a_target_or_beats_the_song_goes_as_it_is_and_begins_again() -> None:
    plan = MusicPlan(Tempo(88.0, 0.1), 2.5)
    assert [plan.next(t, 1.0) for t in (0.0, 1.0, 2.0, 3.0)] == [
        Part(0.0, 1.0), Part(1.0, 1.0), Part(2.0, 1.0), Part(0.5, 1.0),
    ]  # fmt: skip
    plan.rate_spm = 180.0
    assert plan.next(4.0, 1.0).ratio == pytest.approx(180 / 176)


@pytest.mark.parametrize(
    ("bpm", "first_s"),
    [(72.4, 0.1), (88.0, 0.3), (104.9, 0.2), (124.7, 0.0), (151.3, 0.25), (176.0, 0.1)],
)
def test_the_tempo_of_a_song_is_found(bpm: float, first_s: float) -> None:
    found = detect_tempo(song(bpm, first_s, 60.0, seed=int(bpm)), 44_100)
    octaves = np.log2(found.bpm / bpm)
    assert abs(octaves - round(octaves)) < 0.001  # 0.07 %
    half_s = 30.0 / bpm  # an octave up, a beat lies between two beats as well
    off_s = (found.beat_s - first_s + half_s / 2) % half_s - half_s / 2
    assert abs(off_s) < 0.015


@given(st.integers(0, 99), st.integers(1, 6))
@settings(max_examples=20, deadline=None)
def test_parts_that_fit_are_joined_to_the_bit_almost(seed: int, count: int) -> None:
    whole = np.random.default_rng(seed).uniform(-0.5, 0.5, (8_000, 2)).astype(np.float32)
    joiner = Joiner(64, 16)
    parts = [whole[n * 1000 : n * 1000 + 1000 + joiner.extra()] for n in range(count)]
    out = np.concatenate([joiner.join(part) for part in parts])
    assert out == pytest.approx(whole[16 : 16 + len(out)], abs=1e-6)


@pytest.mark.parametrize("ending", ["wav", "flac", "ogg"])
@pytest.mark.parametrize(("file_hz", "channels"), [(44_100, 2), (48_000, 1), (22_050, 2)])
def test_a_song_is_faster_but_not_higher(
    tmp_path: Path, ending: str, file_hz: int, channels: int
) -> None:
    mono = 0.6 * clicks(90.0, 20.0, file_hz)
    mono += 0.02 * np.sin(2 * np.pi * 440 * np.arange(len(mono)) / file_hz).astype(np.float32)
    frames = np.repeat(mono[:, None], channels, axis=1)
    opened = Song(save(tmp_path / f"song.{ending}", frames, file_hz), None, _RATE_HZ)
    assert opened.tempo.bpm == pytest.approx(90.0, rel=1e-3)
    parts = [opened.render(Part(n * 1.06, 1.06), _RATE_HZ) for n in range(12)]
    opened.close()
    out = np.concatenate(parts)
    assert out.shape == (12 * _RATE_HZ, 2)
    strokes_s = _strokes(out[:, 0]) / _RATE_HZ
    due_s = (0.2 + np.arange(len(strokes_s)) * 60 / 90) / 1.06
    assert strokes_s == pytest.approx(due_s, abs=0.008)
    spectrum = np.abs(np.fft.rfft(out[:, 0] * np.hanning(len(out))))
    band = spectrum[: 600 * 12]
    assert band.argmax() / 12 == pytest.approx(440.0, abs=1.0)


def test_canary_python_stretch_is_in_time_and_begins_anew_with_every_call() -> None:
    """A stroke lands where the ratio puts it; were calls joined one day, the margins could go."""
    stretcher = python_stretch.Signalsmith.Stretch(0)
    stretcher.preset(2, _RATE_HZ)
    stretcher.setTimeFactor(1.25)
    stroke = np.zeros((2, 40_000), np.float32)
    stroke[:, 20_000] = 1.0
    outs = [np.asarray(stretcher.process(stroke), np.float32) for _ in range(2)]
    assert outs[0].shape == (2, 32_000)
    assert [abs(int(np.abs(out[0]).argmax()) - 16_000) < 50 for out in outs] == [True, True]


def test_no_seam_is_heard_in_held_notes(tmp_path: Path) -> None:
    """The steepest step between two samples is that of the notes, and their level never dips."""
    t = np.arange(20 * _RATE_HZ) / _RATE_HZ
    chord = sum(0.2 * np.sin(2 * np.pi * f * t) for f in (220.0, 277.2, 330.0))
    path = save(tmp_path / "chord.wav", np.asarray(chord, np.float32), _RATE_HZ)
    music = Music(str(path), 90.0, _RATE_HZ, 1.0, print, wait=True)
    music.follow(176.0)
    out = _listen(music, tmp_path / "out.wav", 14.0)[_RATE_HZ : 13 * _RATE_HZ, 0]
    played = music._song
    assert played is not None
    steepest = np.abs(np.diff(chord)).max() * float(played._gain)
    assert np.abs(np.diff(out)).max() < 1.15 * steepest + 1e-4
    windows = out[: len(out) // 4800 * 4800].reshape(-1, 4800)
    level = np.sqrt((windows**2).mean(axis=1))
    assert level.min() > 0.8 * np.median(level)


def test_music_keeps_step_with_the_beats_beside_it(tmp_path: Path) -> None:
    """In the file, the strokes of the song lie on the beats' due times; a step of tempo as well."""
    path = save(tmp_path / "song.flac", clicks(88.0, 80.0, 44_100), 44_100)
    music = Music(str(path), None, _RATE_HZ, 1.0, print, wait=True)
    due, at_s = [], 0.3
    while at_s < 60.0:
        due.append(at_s)
        at_s += 60 / 170 if at_s < 30.0 else 60 / 180

    def cues(t: float) -> None:
        music.follow(170.0 if t < 29.7 else 180.0)
        for beat_due in due:
            if t + 0.2 <= beat_due < t + 0.3:
                music.beat(beat_due)

    out = _listen(music, tmp_path / "out.wav", 60.0, cues)
    strokes_s = _strokes(out[:, 0]) / _RATE_HZ
    late_s = np.array([min(t - np.array(due), key=abs) for t in strokes_s])
    settled = ((strokes_s > 15) & (strokes_s < 30)) | (strokes_s > 45)
    assert settled.sum() > 40  # the song has one for every other step
    assert np.abs(late_s[settled]).max() < 0.020
    assert np.sqrt(np.mean(late_s[settled] ** 2)) < 0.010


def test_in_real_time_a_worker_keeps_ahead_and_nothing_waits(tmp_path: Path) -> None:
    """Pieces follow each other without a gap, each handed over in time, however busy the worker."""
    path = save(tmp_path / "song.flac", song(88.0), 44_100)
    music = Music(str(path), 88.0, _RATE_HZ, 1.0, print, wait=False)
    begun, starts, latest = time.monotonic(), list[float](), 0.0
    while time.monotonic() - begun < 12.0 and len(starts) < 30:
        soonest_s = time.monotonic() - begun
        for _, t in music.take(soonest_s):
            starts.append(t)
            latest = max(latest, soonest_s - t)
        time.sleep(0.05)
    music.close()
    assert len(starts) == 30  # 3.75 s of music
    assert np.diff(starts) == pytest.approx(0.125)
    assert latest <= 0.0


def test_a_long_stall_is_a_silence_and_not_a_heap_of_late_pieces(tmp_path: Path) -> None:
    path = save(tmp_path / "song.flac", song(88.0), 44_100)
    music = Music(str(path), 88.0, _RATE_HZ, 1.0, print, wait=True)
    for tick in range(30):
        music.take(tick / 10)
    late = [t for tick in range(200, 230) for _, t in music.take(tick / 10)]
    music.close()
    assert len(late) > 15
    assert min(late) >= 20.0
    assert np.diff(late) == pytest.approx(0.125)


def test_music_stays_below_the_beats_and_steps_back_for_speech(tmp_path: Path) -> None:
    path = save(tmp_path / "song.ogg", song(88.0), 44_100)
    music = Music(str(path), None, _RATE_HZ, 1.0, print, wait=True)
    speaker = Speaker(WavBackend(tmp_path / "out.wav"), _Speech(tmp_path, _RATE_HZ), music=music)
    for tick in range(100):
        if tick == 46:
            speaker.update(cue("speech", "x", due=5.0), tick / 10)
        speaker.poll(tick / 10)
    speaker.close()
    out = _read(tmp_path / "out.wav")
    assert 0.02 < np.abs(out).max() <= PEAK
    level = [np.sqrt((out[int(a * 48e3) : int(b * 48e3)] ** 2).mean()) for a, b in
             ((2.7, 4.7), (5.1, 6.9), (7.5, 9.5))]  # fmt: skip
    assert level[1] / level[0] == pytest.approx(DUCK_RATIO, rel=0.25)
    assert level[2] / level[0] == pytest.approx(1.0, rel=0.25)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "no such file"),
        (b"not a song at all", "Format not recognised"),
        ("short", "too short"),
    ],
)
def test_what_cannot_be_played_is_one_line_and_the_beats_go_on(
    tmp_path: Path, content: bytes | str | None, words: str
) -> None:
    path = tmp_path / "song.wav"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content:
        save(path, song(90.0, seconds=5.0), 44_100)
    said: list[str] = []
    music = Music(str(path), None, _RATE_HZ, 1.0, said.append, wait=True)
    speaker = Speaker(NullBackend(), None, music=music)
    speaker.follow(176.0)
    speaker.update(cue(number=3, due=1.0), 0.5)
    assert speaker.poll(1.0) == [(3, 1.0, 0.0)]
    speaker.close()
    assert len(said) == 1
    assert said[0].startswith("No music: ")
    assert words in said[0]


def test_a_song_that_does_not_suit_is_said_once(tmp_path: Path) -> None:
    said: list[str] = []
    path = save(tmp_path / "song.wav", song(123.0), 44_100)
    music = Music(str(path), 123.0, _RATE_HZ, 1.0, said.append, wait=True)
    for rate_spm in (170.0, 175.0):
        music.follow(rate_spm)
    music.close()
    assert said[0] == "Music: song.wav, 123.0 beats/min."
    assert len(said) == 2
    assert "0.69 times" in said[1] or "1.38 times" in said[1]


def _listen(music: Music, path: Path, seconds: float, cues: object = None) -> NDArray[np.float64]:
    speaker = Speaker(WavBackend(path), None, music=music)
    for tick in range(int(seconds * 10)):
        if callable(cues):
            cues(tick / 10)
        speaker.poll(tick / 10)
    speaker.close()
    return _read(path)


def _read(path: Path) -> NDArray[np.float64]:
    with wave.open(str(path)) as file:
        pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    return np.asarray(pcm.reshape(-1, 2) / 32_767.0)


def _strokes(mono: NDArray[np.floating]) -> NDArray[np.int64]:
    """Return where short strokes begin: the first loud sample after a quiet 0.15 s."""
    loud = np.flatnonzero(np.abs(mono) > 0.4 * np.abs(mono).max())
    return loud[np.diff(loud, prepend=-_RATE_HZ) > 0.15 * _RATE_HZ]
