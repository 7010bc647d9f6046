"""The wearable service as a process of its own: the real program, a simulated bus, mock pins.

``python -m tests.hw.box ARGS`` is ``livecoach ARGS``. A line on standard input is an action:
``press``, ``double``, ``hold``, ``gone`` (the sensor), ``here``.
"""

import sys
import threading
import time
from typing import Any

from gpiozero import Device
from gpiozero.pins.mock import MockFactory

from livecoach.__main__ import main
from livecoach.sources.i2c import chip
from tests.hw.sim_lsm6ds import SimBus, SimChip, running

BUTTON = 17


def _act(sensor: SimChip) -> None:
    """Do what standard input says."""
    pins: Any = Device.pin_factory
    for line in sys.stdin:
        action = line.strip()
        if action in {"gone", "here"}:
            sensor.present = action == "here"
            continue
        for _ in range(2 if action == "double" else 1):
            pins.pin(BUTTON).drive_low()
            time.sleep(1.2 if action == "hold" else 0.15)
            pins.pin(BUTTON).drive_high()
            time.sleep(0.15)


if __name__ == "__main__":
    Device.pin_factory = MockFactory()
    sensor = SimChip(motion=running)
    bus: chip.Bus = SimBus({0x6A: sensor})

    def opened(node: str) -> chip.Bus:
        """Open the one bus, whatever its name."""
        del node
        return bus

    chip.open_bus = opened
    threading.Thread(target=_act, args=(sensor,), daemon=True).start()
    main(sys.argv[1:])
