"""Where the sound is to go, and what takes its place when that cannot be."""

import time
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from livecoach.errors import AudioError
from livecoach.sinks.audio.base import AudioBackend, Clock
from livecoach.sinks.audio.callback import CallbackBackend
from livecoach.sinks.audio.keeper import Keeper
from livecoach.sinks.audio.null import NullBackend
from livecoach.sinks.audio.portaudio import Device, find_device, quiet_stderr, refresh_devices
from livecoach.sinks.audio.rtmixer_backend import RtmixerBackend
from livecoach.sinks.audio.wav import WavBackend

NO_LIBRARY = (
    "the PortAudio library is missing (Debian, Raspberry Pi OS: sudo apt install libportaudio2)"
)
_FLOWS_S = 0.8
_LOOK_S = 0.02
_NO_DEVICE = "there is no audio output device that works"


def open_audio(
    spec: str, clock: Clock, wav_fallback: Path | None, say: Callable[[str], None]
) -> AudioBackend:
    """Open the way out for sound; a sound card is looked after for as long as it is open.

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
        return _fallback(NO_LIBRARY, wav_fallback, say)

    def reopen(rate_hz: int) -> AudioBackend:
        try:
            with quiet_stderr():
                refresh_devices(sounddevice)
                device = replace(find_device(sounddevice, spec), rate_hz=rate_hz)
            return _flowing(_open(device, clock), clock)
        except sounddevice.PortAudioError as exc:
            raise AudioError(f"{spec}: {exc}") from exc

    try:
        with quiet_stderr():
            device = find_device(sounddevice, spec)
        return Keeper(_open(device, clock), reopen, clock)
    except sounddevice.PortAudioError:
        fallback = _fallback(_NO_DEVICE, wav_fallback, say)
        return Keeper(fallback, reopen, clock, lost=True)


def _open(device: Device, clock: Clock) -> RtmixerBackend | CallbackBackend:
    try:
        with quiet_stderr():
            backend = RtmixerBackend(device, clock)
    except (ImportError, OSError):
        return _by_callback(device, clock)
    if backend.probe():
        return backend
    backend.close()
    return _by_callback(device, clock)


def _by_callback(device: Device, clock: Clock) -> CallbackBackend:
    with quiet_stderr():
        return CallbackBackend(device, clock)


def _flowing(backend: RtmixerBackend | CallbackBackend, clock: Clock) -> AudioBackend:
    """Return a backend whose device goes on taking sound: some open, take a little and stop."""
    until_s = clock() + _FLOWS_S
    try:
        while clock() < until_s:
            backend.poll(clock())
            time.sleep(_LOOK_S)
    except AudioError:
        backend.close()
        raise
    if backend.flowing:
        return backend
    backend.close()
    raise AudioError(f"{backend.name}: the audio device takes no sound")


def _fallback(reason: str, wav_fallback: Path | None, say: Callable[[str], None]) -> AudioBackend:
    if wav_fallback is None:
        say(f"No sound: {reason}.")
        return NullBackend()
    say(f"The sound goes to {wav_fallback}: {reason}.")
    return WavBackend(wav_fallback)
