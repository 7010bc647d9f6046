"""The page's server: files of the page, a stream of frames, and a door for wishes."""

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from importlib import resources
from typing import Any
from urllib.parse import parse_qs

from msgspec import Struct
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import (
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route
from starlette.types import ASGIApp

from livecoach.errors import LivecoachError
from livecoach.monitor.feed import Feed
from livecoach.monitor.fleet import Fleet
from livecoach.monitor.gate import Gate
from livecoach.monitor.login import SESSION_S, RateLimit, Sessions, matches
from livecoach.monitor.orders import RefusedError

BATCH_S = 0.25
RETRY_MS = 1000
_MOST_STREAMS = 64
_LONGEST_STREAM_S = 3600.0
"""Then the browser comes again by itself, and its session is looked at anew."""
_MOST_BODY = 4_096
_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_SCRYPTS_AT_ONCE = 2

Publish = Callable[[str, bytes], Awaitable[None]]


class Door(Struct, frozen=True):
    """Under which names the page is served, with which login; ``password_hash`` "" asks for none.

    ``tls`` says that the page travels over TLS, here or at a proxy before us.
    """

    hosts: frozenset[str]
    password_hash: str = ""
    tls: bool = False


class PageServer:
    """Everything between HTTP and the fleet; `app` is the ASGI application.

    Parameters
    ----------
    fleet, feed
        What is shown.
    publish
        Sends a wish to the broker; raises `LivecoachError`.
    door
        Who may come in.
    """

    def __init__(self, fleet: Fleet, feed: Feed, publish: Publish, door: Door) -> None:
        self._fleet, self._feed, self._publish, self._door = fleet, feed, publish, door
        self._sessions = Sessions(door.password_hash.encode() or secrets.token_bytes(32))
        self._logins = RateLimit(burst=5, per_s=1 / 12)
        self._all_logins = RateLimit(burst=20, per_s=0.5)
        self._wishes = RateLimit(burst=20, per_s=1.0)
        self._scrypts = asyncio.Semaphore(_SCRYPTS_AT_ONCE)
        self._beat = asyncio.Event()
        self._streams = 0
        self._closing = False
        self._files = _files()
        routes = [
            Route("/", self._index),
            Route("/page/{name}", self._file),
            Route("/events", self._events),
            Route("/api/session", self._session),
            Route("/api/commands", self._command, methods=["POST"]),
            Route("/login", self._login, methods=["GET", "POST"]),
            Route("/logout", self._logout, methods=["POST"]),
        ]
        self._gate = Gate(
            Starlette(routes=routes),
            self._sessions,
            door.hosts,
            login=bool(door.password_hash),
            tls=door.tls,
        )
        self.app: ASGIApp = self._gate
        feed.close_version(time.monotonic())

    async def run(self, clock: Callable[[], float]) -> None:
        """Tell the pages the news, four times a second, for ever."""
        while True:
            await asyncio.sleep(BATCH_S)
            self._feed.close_version(clock())
            self._wake()

    def close(self) -> None:
        """End all streams, so that the server can end."""
        self._closing = True
        self._wake()

    def _wake(self) -> None:
        self._beat.set()
        self._beat = asyncio.Event()

    async def _index(self, _: Request) -> Response:
        return self._page("index.html")

    async def _file(self, request: Request) -> Response:
        return self._page(str(request.path_params["name"]))

    def _page(self, name: str, status: int = 200, alert: str = "") -> Response:
        found = self._files.get(name)
        if found is None:
            return PlainTextResponse("no such file\n", 404)
        media_type, body = found
        if alert:
            body = body.replace(b"<!-- alert -->", f'<p role="alert">{alert}</p>'.encode())
        # Asked for again each time: a page of an older version must not meet a newer server.
        return Response(body, status, {"cache-control": "no-cache"}, media_type)

    async def _events(self, request: Request) -> Response:
        if self._streams >= _MOST_STREAMS:
            return PlainTextResponse("too many pages are open\n", 503)
        group, runner = (request.query_params.get(k, "") for k in ("group", "runner"))
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        stream = self._stream(group, runner)
        return StreamingResponse(stream, headers=headers, media_type="text/event-stream")

    async def _stream(self, group: str, runner: str) -> AsyncIterator[bytes]:
        """Yield frames; one that cannot be sent yet holds up only this page, and the next has all.

        Nothing is queued: the server waits for the socket, and what changed meanwhile is in the
        frame after it.
        """
        self._streams += 1
        since, feed = 0, self._feed
        try:
            yield f"retry: {RETRY_MS}\n\n".encode()
            ends_s = time.monotonic() + _LONGEST_STREAM_S
            while not self._closing and time.monotonic() < ends_s:
                version = feed.version
                if runner:
                    frame = feed.runner_frame(group, runner, since)
                else:
                    frame = feed.fleet_frame(since)
                yield b"data: " + frame + b"\n\n"
                since = version
                await self._beat.wait()
        finally:
            self._streams -= 1

    async def _session(self, request: Request) -> Response:
        token = self._sessions.csrf(request.scope["livecoach.session"])
        body = {"csrf": token, "login": bool(self._door.password_hash)}
        return JSONResponse(body, headers={"cache-control": "no-store"})

    async def _command(self, request: Request) -> Response:
        now_s = time.monotonic()
        if not self._wishes.allow(_source(request), now_s):
            return _refused(429, "too many wishes at once; wait a little")
        try:
            wish = json.loads(await _body(request))
        except (ValueError, RecursionError):
            return _refused(400, "not JSON")
        try:
            ident = secrets.token_hex(8)
            sending = self._fleet.orders.prepare(wish, ident, now_s, time.time())
        except RefusedError as exc:
            return _refused(400 if exc.malformed else 422, str(exc))
        # Kept before it is sent: the answer may be here before `publish` is back.
        self._fleet.orders.sent(sending.order, self._fleet.version)
        try:
            await self._publish(sending.topic, sending.payload)
        except LivecoachError as exc:
            self._fleet.orders.forget(ident, self._fleet.version)
            return _refused(503, f"not sent: {exc}")
        return JSONResponse({"id": ident}, 202)

    async def _login(self, request: Request) -> Response:
        stored = self._door.password_hash
        if not stored:
            return RedirectResponse("/", 303)
        if request.method == "GET":
            return self._page("login.html")
        now_s = time.monotonic()
        allowed = self._logins.allow(_source(request), now_s)
        if not allowed or not self._all_logins.allow("", now_s):
            return self._page("login.html", 429, "Too many tries. Wait a minute.")
        fields = parse_qs((await _body(request)).decode("utf-8", "replace"))
        async with self._scrypts:
            known = await asyncio.to_thread(matches, fields.get("password", [""])[0], stored)
        if not known:
            return self._page("login.html", 401, "That is not the password.")
        response = RedirectResponse("/", 303)
        cookie = self._sessions.open(secrets.token_hex(16), time.time())
        self._set_cookie(response, cookie, int(SESSION_S))
        return response

    async def _logout(self, _: Request) -> Response:
        response = Response(status_code=204)
        self._set_cookie(response, "", 0)
        return response

    def _set_cookie(self, response: Response, value: str, seconds: int) -> None:
        response.set_cookie(
            self._gate.cookie,
            value,
            max_age=seconds,
            secure=self._door.tls,
            httponly=True,
            samesite="strict",
        )


async def _body(request: Request) -> bytes:
    """Return the body, or nothing when it is longer than any of ours."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BODY:
            return b""
    return body


def _refused(status: int, reason: str) -> Response:
    return JSONResponse({"reason": reason}, status)


def _source(request: Request) -> str:
    return request.client.host if request.client else ""


def _files() -> dict[str, tuple[str, bytes]]:
    """Return the page's files, read once: what is not listed here cannot be asked for."""
    found: dict[str, tuple[str, bytes]] = {}
    for file in (resources.files("livecoach.monitor") / "page").iterdir():
        kind: Any = _TYPES.get(file.name.rpartition(".")[2])
        if kind:
            found[file.name] = (kind, file.read_bytes())
    return found
