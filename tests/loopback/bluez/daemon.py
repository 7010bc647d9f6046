"""A private dbus-daemon: own folder, own socket, stopped by its process id."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>custom</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/>{more}
  </policy>
  <limit name="max_outgoing_bytes">134217728</limit>
  <limit name="max_incoming_bytes">134217728</limit>
</busconfig>
"""
_DENIED = '<deny send_destination="org.bluez"/>'
_LONGEST_SOCKET = 100
"""Bytes in a socket's path: the kernel takes 107."""


@dataclass(frozen=True)
class PrivateBus:
    """A running bus."""

    address: str
    process: subprocess.Popen[bytes]


@contextmanager
def private_bus(folder: Path, *, allowed: bool = True) -> Iterator[PrivateBus]:
    """Run a bus in ``folder``.

    Parameters
    ----------
    folder
        Where its socket and configuration go.
    allowed
        Whether a client may speak to ``org.bluez`` (False: as on a machine without permission).
    """
    folder.mkdir(parents=True, exist_ok=True)
    socket, config = folder / "bus", folder / "bus.conf"
    assert len(str(socket)) <= _LONGEST_SOCKET, f"too long for a socket: {socket}"
    config.write_text(_CONFIG.format(socket=socket, more="" if allowed else _DENIED))
    program = shutil.which("dbus-daemon")
    assert program is not None, "dbus-daemon is missing"
    with (folder / "bus.log").open("wb") as log:
        process = subprocess.Popen(
            [program, f"--config-file={config}", "--nofork", "--print-address=1"],
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for the program at the terminal
        )
    try:
        assert process.stdout is not None
        with process.stdout as ready:
            assert ready.readline(), "dbus-daemon did not start"
        yield PrivateBus(f"unix:path={socket}", process)
    finally:
        process.terminate()
        process.wait(5.0)
        socket.unlink(missing_ok=True)
