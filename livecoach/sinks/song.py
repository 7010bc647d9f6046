"""A song from a file: decoded, brought to the right rate and level, stretched part by part.

soundfile decodes and python-stretch (Signalsmith) stretches; both come with the extra ``music``.
Stretching is whole-part only in python-stretch 0.3 (it seeks and flushes with every call), so every
part is stretched with a margin on both sides, and a `Joiner` puts the parts together.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecoach.errors import AudioError
from livecoach.sound.loudness import k_weighted_energy_s
from livecoach.sound.music import Joiner, Part, Tempo, detect_tempo
from livecoach.sound.resample import resample

PEAK = 0.25
"""No sample of the music is larger."""
_LEVEL_DB = -27.0
"""K-weighted, over the whole: 5 dB below the 100 ms that a beat takes."""
_STUDIED_S = 60.0
_SHORTEST_S = 10.0
_MARGIN_S = 0.15
_OVERLAP_S = 0.030
_REACH_S = 0.006


class Song:
    """One file, rendered part by part; not to be used from two threads at a time.

    Parameters
    ----------
    path
        WAV, FLAC or OGG, mono or stereo (of more channels the first two).
    bpm
        Its tempo; None: detected from its first minute.
    rate_hz
        Rate of the frames it gives.

    Raises
    ------
    AudioError
        The file cannot be read, is shorter than 10 s, or a library is missing.
    """

    def __init__(self, path: Path, bpm: float | None, rate_hz: int) -> None:
        try:
            soundfile, stretching = import_module("soundfile"), import_module("python_stretch")
        except (ImportError, OSError) as exc:
            raise AudioError(
                f"music needs soundfile and python-stretch: pip install 'livecoach[music]'"
                f" (python-stretch has no wheel for Linux on ARM): {exc}"
            ) from exc
        self._errors = (soundfile.SoundFileError, OSError)
        self.path = path
        self._rate_hz = rate_hz
        if not path.is_file():
            raise AudioError(f"{path}: no such file")
        try:
            self._file: Any = soundfile.SoundFile(path)
        except self._errors as exc:
            raise AudioError(f"{path}: {exc}") from exc
        self._file_hz = int(self._file.samplerate)
        self._count = int(self._file.frames)
        self.length_s = self._count / self._file_hz
        if self.length_s < _SHORTEST_S:
            raise AudioError(f"{path}: shorter than {_SHORTEST_S:.0f} s, too short for music")
        self._gain = np.float32(1.0)
        head = self._read(0, min(self._count, round(_STUDIED_S * self._file_hz)))
        power = k_weighted_energy_s(head, self._file_hz) * self._file_hz / len(head)
        self._gain = np.float32(10.0 ** (_LEVEL_DB / 20.0) / np.sqrt(max(power, 1e-9)))
        found = detect_tempo(head.mean(axis=1), self._file_hz)
        # A known tempo still needs to know where a beat is: the detected one, to the nearest.
        self.tempo = found if bpm is None else Tempo(bpm, found.beat_s)
        self._stretch: Any = stretching.Signalsmith.Stretch(0)
        self._stretch.preset(2, rate_hz)
        self._joiner = Joiner(round(_OVERLAP_S * rate_hz), round(_REACH_S * rate_hz))

    def render(self, part: Part, count: int) -> NDArray[np.float32]:
        """Return the next ``count`` frames of the stream, shape (count, 2), from this part.

        Raises
        ------
        AudioError
            The file cannot be read any more.
        """
        margin = round(_MARGIN_S * self._rate_hz)
        wanted = count + self._joiner.extra()
        lead_s = _MARGIN_S + _REACH_S
        first = round((part.start_s - lead_s * part.ratio) * self._file_hz)
        seconds = (wanted + 2 * margin) / self._rate_hz * part.ratio
        source = self._read(first, round(seconds * self._file_hz)).T
        source = np.stack([resample(side, self._file_hz, self._rate_hz) for side in source])
        self._stretch.setTimeFactor(part.ratio)
        stretched = self._stretch.process(np.ascontiguousarray(source))
        frames = np.ascontiguousarray(stretched[:, margin : margin + wanted].T)
        return np.clip(self._joiner.join(frames), -PEAK, PEAK)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _read(self, first: int, count: int) -> NDArray[np.float32]:
        """Return frames of the file, shape (count, 2); after its end comes its beginning."""
        out = np.empty((count, 2), np.float32)
        done = 0
        try:
            while done < count:
                at = (first + done) % self._count
                self._file.seek(at)
                wanted = min(count - done, self._count - at)
                got = self._file.read(wanted, "float32", always_2d=True, fill_value=0.0)
                out[done : done + wanted] = got[:, :2]
                done += wanted
        except self._errors as exc:
            raise AudioError(f"{self.path}: {exc}") from exc
        return out * self._gain
