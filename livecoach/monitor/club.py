"""A club's own broker: the files of a Mosquitto with TLS, passwords and an access list.

What is there stays as it is: `found` makes a folder, `join` and `bridge` add to it, `renew` makes
the broker's certificate again once it was taken away. Every file is its owner's alone (0600).
"""

import os
import re
import secrets
import ssl
import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec import Struct

from livecoach.errors import ConfigError, SinkError, WireError
from livecoach.monitor import club_words as words
from livecoach.monitor.authority import SERVER_DAYS, Signed, new_authority, new_server
from livecoach.sinks.broker.address import Address, parse_address
from livecoach.wire.topics import runner_part

_NAME = re.compile(r"[^\W_][\w.-]{0,31}")
"""It stands in a folder's name, in an access list and in a password file."""
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9a-fA-F:]+")
_SALT_BYTES = 12


class Club(Struct, frozen=True):
    """A folder with a broker's files: whose group it is, and how the broker is reached."""

    folder: Path
    group: str
    host: str
    port: int

    @property
    def config(self) -> Path:
        """What mosquitto is started with."""
        return self.folder / "mosquitto.conf"

    @property
    def monitor(self) -> Path:
        """What the monitor is started with."""
        return self.folder / "monitor" / "monitor.toml"

    def runner(self, name: str) -> Path:
        """Return the folder that a runner gets."""
        return self.folder / "runners" / name


def opened(folder: Path) -> Club | None:
    """Return what is in a folder; None where nothing is.

    Raises
    ------
    ConfigError
        There is something else.
    """
    folder = folder.expanduser().resolve()
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return None
    try:
        told = tomllib.loads((folder / "monitor" / "monitor.toml").read_text(encoding="utf-8"))
        address, group = parse_address(told["broker"]["url"]), str(told["monitor"]["group"])
    except (OSError, ValueError, KeyError, TypeError, ConfigError) as exc:
        why = "something else is in there; name a new folder, or one that this command made"
        raise ConfigError(str(folder), why) from exc
    return Club(folder, group, address.host, address.port)


def found(folder: Path, group: str, hosts: Sequence[str], port: int) -> Club:
    """Make a club's folder; only this machine reaches the broker when ``hosts`` are empty.

    Raises
    ------
    ConfigError
        A group or host whose name cannot be used.
    SinkError
        It cannot be written.
    """
    folder = folder.expanduser().resolve()
    if not str(folder).isprintable():
        raise ConfigError("DIR", "its path has signs that a configuration cannot hold")
    group = _name(group, "--group")
    names = _hosts(hosts)
    now = datetime.now(UTC)
    authority = new_authority(group, now)
    server = new_server(authority, names, now)
    try:
        for place in (folder, folder / "data", folder / "conf.d", folder / "runners"):
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        club = Club(folder, group, names[0], port)
        user = folder.owner() if hasattr(os, "getuid") else ""
        settings = words.settings(folder, group, port, away=bool(hosts), user=user)
        _write(folder / "ca.crt", authority.certificate)
        _write(folder / "ca.key", authority.key)
        _write(folder / "server.crt", server.certificate)
        _write(folder / "server.key", server.key)
        _write(folder / "acl", words.access(group))
        _write(folder / "passwords", "")
        told = words.monitor_file(group, club.host, port)
        _admit(club, words.COACH, club.monitor.parent, club.monitor.name, told)
        _write(club.config, settings)
    except OSError as exc:
        raise SinkError(f"{folder}: cannot be written: {exc.strerror or exc}") from exc
    return club


def checked(club: Club | None, runners: Sequence[str]) -> tuple[str, ...]:
    """Return the names of runners to be added; raises `ConfigError` for one that cannot be."""
    seen: set[str] = set()
    for runner in runners:
        _name(runner, "--runner")
        if runner.casefold() == words.COACH or runner.casefold() in seen:
            raise ConfigError("--runner", f"{runner}: that name is taken")
        if club is not None and club.runner(runner).exists():
            raise ConfigError("--runner", f"{club.runner(runner)} is there already")
        seen.add(runner.casefold())
    return tuple(runners)


