"""Inertial sensors on an I2C bus of this computer, read by bursts of their FIFO."""

from livecoach.sources.i2c.chip import Bus, Chip, OpenBus, open_bus
from livecoach.sources.i2c.door import I2cDoor
from livecoach.sources.i2c.wanted import Wanted, parse

__all__ = ["Bus", "Chip", "I2cDoor", "OpenBus", "Wanted", "open_bus", "parse"]
