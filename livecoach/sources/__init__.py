"""Doors in. A URI names one: ``ble:NAME``, ``file:PATH``, ``sim:?step_rate_spm=164``."""

from livecoach.sources.door import Door, LiveDoor
from livecoach.sources.uri import expanded, is_live, open_live, open_sources

__all__ = ["Door", "LiveDoor", "expanded", "is_live", "open_live", "open_sources"]
