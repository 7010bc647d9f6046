"""The WAV backend: every onset on its sample, a file that is always whole."""

import subprocess
import sys
import textwrap
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from livecoach.errors import AudioError
from livecoach.sinks.audio.null import NullBackend
from livecoach.sinks.audio.wav import WavBackend
from livecoach.sound.beats import BEATS, beat

_RATE_HZ = 48_000


def _read(path: Path) -> NDArray[np.int16]:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, _RATE_HZ)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)


def _onsets(pcm: NDArray[np.int16]) -> list[int]:
    """First sounding frame after each quarter second of silence."""
    sounding = np.flatnonzero(pcm.any(axis=1))
    return [int(f) for f in sounding[np.diff(sounding, prepend=-_RATE_HZ) > _RATE_HZ // 4]]


def test_onsets_lie_exactly_where_they_are_due(tmp_path: Path) -> None:
    backend = WavBackend(tmp_path / "out.wav")
    due = [0.5 + n * 60.0 / 173.3 for n in range(60)]
    played, waiting, now_s = [], list(enumerate(due)), 0.0
    while now_s < 22.0:
        now_s += 0.1
        while waiting and waiting[0][1] < now_s + 0.3:
            token, t_due = waiting.pop(0)
            backend.play(beat(BEATS[token % 4], _RATE_HZ), t_due, token)
        played += backend.poll(now_s)
    backend.close()
    frames = [round(t * _RATE_HZ) for t in due]
    assert _onsets(_read(tmp_path / "out.wav")) == frames
    assert played == [(n, frame / _RATE_HZ) for n, frame in enumerate(frames)]


def test_a_belated_beat_starts_with_the_next_frame(tmp_path: Path) -> None:
    backend = WavBackend(tmp_path / "out.wav")
    backend.poll(2.0)
    backend.play(beat("left", _RATE_HZ), 1.0, 7)
    assert backend.poll(2.01) == [(7, 2.0)]
    backend.close()
    assert _onsets(_read(tmp_path / "out.wav")) == [96_000]


def test_close_lets_sound_ring_out_but_starts_nothing_new(tmp_path: Path) -> None:
    backend = WavBackend(tmp_path / "out.wav")
    backend.play(beat("left", _RATE_HZ), 0.99, 1)
    backend.play(beat("left", _RATE_HZ), 1.5, 2)
    assert backend.poll(1.0) == [(1, 0.99)]
    backend.close()
    backend.close()
    pcm = _read(tmp_path / "out.wav")
    assert _onsets(pcm) == [47_520]
    assert len(pcm) == 47_520 + len(beat("left", _RATE_HZ))


def test_flush_drops_what_has_not_started(tmp_path: Path) -> None:
    backend = WavBackend(tmp_path / "out.wav")
    backend.play(beat("left", _RATE_HZ), 0.9, 1)
    backend.play(beat("left", _RATE_HZ), 1.2, 2)
    assert backend.poll(1.0) == [(1, 0.9)]
    backend.flush()
    assert backend.poll(3.0) == []
    backend.close()
    assert _onsets(_read(tmp_path / "out.wav")) == [43_200]


@settings(max_examples=25, deadline=None)
@given(pauses_s=st.lists(st.floats(0.0, 0.7), max_size=12))
def test_the_file_does_not_depend_on_when_it_is_polled(
    tmp_path_factory: pytest.TempPathFactory, pauses_s: list[float]
) -> None:
    folder = tmp_path_factory.mktemp("wav")
    files = []
    polls = [list(np.cumsum([*pauses_s, 9.0])), [sum(pauses_s) + 9.0]]
    for n, times in enumerate(polls):
        backend = WavBackend(folder / f"{n}.wav")
        for token in range(20):
            backend.play(beat("right", _RATE_HZ), 0.1 + token * 0.35, token)
        reported = [item for t in times for item in backend.poll(float(t))]
        assert [token for token, _ in reported] == list(range(20))
        backend.poll(20.0)
        backend.close()
        files.append((folder / f"{n}.wav").read_bytes())
    assert files[0] == files[1]


def test_the_file_of_a_killed_process_can_be_opened(tmp_path: Path) -> None:
    path = tmp_path / "killed.wav"
    code = textwrap.dedent("""
        import os, signal, sys
        from pathlib import Path
        from livecoach.sinks.audio.wav import WavBackend
        from livecoach.sound.beats import beat
        backend = WavBackend(Path(sys.argv[1]))
        for n in range(30):
            backend.play(beat("left", 48_000), n * 0.5, n)
            backend.poll(n * 0.5 + 0.25)
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    assert subprocess.run([sys.executable, "-c", code, str(path)], check=False).returncode == -9
    pcm = _read(path)
    assert len(pcm) == round(14.75 * _RATE_HZ)
    assert _onsets(pcm) == [n * 24_000 for n in range(30)]


def test_a_long_jump_in_time_is_rendered_piece_by_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = WavBackend(tmp_path / "out.wav", 8_000)
    blocks: list[int] = []
    render = backend._mixer.render

    def counted(count: int) -> NDArray[np.float32]:
        blocks.append(count)
        return render(count)

    monkeypatch.setattr(backend._mixer, "render", counted)
    backend.poll(600.0)
    backend.close()
    assert sum(blocks) == 600 * 8_000
    assert max(blocks) <= 8_000
    assert (tmp_path / "out.wav").stat().st_size == 44 + 600 * 8_000 * 4


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(AudioError, match=r"file/out\.wav: cannot write sound"):
        WavBackend(tmp_path / "file" / "out.wav")


@pytest.mark.usefixtures("small_disk")
def test_a_full_disk_is_an_audio_error_and_the_file_stays_whole(tmp_path: Path) -> None:
    backend = WavBackend(tmp_path / "out.wav")
    backend.poll(1.5)
    with pytest.raises(AudioError, match=r"out\.wav: cannot write sound"):
        backend.poll(60.0)
    with pytest.raises(AudioError):
        backend.poll(61.0)
    backend.close()
    backend.close()
    assert len(_read(tmp_path / "out.wav")) == 72_000


def test_silence_reports_every_sound_at_its_due_time() -> None:
    backend = NullBackend()
    for token in range(3):
        backend.play(beat("left", _RATE_HZ), float(token), token)
    assert backend.poll(1.0) == [(0, 0.0), (1, 1.0)]
    assert backend.poll(1.0) == []
    backend.flush()
    assert backend.poll(9.0) == []
