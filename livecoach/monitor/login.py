"""The door of the page: scrypt passwords, signed session cookies, CSRF tokens, rate limits. Pure.

Times are handed in. A session is a cookie that only this server can have signed: the key is made
of the stored password hash, so sessions outlive a restart and end when the password changes.
scrypt's cost (n 16,384, r 8, p 5) is OWASP's password storage sheet's, one of several equal ones.
"""

import base64
import binascii
import hashlib
import hmac
from collections import OrderedDict

SESSION_S = 12 * 3600.0
_N, _R, _P = 16_384, 8, 5
_MOST_SOURCES = 4_096


def hash_password(password: str, salt: bytes) -> str:
    """Return ``scrypt$n$r$p$salt$hash`` with 16 random bytes of ``salt``."""
    digest = _scrypt(password, salt, _N, _R, _P)
    return f"scrypt${_N}${_R}${_P}${_text(salt)}${_text(digest)}"


def is_hash(text: str) -> bool:
    """Return whether this is what `hash_password` makes, at a cost that can be paid."""
    try:
        name, n, r, p, salt, digest = text.split("$")
        fits = len(_bytes(salt)) >= 16 and len(_bytes(digest)) == 32
        return name == "scrypt" and (int(n), int(r), int(p)) == (_N, _R, _P) and fits
    except (ValueError, binascii.Error):
        return False


def matches(password: str, stored: str) -> bool:
    """Return whether the password is the one whose hash is ``stored`` (one that `is_hash`)."""
    _, n, r, p, salt, digest = stored.split("$")
    found = _scrypt(password, _bytes(salt), int(n), int(r), int(p))
    return hmac.compare_digest(found, _bytes(digest))


class Sessions:
    """Signs sessions and knows its own again; ``secret`` is a password hash or random."""

    def __init__(self, secret: bytes) -> None:
        self._key = hashlib.sha256(b"livecoach page\0" + secret).digest()

    def open(self, nonce: str, epoch_s: float) -> str:
        """Return a new session's cookie; ``nonce`` is random."""
        body = f"{nonce}.{int(epoch_s + SESSION_S)}"
        return f"{body}.{self._sign('session', body)}"

    def valid(self, cookie: str, epoch_s: float) -> bool:
        """Return whether a cookie is ours and has not run out."""
        body, _, signature = cookie.rpartition(".")
        if not self._signed("session", body, signature):
            return False
        return epoch_s < int(body.rpartition(".")[2])

    def csrf(self, cookie: str) -> str:
        """Return the token that belongs to a session; no other site can read it."""
        return self._sign("csrf", cookie)

    def csrf_valid(self, cookie: str, token: str) -> bool:
        """Return whether a token belongs to a session."""
        return self._signed("csrf", cookie, token)

    def _sign(self, use: str, text: str) -> str:
        return hmac.new(self._key, f"{use}:{text}".encode(), hashlib.sha256).hexdigest()

    def _signed(self, use: str, text: str, signature: str) -> bool:
        known = self._sign(use, text).encode()
        return hmac.compare_digest(known, signature.encode("utf-8", "replace"))


class RateLimit:
    """At most ``burst`` at once and ``per_s`` in the long run, for each source."""

    def __init__(self, burst: int, per_s: float) -> None:
        self._burst, self._per_s = float(burst), per_s
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allow(self, source: str, t_s: float) -> bool:
        """Count one try; return whether it may be made."""
        left, last_s = self._left.pop(source, (self._burst, t_s))
        left = min(self._burst, left + (t_s - last_s) * self._per_s)
        allowed = left >= 1.0
        self._left[source] = (left - 1.0 if allowed else left, t_s)
        if len(self._left) > _MOST_SOURCES:
            self._left.popitem(last=False)
        return allowed


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    raw = password.encode("utf-8", "replace")
    return hashlib.scrypt(raw, salt=salt, n=n, r=r, p=p, dklen=32, maxmem=64 * 2**20)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
