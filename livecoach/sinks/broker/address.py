"""Where the broker is and who we are there; the password never stands in an address or a log."""

import os
import ssl
import stat
import sys
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from msgspec import Struct

from livecoach.errors import ConfigError

PASSWORD = "LIVECOACH_BROKER_PASSWORD"  # noqa: S105  (the name of a variable, not a password)
_PORTS = {"mqtt": 1883, "mqtts": 8883}
_SHAPE = "mqtt[s]://[user@]host[:port]"
_WAY_OUT = f"put it in the environment variable {PASSWORD} or in [broker] password_file"
_LONGEST_PASSWORD = 1_000


class Address(Struct, frozen=True):
    """A broker: host and port, over TLS or not, and the name to log in with ("" for none)."""

    host: str
    port: int
    tls: bool = False
    user: str = ""

    @property
    def name(self) -> str:
        """Return ``host:port``, as it is shown."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def loopback(self) -> bool:
        """Whether it is this machine."""
        return self.host in {"localhost", "::1"} or self.host.startswith("127.")


def parse_address(url: str) -> Address:
    """Read ``mqtt[s]://[user@]host[:port]``.

    Raises
    ------
    ConfigError
        It is not like that, or has a password in it; the password is not repeated.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as exc:
        raise ConfigError("broker", f"not like {_SHAPE}: {_reason(exc)}") from None
    if parts.password is not None or _hidden_password(parts):
        raise ConfigError("broker", f"a password does not belong in an address: {_WAY_OUT}")
    if parts.scheme not in _PORTS:
        raise ConfigError("broker", f"not like {_SHAPE}: it begins with neither mqtt nor mqtts")
    if not parts.hostname or any(c.isspace() or not c.isprintable() for c in url):
        raise ConfigError("broker", f"not like {_SHAPE}: there is no usable host in it")
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise ConfigError("broker", f"not like {_SHAPE}: nothing may follow host and port")
    return Address(
        host=parts.hostname,
        port=_PORTS[parts.scheme] if port is None else port,
        tls=parts.scheme == "mqtts",
        user=unquote(parts.username or ""),
    )


def _hidden_password(parts: SplitResult) -> bool:
    """Return whether a password stands where one was meant to be, in a URL that is also wrong."""
    return "@" in f"{parts.path}{parts.query}{parts.fragment}"


def _reason(exc: ValueError) -> str:
    return "its port is no number up to 65535" if "ort" in str(exc) else "its host cannot be read"


def password(file: str) -> str | None:
    """Return the password: from the environment, else from ``file``; None where there is neither.

    Raises
    ------
    ConfigError
        The file cannot be read, is empty, or others than its owner may read it.
    """
    told = os.environ.get(PASSWORD)
    if told:
        return told
    if not file:
        return None
    path = Path(file).expanduser()
    try:
        with path.open(encoding="utf-8") as opened:
            mode = stat.S_IMODE(os.fstat(opened.fileno()).st_mode)
            text = opened.read(_LONGEST_PASSWORD + 1)
    except FileNotFoundError:
        raise ConfigError("broker.password_file", f"{path}: there is no such file") from None
    except (OSError, ValueError) as exc:
        raise ConfigError("broker.password_file", f"{path}: it cannot be read") from exc
    if sys.platform != "win32" and mode & 0o077:
        way_out = f"others may read it; say chmod 600 {path}"
        raise ConfigError("broker.password_file", f"{path}: {way_out}")
    word = text.rstrip("\r\n")
    if not word or len(word) > _LONGEST_PASSWORD:
        raise ConfigError("broker.password_file", f"{path}: there is no password in it")
    return word


def tls_context(ca_file: str) -> ssl.SSLContext:
    """Return what checks the broker's certificate, by ``ca_file`` or the system's authorities.

    Raises
    ------
    ConfigError
        The file is missing or holds no certificate.
    """
    if not ca_file:
        return ssl.create_default_context()
    path = Path(ca_file).expanduser()
    try:
        return ssl.create_default_context(cafile=path)
    except FileNotFoundError:
        raise ConfigError("broker.ca_file", f"{path}: there is no such file") from None
    except (OSError, ValueError) as exc:
        raise ConfigError("broker.ca_file", f"{path}: there is no certificate in it") from exc
