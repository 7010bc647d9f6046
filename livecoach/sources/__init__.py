"""Doors in. A URI names one: ``file:PATH``, ``sim:?step_rate_spm=164``."""

from livecoach.sources.door import Door, LiveDoor
from livecoach.sources.uri import expanded, open_sources

__all__ = ["Door", "LiveDoor", "expanded", "open_sources"]
