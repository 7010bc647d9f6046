"""A listener who is no person: pocketsphinx with a grammar of what may be said."""

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecoach.sound.resample import resample

_RATE_HZ = 16_000
_BEFORE_S, _AFTER_S = 0.3, 0.4


class Recogniser:
    """Clips in, words out.

    Parameters
    ----------
    sentences
        Everything that can be heard, in lower-case words.
    folder
        Where its grammar is written.
    """

    def __init__(self, sentences: Iterable[str], folder: Path) -> None:
        grammar = folder / "sentences.jsgf"
        choices = "\n | ".join(f"({words})" for words in sentences)
        grammar.write_text(f"#JSGF V1.0;\ngrammar said;\npublic <said> = {choices};\n")
        self._decoder: Any = import_module("pocketsphinx").Decoder(
            jsgf=str(grammar), samprate=_RATE_HZ, loglevel="FATAL", bestpath=False
        )

        self._mean: str | None = None

    def settle(self, clips: Iterable[NDArray[np.float32]], rate_hz: int) -> None:
        """Get used to a voice: from now on every clip is heard alone, whatever came before it."""
        for clip in clips:
            self.hear(clip, rate_hz)
        self._mean = self._decoder.get_cmn(True)

    def hear(
        self, clip: NDArray[np.float32], rate_hz: int, noise: np.random.Generator | None = None
    ) -> str:
        """Return the words it made of a clip; with ``noise``, in pink noise 20 dB below it."""
        x = resample(clip, rate_hz, _RATE_HZ).astype(np.float64)
        rms = float(np.sqrt(np.mean(x**2)))
        x = np.pad(x, (round(_BEFORE_S * _RATE_HZ), round(_AFTER_S * _RATE_HZ)))
        if noise is not None:
            x += 0.1 * rms * _pink(len(x), noise)
        pcm = np.rint(x / np.abs(x).max() * 0.7 * 32767).astype("<i2").tobytes()
        if self._mean is not None:
            self._decoder.set_cmn(self._mean)
        self._decoder.start_utt()
        self._decoder.process_raw(pcm, full_utt=True)
        self._decoder.end_utt()
        heard = self._decoder.hyp()
        return "" if heard is None else str(heard.hypstr)


def spelt(text: str) -> str:
    """Return a text as a grammar has it: words alone, lower case."""
    return " ".join("".join(c if c.isalpha() else " " for c in text.lower()).split())


def _pink(count: int, noise: np.random.Generator) -> NDArray[np.float64]:
    """Return noise with the same power in every octave, root mean square 1."""
    freqs_hz = np.fft.rfftfreq(count, 1.0 / _RATE_HZ)
    freqs_hz[0] = freqs_hz[1]
    pink = np.fft.irfft(np.fft.rfft(noise.standard_normal(count)) / np.sqrt(freqs_hz), count)
    return np.asarray(pink / pink.std())
