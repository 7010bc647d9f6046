"""Off loopback the page asks for a password; nothing is open to others by mistake."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from livecoach.config import MonitorConfig
from livecoach.errors import ConfigError
from livecoach.monitor import serve
from livecoach.monitor.login import hash_password
from livecoach.monitor.server import Door
from tests.monitor.site import HOSTS, SAY, Answer, Site, site

PASSWORD = "correct horse"  # noqa: S105 (of this test)


def locked() -> Door:
    return Door(hosts=HOSTS, password_hash=hash_password(PASSWORD, bytes(16)))


async def log_in(s: Site, password: str) -> Answer:
    return await s.ask("POST", "/login", f"password={password}".replace(" ", "+").encode())


async def test_behind_a_login_nothing_is_to_be_had_without_it() -> None:
    async with site(locked()) as s:
        assert (await s.ask("GET", "/")).headers["location"] == "/login"
        for path in ("/events", "/api/session", "/page/main.js"):
            assert (await s.ask("GET", path)).status == 401
        assert (await s.ask("POST", "/api/commands", b"{}")).status == 401
        assert (await s.ask("POST", "/logout")).status in {401, 403}
        wrong = await log_in(s, "wrong")
        assert (wrong.status, "not the password" in wrong.text) == (401, True)
        assert "set-cookie" not in wrong.headers


async def test_a_login_opens_and_a_forged_cookie_does_not() -> None:
    async with site(locked()) as s:
        answer = await log_in(s, PASSWORD)
        assert answer.status == 303
        set_cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in set_cookie
        assert "samesite=strict" in set_cookie
        cookie = answer.headers["set-cookie"].partition(";")[0]
        assert (await s.ask("GET", "/api/session", cookie=cookie)).status == 200
        token = await s.token(cookie=cookie)
        good = await s.wish(SAY, cookie=cookie, x_csrf_token=token)
        assert good.status == 202
        assert (await s.wish(SAY, cookie=cookie, x_csrf_token=token[1:])).status == 403
        changed = cookie[:-1] + ("0" if cookie[-1] != "0" else "1")
        assert (await s.ask("GET", "/api/session", cookie=changed)).status == 401


async def test_guessing_passwords_is_slowed_down() -> None:
    async with site(locked()) as s:
        statuses = [(await log_in(s, f"guess{k}")).status for k in range(7)]
        assert statuses == [401] * 5 + [429] * 2
        assert (await log_in(s, PASSWORD)).status == 429


def hash_file(folder: Path, mode: int = 0o600) -> str:
    path = folder / "hash"
    path.write_text(hash_password(PASSWORD, bytes(16)))
    path.chmod(mode)
    return str(path)


Make = Callable[[Path], dict[str, Any]]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda _: {"listen": "192.168.1.20:8765"}, "name certificate and key"),
        (lambda f: {"listen": "0.0.0.0:1", "password_file": hash_file(f)}, "certificate"),
        (lambda _: {"hosts": ("coach.example",)}, "needs a password"),
        (lambda f: {"password_file": hash_file(f, 0o644)}, "chmod 600"),
        (lambda f: {"password_file": str(f / "none")}, "cannot be read"),
        (lambda _: {"certificate": "a.pem"}, "belong together"),
        (lambda _: {"certificate": "a.pem", "key": "b.pem"}, "no such file"),
        (lambda _: {"listen": "8765"}, "not like 127.0.0.1:8765"),
        (lambda _: {"listen": "127.0.0.1:99999"}, "not like 127.0.0.1:8765"),
    ],
)
def test_what_would_be_open_to_others_is_refused(tmp_path: Path, make: Make, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        serve.settle(MonitorConfig(**make(tmp_path)))


def test_a_file_that_holds_a_plain_password_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plain"
    path.write_text("hunter2")
    path.chmod(0o600)
    with pytest.raises(ConfigError, match="no hash"):
        serve.settle(MonitorConfig(password_file=str(path)))


def test_the_password_may_stand_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(serve.PASSWORD, PASSWORD)
    door = serve.settle(MonitorConfig(hosts=("coach.example",))).door
    assert door.password_hash.startswith("scrypt$")
    assert door.tls
    assert "coach.example" in door.hosts


def test_loopback_needs_nothing() -> None:
    for listen in ("127.0.0.1:8765", "[::1]:0", "localhost:80"):
        assert serve.settle(MonitorConfig(listen=listen)).door.password_hash == ""
