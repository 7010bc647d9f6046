"""Ten minutes of the wearable service: a sensor that comes and goes, a button, a stuck process.

``python -m tests.hw.soak [SECONDS]``; the figures are printed, and what is not well ends it with 1.
"""

import os
import signal
import sys
import tempfile
import time
from pathlib import Path

import psutil

from livecoach.model import Payload
from livecoach.store.reader import SessionFile
from tests.hw.supervisor import Supervisor
from tests.hw.test_wearable import CONFIG

_ROUND_S = 60.0


def soak(seconds: float) -> list[str]:
    """Run, and return what was not well."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "wearable.toml").write_text(CONFIG)
        command = [sys.executable, "-m", "tests.hw.box", "run", str(folder / "wearable.toml")]
        command += ["--session", str(folder / "runs")]
        environment = os.environ | {"LIVECOACH_HOME": str(folder / "home")}
        service = Supervisor(command, folder, environment)
        if not service.wait_for(1, 60.0):
            service.close()
            return ["it did not start"]
        slowest, memory = _lived(service, seconds)
        service.close()
        return _judged(service, folder, slowest, memory)


def _lived(service: Supervisor, seconds: float) -> tuple[float, list[float]]:
    """Live through it; return the slowest restart and the memory at each look, in MB."""
    slowest, memory = 0.0, []
    start = time.monotonic()
    turn = 0
    while time.monotonic() - start < seconds:
        process = service.process
        if process is None or process.stdin is None:
            continue
        turn += 1
        if turn % 5 == 0:
            starts, stuck = len(service.starts), time.monotonic()
            os.kill(process.pid, signal.SIGSTOP)
            service.wait_for(starts + 1, 30.0)
            slowest = max(slowest, time.monotonic() - stuck)
            continue
        for action in ("gone", "here"):
            process.stdin.write(f"{action}\n".encode())
            process.stdin.flush()
            time.sleep(2.0)
        time.sleep(min(_ROUND_S, seconds / 10) - 4.0)
        memory.append(psutil.Process(process.pid).memory_info().rss / 1e6)
    return slowest, memory


def _judged(service: Supervisor, folder: Path, slowest: float, memory: list[float]) -> list[str]:
    wrong = []
    bursts = 0
    for path in sorted((folder / "runs").glob("*.db")):
        with SessionFile(path) as session:
            bursts += sum(isinstance(x, Payload) for x in session.inputs())
    log = (folder / "service.log").read_text()
    print(  # noqa: T201 - a program for people
        f"{len(service.starts)} starts, {service.killed} killed when stuck, slowest restart "
        f"{slowest:.1f} s; {bursts} bursts kept; memory {min(memory):.0f} to {max(memory):.0f} MB; "
        f"{log.count('is back')} times a sensor came back"
    )
    if slowest > 10.0:
        wrong.append(f"a stuck service took {slowest:.1f} s")
    if "Traceback" in log:
        wrong.append("there was a traceback")
    if max(memory) > 1.3 * min(memory) + 10:
        wrong.append("memory grew")
    if not bursts:
        wrong.append("nothing was kept")
    return wrong


if __name__ == "__main__":
    problems = soak(float(sys.argv[1]) if len(sys.argv) > 1 else 600.0)
    sys.exit("; ".join(problems) if problems else 0)
