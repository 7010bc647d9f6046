"""What systemd does for ``Type=notify`` with ``WatchdogSec`` and ``Restart=always``, in 100 lines.

There is no systemd in CI. A service that says nothing for ``watchdog_s`` is aborted, killed
``abort_s`` later (a stopped process does not abort), and started again after ``again_s``.
"""

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path


class Supervisor:
    """Runs one service until closed; ``starts`` are the moments at which it said it was ready."""

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        environment: dict[str, str],
        *,
        watchdog_s: float = 4.0,
        abort_s: float = 1.0,
        again_s: float = 0.5,
    ) -> None:
        self._command = list(command)
        self._watchdog_s = watchdog_s
        self._abort_s = abort_s
        self._again_s = again_s
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        path = folder / "notify"
        self._socket.bind(str(path))
        self._socket.settimeout(0.05)
        self._environment = environment | {
            "NOTIFY_SOCKET": str(path),
            "WATCHDOG_USEC": str(round(watchdog_s * 1e6)),
        }
        self._log = (folder / "service.log").open("ab")
        self._closing = threading.Event()
        self.starts: list[float] = []
        self.beats = 0
        self.states: list[str] = []
        self.killed = 0
        self.exits: list[int] = []
        self.process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._run, name="supervisor")
        self._thread.start()

    def close(self) -> None:
        """Stop the service as ``systemctl stop`` does, and wait for it."""
        self._closing.set()
        self._thread.join(timeout=60)
        self._socket.close()
        self._log.close()

    def wait_for(self, starts: int, timeout_s: float) -> bool:
        """Wait until the service has been ready so many times."""
        until = time.monotonic() + timeout_s
        while len(self.starts) < starts and time.monotonic() < until:
            time.sleep(0.05)
        return len(self.starts) >= starts

    def _run(self) -> None:
        while not self._closing.is_set():
            self.process = subprocess.Popen(
                self._command,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=self._log,
                stderr=self._log,
            )
            self._look_after(self.process)
            self.exits.append(self.process.wait())
            if self.process.stdin is not None:
                self.process.stdin.close()
            self._closing.wait(self._again_s)

    def _look_after(self, process: subprocess.Popen[bytes]) -> None:
        """Listen until the service has ended, or must."""
        heard: float | None = None
        while process.poll() is None:
            text = ""
            with suppress(TimeoutError):
                text = self._socket.recv(4096).decode()
            now = time.monotonic()
            self.states += [line[7:] for line in text.splitlines() if line.startswith("STATUS=")]
            if "READY=1" in text:
                self.starts.append(now)
            if "WATCHDOG=1" in text:
                self.beats += 1
                heard = now
            if heard is not None and now - heard > self._watchdog_s:
                self.killed += 1
                self._end(process, signal.SIGABRT, self._abort_s)
            elif self._closing.is_set():
                self._end(process, signal.SIGTERM, 20.0)

    @staticmethod
    def _end(process: subprocess.Popen[bytes], sig: signal.Signals, patience_s: float) -> None:
        os.kill(process.pid, sig)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience_s)
            return
        process.kill()
        process.wait()
