"""What goes wrong with Bluetooth, in one line that names the way out."""

import asyncio
import re
from importlib import import_module
from types import ModuleType

from msgspec import Struct

Foreign = (OSError, EOFError, asyncio.TimeoutError, TimeoutError)
_WAYS_OUT = {
    "NO_BLUETOOTH": "there is no Bluetooth adapter; plug one in, or see `rfkill list`",
    "NO_BLE_CENTRAL_ROLE": "this Bluetooth adapter cannot do Bluetooth LE; use another one",
    "POWERED_OFF": "the Bluetooth adapter is off; switch it on (`bluetoothctl power on`)",
}
_PERMISSION = (
    "no permission to use Bluetooth; on Linux join the group `bluetooth`, on macOS allow the"
    " terminal in Privacy & Security"
)
_NO_DBUS = "D-Bus cannot be reached; Bluetooth on Linux needs it (`systemctl start dbus`)"
_NO_SERVICE = "the Bluetooth service does not run; start it (`systemctl start bluetooth`)"
_BUSY = "the adapter is busy; end other programs that search for Bluetooth devices"
_AUTHENTICATION = re.compile("AccessDenied|NotPermitted|AuthFailed|NotAuthorized")


class Trouble(Struct, frozen=True):
    """One line; ``hopeless``: waiting for it to pass is of no use."""

    line: str
    hopeless: bool = False


def errors() -> tuple[type[Exception], ...]:
    """Return what bleak raises, and lets through, when Bluetooth does not work."""
    return (_bleak().BleakError, *Foreign)


def of_adapter(exc: Exception) -> Trouble:
    """Say what is wrong with Bluetooth on this machine."""
    bleak = _bleak()
    if isinstance(exc, bleak.BleakBluetoothNotAvailableError):
        reason = exc.reason.name
        if reason.startswith("DENIED"):
            return Trouble(_PERMISSION, hopeless=True)
        line = _WAYS_OUT.get(reason, f"Bluetooth is not available: {_plain(exc)}")
        return Trouble(line, hopeless=reason in {"NO_BLUETOOTH", "NO_BLE_CENTRAL_ROLE"})
    if isinstance(exc, bleak.BleakDBusError):
        return _of_dbus(exc.dbus_error, exc)
    if isinstance(exc, OSError | EOFError) and not isinstance(exc, TimeoutError):
        if isinstance(exc, PermissionError):
            return Trouble(_PERMISSION, hopeless=True)
        return Trouble(_NO_DBUS, hopeless=True)
    return Trouble(f"Bluetooth does not work: {_plain(exc)}")


def of_link(name: str, exc: Exception) -> str:
    """Say why a sensor that is there cannot be used."""
    bleak = _bleak()
    if isinstance(exc, TimeoutError):
        return f"{name} does not answer; come nearer, or wake it"
    if isinstance(exc, bleak.BleakBluetoothNotAvailableError):
        return f"{name}: {of_adapter(exc).line}"
    if isinstance(exc, bleak.BleakDBusError):
        if exc.dbus_error == "org.bluez.Error.NotReady":
            return f"{name}: {_WAYS_OUT['POWERED_OFF']}"
        if exc.dbus_error in {"org.bluez.Error.Failed", "org.bluez.Error.InProgress"}:
            return f"{name} refuses the connection; end the other app or watch that uses it"
        if _AUTHENTICATION.search(exc.dbus_error):
            return f"{name} wants to be paired: `bluetoothctl pair ADDRESS`"
    return f"{name} cannot be used: {_plain(exc)}"


def _of_dbus(error: str, exc: Exception) -> Trouble:
    if error.endswith(("ServiceUnknown", "NameHasNoOwner", "NoReply", "Spawn.ChildExited")):
        return Trouble(_NO_SERVICE, hopeless=True)
    if _AUTHENTICATION.search(error):
        return Trouble(_PERMISSION, hopeless=True)
    if error == "org.bluez.Error.NotReady":
        return Trouble(_WAYS_OUT["POWERED_OFF"])
    if error == "org.bluez.Error.InProgress":
        return Trouble(_BUSY)
    return Trouble(f"Bluetooth does not work: {_plain(exc)}")


def _plain(exc: Exception) -> str:
    return " ".join(str(exc).split()) or type(exc).__name__


def _bleak() -> ModuleType:
    return import_module("bleak.exc")
