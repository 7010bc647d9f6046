"""The sound card through a Python callback: for machines rtmixer has no wheel for.

The audio thread only renders. Commands reach it and results leave it through deques, whose ends are
safe to use from two threads.
"""

from collections import deque
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecoach.errors import AudioError
from livecoach.sinks.audio.base import Change, Clock
from livecoach.sinks.audio.portaudio import BEGIN_S, STALLED_S, Device
from livecoach.sound.mixer import Mixer
from livecoach.timebase import ClockMapper

_LATENCY_S = 0.2
_MOST_WAITING = 400


class CallbackBackend:
    """Plays through PortAudio by way of sounddevice.

    Parameters
    ----------
    device
        Where to.
    clock
        Session time; called in the audio thread too.

    Raises
    ------
    ImportError, OSError
        sounddevice or the PortAudio library is not installed.
    sounddevice.PortAudioError
        The device cannot be opened.
    """

    def __init__(self, device: Device, clock: Clock) -> None:
        self.name = device.name
        self.rate_hz = device.rate_hz
        self.xruns = 0
        """Blocks in which the device ran dry."""
        self._clock = clock
        self._mixer = Mixer(device.rate_hz)
        self._mapper = ClockMapper(device.rate_hz)
        self._commands: deque[tuple[NDArray[np.float32], float, int] | None] = deque()
        self._results: deque[tuple[int, float]] = deque()
        self._waiting: list[tuple[NDArray[np.float32], float, int]] = []
        self._stream: Any = import_module("sounddevice").OutputStream(
            device=device.index,
            channels=2,
            dtype="float32",
            samplerate=device.rate_hz,
            latency=_LATENCY_S,
            callback=self._render,
        )
        self.latency_s = float(self._stream.latency)
        self._opened_s = clock()
        self._asked_s: float | None = None
        self._stream.start()

    @property
    def flowing(self) -> bool:
        """Whether the device has asked for frames at all."""
        return self._asked_s is not None

    def play(self, frames: NDArray[np.float32], t_due: float, token: int) -> None:
        """Hand a sound to the audio thread; see `AudioBackend`."""
        if len(self._commands) + len(self._waiting) >= _MOST_WAITING:
            raise AudioError(f"{self.name}: takes no more sounds, the device has stalled")
        self._commands.append((frames, t_due, token))

    def poll(self, now_s: float) -> list[tuple[int, float]]:
        """Return what the callback placed and what has been heard since; see `AudioBackend`."""
        if not self._stream.active:
            raise AudioError(f"{self.name}: the audio device went away")
        since_s, most_s = (
            (self._opened_s, BEGIN_S) if self._asked_s is None else (self._asked_s, STALLED_S)
        )
        if self._clock() - since_s > most_s:
            raise AudioError(f"{self.name}: the audio device takes no sound")
        started = []
        while self._results and self._results[0][1] <= now_s:
            started.append(self._results.popleft())
        return started

    def changes(self) -> list[Change]:
        """Return nothing: a device that went away is an `AudioError`; see `AudioBackend`."""
        return []

    def flush(self) -> None:
        """Have the audio thread fall silent; see `AudioBackend`."""
        self._commands.append(None)

    def close(self) -> None:
        """Stop at once and let go of the device."""
        self._stream.close(ignore_errors=True)

    def _render(self, out: NDArray[np.float32], count: int, time: Any, status: Any) -> None:  # noqa: ANN401  PortAudio's own types
        """Fill one block (audio thread)."""
        host_s = self._asked_s = self._clock()
        self.xruns += bool(status.output_underflow)
        first = self._mixer.frame
        if time.currentTime > 0.0:
            self._mapper.update(first, host_s, time.currentTime, time.outputBufferDacTime)
        else:
            # Some drivers do not know; then a block is heard one latency after it was asked for.
            self._mapper.update(first, host_s, host_s, host_s + self.latency_s)
        self._take_commands()
        later = []
        for sound in self._waiting:
            frames, t_due, token = sound
            frame = self._mapper.frame_at(t_due)
            if frame < first + count:
                at = self._mixer.schedule(frames, frame)
                self._results.append((token, self._mapper.time_of(at)))
            else:
                later.append(sound)
        self._waiting = later
        out[:] = self._mixer.render(count)

    def _take_commands(self) -> None:
        while self._commands:
            command = self._commands.popleft()
            if command is None:
                self._waiting.clear()
                self._mixer.silence()
            else:
                self._waiting.append(command)
