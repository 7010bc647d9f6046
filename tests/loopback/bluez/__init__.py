"""A fake ``org.bluez`` on a private D-Bus: an unmodified bleak talks to it, without root or radio.

`rig` runs it in a process of its own; `adapter` is the whole of it, `discovery`, `device` and
`gatt` its parts; `faults` is what a test, or a person at the prompt, can do to it. Its quirks were
measured on bluetoothd 5.66; how long things take is our own choice.
"""

from tests.loopback.bluez.rig import BlueZRig, bluez_rig, rig_present

__all__ = ["BlueZRig", "bluez_rig", "rig_present"]
