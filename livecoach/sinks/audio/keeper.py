"""A sound card that may go and come back while the session runs.

When the device is gone or takes no sound, another try to open it is made every half a second, in a
thread of its own, for PortAudio may take its time; meanwhile what is played goes to the fallback
(a WAV file when there was no device at the start) or nowhere.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from livecoach.errors import AudioError
from livecoach.sinks.audio.base import AudioBackend, Change, Clock

AGAIN_S = 0.5

Reopen: TypeAlias = Callable[[int], AudioBackend]
"""Opens the device at this rate and returns once it takes sound; raises `AudioError`."""


class Keeper:
    """One way out for sound over many lives of a device; see `AudioBackend`.

    Parameters
    ----------
    backend
        What is open now: the device, or its stand-in when there is none yet.
    reopen
        How to open the device again.
    clock
        Session time.
    lost
        Whether ``backend`` is only a stand-in.
    """

    def __init__(
        self, backend: AudioBackend, reopen: Reopen, clock: Clock, *, lost: bool = False
    ) -> None:
        self.name = backend.name
        self.rate_hz = backend.rate_hz
        self.latency_s = backend.latency_s
        self._backend: AudioBackend | None = backend
        self._reopen = reopen
        self._clock = clock
        self._lost = lost
        self._xruns = 0
        self._changes: list[Change] = []
        self._search: _Search | None = None
        self._again_s = clock()

    @property
    def current(self) -> AudioBackend | None:
        """What sound goes through now; None while the device is gone."""
        return self._backend

    @property
    def xruns(self) -> int:
        """How often a device ran dry, all of them together."""
        return self._xruns + (0 if self._backend is None else self._backend.xruns)

    def play(self, frames: NDArray[np.float32], t_due: float, token: int) -> None:
        """Hand a sound over; without a device it is not heard. See `AudioBackend`."""
        if self._backend is not None:
            try:
                self._backend.play(frames, t_due, token)
            except AudioError as exc:
                self._lose(self._backend, exc)

    def poll(self, now_s: float) -> list[tuple[int, float]]:
        """Return what started, and look after the device; see `AudioBackend`."""
        started: list[tuple[int, float]] = []
        if self._backend is not None:
            try:
                started = self._backend.poll(now_s)
            except AudioError as exc:
                self._lose(self._backend, exc)
        if self._lost:
            self._look()
        return started

    def changes(self) -> list[Change]:
        """Return what happened to the device since the last call; see `AudioBackend`."""
        told, self._changes = self._changes, []
        return told

    def flush(self) -> None:
        """Fall silent; see `AudioBackend`."""
        if self._backend is not None:
            try:
                self._backend.flush()
            except AudioError as exc:
                self._lose(self._backend, exc)

    def close(self) -> None:
        """Let go of the device, and of a search that is still under way."""
        if self._search is not None:
            self._search.abandon()
        if self._backend is not None:
            self._backend.close()

    def _lose(self, backend: AudioBackend, exc: AudioError) -> None:
        self._xruns, self._backend = self.xruns, None
        self._changes.append(Change(self._clock(), str(exc), "lost"))
        self._lost = True
        self._search = _Search(self._reopen, self.rate_hz, backend)

    def _look(self) -> None:
        """Begin a search when it is time, and take what one has found."""
        now_s = self._clock()
        if self._search is None:
            if now_s >= self._again_s:
                self._search = _Search(self._reopen, self.rate_hz, None)
            return
        if not self._search.over:
            return
        found, self._search = self._search.found, None
        self._again_s = now_s + AGAIN_S
        if found is None:
            return
        if self._backend is not None:
            self._xruns += self._backend.xruns
            with suppress(AudioError):
                self._backend.close()
        self._backend, self._lost = found, False
        self.name, self.latency_s = found.name, found.latency_s
        self._changes.append(Change(now_s, found.name, "back"))


class _Search:
    """One try to open the device, in a thread that nobody has to wait for."""

    def __init__(self, reopen: Reopen, rate_hz: int, gone: AudioBackend | None) -> None:
        self.found: AudioBackend | None = None
        self.over = False
        self._reopen = reopen
        self._rate_hz = rate_hz
        self._gone = gone
        self._abandoned = False
        self._thread = threading.Thread(target=self._run, name="sound", daemon=True)
        self._thread.start()

    def abandon(self) -> None:
        """Close what is found, now or when it is."""
        self._abandoned = True
        self._thread.join(timeout=AGAIN_S)
        if self.found is not None:
            self.found.close()

    def _run(self) -> None:
        if self._gone is not None:
            with suppress(AudioError):
                self._gone.close()
        with suppress(AudioError):
            if not self._abandoned:
                self.found = self._reopen(self._rate_hz)
        self.over = True
