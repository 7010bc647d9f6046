"""Passwords, sessions, tokens, rate limits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecoach.monitor.login import (
    SESSION_S,
    RateLimit,
    Sessions,
    hash_password,
    is_hash,
    matches,
)

SALT = bytes(16)


def test_only_the_password_matches_its_hash() -> None:
    stored = hash_password("correct horse", SALT)
    assert is_hash(stored)
    assert "horse" not in stored
    assert matches("correct horse", stored)
    assert not matches("correct horsE", stored)
    assert not matches("", stored)
    assert hash_password("correct horse", bytes(15) + b"1") != stored


@pytest.mark.parametrize(
    "text",
    ["", "scrypt$1$8$1$AAAA$BBBB", "hunter2", "scrypt$$$$$", "scrypt$16384$8$5$!!$!!", "a$b"],
)
def test_anything_else_is_no_hash(text: str) -> None:
    assert not is_hash(text)


def test_a_session_is_known_by_who_signed_it_until_it_runs_out() -> None:
    ours, theirs = Sessions(b"one"), Sessions(b"two")
    cookie = ours.open("nonce", 1000.0)
    assert Sessions(b"one").valid(cookie, 1000.0 + SESSION_S - 1)
    assert not ours.valid(cookie, 1000.0 + SESSION_S + 1)
    assert not theirs.valid(cookie, 1000.0)
    assert ours.csrf_valid(cookie, ours.csrf(cookie))
    assert not ours.csrf_valid(ours.open("other", 1000.0), ours.csrf(cookie))


@given(st.text(max_size=80), st.integers(0, 200))
def test_no_other_text_is_a_session(text: str, cut: int) -> None:
    sessions = Sessions(b"one")
    cookie = sessions.open("nonce", 1000.0)
    assert not sessions.valid(text, 1000.0)
    if cut < len(cookie):
        changed = "x" if cookie[cut] != "x" else "y"
        assert not sessions.valid(cookie[:cut] + changed + cookie[cut + 1 :], 1000.0)
    assert not sessions.csrf_valid(cookie, text)


def test_a_rate_limit_is_per_source_and_forgives() -> None:
    limit = RateLimit(burst=3, per_s=0.5)
    assert [limit.allow("a", 0.0) for _ in range(4)] == [True, True, True, False]
    assert limit.allow("b", 0.0)
    assert not limit.allow("a", 1.9)
    assert limit.allow("a", 4.0)
