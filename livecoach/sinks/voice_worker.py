"""One phrase, spoken into one WAV file, by one process.

``voice_worker LANGUAGE RATE FILE TEXT [COMMAND]``. The engine holds the interpreter while it works
and does not say the same text the same way twice in one process, so each phrase gets a process of
its own.
"""

import asyncio
import os
import re
import shlex
import sys
import wave
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livecoach.sound.resample import resample
from livecoach.sound.speech import mono, trim

ENGINE_RATE_HZ = 16_000
VOLUME = 0.6
"""Above 0.7 the engine clips."""
_SAY = f"say -o {{file}} --data-format=LEI16@{ENGINE_RATE_HZ} -- {{text}}"
_PLACE = re.compile(r"\{\w+\}")
_NICE = 5


def arguments(command: str, language: str, path: Path, text: str) -> list[str]:
    """Return a command's arguments: its words, with file, text and language put in. No shell.

    Raises
    ------
    ValueError
        The command cannot work, for the reason given.
    """
    values = {"{file}": str(path), "{text}": text, "{language}": language}
    try:
        words = shlex.split(command)
    except ValueError as exc:
        raise ValueError(f"speech_command {command!r}: {exc}") from exc
    unknown = [name for name in _PLACE.findall(command) if name not in values]
    if unknown or "{file}" not in command:
        wrong = f"{unknown[0]} is not known" if unknown else "no {file} to write to"
        raise ValueError(f"speech_command {command!r}: {wrong} (it may name {', '.join(values)})")
    return [_PLACE.sub(lambda found: values[found[0]], word) for word in words]


async def _run(words: list[str], stdin: bytes) -> None:
    """Let a program write the file; raises `OSError` saying what it said."""
    try:
        process = await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
    except OSError as exc:
        raise OSError(f"{words[0]} cannot be run ({exc.strerror}); is it installed?") from exc
    _, noise = await process.communicate(stdin)
    if process.returncode:
        said = noise.decode(errors="replace").strip().splitlines()
        raise OSError(f"{words[0]} failed: {said[-1] if said else process.returncode}")


def _synthesise(
    text: str, language: str, path: Path, command: str
) -> tuple[NDArray[np.float32], int]:
    """Return what the engine said and its rate; a program may write any PCM WAV file."""
    if not command and sys.platform != "darwin":
        spoken: bytes = (
            import_module("py_nanotts").NanoTTS().speak(text, voice=language, volume=VOLUME)
        )
        return mono(spoken, 2, 1), ENGINE_RATE_HZ
    template = command or _SAY
    words = arguments(template, language, path, text)
    # A program that is not handed the text as an argument reads it, as piper does.
    asyncio.run(_run(words, b"" if "{text}" in template else f"{text}\n".encode()))
    try:
        with wave.open(str(path)) as file:
            form = file.getparams()
            pcm = file.readframes(form.nframes)
        return mono(pcm, form.sampwidth, form.nchannels), form.framerate
    except (OSError, EOFError, wave.Error, ValueError) as exc:
        why = exc.strerror if isinstance(exc, OSError) else exc
        raise OSError(f"{words[0]} left no WAV file that can be read ({why})") from exc


def main(language: str, rate: str, path: str, text: str, command: str = "") -> int:
    """Speak ``text`` into ``path``: 16-bit mono at ``rate``; return the exit code."""
    with suppress(OSError):
        os.nice(_NICE)  # the sound that plays meanwhile comes first
    try:
        spoken, from_hz = _synthesise(text, language, Path(path), command)
    except (OSError, ValueError) as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    clip = trim(spoken, from_hz)
    if not len(clip):
        sys.stderr.write("the engine returned silence\n")
        return 1
    frames = np.clip(resample(clip, from_hz, int(rate)), -1.0, 1.0)
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(int(rate))
        file.writeframes(np.rint(frames * np.float32(32767.0)).astype("<i2").tobytes())
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
