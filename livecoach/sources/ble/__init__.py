"""Bluetooth LE sensors: found, kept, and found again, over an unmodified bleak."""

from livecoach.sources.ble.door import BleDoor
from livecoach.sources.ble.wanted import Wanted, parse, quoted

__all__ = ["BleDoor", "Wanted", "parse", "quoted"]
