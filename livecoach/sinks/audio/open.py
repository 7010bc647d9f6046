"""Where the sound is to go, and what takes its place when that cannot be."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from livecoach.sinks.audio.base import AudioBackend, Clock
from livecoach.sinks.audio.callback import CallbackBackend
from livecoach.sinks.audio.null import NullBackend
from livecoach.sinks.audio.portaudio import find_device, quiet_stderr
from livecoach.sinks.audio.rtmixer_backend import RtmixerBackend
from livecoach.sinks.audio.wav import WavBackend

_NO_LIBRARY = (
    "the PortAudio library is missing (Debian, Raspberry Pi OS: sudo apt install libportaudio2)"
)
_NO_DEVICE = "there is no audio output device that works"


def open_audio(
    spec: str, clock: Clock, wav_fallback: Path | None, say: Callable[[str], None]
) -> AudioBackend:
    """Open the way out for sound.

    Parameters
    ----------
    spec
        ``"default"``, the name of a device or an unambiguous part of it, ``"null"``, or the path of
        a file that ends in ``.wav``.
    clock
        Session time.
    wav_fallback
        The file to write when there is no sound card; None: then there is silence.
    say
        Gets one line when the sound goes elsewhere than asked.

    Raises
    ------
    AudioError
        No device of that name, or a file that cannot be written.
    """
    if spec == "null":
        return NullBackend()
    if spec.lower().endswith(".wav"):
        return WavBackend(Path(spec))
    try:
        with quiet_stderr():
            sounddevice = import_module("sounddevice")
    except (ImportError, OSError):
        return _fallback(_NO_LIBRARY, wav_fallback, say)
    try:
        with quiet_stderr():
            device = find_device(sounddevice, spec)
            try:
                return RtmixerBackend(device, clock)
            except (ImportError, OSError):
                return CallbackBackend(device, clock)
    except sounddevice.PortAudioError:
        return _fallback(_NO_DEVICE, wav_fallback, say)


def _fallback(reason: str, wav_fallback: Path | None, say: Callable[[str], None]) -> AudioBackend:
    if wav_fallback is None:
        say(f"No sound: {reason}.")
        return NullBackend()
    say(f"The sound goes to {wav_fallback}: {reason}.")
    return WavBackend(wav_fallback)
