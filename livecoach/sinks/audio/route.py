"""What is behind a device whose name says nothing: on Linux "default" is whatever sink is chosen.

Headphones plugged in or connected by Bluetooth change the sink, not the device, and with it how
late the sound is heard.
"""

import os
import shutil
import subprocess
import sys

ROUTED = ("default", "pulse", "pipewire")
"""Devices that hand their sound to a sound server."""

_PATIENCE_S = 2.0


def full_name(device: str) -> str:
    """Return a device's name with the sound server's sink behind it, where there is one."""
    if device not in ROUTED or sys.platform != "linux":
        return device
    sink = os.environ.get("PULSE_SINK") or _default_sink()
    return f"{device} ({sink})" if sink else device


def _default_sink() -> str:
    """Ask PulseAudio, or PipeWire in its place; empty when neither answers."""
    pactl = shutil.which("pactl")
    if pactl is None:
        return ""
    try:
        found = subprocess.run(  # noqa: S603  no word of it comes from outside
            [pactl, "get-default-sink"],
            capture_output=True,
            text=True,
            check=True,
            timeout=_PATIENCE_S,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return found.stdout.strip()