def join(club: Club, runner: str) -> Path:
    """Let a runner in; return their folder. Raises `SinkError`."""
    told = words.runner_file(club.group, runner, club.host, club.port)
    place = club.runner(runner)
    try:
        _admit(club, runner, place, f"{runner}.toml", told)
        _append(club.folder / "acl", words.access_of_all(club.group, runner))
    except OSError as exc:
        raise SinkError(f"{place}: cannot be written: {exc.strerror or exc}") from exc
    return place


def renew(club: Club, hosts: Sequence[str]) -> bool:
    """Make the broker's certificate again if it was taken away; tell whether it was.

    Raises
    ------
    ConfigError
        ``hosts`` are named and a certificate is there, or the authority is not.
    """
    certificate, key = club.folder / "server.crt", club.folder / "server.key"
    if certificate.exists() or key.exists():
        if hosts:
            why = f"take away {certificate} and {key.name}, then they are made again"
            raise ConfigError("--host", why)
        return False
    try:
        authority = Signed(
            (club.folder / "ca.crt").read_bytes(), (club.folder / "ca.key").read_bytes()
        )
        server = new_server(authority, _hosts(hosts or (club.host,)), datetime.now(UTC))
        _write(certificate, server.certificate)
        _write(key, server.key)
    except OSError as exc:
        raise ConfigError(
            str(club.folder), f"ca.crt and ca.key are needed: {exc.strerror}"
        ) from exc
    return True


def bridge(club: Club, url: str, word: str | None, ca_file: Path | None) -> Path:
    """Write the bridge to another broker; return its file.

    Raises
    ------
    ConfigError
        An address, password or certificate that cannot be used, or there is a bridge already.
    """
    path = club.folder / "conf.d" / "bridge.conf"
    up = _up(url)
    if not word or not word.isprintable() or word != word.strip():
        why = "the password there is wanted in LIVECOACH_BROKER_PASSWORD, on one line"
        raise ConfigError("--bridge-to", why)
    if path.exists():
        raise ConfigError("--bridge-to", f"{path} is there already")
    trusted = None if ca_file is None else ca_file.expanduser().resolve()
    if trusted is not None and not trusted.is_file():
        raise ConfigError("--bridge-ca", f"{trusted}: there is no such file")
    known = ssl.get_default_verify_paths().capath or "/etc/ssl/certs"
    try:
        _write(path, words.bridge(club.group, up, word, trusted, known))
    except OSError as exc:
        raise SinkError(f"{path}: cannot be written: {exc.strerror or exc}") from exc
    return path


def good_until() -> str:
    """Return the day until which a certificate made now is good."""
    return (datetime.now(UTC) + timedelta(days=SERVER_DAYS)).date().isoformat()


def _up(url: str) -> Address:
    up = parse_address(url)
    if not up.user or not up.user.isprintable() or up.user != up.user.strip():
        raise ConfigError("--bridge-to", "name the user there: mqtts://USER@HOST")
    if not up.tls and not up.loopback:
        raise ConfigError("--bridge-to", "a password would go there for all to read: use mqtts://")
    return up


def _admit(club: Club, user: str, place: Path, name: str, told: str) -> None:
    """Give someone a password and a folder with all they need."""
    place.mkdir(mode=0o700)
    word = secrets.token_urlsafe(24)
    _write(place / name, told)
    _write(place / "password", f"{word}\n")
    _write(place / "ca.crt", (club.folder / "ca.crt").read_bytes())
    line = words.password_line(user, word, secrets.token_bytes(_SALT_BYTES))
    _append(club.folder / "passwords", line)


def _name(text: str, option: str) -> str:
    try:
        runner_part(text)
    except WireError as exc:
        raise ConfigError(option, f"{text!r}: {exc}") from exc
    if not _NAME.fullmatch(text):
        why = "letters, digits, dot, dash and underscore, at most 32, please"
        raise ConfigError(option, f"{text!r}: {why}")
    return text


def _hosts(hosts: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the broker: those asked for, and this machine's for who is at it."""
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise ConfigError(
                "--host", f"{host!r} is neither a name like broker.club.example nor an address"
            )
    return tuple(dict.fromkeys((*hosts, "localhost", "127.0.0.1")))


def _write(path: Path, text: str | bytes) -> None:
    """Write a new file that only its owner may read."""
    opened_new = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened_new, "wb") as out:
        out.write(text.encode() if isinstance(text, str) else text)


def _append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as out:
        out.write(text)
