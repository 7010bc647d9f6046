"""The sound card through rtmixer: a C callback places each sound, no Python in the audio thread.

Sounds are handed over with a start in the stream's own time, which may be any clock, the wall clock
too. It is compared with the session's about once a second and at every hand-over, by the tightest
of many brackets; when it was set, sounds that wait are placed anew. A host whose stream time stands
still cannot be used this way, which `probe` finds out. A stream that asks for no frames for 0.5 s
(a suspended sink stays "active") counts as gone.
"""

import math
import time
from importlib import import_module
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from livecoach.errors import AudioError
from livecoach.sinks.audio.base import Change, Clock
from livecoach.sinks.audio.portaudio import BEGIN_S, STALLED_S, Device
from livecoach.sound.mixer import FADE_S

_LATENCY_S = 0.1
_QUEUE = 1024
_MOST_WAITING = 400
"""Sounds handed over and not started; twice as many, with their cancellations, fit the queue."""
_BRACKETS = 50
_REFRESH_S = 1.0
_STEP_S = 0.005
"""The stream's clock was set (it may be the wall clock): compare at once."""
_ASK_S = 0.25
_FIRST_S = 1.0
"""Sound cards that take longer to begin are watched, not waited for."""


class _Stats(Protocol):
    output_underflows: int


class _Action(Protocol):
    """What rtmixer's callback was asked to do, and when it did (a C struct)."""

    actual_time: float
    done_frames: int
    stats: _Stats


class _Waiting(NamedTuple):
    token: int
    action: _Action
    frames: NDArray[np.float32]
    t_due: float


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
        self._stats: _Action | None = None
        self._asked_s = clock()
        self.flowing = False
        """Whether the device has asked for frames at all."""
        self._playing: list[_Waiting] = []
        self._sounding: list[_Waiting] = []
        self._cancels: list[tuple[_Action, _Action]] = []
        self._refresh(clock())

    def probe(self) -> bool:
        """Return whether a sound that is due starts, once blocks are asked for; waits up to 1 s.

        On hosts whose stream time stands still none ever does. A device that has not begun by then
        has the benefit of the doubt: it is watched from now on.
        """
        self._watch()
        sound = self._start(np.zeros((1, 2), np.float32), self._clock() + self.latency_s)
        until_s = self._clock() + _FIRST_S
        while self._clock() < until_s and sound in self._mixer.actions:
            time.sleep(0.01)
        self._watch()
        return bool(sound.done_frames) or not self.flowing

    def play(self, frames: NDArray[np.float32], t_due: float, token: int) -> None:
        """Queue a sound; see `AudioBackend`."""
        if len(self._playing) >= _MOST_WAITING:
            raise AudioError(f"{self.name}: takes no more sounds, the device has stalled")
        self._follow_step()
        buffer = np.array(frames, np.float32, order="C")  # our own: `flush` writes into it
        self._playing.append(_Waiting(token, self._start(buffer, t_due), buffer, t_due))

    def poll(self, now_s: float) -> list[tuple[int, float]]:
        """Return what the audio callback really started; see `AudioBackend`."""
        self._watch()
        self._follow_step()
        if now_s >= self._refresh_due_s:
            self._refresh(now_s)
        live = self._mixer.actions
        self._cancels = [pair for pair in self._cancels if pair[0] in live]
        self._sounding = [item for item in self._sounding if item.action in live]
        started, playing = [], []
        for item in self._playing:
            action = item.action
            t_heard = action.actual_time - self._offset_s
            # A cancelled sound ends up "done" with no frame played.
            if action.done_frames and t_heard <= now_s:
                started.append((item.token, t_heard))
                self._sounding.append(item)
            elif action.done_frames or action in live:
                playing.append(item)
        self._playing = playing
        return started

    def changes(self) -> list[Change]:
        """Return nothing: a device that went away is an `AudioError`; see `AudioBackend`."""
        return []

    def flush(self) -> None:
        """Cancel what has not started and fade what has; see `AudioBackend`."""
        cancelled = {action for _, action in self._cancels}
        for item in self._sounding:
            self._fade(item)
        for k, item in enumerate(self._playing):
            if item.action.done_frames:
                self._fade(item)
            elif item.action not in cancelled:
                self._cancel(item.action)
            self._playing[k] = item._replace(t_due=-math.inf)  # never to be placed anew

    def _fade(self, item: _Waiting) -> None:
        """End a sound in its own frames, which the callback reads in place: cut off, it clicks."""
        rest = item.frames[item.action.done_frames :]
        count = min(len(rest), round(FADE_S * self.rate_hz))
        rest[:count] *= np.linspace(1.0, 0.0, count, endpoint=False, dtype=np.float32)[:, None]
        rest[count:] = 0.0

    def close(self) -> None:
        """Stop at once and let go of the device."""
        self._mixer.close(ignore_errors=True)

    def _start(self, frames: NDArray[np.float32], t_due: float) -> _Action:
        try:
            action: _Action = self._mixer.play_buffer(
                frames, channels=2, start=t_due + self._offset_s, allow_belated=True
            )
        except self._errors as exc:
            raise AudioError(f"{self.name}: {exc}") from exc
        return action

    def _cancel(self, action: _Action) -> None:
        try:
            # The callback looks at the action when it cancels it: keep both alive.
            self._cancels.append((self._mixer.cancel(action), action))
        except self._errors as exc:
            raise AudioError(f"{self.name}: {exc}") from exc

    def _watch(self) -> None:
        """Ask the callback for a sign of life and miss it after half a second."""
        if not self._active():
            raise AudioError(f"{self.name}: the audio device went away")
        now_s = self._clock()
        if self._stats not in self._mixer.actions:
            if self._stats is not None:
                self.xruns += self._stats.stats.output_underflows
                self.flowing = True
            if now_s - self._asked_s >= _ASK_S or self._stats is None:
                self._asked_s = now_s
                self._stats = self._fetch()
        elif now_s - self._asked_s > (STALLED_S if self.flowing else BEGIN_S):
            raise AudioError(f"{self.name}: the audio device takes no sound")

    def _fetch(self) -> _Action:
        try:
            action: _Action = self._mixer.fetch_and_reset_stats()
        except self._errors as exc:
            raise AudioError(f"{self.name}: {exc}") from exc
        return action

    def _active(self) -> bool:
        try:
            return bool(self._mixer.active)
        except self._errors:
            return False

    def _follow_step(self) -> None:
        """Place waiting sounds anew when the stream's clock was set."""
        before_s = self._offset_s
        if abs(self._time() - self._clock() - before_s) > _STEP_S:
            self._refresh(self._clock())
        if abs(self._offset_s - before_s) <= _STEP_S:
            return
        for k, item in enumerate(self._playing):
            if not item.action.done_frames and item.t_due > self._clock():
                self._cancel(item.action)
                self._playing[k] = item._replace(action=self._start(item.frames, item.t_due))

    def _refresh(self, now_s: float) -> None:
        """Compare the clocks."""
        self._refresh_due_s = now_s + _REFRESH_S
        self._offset_s = min(self._bracket() for _ in range(_BRACKETS))[1]

    def _bracket(self) -> tuple[float, float]:
        """Return how long one comparison of the clocks took, and stream time less session time."""
        before_s, stream_s, after_s = self._clock(), self._time(), self._clock()
        return after_s - before_s, stream_s - (before_s + after_s) / 2.0

    def _time(self) -> float:
        try:
            return float(self._mixer.time)
        except self._errors as exc:
            raise AudioError(f"{self.name}: {exc}") from exc
