"""Speech with the real engine: rendered once, the same each time, ready to play."""

import importlib.util
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from livecoach.sinks import voice as voice_module
from livecoach.sinks.voice import Voice
from tests.rigs import require_rig

_PHRASES = ("Lighter, quicker feet.", "Run tall, as if a string lifts your head.")


def _files(folder: Path) -> list[Path]:
    return list(folder.iterdir())


@pytest.fixture
def _engine() -> None:
    speaks = sys.platform == "darwin" or importlib.util.find_spec("py_nanotts") is not None
    require_rig(speaks, "a speech engine (py-nanotts)")


@pytest.mark.usefixtures("_engine")
async def test_phrases_are_rendered_once_and_start_at_once(tmp_path: Path) -> None:
    said: list[str] = []
    voice = Voice(tmp_path / "cache", 48_000, say=said.append)
    assert voice.clip(_PHRASES[0]) is None
    await voice.prepare([*_PHRASES, _PHRASES[0], ""])
    files = {path: path.stat().st_mtime_ns for path in (tmp_path / "cache").iterdir()}
    assert len(files) == 2
    for text in _PHRASES:
        clip = voice.clip(text)
        assert clip is not None
        assert clip.dtype == np.float32
        assert 0.8 < len(clip) / 48_000 < 4.0
        loud = np.flatnonzero(np.abs(clip) > 0.05 * np.abs(clip).max())
        assert loud[0] / 48_000 < 0.05
        assert 1.0 - loud[-1] / len(clip) < 0.1
        assert np.abs(clip).max() < 0.99
    await Voice(tmp_path / "cache", 48_000, say=said.append).prepare(_PHRASES)
    assert files == {path: path.stat().st_mtime_ns for path in (tmp_path / "cache").iterdir()}
    assert said == []
    assert voice.problem == ""


@pytest.mark.usefixtures("_engine")
async def test_two_renderings_are_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        await Voice(tmp_path / name, 44_100).prepare(_PHRASES[:1])
    first, second = (next((tmp_path / name).iterdir()) for name in ("a", "b"))
    assert first.name == second.name
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.usefixtures("_engine")
@pytest.mark.skipif(sys.platform == "darwin", reason="say takes its voice from the system")
async def test_a_language_it_does_not_speak_is_said_once(tmp_path: Path) -> None:
    said: list[str] = []
    voice = Voice(tmp_path, 48_000, language="xx-XX", say=said.append)
    await voice.prepare(_PHRASES)
    assert voice.clip(_PHRASES[0]) is None
    assert len(said) == 1
    assert "Unsupported voice" in said[0]
    assert _files(tmp_path) == []


async def test_without_an_engine_there_is_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voice_module, "_engine", lambda: "")
    said: list[str] = []
    voice = Voice(tmp_path, 48_000, say=said.append)
    await voice.prepare(_PHRASES)
    await voice.prepare(_PHRASES)
    assert voice.clip(_PHRASES[0]) is None
    assert said == ["No speech: py-nanotts is not installed (pip install py-nanotts)."]


async def test_an_engine_that_hangs_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sleeper = tmp_path / "sleeper"
    sleeper.write_text("#!/bin/sh\nexec sleep 60\n")
    sleeper.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(sleeper))
    monkeypatch.setattr(voice_module, "_engine", lambda: "test 1")
    monkeypatch.setattr(voice_module, "_TIMEOUT_S", 0.2)
    voice = Voice(tmp_path / "cache", 48_000)
    await voice.prepare(_PHRASES[:1])
    assert "took over" in voice.problem
    assert _files(tmp_path / "cache") == []


async def test_a_cache_that_cannot_be_written_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voice_module, "_engine", lambda: "test 1")
    (tmp_path / "file").write_text("")
    voice = Voice(tmp_path / "file" / "cache", 48_000)
    await voice.prepare(_PHRASES[:1])
    assert "Not a directory" in voice.problem
    assert voice.clip(_PHRASES[0]) is None


def test_a_broken_file_counts_as_not_there(tmp_path: Path) -> None:
    voice = Voice(tmp_path, 48_000)
    voice._path("x").write_bytes(b"RIFF")
    assert voice.clip("x") is None


def test_only_the_latest_clips_stay_in_memory(tmp_path: Path) -> None:
    voice = Voice(tmp_path, 8_000)
    for n in range(50):
        with wave.open(str(voice._path(f"{n}")), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8_000)
            file.writeframes(bytes([n, 0]) * 10)
        clip = voice.clip(f"{n}")
        assert clip is not None
        assert clip[0] == pytest.approx(n / 32_768)
    assert len(voice._clips) == 32
