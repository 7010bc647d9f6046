"""A word to the service manager (systemd's ``sd_notify``): ready, alive, what goes on.

One datagram each to the socket named by ``NOTIFY_SOCKET``; without it nothing is sent. Source: man
page sd_notify(3).
"""

import os
import socket
from collections.abc import Mapping


class Service:
    """What the program tells whoever started it.

    Parameters
    ----------
    environment
        Where ``NOTIFY_SOCKET`` is looked for.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        name = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + name[1:] if name.startswith("@") else name
        self._ready = False

    def alive(self) -> None:
        """Say that everything works; the first time, that the start is over."""
        self._send("WATCHDOG=1" if self._ready else "READY=1\nWATCHDOG=1")
        self._ready = True

    def status(self, line: str) -> None:
        """Say what goes on, for ``systemctl status``."""
        self._send(f"STATUS={' '.join(line.split())}")

    def stopping(self) -> None:
        """Say that the program ends."""
        self._send("STOPPING=1")

    def _send(self, text: str) -> None:
        """Send, or not: a manager that does not listen must not end a run."""
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
                out.setblocking(False)  # noqa: FBT003 - the standard library's own signature
                out.sendto(text.encode(), self._address)
        except OSError:
            return
