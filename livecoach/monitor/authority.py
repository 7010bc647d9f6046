"""A small certificate authority of one's own: it vouches for one broker, and nothing else does.

Keys are on P-256. What is written here passes the strict checks of Python 3.13 and later (key
usage, key identifiers; ``tests/monitor/test_authority.py`` holds that). Loading this needs
`cryptography`.
"""

import ipaddress
from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from msgspec import Struct

from livecoach.errors import ConfigError

AUTHORITY_DAYS = 3_650
SERVER_DAYS = 825
_EARLIER = timedelta(hours=1)
"""Certificates begin in the past: clocks differ."""


class Signed(Struct, frozen=True):
    """A certificate and its key, both in PEM."""

    certificate: bytes
    key: bytes


def new_authority(name: str, now: datetime) -> Signed:
    """Make an authority that signs servers and no further authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(f"livecoach {name}")
    made = (
        _builder(subject, subject, key, now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
    )
    return _signed(made, key, key)


def new_server(
    authority: Signed, hosts: Sequence[str], now: datetime, days: int = SERVER_DAYS
) -> Signed:
    """Make a broker's certificate for ``hosts``, names or addresses; good until ``days`` from now.

    Raises
    ------
    ConfigError
        A host that is no name, or an authority that cannot be read.
    """
    try:
        issuer = x509.load_pem_x509_certificate(authority.certificate)
        signing = serialization.load_pem_private_key(authority.key, None)
    except ValueError as exc:
        raise ConfigError("ca.key", "this is not the authority that was written here") from exc
    if not isinstance(signing, ec.EllipticCurvePrivateKey):
        raise ConfigError("ca.key", "this is not the authority that was written here")
    key = ec.generate_private_key(ec.SECP256R1())
    above = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key())
    made = (
        _builder(_name(hosts[0]), issuer.subject, key, now, days)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(above, critical=False)
        .add_extension(x509.SubjectAlternativeName([_host(h) for h in hosts]), critical=False)
    )
    return _signed(made, key, signing)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    end = now + timedelta(days=days)
    own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(now, end) - _EARLIER)
        .not_valid_after(end)
        .add_extension(own, critical=False)
    )


def _signed(
    made: x509.CertificateBuilder,
    key: ec.EllipticCurvePrivateKey,
    signing: ec.EllipticCurvePrivateKey,
) -> Signed:
    certificate = made.sign(signing, hashes.SHA256())
    return Signed(
        certificate.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _name(text: str) -> x509.Name:
    longest = 64  # the limit of a common name
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:longest])])


def _host(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        pass
    try:
        return x509.DNSName(text)
    except ValueError as exc:
        raise ConfigError("--host", f"{text}: write it in ASCII, as in xn--...") from exc
