"""Speech: phrases rendered ahead by separate processes and kept as WAV files.

A phrase with a step rate in it is joined from parts, so that every number can be said.
"""

import asyncio
import hashlib
import os
import platform
import signal
import sys
import wave
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from importlib import metadata
from itertools import pairwise, starmap
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livecoach.sinks.voice_worker import VOLUME
from livecoach.sound.numbers import gap_s, parts, parts_to_prepare
from livecoach.sound.speech import clarify, join

_AT_ONCE = 2
_TIMEOUT_S = 20.0
_REMEMBERED = 32
_DULL = "nanotts"
_REVISION = 1
"""To be raised when the same text would be rendered differently."""


class Voice:
    """A cache of spoken phrases. Nothing that goes wrong here stops a session.

    Parameters
    ----------
    cache_dir
        Folder of the WAV files; made when needed.
    rate_hz
        Rate of the clips it gives.
    language
        ``"en-US"``, ``"en-GB"``, ``"de-DE"``, ``"es-ES"``, ``"fr-FR"`` or ``"it-IT"``.
    say
        Gets one line, once, when there will be no speech or a phrase is missing.
    command
        A program that speaks instead of the engine that comes with us, for example
        ``espeak-ng -v en-us -w {file} {text}``; without ``{text}`` it reads the text. No shell.
    """

    def __init__(
        self,
        cache_dir: Path,
        rate_hz: int,
        language: str = "en-US",
        say: Callable[[str], None] | None = None,
        command: str = "",
    ) -> None:
        self.problem = ""
        """Why phrases are missing, in one line; empty when all is well."""
        self._cache_dir = cache_dir
        self._rate_hz = rate_hz
        self._language = language
        self._say = say
        self._command = command
        self._engine = f"command {command}" if command else _engine()
        self._clips: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._running: set[asyncio.subprocess.Process] = set()
        self._stopped = False

    async def prepare(self, phrases: Iterable[str]) -> None:
        """Render every phrase that is not in the cache; at most two processes at a time.

        ``{spm}`` in a phrase stands for any step rate: all of them can be said afterwards.
        """
        texts = [part for phrase in phrases for part in parts_to_prepare(phrase, self._language)]
        missing = [text for text in dict.fromkeys(texts) if text and not self._path(text).exists()]
        if not missing:
            return
        if not self._engine:
            self._tell("No speech: py-nanotts is not installed (pip install py-nanotts).")
            return
        gate = asyncio.Semaphore(_AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for text in missing:
                group.create_task(self._render(text, gate))

    def stop(self) -> None:
        """End `prepare` soon: kill what renders and begin nothing more.

        Cancelling it instead can hang for ever: asyncio waits for a process whose creation was
        cancelled halfway (seen on CPython 3.11).
        """
        self._stopped = True
        for process in self._running:
            _kill(process)

    def clip(self, text: str) -> NDArray[np.float32] | None:
        """Return a phrase, mono at the voice's rate, shape (n,); None when it is not rendered."""
        if text not in self._clips:
            said = parts(text, self._language)
            clips = [self._part(part) for part in said]
            known = [clip for clip in clips if clip is not None]
            if len(known) < len(clips):
                return None
            self._clips[text] = join(known, list(starmap(gap_s, pairwise(said))), self._rate_hz)
            if len(self._clips) > _REMEMBERED:
                self._clips.popitem(last=False)
        self._clips.move_to_end(text)
        return self._clips[text]

    def _part(self, text: str) -> NDArray[np.float32] | None:
        clip = _read(self._path(text))
        if clip is None or not self._engine.startswith(_DULL):
            return clip
        return clarify(clip, self._rate_hz)

    def _path(self, text: str) -> Path:
        settings = f"{VOLUME} {self._rate_hz} {_REVISION}"
        key = f"{self._engine}\n{self._language}\n{settings}\n{text}"
        return self._cache_dir / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.wav"

    async def _render(self, text: str, gate: asyncio.Semaphore) -> None:
        path = self._path(text)
        partial = path.with_suffix(f".{os.getpid()}.part.wav")
        async with gate:
            if self._stopped:
                return
            try:
                self._cache_dir.mkdir(parents=True, exist_ok=True)
                await self._work(text, partial)
                partial.replace(path)
            except TimeoutError:
                self._tell(f"No speech for {text!r}: the engine took over {_TIMEOUT_S:.0f} s.")
            except OSError as exc:
                self._tell(f"No speech for {text!r}: {str(exc).rstrip('.')}.")
            finally:
                with suppress(OSError):
                    partial.unlink()

    async def _work(self, text: str, path: Path) -> None:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "livecoach.sinks.voice_worker"),
            *(self._language, str(self._rate_hz), str(path), text, self._command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        self._running.add(process)
        if self._stopped:
            self.stop()
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                _, noise = await process.communicate()
        finally:
            self._running.discard(process)
            if process.returncode is None:
                _kill(process)
                await process.wait()
        if process.returncode:
            lines = noise.decode(errors="replace").strip().splitlines() or ["the engine failed"]
            raise OSError(lines[-1])

    def _tell(self, line: str) -> None:
        """Say the first problem; the others are most likely the same one."""
        if not self.problem and not self._stopped:
            self.problem = line
            if self._say:
                self._say(line)


def _kill(process: asyncio.subprocess.Process) -> None:
    """End a worker and the program it may have started: it leads a group of its own."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _engine() -> str:
    """Return the engine's name and version; empty when there is none."""
    if sys.platform == "darwin":
        return f"say {platform.mac_ver()[0]}"
    try:
        return f"{_DULL} {metadata.version('py-nanotts')}"
    except metadata.PackageNotFoundError:
        return ""


def _read(path: Path) -> NDArray[np.float32] | None:
    try:
        with wave.open(str(path)) as file:
            pcm = file.readframes(file.getnframes())
    except (OSError, EOFError, wave.Error):
        return None
    return np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768.0)
