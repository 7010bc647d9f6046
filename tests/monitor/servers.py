"""The monitor as a process, on a free loopback port, with what it needs."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.commandline import command


class Monitor:
    """``livecoach monitor``, stopped and started again on the same port."""

    def __init__(self, folder: Path, *options: str | Path, listen: str = "127.0.0.1:0") -> None:
        self.url = ""
        self._log = folder / "monitor.log"
        self._options = options
        self._listen = listen
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process."""
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        """All that was said."""
        return self._log.read_text()

    def start(self, within_s: float = 20.0) -> None:
        """Start, and wait for the page's address."""
        before = len(self.log) if self._log.exists() else 0
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command("monitor", *self._options, "--listen", self._listen),
                stdout=log,
                stderr=log,
                env={
                    **os.environ,
                    "PYTHONUNBUFFERED": "1",
                    "PYTHONPATH": os.pathsep.join(sys.path),
                },
            )
        end_s = time.monotonic() + within_s
        while not (found := re.search(r"The page: (\S+)", self.log[before:])):
            assert self._process.poll() is None, self.log
            assert time.monotonic() < end_s, self.log
            time.sleep(0.05)
        self.url = found[1]
        self._listen = self.url.partition("://")[2].rstrip("/")

    def stop(self, number: int = signal.SIGINT, within_s: float = 10.0) -> int:
        """Stop it; return its exit code."""
        if self._process is None:
            return 0
        self._process.send_signal(number)
        code = self._process.wait(within_s)
        self._process = None
        return code


@contextmanager
def monitor(folder: Path, *options: str | Path) -> Iterator[Monitor]:
    """Run a monitor."""
    made = Monitor(folder, *options)
    made.start()
    try:
        yield made
    finally:
        made.stop(signal.SIGKILL)
