"""A private bus and the fake ``org.bluez`` with its sensors, each in a process of its own.

::

    with bluez_rig(folder, ["rsc", "h10"]) as rig:
        subprocess.run(..., env=rig.env)
        rig.do("drop", "h10")
        rig.stats()["h10"]["connects"]
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from livecoach.model import Foot
from tests.loopback.bluez.daemon import PrivateBus, private_bus

_ROOT = Path(__file__).parents[3]


def rig_present() -> bool:
    """Whether this machine has what the rig is made of."""
    return sys.platform == "linux" and shutil.which("dbus-daemon") is not None


@dataclass(frozen=True)
class BlueZRig:
    """A running rig.

    ``env`` is the environment for a program that shall see it; ``address`` alone goes into
    DBUS_SYSTEM_BUS_ADDRESS.
    """

    bus: PrivateBus
    server: subprocess.Popen[str]

    @property
    def address(self) -> str:
        """Where the bus is."""
        return self.bus.address

    @property
    def env(self) -> dict[str, str]:
        """The environment in which a program finds this Bluetooth and no other."""
        return {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": self.address}

    def do(self, *words: object) -> object:
        """Have a command of `tests.loopback.sensors.commands` obeyed and return its answer.

        Raises
        ------
        ValueError
            The command was not understood.
        """
        assert self.server.stdin is not None
        assert self.server.stdout is not None
        self.server.stdin.write(json.dumps([str(word) for word in words]) + "\n")
        self.server.stdin.flush()
        line = self.server.stdout.readline()
        assert line, "the rig died"
        answer: dict[str, object] = json.loads(line)
        if "error" in answer:
            raise ValueError(answer["error"])
        return answer["done"]

    def stats(self) -> dict[str, Any]:
        """Return what each sensor did so far, by its key."""
        return cast("dict[str, Any]", self.do("stats"))

    def truth(self) -> list[tuple[float, Foot]]:
        """Return contact (on the monotonic clock) and foot of each step that the person took."""
        return [(t, foot) for t, foot in cast("list[tuple[float, Foot]]", self.do("truth"))]

    def kill_bus(self) -> None:
        """Let the bus die, as when its service is restarted; for good."""
        self.bus.process.kill()
        self.bus.process.wait(5.0)


@contextmanager
def bluez_rig(
    folder: Path, sensors: Sequence[str] = (), *, adapter: bool = True, allowed: bool = True
) -> Iterator[BlueZRig]:
    """Run a bus with ``org.bluez`` on it, and stop both.

    Parameters
    ----------
    folder
        Where the bus keeps its socket.
    sensors
        Keys of `tests.loopback.sensors`, each with options after a colon
        (``"rsc:rate_hz=10,per_leg=true"``); none: all sensors.
    adapter
        Whether there is a Bluetooth adapter.
    allowed
        Whether we may speak to ``org.bluez``.
    """
    with private_bus(folder, allowed=allowed) as bus:
        command = [sys.executable, "-m", "tests.loopback.sensors", "--serve", bus.address]
        server = subprocess.Popen(
            [*command, *([] if adapter else ["--no-adapter"]), "--only", *sensors],
            cwd=_ROOT,
            env={**os.environ, "PYTHONPATH": str(_ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            rig = BlueZRig(bus, server)
            rig.do("ready")
            yield rig
        finally:
            assert server.stdin is not None
            assert server.stdout is not None
            server.stdin.close()  # the server ends with its input
            try:
                server.wait(5.0)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait(5.0)
            server.stdout.close()
