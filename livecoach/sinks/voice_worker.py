"""One phrase, spoken into one WAV file, by one process: ``voice_worker LANGUAGE RATE FILE TEXT``.

The engine holds the interpreter while it works and does not say the same text the same way twice in
one process, so each phrase gets a process of its own.
"""

import asyncio
import sys
import wave
from importlib import import_module
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livecoach.sound.resample import resample
from livecoach.sound.speech import trim

ENGINE_RATE_HZ = 16_000
VOLUME = 0.6
"""Above 0.7 the engine clips."""


async def _say(text: str, path: Path) -> bytes:
    """Let macOS speak; the voice is the one set up there."""
    form = f"--data-format=LEI16@{ENGINE_RATE_HZ}"
    process = await asyncio.create_subprocess_exec("say", "-o", str(path), form, "--", text)
    if await process.wait():
        raise OSError("say failed")
    with wave.open(str(path)) as file:
        pcm: bytes = file.readframes(file.getnframes())
        return pcm


def _synthesise(text: str, language: str, path: Path) -> NDArray[np.float32]:
    pcm: bytes
    if sys.platform == "darwin":
        pcm = asyncio.run(_say(text, path))
    else:
        pcm = import_module("py_nanotts").NanoTTS().speak(text, voice=language, volume=VOLUME)
    return np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768.0)


def main(language: str, rate: str, path: str, text: str) -> int:
    """Speak ``text`` into ``path``: 16-bit mono at ``rate``; return the exit code."""
    clip = trim(_synthesise(text, language, Path(path)), ENGINE_RATE_HZ)
    if not len(clip):
        sys.stderr.write("the engine returned silence\n")
        return 1
    frames = np.clip(resample(clip, ENGINE_RATE_HZ, int(rate)), -1.0, 1.0)
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(int(rate))
        file.writeframes(np.rint(frames * np.float32(32767.0)).astype("<i2").tobytes())
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
