"""Speech with the real engine: rendered once, the same each time, ready to play."""

import asyncio
import importlib.util
import shutil
import sys
import wave
from pathlib import Path

import numpy as np
import psutil
import pytest

from livecoach.sinks import voice as voice_module
from livecoach.sinks.voice import Voice
from livecoach.sinks.voice_worker import arguments
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
        assert np.abs(clip).max() < 2.0
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


def test_only_the_latest_clips_stay_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voice_module, "_engine", lambda: "test 1")
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


@pytest.mark.usefixtures("_engine")
async def test_a_step_rate_is_joined_from_its_parts(tmp_path: Path) -> None:
    voice = Voice(tmp_path, 48_000)
    await voice.prepare(["Target 176."])
    assert len(_files(tmp_path)) == 4
    joined = voice.clip("Target 176.4.")
    assert joined is not None
    assert 1.0 < len(joined) / 48_000 < 3.0
    assert voice.clip("Target 177.") is None


_SINE = """
import math, sys, wave
rate, channels, width = map(int, sys.argv[1:4])
with wave.open(sys.argv[4], "wb") as file:
    file.setnchannels(channels)
    file.setsampwidth(width)
    file.setframerate(rate)
    top = 2 ** (8 * width - 1)
    for k in range(rate):
        value = round(0.5 * top * math.sin(2 * math.pi * 440 * k / rate))
        whole = value + 128 if width == 1 else value
        file.writeframes(whole.to_bytes(width, "little", signed=width > 1) * channels)
"""


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100])
@pytest.mark.parametrize(("channels", "width"), [(1, 2), (2, 2), (2, 1), (1, 3), (2, 4)])
async def test_a_command_may_write_any_pcm(
    tmp_path: Path, rate: int, channels: int, width: int
) -> None:
    program = tmp_path / "sine.py"
    program.write_text(_SINE)
    command = f"{sys.executable} {program} {rate} {channels} {width} {{file}}"
    said: list[str] = []
    voice = Voice(tmp_path / "cache", 48_000, say=said.append, command=command)
    await voice.prepare(["hello"])
    clip = voice.clip("hello")
    assert said == []
    assert clip is not None
    assert len(clip) == pytest.approx(48_000, abs=100)
    spectrum = np.abs(np.fft.rfft(clip * np.hanning(len(clip))))
    assert np.argmax(spectrum) * 48_000 / len(clip) == pytest.approx(440.0, abs=2.0)
    assert np.abs(clip[4_800:-4_800]).max() == pytest.approx(0.5, abs=0.02)


async def test_a_command_without_a_place_for_the_text_reads_it(tmp_path: Path) -> None:
    script = tmp_path / "reads.py"
    script.write_text(f"import sys\nassert sys.stdin.read() == 'hello\\n'\n{_SINE[1:]}")
    command = f"{sys.executable} {script} 8000 1 2 {{file}}"
    voice = Voice(tmp_path / "cache", 48_000, command=command)
    await voice.prepare(["hello"])
    assert voice.problem == ""
    assert voice.clip("hello") is not None


def test_a_command_gets_words_not_a_shell(tmp_path: Path) -> None:
    words = arguments("x -l {language} -o={file} '{text} !'", "de-DE", tmp_path / "a b", "$(y) {z}")
    assert words == ["x", "-l", "de-DE", f"-o={tmp_path / 'a b'}", "$(y) {z} !"]


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("no-such-program -w {file} {text}", "no-such-program cannot be run (No such file"),
        ("true {file}", "true left no WAV file that can be read (No such file"),
        ("cp /dev/null {file}", "cp left no WAV file that can be read"),
        ("false {file}", "false failed: 1"),
        ("echo {text}", "no {file} to write to"),
        ("echo {file} {txt}", "{txt} is not known"),
        ("echo '{file}", "No closing quotation"),
    ],
)
async def test_a_wrong_command_is_one_clear_line(tmp_path: Path, command: str, why: str) -> None:
    said: list[str] = []
    voice = Voice(tmp_path, 48_000, say=said.append, command=command)
    await voice.prepare(_PHRASES)
    assert len(said) == 1
    assert why in said[0]
    assert "\n" not in said[0]
    assert said[0].startswith("No speech for ")
    assert voice.clip(_PHRASES[0]) is None
    assert _files(tmp_path) == []


@pytest.mark.rig
async def test_espeak_speaks_as_a_command(tmp_path: Path) -> None:
    require_rig(shutil.which("espeak-ng") is not None, "espeak-ng")
    voice = Voice(tmp_path, 48_000, command="espeak-ng -v en-us -w {file} {text}")
    await voice.prepare([*_PHRASES, "Target 176."])
    for text in (*_PHRASES, "Target 176."):
        clip = voice.clip(text)
        assert clip is not None
        assert 0.8 < len(clip) / 48_000 < 4.0


async def test_a_command_that_hangs_is_ended_with_its_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voice_module, "_TIMEOUT_S", 2.0)
    sleeper = tmp_path / "sleeper"
    sleeper.write_text("#!/bin/sh\nexec sleep 61.7539\n")
    sleeper.chmod(0o755)
    voice = Voice(tmp_path / "cache", 48_000, command=f"{sleeper} {{file}}")
    await voice.prepare(_PHRASES[:1])
    assert "took over" in voice.problem
    await asyncio.sleep(0.2)
    assert not [
        process
        for process in psutil.process_iter(["cmdline"])
        if "61.7539" in (process.info["cmdline"] or [])
    ]
