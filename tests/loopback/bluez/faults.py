"""What can be done to a device, by name: for tests and for the person at the prompt."""

from collections.abc import Callable
from typing import Final, get_args

from tests.loopback.bluez.device import Device, Fault


def drop(device: Device) -> None:
    """Lose the link; the device advertises again at once."""
    device.link_down()


def silence(device: Device) -> None:
    """Stay connected, but send nothing."""
    device.silent = True


def away(device: Device) -> None:
    """Go out of range."""
    device.in_range = False
    device.link_down()


def busy(device: Device) -> None:
    """Get connected to another machine: no advertisements, no answer."""
    device.busy = True
    device.link_down()


def taken(device: Device) -> None:
    """Get connected by another program of this machine."""
    device.take()


def back(device: Device) -> None:
    """Undo all of this: in range, free, talking, without lag and with no fault to come."""
    device.in_range, device.busy, device.silent = True, False, False
    device.faults.clear()
    for characteristic in device.characteristics():
        characteristic.lag_s = 0.0


def fault(device: Device, *kinds: str) -> None:
    """Let the next connection attempts fail: fail, abort, hang or noresolve, one each."""
    for kind in kinds:
        known = next((k for k in get_args(Fault) if k == kind), None)
        if known is None:
            raise ValueError(f"no such fault: {kind} ({', '.join(get_args(Fault))})")
        device.faults.append(known)


def lag(device: Device, seconds: str) -> None:
    """Send notifications so late, until they are subscribed to or started anew."""
    for characteristic in device.characteristics():
        if "notify" in characteristic.flags:
            characteristic.lag_s = float(seconds)


ACTIONS: Final[dict[str, Callable[..., None]]] = {
    action.__name__: action for action in (drop, silence, away, busy, taken, back, fault, lag)
}
