from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.kernel.errors import InvalidInput
from drover.kernel.ids import random_id, random_secret
from drover.tenancy.domain.credentials import (
    CredentialRefused,
    SessionLife,
    Token,
    TokenText,
    digest,
    expiry,
    parse_token,
    scopes_of,
    session_digest,
    words_of,
)
from drover.tenancy.domain.roles import Scope

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = random_secret()
TOKEN = Token("t1", "u1", "bot", digest(SECRET), frozenset({Scope.RUN}), NOW, None, None, None)


def test_a_token_is_read_as_it_is_written() -> None:
    token = TokenText(random_id(), random_secret())
    assert parse_token(token.reveal()) == token


def test_a_token_prints_without_its_secret() -> None:
    token = TokenText(random_id(), random_secret())
    assert token.secret not in f"{token} {token!r}"


@given(text=st.text() | st.from_regex(r"drv_[0-9a-f]{30,34}_[A-Za-z0-9_-]{40,44}x?"))
def test_any_other_text_is_refused_or_means_itself(text: str) -> None:
    try:
        token = parse_token(text)
    except CredentialRefused:
        return
    assert token.reveal() == text


@pytest.mark.parametrize("spoil", ["{}\n", " {}", "{}x", "x{}"])
def test_a_token_with_anything_about_it_is_refused(spoil: str) -> None:
    with pytest.raises(CredentialRefused):
        parse_token(spoil.format(TokenText(random_id(), random_secret()).reveal()))


def test_a_cookie_that_can_be_no_session_is_refused() -> None:
    assert session_digest(SECRET) == digest(SECRET)
    with pytest.raises(CredentialRefused):
        session_digest(SECRET[:-1])


def test_a_token_is_good_until_it_is_revoked() -> None:
    assert TOKEN.good(NOW)
    assert not replace(TOKEN, revoked_at=NOW).good(NOW)


def test_a_token_ends_at_its_expiry() -> None:
    ending = replace(TOKEN, expires_at=NOW)
    assert ending.good(NOW - timedelta(microseconds=1))
    assert not ending.good(NOW)


def test_a_token_is_good_for_a_year_at_most() -> None:
    assert expiry(NOW, 366) == NOW + timedelta(days=366)
    for days in (0, 367):
        with pytest.raises(InvalidInput, match="1 to 366 days"):
            expiry(NOW, days)


def test_last_use_is_written_once_a_minute() -> None:
    assert TOKEN.touch_due(NOW)
    used = replace(TOKEN, last_used_at=NOW)
    assert not used.touch_due(NOW + timedelta(seconds=59))
    assert used.touch_due(NOW + timedelta(seconds=60))


def test_a_session_ends_when_unused_and_when_old() -> None:
    life = SessionLife(idle=timedelta(hours=1))
    assert not life.over(NOW, seen_at=NOW - timedelta(minutes=59), expires_at=NOW + timedelta(seconds=1))
    assert life.over(NOW, seen_at=NOW - timedelta(minutes=60), expires_at=NOW + timedelta(seconds=1))
    assert life.over(NOW, seen_at=NOW, expires_at=NOW)


@given(scopes=st.frozensets(st.sampled_from(Scope), min_size=1))
def test_scopes_are_written_as_words_and_read_again(scopes: frozenset[Scope]) -> None:
    assert scopes_of(words_of(scopes)) == scopes


def test_unknown_scopes_are_named() -> None:
    with pytest.raises(InvalidInput, match="unknown scopes: all, root"):
        scopes_of(["root", "read", "all"])


def test_a_token_without_any_scope_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"unknown scopes: \(none\)"):
        scopes_of([])
