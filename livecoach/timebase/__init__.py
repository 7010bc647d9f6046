"""Clocks other than the session's own are mapped here, purely.

Time is float64 seconds since the session began. `Retimer` deals with sensor stamps that come in
batches, `ClockMapper` with the sound card's clock, `DeviceClock` with a sensor's own clock heard
over a radio.
"""

from livecoach.timebase.batches import Retimer
from livecoach.timebase.device import DeviceClock
from livecoach.timebase.sound_card import ClockMapper

__all__ = ["ClockMapper", "DeviceClock", "Retimer"]
