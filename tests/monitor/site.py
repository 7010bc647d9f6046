"""The page's server in this process, on a free loopback port, asked over real HTTP."""

import asyncio
import http.client
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

from livecoach.errors import BrokerError
from livecoach.monitor.feed import Feed
from livecoach.monitor.fleet import Fleet
from livecoach.monitor.server import Door, PageServer

HOSTS = frozenset({"127.0.0.1"})
SAY = {"group": "club", "runner": "ada", "command": "say", "text": "hi"}


class Answer:
    """What came back."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = {k.lower(): v for k, v in response.getheaders()}
        self.text = response.read().decode()


class Site:
    """A server in this process and its fleet; requests go over a real socket."""

    def __init__(self, door: Door) -> None:
        self.fleet = Fleet()
        self.feed = Feed(self.fleet, 0.0)
        self.sent: list[tuple[str, bytes]] = []
        self.broken = ""
        self.page = PageServer(self.fleet, self.feed, self._publish, door)
        self.port = 0

    async def _publish(self, topic: str, payload: bytes) -> None:
        if self.broken:
            raise BrokerError(self.broken)
        self.sent.append((topic, payload))

    async def ask(self, method: str, path: str, raw: bytes = b"", /, **headers: str) -> Answer:
        """Ask over a socket of its own; names of headers are written with underscores."""

        def request() -> Answer:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            named = {k.replace("_", "-"): v for k, v in headers.items()}
            connection.request(method, path, raw, named)
            answer = Answer(connection.getresponse())
            connection.close()
            return answer

        return await asyncio.to_thread(request)

    async def token(self, **headers: str) -> str:
        """Return the token that a page of this session has."""
        answer = await self.ask("GET", "/api/session", **headers)
        return str(json.loads(answer.text)["csrf"])

    async def wish(self, wish: Any, **headers: str) -> Answer:  # noqa: ANN401 (right or wrong)
        """Send a wish as the page does."""
        raw = wish if isinstance(wish, bytes) else json.dumps(wish).encode()
        if "x_csrf_token" not in headers:
            headers["x_csrf_token"] = await self.token()
        return await self.ask("POST", "/api/commands", raw, **headers)


@asynccontextmanager
async def site(door: Door | None = None) -> AsyncIterator[Site]:
    """Serve a page on a free loopback port."""
    made = Site(door or Door(hosts=HOSTS))
    listening = socket.create_server(("127.0.0.1", 0))
    made.port = listening.getsockname()[1]
    config = uvicorn.Config(made.page.app, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve([listening]))
    beating = asyncio.create_task(made.page.run(asyncio.get_running_loop().time))
    try:
        yield made
    finally:
        beating.cancel()
        made.page.close()
        server.should_exit = True
        await serving
        listening.close()


@asynccontextmanager
async def stream(port: int, path: str) -> AsyncIterator[asyncio.StreamReader]:
    """Open a stream of frames."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    try:
        yield reader
    finally:
        writer.close()
        await writer.wait_closed()


async def frames(port: int, path: str, count: int) -> list[dict[str, Any]]:
    """Read so many frames of a stream."""
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(10), stream(port, path) as reader:
        while len(found) < count:
            line = (await reader.readline()).decode()
            if line.startswith("data: "):
                found.append(json.loads(line[6:]))
    return found
