"""The monitor as a program: broker, fleet and page run together until they are stopped."""

import asyncio
import ipaddress
import os
import socket
import stat
import sys
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path

import uvicorn
from msgspec import Struct

from livecoach.config import MonitorConfig
from livecoach.errors import ConfigError, SinkError
from livecoach.monitor.feed import Feed
from livecoach.monitor.fleet import Fleet
from livecoach.monitor.intake import Hello, Intake, announce
from livecoach.monitor.login import hash_password, is_hash
from livecoach.monitor.server import Door, PageServer
from livecoach.sinks.broker.client import Login

PASSWORD = "LIVECOACH_MONITOR_PASSWORD"  # noqa: S105 (the name of a variable, not a password)
_GOODBYE_S = 2
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})


class Place(Struct, frozen=True):
    """Where and how the page is served, settled before anything starts."""

    host: str
    port: int
    door: Door
    certificate: str = ""
    key: str = ""

    @property
    def url(self) -> str:
        """Return what to type into a browser."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.certificate else 'http'}://{host}:{self.port}/"


def settle(config: MonitorConfig) -> Place:
    """Check where the page is to be served; raises `ConfigError` with the way out."""
    host, port = _split(config.listen)
    away = not _is_loopback(host)
    stored = _stored(config.password_file)
    if bool(config.certificate) != bool(config.key):
        raise ConfigError("monitor", "certificate and key belong together: name both")
    certificate = _file("certificate", config.certificate)
    key = _file("key", config.key)
    if away and not config.certificate:
        way_out = "others can reach this: name certificate and key, or listen on 127.0.0.1"
        raise ConfigError("monitor.listen", f"{config.listen}: {way_out}")
    if (away or config.hosts) and not stored:
        way_out = f"set password_file (livecoach monitor password FILE writes it) or {PASSWORD}"
        raise ConfigError(
            "monitor", f"others can reach this page, so it needs a password: {way_out}"
        )
    if host in {"0.0.0.0", "::"} and not config.hosts:  # noqa: S104 (refused, not bound)
        raise ConfigError("monitor.hosts", f"{host} is every address: name those it is reached by")
    shown = f"[{host}]" if ":" in host else host
    hosts = _LOOPBACK | {shown.lower()} | {name.lower() for name in config.hosts}
    door = Door(hosts=hosts, password_hash=stored, tls=bool(config.certificate or config.hosts))
    return Place(host, port, door, certificate, key)


async def serve(
    place: Place,
    login: Login,
    group: str | None,
    say: Callable[[str], None],
    ready: Callable[[str], None],
    discovery: Hello | None = None,
    until: Coroutine[None, None, None] | None = None,
) -> None:
    """Serve until a signal comes or ``until`` is over; ``ready`` is told the page's address."""
    listening = _listen(place)
    port = listening.getsockname()[1]
    fleet = Fleet()
    feed = Feed(fleet, time.time() - time.monotonic())
    intake = Intake(login, group, fleet, feed, say)
    page = PageServer(fleet, feed, intake.publish, place.door)
    config = uvicorn.Config(
        page.app,
        log_level="error",
        access_log=False,
        lifespan="off",
        server_header=False,
        ws="none",
        proxy_headers=False,
        timeout_graceful_shutdown=_GOODBYE_S,
        ssl_certfile=place.certificate or None,
        ssl_keyfile=place.key or None,
    )
    try:
        config.load()
    except OSError as exc:  # ssl.SSLError is one
        raise ConfigError("monitor.certificate", f"{place.certificate}: not usable: {exc}") from exc
    server = _Server(config, page.close)
    ready(f"{place.url.rsplit(':', 1)[0]}:{port}/")
    async with asyncio.TaskGroup() as group_of_tasks:
        tasks = [
            group_of_tasks.create_task(intake.run(), name="intake"),
            group_of_tasks.create_task(page.run(time.monotonic), name="page"),
        ]
        if discovery is not None:
            hello = announce(fleet, intake, discovery)
            tasks.append(group_of_tasks.create_task(hello, name="home assistant"))
        if until is not None:
            tasks.append(group_of_tasks.create_task(server.end_after(until), name="end"))
        try:
            await server.serve(sockets=[listening])
        finally:
            for task in tasks:
                task.cancel()


class _Server(uvicorn.Server):
    """Ends its streams first: a browser never would."""

    def __init__(self, config: uvicorn.Config, close: Callable[[], None]) -> None:
        super().__init__(config)
        self._close_streams = close

    async def end_after(self, until: Coroutine[None, None, None]) -> None:
        """Stop serving once ``until`` is over."""
        await until
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let the pages go, then everything else."""
        self._close_streams()
        await super().shutdown(sockets)


def _listen(place: Place) -> socket.socket:
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    try:
        return socket.create_server((place.host, place.port), family=family, backlog=128)
    except OSError as exc:
        way_out = "another program has that port, or this machine has no such address; try --listen"
        raise SinkError(f"cannot listen on {place.host}:{place.port}: {way_out}") from exc


def _split(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isdecimal() or int(port) > 65_535:
        raise ConfigError("monitor.listen", f"{listen!r} is not like 127.0.0.1:8765")
    return host, int(port)


def _file(name: str, named: str) -> str:
    if not named:
        return ""
    path = Path(named).expanduser()
    if not path.is_file():
        raise ConfigError(f"monitor.{name}", f"{path}: there is no such file")
    return str(path)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


def _stored(file: str) -> str:
    """Return the password's hash: of what the environment says, else from a file; else ""."""
    told = os.environ.get(PASSWORD)
    if told:
        return hash_password(told, os.urandom(16))
    if not file:
        return ""
    path = Path(file).expanduser()
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as exc:
        raise ConfigError("monitor.password_file", f"{path}: it cannot be read") from exc
    if sys.platform != "win32" and mode & 0o077:
        way_out = f"others may read it; say chmod 600 {path}"
        raise ConfigError("monitor.password_file", f"{path}: {way_out}")
    if not is_hash(text):
        way_out = "no hash in it; livecoach monitor password FILE writes one"
        raise ConfigError("monitor.password_file", f"{path}: {way_out}")
    return text
