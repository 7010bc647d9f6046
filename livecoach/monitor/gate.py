"""Who may ask the page for what: an ASGI layer before everything else.

Every answer carries a content security policy that lets nothing run but our own files. A request
must name a host we serve (no page of a stranger's name reaches a loopback server that way); what
changes something must come from our own page and bring its session's token.
"""

import time
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from livecoach.monitor.login import Sessions

LOCAL = "local"
"""The session of everyone where no login is asked for."""
_OPEN = {"/login", "/page/style.css", "/page/icon.svg"}
_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


class Gate:
    """Lets requests through to ``app``, or says why not.

    Parameters
    ----------
    app
        What is behind it.
    sessions
        Who is known.
    hosts
        The names and addresses that this server answers to.
    login, tls
        Whether a login is asked for, and whether cookies may only travel over TLS.
    """

    def __init__(
        self, app: ASGIApp, sessions: Sessions, hosts: frozenset[str], *, login: bool, tls: bool
    ) -> None:
        self._app, self._sessions, self._hosts = app, sessions, hosts
        self._login = login
        self.cookie = "__Host-livecoach" if tls else "livecoach"
        self._tls = tls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        session = self._session(headers)
        scope["livecoach.session"] = session

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
                if self._tls:
                    MutableHeaders(scope=message)["strict-transport-security"] = "max-age=31536000"
            await send(message)

        refusal = self._refusal(scope, headers, session)
        await (refusal or self._app)(scope, receive, send_guarded)

    def _refusal(self, scope: Scope, headers: Headers, session: str | None) -> Response | None:
        path, method = str(scope["path"]), str(scope["method"])
        host = headers.get("host", "")
        if _name(host) not in self._hosts:
            way_out = "name it in [monitor] hosts"
            return PlainTextResponse(f"this page is not served under that name; {way_out}\n", 421)
        if session is None and path not in _OPEN:
            if method == "GET" and path == "/":
                return RedirectResponse("/login", 303)
            return PlainTextResponse("log in first\n", 401)
        if method not in {"GET", "HEAD"}:
            return self._forged(path, headers, session, host)
        return None

    def _forged(
        self, path: str, headers: Headers, session: str | None, host: str
    ) -> Response | None:
        """Refuse what another site may have made a browser send."""
        origin = headers.get("origin")
        if origin is not None and origin.partition("://")[2] != host:
            return PlainTextResponse("sent from another site\n", 403)
        if path == "/login":
            return None
        token = headers.get("x-csrf-token", "")
        if session is None or not self._sessions.csrf_valid(session, token):
            return PlainTextResponse("the page is out of date: load it again\n", 403)
        return None

    def _session(self, headers: Headers) -> str | None:
        if not self._login:
            return LOCAL
        try:
            morsel = SimpleCookie(headers.get("cookie", "")).get(self.cookie)
        except CookieError:
            return None
        if morsel is None or not self._sessions.valid(morsel.value, time.time()):
            return None
        return morsel.value


def _name(host: str) -> str:
    """Return a Host header without its port."""
    name, _, port = host.rpartition(":")
    return (name if name and port.isdigit() else host).lower()
