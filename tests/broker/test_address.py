"""Where the broker is, and passwords: from where they may come, and that nobody sees them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecoach.errors import ConfigError
from livecoach.sinks.broker.address import (
    PASSWORD,
    Address,
    parse_address,
    password,
    tls_context,
)

SECRET = "hunter2"  # noqa: S105  (of nobody)


@pytest.mark.parametrize(
    ("url", "address", "name"),
    [
        ("mqtt://pi", Address("pi", 1883), "pi:1883"),
        ("mqtts://club.example", Address("club.example", 8883, tls=True), "club.example:8883"),
        ("mqtts://ann@h:1", Address("h", 1, tls=True, user="ann"), "h:1"),
        ("mqtt://ann%40club@h/", Address("h", 1883, user="ann@club"), "h:1883"),
        ("mqtt://[::1]:7", Address("::1", 7), "[::1]:7"),
    ],
)
def test_addresses(url: str, address: Address, name: str) -> None:
    assert parse_address(url) == address
    assert parse_address(url).name == name


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("club.example", "neither mqtt nor mqtts"),
        ("http://h", "neither mqtt nor mqtts"),
        ("mqtt://", "no usable host"),
        ("mqtt://a b", "no usable host"),
        ("mqtt://h:99999", "port"),
        ("mqtt://h:x", "port"),
        ("mqtt://[::1", "host"),
        ("mqtt://h/topic", "nothing may follow"),
        ("mqtt://h?x=1", "nothing may follow"),
    ],
)
def test_what_is_no_address_says_why(url: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        parse_address(url)


@pytest.mark.parametrize(
    "url",
    [
        f"mqtt://ann:{SECRET}@host",
        f"mqtts://:{SECRET}@host:8883",
        f"mqtt://ann:{SECRET}/more@host",
        f"mqtt://ann:{SECRET}#@host",
        f"mqtt://ann:{SECRET}?@host",
        f"mqtt://ann:{SECRET}@host:port",
        f"ann:{SECRET}@host",
    ],
)
def test_a_password_in_an_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_address(url)
    assert SECRET not in str(caught.value)


@given(st.text(max_size=30) | st.builds("mqtt://{}".format, st.text(max_size=30)))
def test_any_text_is_an_address_or_refused(url: str) -> None:
    try:
        address = parse_address(url)
    except ConfigError:
        return
    assert address.host
    assert 0 <= address.port <= 65_535


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(PASSWORD, raising=False)
    path = tmp_path / "password"
    path.write_text(f"{SECRET}\n")
    path.chmod(0o600)
    return path


def test_the_environment_comes_first_then_the_file_then_none(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert password("") is None
    assert password(str(file)) == SECRET
    monkeypatch.setenv(PASSWORD, "from outside")
    assert password(str(file)) == "from outside"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_file_that_others_may_read_is_refused(file: Path, mode: int) -> None:
    file.chmod(mode)
    with pytest.raises(ConfigError, match="chmod 600") as caught:
        password(str(file))
    assert SECRET not in str(caught.value)


def test_a_file_that_is_missing_or_empty_or_no_text(file: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        password(f"{file}.not")
    file.write_text("\n")
    with pytest.raises(ConfigError, match="no password in it"):
        password(str(file))
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="cannot be read"):
        password(str(file))


def test_certificates(tmp_path: Path) -> None:
    assert tls_context("").check_hostname
    with pytest.raises(ConfigError, match="no such file"):
        tls_context(str(tmp_path / "ca.pem"))
    (tmp_path / "ca.pem").write_text("not one")
    with pytest.raises(ConfigError, match="no certificate in it"):
        tls_context(str(tmp_path / "ca.pem"))
