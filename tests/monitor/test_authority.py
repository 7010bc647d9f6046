"""The authority's certificates before the strictest check that Python has."""

import ssl
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from livecoach.errors import ConfigError
from livecoach.monitor.authority import Signed, new_authority, new_server

NOW = datetime.now(UTC)


def shake_hands(folder: Path, authority: Signed, server: Signed, name: str) -> None:
    """Let a strict client meet a server; raises what the client raises."""
    (folder / "ca.crt").write_bytes(authority.certificate)
    (folder / "server.pem").write_bytes(server.certificate + server.key)
    far = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    far.load_cert_chain(folder / "server.pem")
    near = ssl.create_default_context(cafile=folder / "ca.crt")
    near.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
    ends = [ssl.MemoryBIO() for _ in range(4)]
    client = near.wrap_bio(ends[0], ends[1], server_hostname=name)
    host = far.wrap_bio(ends[2], ends[3], server_side=True)
    for _ in range(8):
        for side, out, into in ((client, ends[1], ends[2]), (host, ends[3], ends[0])):
            with suppress(ssl.SSLWantReadError):
                side.do_handshake()
            into.write(out.read())
    assert client.version() in {"TLSv1.2", "TLSv1.3"}


@pytest.mark.parametrize("name", ["broker.club.example", "localhost", "127.0.0.1", "::1"])
def test_a_strict_client_trusts_every_name_in_it(tmp_path: Path, name: str) -> None:
    authority = new_authority("club", NOW)
    hosts = ("broker.club.example", "localhost", "127.0.0.1", "::1")
    shake_hands(tmp_path, authority, new_server(authority, hosts, NOW), name)


@pytest.mark.parametrize(
    ("name", "days", "words"),
    [("other.example", 9, "Hostname mismatch"), ("localhost", -1, "has expired")],
)
def test_and_no_other_name_nor_time(tmp_path: Path, name: str, days: int, words: str) -> None:
    authority = new_authority("club", NOW)
    server = new_server(authority, ("localhost",), NOW, days)
    with pytest.raises(ssl.SSLCertVerificationError, match=words):
        shake_hands(tmp_path, authority, server, name)


def test_nor_another_authority_of_the_same_name(tmp_path: Path) -> None:
    server = new_server(new_authority("club", NOW), ("localhost",), NOW)
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(tmp_path, new_authority("club", NOW), server, "localhost")


@pytest.mark.parametrize("spoilt", [b"", b"-----BEGIN PRIVATE KEY-----\nAAAA\n"])
def test_a_spoilt_authority_is_one_line(spoilt: bytes) -> None:
    good = new_authority("club", NOW)
    for bad in (Signed(good.certificate, spoilt), Signed(spoilt, good.key)):
        with pytest.raises(ConfigError, match="not the authority"):
            new_server(bad, ("localhost",), NOW)
