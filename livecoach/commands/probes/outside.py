"""What comes in and goes out without wires of our own: sound, Bluetooth, the button's pins."""

import asyncio
import os
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Final

from livecoach.commands.probes.base import Check, Machine, Needs, Status
from livecoach.errors import LivecoachError
from livecoach.sinks.audio.portaudio import find_device, quiet_stderr
from livecoach.sources.ble import trouble
from livecoach.sources.ble.ears import Heard, scanning
from livecoach.wire import radio

_LISTEN_S: Final = 2.5
_PORTAUDIO = "sudo apt install libportaudio2"


def sound(machine: Machine, needs: Needs) -> Iterator[Check]:
    """Check that the sound's way out is there."""
    del machine
    if needs.audio == "null" or needs.audio.lower().endswith(".wav"):
        yield Check("audio", "ok", f"sound goes to {needs.audio}, as configured")
        return
    try:
        with quiet_stderr():
            portaudio = import_module("sounddevice")
    except (ImportError, OSError):
        yield Check("audio", "fail", "the PortAudio library is missing", _PORTAUDIO)
        return
    try:
        with quiet_stderr():
            device = find_device(portaudio, needs.audio)
    except (LivecoachError, portaudio.PortAudioError) as exc:
        way_out = "plug in or switch on a sound device; `livecoach scan --audio` lists them"
        yield Check("audio", "fail", f"no sound output {needs.audio}: {exc}", way_out)
        return
    yield Check("audio", "ok", f"{device.name} at {device.rate_hz} Hz")


def bluetooth(machine: Machine, needs: Needs) -> Iterator[Check]:
    """Check the adapter, and name the sensors that advertise."""
    if needs.configured and not needs.radio:
        return
    bad: Status = "fail" if needs.radio else "warn"
    if sys.platform == "linux":
        adapters = [p.name for p in machine.all("/sys/class/bluetooth/hci*") if ":" not in p.name]
        if not adapters:
            yield Check(
                "bluetooth", bad, "there is no adapter", "plug one in, or see `rfkill list`"
            )
            return
        for path in machine.all("/sys/class/rfkill/rfkill*/type"):
            folder = path.parent
            blocked = any(_is(folder / lock, "1") for lock in ("soft", "hard"))
            if _is(path, "bluetooth") and blocked:
                yield Check("bluetooth", bad, "Bluetooth is blocked", "rfkill unblock bluetooth")
                return
    heard: dict[str, Heard] = {}
    try:
        asyncio.run(_listen(heard))
    except trouble.errors() as exc:
        text, _, way_out = trouble.of_adapter(exc).line.partition("; ")
        yield Check("bluetooth", bad, text, way_out or "systemctl restart bluetooth")
        return
    yield Check("bluetooth", "ok", "the adapter works")
    known = [h for h in heard.values() if radio.of(h.services, h.name)]
    yield from _sensors(known, needs)


def pins(machine: Machine, needs: Needs) -> Iterator[Check]:
    """Check that the button and the lamp can be reached."""
    if not needs.button:
        return
    chips = machine.all("/dev/gpiochip*")
    if not chips:
        yield Check("gpio", "warn", "no GPIO pins: no button, no lamp", "run it on a Raspberry Pi")
    elif not os.access(chips[0], os.R_OK | os.W_OK):
        text = f"{chips[0]} may not be used: no button, no lamp"
        yield Check("gpio", "warn", text, "join the group gpio and log in again")
    else:
        yield Check("gpio", "ok", f"{chips[0]} may be used")


async def _listen(heard: dict[str, Heard]) -> None:
    async with scanning(heard, lambda: None):
        await asyncio.sleep(_LISTEN_S)


def _sensors(known: list[Heard], needs: Needs) -> Iterator[Check]:
    names = ", ".join(sorted(h.source for h in known))
    missing = [
        n
        for n in needs.radio_names
        if not any(n.casefold() in {h.address.casefold(), h.source.casefold()} for h in known)
        and not any(n.casefold() in h.name.casefold() for h in known)
    ]
    wear = "wear it or move it, and end other apps that use it"
    if missing:
        yield Check("sensors", "warn", f"not heard: {', '.join(missing)}", wear)
    elif known:
        yield Check("sensors", "ok", f"heard: {names}")
    else:
        yield Check("sensors", "warn", f"no running sensor heard in {_LISTEN_S:.1f} s", wear)


def _is(path: object, value: str) -> bool:
    try:
        with open(str(path), encoding="ascii") as file:  # noqa: PTH123 - sysfs
            return file.read().strip() == value
    except OSError:
        return False
