"""The sound card through rtmixer: a C callback places each sound, no Python in the audio thread.

Sounds are handed over with a start in the stream's own time, which may be any clock. It is compared
with the session's about once a second, by the tightest of many brackets.
"""

from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecoach.errors import AudioError
from livecoach.sinks.audio.base import Change, Clock
from livecoach.sinks.audio.portaudio import Device

_LATENCY_S = 0.1
_QUEUE = 1024
_MOST_WAITING = 400
"""Sounds handed over and not started; twice as many, with their cancellations, fit the queue."""
_BRACKETS = 50
_REFRESH_S = 1.0
_STEP_S = 0.005
"""The stream's clock was set (it may be the wall clock): compare at once."""


class RtmixerBackend:
    """Plays through PortAudio by way of rtmixer.

    Parameters
    ----------
    device
        Where to.
    clock
        Session time.

    Raises
    ------
    ImportError, OSError
        rtmixer or the PortAudio library is not installed.
    sounddevice.PortAudioError
        The device cannot be opened.
    """

    def __init__(self, device: Device, clock: Clock) -> None:
        rtmixer = import_module("rtmixer")
        portaudio_error = import_module("sounddevice").PortAudioError
        self._errors: tuple[type[Exception], ...] = (portaudio_error, RuntimeError)
        self._clock = clock
        self._mixer: Any = rtmixer.Mixer(
            device=device.index,
            channels=2,
            samplerate=device.rate_hz,
            latency=_LATENCY_S,
            qsize=_QUEUE,
        )
        self._mixer.start()
        self.name = device.name
        self.rate_hz = device.rate_hz
        self.latency_s = float(self._mixer.latency)
        self.xruns = 0
        """Blocks in which the device ran dry, counted about once a second."""
        self._offset_s = 0.0
        self._refresh_due_s = 0.0
        self._stats: Any = None
        self._playing: list[tuple[int, Any]] = []
        self._cancels: list[tuple[Any, Any]] = []
        self._refresh(clock())

    def play(self, frames: NDArray[np.float32], t_due: float, token: int) -> None:
        """Queue a sound; see `AudioBackend`."""
        if len(self._playing) >= _MOST_WAITING:
            raise AudioError(f"{self.name}: takes no more sounds, the device has stalled")
        if abs(self._mixer.time - self._clock() - self._offset_s) > _STEP_S:
            self._refresh(self._clock())
        try:
            action = self._mixer.play_buffer(
                np.ascontiguousarray(frames, np.float32),
                channels=2,
                start=t_due + self._offset_s,
                allow_belated=True,
            )
        except self._errors as exc:
            raise AudioError(f"{self.name}: {exc}") from exc
        self._playing.append((token, action))

    def poll(self, now_s: float) -> list[tuple[int, float]]:
        """Return what the audio callback really started; see `AudioBackend`."""
        if not self._active():
            raise AudioError(f"{self.name}: the audio device went away")
        if now_s >= self._refresh_due_s:
            self._refresh(now_s)
        live = self._mixer.actions
        self._cancels = [pair for pair in self._cancels if pair[0] in live]
        started, playing = [], []
        for token, action in self._playing:
            t_heard = action.actual_time - self._offset_s
            # A cancelled sound ends up "done" with no frame played.
            if action.done_frames and t_heard <= now_s:
                started.append((token, t_heard))
            elif action.done_frames or action in live:
                playing.append((token, action))
        self._playing = playing
        return started

    def changes(self) -> list[Change]:
        """Return nothing: a device that went away is an `AudioError`; see `AudioBackend`."""
        return []

    def flush(self) -> None:
        """Cancel what has not started; see `AudioBackend`."""
        cancelled = {action for _, action in self._cancels}
        try:
            for _, action in self._playing:
                if not action.done_frames and action not in cancelled:
                    # The callback looks at the action when it cancels it: keep both alive.
                    self._cancels.append((self._mixer.cancel(action), action))
        except self._errors as exc:
            raise AudioError(f"{self.name}: {exc}") from exc

    def close(self) -> None:
        """Stop at once and let go of the device."""
        self._mixer.close(ignore_errors=True)

    def _active(self) -> bool:
        try:
            return bool(self._mixer.active)
        except self._errors:
            return False

    def _refresh(self, now_s: float) -> None:
        """Compare the clocks and fetch the count of underflows."""
        self._refresh_due_s = now_s + _REFRESH_S
        try:
            self._offset_s = min(self._bracket() for _ in range(_BRACKETS))[1]
            if self._stats is None or self._stats not in self._mixer.actions:
                self.xruns += self._stats.stats.output_underflows if self._stats else 0
                self._stats = self._mixer.fetch_and_reset_stats()
        except self._errors as exc:
            raise AudioError(f"{self.name}: {exc}") from exc

    def _bracket(self) -> tuple[float, float]:
        """Return how long one comparison of the clocks took, and stream time less session time."""
        before_s, stream_s, after_s = self._clock(), self._mixer.time, self._clock()
        return after_s - before_s, stream_s - (before_s + after_s) / 2.0
