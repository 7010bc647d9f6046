"""Where sound goes: a sound card (two ways), a WAV file, or nowhere."""

from livecoach.sinks.audio.base import AudioBackend, Clock
from livecoach.sinks.audio.open import open_audio

__all__ = ["AudioBackend", "Clock", "open_audio"]
