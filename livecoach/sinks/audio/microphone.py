"""An ear of our own: records a microphone, and when each part of it was recorded."""

from collections import deque
from importlib import import_module
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecoach.errors import AudioError
from livecoach.sinks.audio.base import Clock
from livecoach.sinks.audio.portaudio import quiet_stderr

_PREFERRED_RATE_HZ = 48_000
_LATENCY_S = 0.1


class Recorded(NamedTuple):
    """What was recorded."""

    frames: NDArray[np.float32]
    """Shape (n,)."""
    rate_hz: int
    first_frames: NDArray[np.float64]
    """Number of each block's first frame."""
    times_s: NDArray[np.float64]
    """Session time at which that frame reached the converter, as the driver says."""
    gaps: int
    """Blocks before which something was lost."""


class Microphone:
    """Records from the moment it is made.

    Parameters
    ----------
    wanted
        ``"default"``, a device's name, or a part of one that no other input has.
    clock
        Session time; called in the audio thread too.

    Raises
    ------
    AudioError
        There is no such input, or it cannot be opened; the message lists those there are.
    """

    def __init__(self, wanted: str, clock: Clock) -> None:
        self._clock = clock
        self._blocks: deque[NDArray[np.float32]] = deque()
        self._stamps: deque[tuple[int, float, float, float]] = deque()
        self._count = 0
        self._gaps = 0
        with quiet_stderr():
            try:
                sd = import_module("sounddevice")
            except (ImportError, OSError) as exc:
                raise AudioError("the PortAudio library is missing: install libportaudio2") from exc
            index, self.name, self.rate_hz = _find(sd, wanted)
            try:
                self._stream: Any = sd.InputStream(
                    device=index,
                    channels=1,
                    dtype="float32",
                    samplerate=self.rate_hz,
                    latency=_LATENCY_S,
                    callback=self._take,
                )
                self._stream.start()
            except sd.PortAudioError as exc:
                raise AudioError(f"{self.name}: cannot be listened to: {exc}") from exc

    def stop(self) -> Recorded:
        """Let go of the device and return what was recorded.

        Raises
        ------
        AudioError
            Nothing came.
        """
        latency_s = float(self._stream.latency)
        self.close()
        if len(self._stamps) < 4:
            raise AudioError(f"{self.name}: nothing was recorded")
        first, host_s, current_s, adc_s = np.array(self._stamps, float).T
        if np.all(current_s > 0.0) and np.all(adc_s > 0.0):
            # The driver stamps before the callback waits for the interpreter: the least is right.
            times_s = adc_s + np.min(host_s - current_s)
        else:
            times_s = host_s - latency_s
        return Recorded(np.concatenate(self._blocks), self.rate_hz, first, times_s, self._gaps)

    def close(self) -> None:
        """Let go of the device; a second call does nothing."""
        self._stream.close(ignore_errors=True)

    def _take(self, frames: NDArray[np.float32], count: int, time: Any, status: Any) -> None:  # noqa: ANN401  PortAudio's own types
        """Keep one block (audio thread)."""
        host_s = self._clock()
        self._gaps += bool(status.input_overflow)
        stamp = (self._count, host_s, time.currentTime, time.inputBufferAdcTime)
        self._stamps.append(stamp)
        self._blocks.append(frames[:, 0].copy())
        self._count += count


def _find(sd: ModuleType, wanted: str) -> tuple[int | None, str, int]:
    """Return index, name and rate of an input."""
    inputs = [(n, d) for n, d in enumerate(sd.query_devices()) if d["max_input_channels"] > 0]
    if wanted == "default":
        try:
            index, info = None, sd.query_devices(kind="input")
        except sd.PortAudioError as exc:
            raise AudioError("there is no microphone to listen with") from exc
    else:
        exact = [x for x in inputs if x[1]["name"].casefold() == wanted.casefold()]
        partial = [x for x in inputs if wanted.casefold() in x[1]["name"].casefold()]
        found = exact[:1] or partial
        if len(found) != 1:
            names = ", ".join(info["name"] for _, info in found or inputs) or "none at all"
            what = "is not one input" if found else "is not an input"
            raise AudioError(f"audio: {wanted!r} {what}; there is: {names}")
        index, info = found[0]
    rate_hz = _PREFERRED_RATE_HZ
    try:
        sd.check_input_settings(index, channels=1, dtype="float32", samplerate=rate_hz)
    except sd.PortAudioError:
        rate_hz = int(info["default_samplerate"])
    return index, str(info["name"]), rate_hz
