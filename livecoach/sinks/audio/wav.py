"""Sound into a WAV file: what a runner would have heard, to the sample.

Frame 0 is session time 0. The header is brought up to date with every block, so that the file can
be opened even when the process was killed.
"""

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livecoach.errors import AudioError
from livecoach.sinks.audio.base import Change
from livecoach.sound.mixer import Mixer

_CHANNELS = 2
_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
_BLOCK_S = 1.0
_FULL_SCALE = 32767.0
_MAX_BYTES = 0xFFFF_FFFF - 64
"""A WAV header counts its bytes in 32 bits: 6.2 hours at 48 kHz."""


class WavBackend:
    """Streams 16-bit stereo to disk as session time passes.

    Parameters
    ----------
    path
        The file; one that is there already is replaced.
    rate_hz
        Frames per second.

    Raises
    ------
    AudioError
        The file cannot be made; later also when it cannot be written any more.
    """

    def __init__(self, path: Path, rate_hz: int = 48_000) -> None:
        self.name = str(path)
        self.rate_hz = rate_hz
        self.latency_s = 0.0
        self.xruns = 0
        self._mixer = Mixer(rate_hz, _CHANNELS)
        self._waiting: list[tuple[int, int]] = []
        self._bytes = 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Unbuffered: a write that fails fails here and now, and leaves nothing to retry.
            self._file = path.open("wb", buffering=0)
            self._write(b"")
        except OSError as exc:
            raise AudioError(f"{path}: cannot write sound there ({exc.strerror})") from exc

    def play(self, frames: NDArray[np.float32], t_due: float, token: int) -> None:
        """Place a sound on frame ``round(t_due * rate_hz)``; see `AudioBackend`."""
        start = self._mixer.schedule(frames, round(t_due * self.rate_hz))
        self._waiting.append((token, start))

    def poll(self, now_s: float) -> list[tuple[int, float]]:
        """Write up to ``now_s`` and return what started; see `AudioBackend`."""
        self._render_to(int(now_s * self.rate_hz))
        done = self._mixer.frame
        started = [(token, at / self.rate_hz) for token, at in self._waiting if at < done]
        self._waiting = [(token, at) for token, at in self._waiting if at >= done]
        return started

    def changes(self) -> list[Change]:
        """Return nothing: a file does not come and go; see `AudioBackend`."""
        return []

    def flush(self) -> None:
        """Fall silent; see `AudioBackend`."""
        self._mixer.silence()
        self._waiting = [(token, at) for token, at in self._waiting if at < self._mixer.frame]

    def close(self) -> None:
        """Let sounds that have started ring out, and finish the file."""
        if self._file.closed:
            return
        try:
            self._mixer.flush()
            self._render_to(self._mixer.end_frame)
        finally:
            self._file.close()

    def _render_to(self, frame: int) -> None:
        while self._mixer.frame < frame:
            count = min(frame - self._mixer.frame, round(_BLOCK_S * self.rate_hz))
            pcm = np.rint(self._mixer.render(count) * _FULL_SCALE).astype("<i2").tobytes()
            if self._bytes + len(pcm) > _MAX_BYTES:
                raise AudioError(f"{self.name}: a WAV file cannot grow beyond 4 GiB")
            try:
                self._write(pcm)
            except OSError as exc:
                raise AudioError(f"{self.name}: cannot write sound ({exc.strerror})") from exc

    def _write(self, pcm: bytes) -> None:
        """Append frames, then bring the header up to date."""
        self._file.seek(_HEADER.size + self._bytes)
        self._write_all(pcm)
        self._bytes += len(pcm)
        frame_bytes = 2 * _CHANNELS
        form = (1, _CHANNELS, self.rate_hz, self.rate_hz * frame_bytes, frame_bytes, 16)
        riff_bytes = _HEADER.size - 8 + self._bytes
        self._file.seek(0)
        self._write_all(
            _HEADER.pack(b"RIFF", riff_bytes, b"WAVE", b"fmt ", 16, *form, b"data", self._bytes)
        )

    def _write_all(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) :]
