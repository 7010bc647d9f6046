"""A club's broker as `livecoach monitor init` writes it and mosquitto runs it, and its people."""

import asyncio
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import aiomqtt
import psutil

from livecoach.monitor.club import Club, found, join
from livecoach.sinks.broker.address import tls_context
from tests.loopback.mosquitto_rig import LOOPBACK, Listener, free_port, tool

HOST = "localhost"


class Running:
    """The broker of a club's folder, with exactly these files."""

    def __init__(self, club: Club) -> None:
        self.club = club
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        """All that it said."""
        return (self.club.folder / "log").read_text()

    def start(self) -> None:
        """Start it, and see that it listens on loopback and nowhere else."""
        program = tool("mosquitto")
        assert program is not None
        with (self.club.folder / "log").open("ab") as log:
            config = str(self.club.config)
            self._process = subprocess.Popen([program, "-c", config], stdout=log, stderr=log)
        end_s = time.monotonic() + 10.0
        while not self._listens() and time.monotonic() < end_s:
            assert self._process.poll() is None, self.log
            time.sleep(0.02)
        places = {
            (c.laddr.ip, c.laddr.port)
            for c in psutil.Process(self._process.pid).net_connections("inet")
            if c.status == psutil.CONN_LISTEN
        }
        assert places == {(LOOPBACK, self.club.port)}, f"it listens on {places}"

    def read_again(self) -> None:
        """Make it read names and rights again, and wait until it has."""
        assert self._process is not None
        before = self.log.count("Reloading config")
        self._process.send_signal(signal.SIGHUP)
        end_s = time.monotonic() + 10.0
        while self.log.count("Reloading config") == before:
            assert time.monotonic() < end_s, self.log
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def _listens(self) -> bool:
        with suppress(OSError), socket.create_connection((LOOPBACK, self.club.port), 1):
            return True
        return False


def club(folder: Path, *runners: str, group: str = "club") -> Club:
    """Make a club on a free loopback port."""
    made = found(folder, group, (), free_port())
    for runner in runners:
        join(made, runner)
    return made


@contextmanager
def running(made: Club) -> Iterator[Running]:
    """Run a club's broker."""
    rig = Running(made)
    rig.start()
    try:
        yield rig
    finally:
        rig.stop()


def client(made: Club, user: str, **more: object) -> aiomqtt.Client:
    """Return a client with the credentials that were written for ``user``."""
    place = made.monitor.parent if user == "coach" else made.runner(user)
    return aiomqtt.Client(
        HOST,
        made.port,
        username=user,
        password=(place / "password").read_text().strip(),
        protocol=aiomqtt.ProtocolVersion.V5,
        tls_context=tls_context(str(place / "ca.crt")),
        timeout=5,
        **more,  # type: ignore[arg-type]
    )


@asynccontextmanager
async def member(made: Club, user: str, *filters: str, **more: object) -> AsyncIterator[Listener]:
    """Connect somebody of the club who asks for ``filters`` (everything, when none)."""
    async with client(made, user, **more) as connected:
        ears = Listener(connected)
        for topic in filters or ("#",):
            await connected.subscribe(topic, qos=1)
        hearing = asyncio.create_task(ears.run())
        try:
            yield ears
        finally:
            hearing.cancel()
            await asyncio.gather(hearing, return_exceptions=True)
