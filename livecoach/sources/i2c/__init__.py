"""Inertial sensors on an I2C bus of this computer, read by bursts of their FIFO."""

from livecoach.sources.i2c.chip import Chip, open_bus
from livecoach.sources.i2c.door import I2cDoor
from livecoach.sources.i2c.wanted import Wanted, parse

__all__ = ["Chip", "I2cDoor", "Wanted", "open_bus", "parse"]
