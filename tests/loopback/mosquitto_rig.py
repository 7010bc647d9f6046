"""A broker made of Debian's mosquitto on a free loopback port, and a link to it that can go bad."""

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import aiomqtt
import psutil

_PATH = f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin"
LOOPBACK = "127.0.0.1"
_VERSION_AT = 8
"""Where CONNECT has its protocol level: after type, a length of one byte, and the name."""
_UNSUPPORTED = b"\x20\x03\x00\x84\x00"
OPEN = "allow_anonymous true\n"


def tool(name: str) -> str | None:
    """Return where a program is; daemons live where a user's path does not look."""
    return shutil.which(name, path=_PATH)


def rig_present() -> bool:
    """Whether this machine has what the rig is made of."""
    return tool("mosquitto") is not None and tool("mosquitto_passwd") is not None


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.create_server((LOOPBACK, 0)) as server:
        return int(server.getsockname()[1])


class Mosquitto:
    """A broker in ``folder``, stopped and started again on the same port.

    ``listener`` are lines that belong to the listener (TLS), ``settings`` all others.
    """

    def __init__(self, folder: Path, settings: str = OPEN, listener: str = "") -> None:
        self.port = free_port()
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.config = folder / "mosquitto.conf"
        self.config.write_text(
            f"per_listener_settings false\nuser {pwd.getpwuid(os.geteuid()).pw_name}\n"
            f"persistence false\nmax_queued_messages 100000\n{settings}"
            f"listener {self.port} {LOOPBACK}\n{listener}"
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and see that it listens on loopback and nowhere else."""
        program = tool("mosquitto")
        assert program is not None
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [program, "-c", str(self.config)], stdout=log, stderr=log
            )
        end_s = time.monotonic() + 10.0
        while not self._listens() and time.monotonic() < end_s:
            assert self._process.poll() is None, (self.folder / "log").read_text()
            time.sleep(0.02)
        places = {
            (c.laddr.ip, c.laddr.port)
            for c in psutil.Process(self._process.pid).net_connections("inet")
            if c.status == psutil.CONN_LISTEN
        }
        assert places == {(LOOPBACK, self.port)}, f"it listens on {places}"

    def stop(self) -> None:
        """Stop it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def _listens(self) -> bool:
        with suppress(OSError), socket.create_connection((LOOPBACK, self.port), 1):
            return True
        return False

    def passwords(self, **users: str) -> Path:
        """Write a password file; name it in ``settings``."""
        return write_passwords(self.folder / "passwords", **users)


def write_passwords(path: Path, **users: str) -> Path:
    """Write mosquitto's password file."""
    program = tool("mosquitto_passwd")
    assert program is not None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{user}:{word}\n" for user, word in users.items()))
    path.chmod(0o600)
    subprocess.run([program, "-U", str(path)], check=True)
    return path


@contextmanager
def mosquitto(folder: Path, settings: str = OPEN, listener: str = "") -> Iterator[Mosquitto]:
    """Run a broker."""
    rig = Mosquitto(folder, settings, listener)
    rig.start()
    try:
        yield rig
    finally:
        rig.stop()


class Link:
    """A way to the broker: ``hole`` swallows every byte both ways, closes nothing.

    With ``only_3_1_1`` it turns MQTT 5 away, as a broker of before 2019 does.
    """

    def __init__(self, port: int) -> None:
        self.hole = False
        self.only_3_1_1 = False
        self.port = 0
        self.connections = 0
        self._broker = port
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._accept, LOOPBACK, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Close everything."""
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        hello = await reader.read(65_536)
        if self.only_3_1_1 and hello[_VERSION_AT : _VERSION_AT + 1] == b"\x05":
            writer.write(_UNSUPPORTED)
            await writer.drain()
            writer.close()
            return
        try:
            inside, outside = await asyncio.open_connection(LOOPBACK, self._broker)
        except OSError:
            writer.close()
            return
        if not self.hole:
            outside.write(hello)
        try:
            await asyncio.gather(self._pipe(reader, outside), self._pipe(inside, writer))
        finally:
            writer.close()
            outside.close()

    async def _pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                if not self.hole:
                    writer.write(data)
                    await writer.drain()
        writer.close()


@asynccontextmanager
async def link(port: int) -> AsyncIterator[Link]:
    """Open a link to a broker's port."""
    made = Link(port)
    await made.open()
    try:
        yield made
    finally:
        await made.close()


class Listener:
    """Someone on the coach's side: hears topics, can publish."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self.client = client
        self.heard: list[tuple[str, bytes, bool]] = []
        self._news = asyncio.Event()

    async def run(self) -> None:
        """Take everything down."""
        async for message in self.client.messages:
            assert isinstance(message.payload, bytes)
            self.heard.append((message.topic.value, message.payload, message.retain))
            self._news.set()

    def topics(self, end: str) -> list[bytes]:
        """Return the payloads heard on topics with this end."""
        return [payload for topic, payload, _ in self.heard if topic.endswith(end)]

    async def until(self, end: str, count: int = 1, within_s: float = 20.0) -> list[bytes]:
        """Wait until so many were heard; return them."""
        async with asyncio.timeout(within_s):
            while len(self.topics(end)) < count:
                self._news.clear()
                await self._news.wait()
        return self.topics(end)


@asynccontextmanager
async def listener(
    port: int, *filters: str, user: str | None = None, password: str | None = None
) -> AsyncIterator[Listener]:
    """Connect someone who hears ``filters`` (QoS 1)."""
    client = aiomqtt.Client(
        LOOPBACK, port, protocol=aiomqtt.ProtocolVersion.V5, username=user, password=password
    )
    async with client:
        ears = Listener(client)
        for topic in filters or ("livecoach/#",):
            await client.subscribe(topic, qos=1)
        hearing = asyncio.create_task(ears.run())
        try:
            yield ears
        finally:
            hearing.cancel()
            await asyncio.gather(hearing, return_exceptions=True)
