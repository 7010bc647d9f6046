"""Speech: phrases rendered ahead by separate processes and kept as WAV files."""

import asyncio
import hashlib
import os
import platform
import sys
import wave
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from importlib import metadata
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livecoach.sinks.voice_worker import VOLUME

_AT_ONCE = 2
_TIMEOUT_S = 20.0
_REMEMBERED = 32
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
    """

    def __init__(
        self,
        cache_dir: Path,
        rate_hz: int,
        language: str = "en-US",
        say: Callable[[str], None] | None = None,
    ) -> None:
        self.problem = ""
        """Why phrases are missing, in one line; empty when all is well."""
        self._cache_dir = cache_dir
        self._rate_hz = rate_hz
        self._language = language
        self._say = say
        self._engine = _engine()
        self._clips: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._running: set[asyncio.subprocess.Process] = set()
        self._stopped = False

    async def prepare(self, phrases: Iterable[str]) -> None:
        """Render every phrase that is not in the cache; at most two processes at a time."""
        missing = [
            text for text in dict.fromkeys(phrases) if text and not self._path(text).exists()
        ]
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
            with suppress(ProcessLookupError):
                process.kill()

    def clip(self, text: str) -> NDArray[np.float32] | None:
        """Return a phrase, mono at the voice's rate, shape (n,); None when it is not rendered."""
        if text not in self._clips:
            clip = _read(self._path(text))
            if clip is None:
                return None
            self._clips[text] = clip
            if len(self._clips) > _REMEMBERED:
                self._clips.popitem(last=False)
        self._clips.move_to_end(text)
        return self._clips[text]

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
                self._tell(f"No speech for {text!r}: {exc}.")
            finally:
                with suppress(OSError):
                    partial.unlink()

    async def _work(self, text: str, path: Path) -> None:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "livecoach.sinks.voice_worker"),
            *(self._language, str(self._rate_hz), str(path), text),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
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
                process.kill()
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


def _engine() -> str:
    """Return the engine's name and version; empty when there is none."""
    if sys.platform == "darwin":
        return f"say {platform.mac_ver()[0]}"
    try:
        return f"nanotts {metadata.version('py-nanotts')}"
    except metadata.PackageNotFoundError:
        return ""


def _read(path: Path) -> NDArray[np.float32] | None:
    try:
        with wave.open(str(path)) as file:
            pcm = file.readframes(file.getnframes())
    except (OSError, EOFError, wave.Error):
        return None
    return np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768.0)
