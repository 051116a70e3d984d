import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.tenancy.domain.passwords import (
    LONGEST,
    SHORTEST,
    BadUsername,
    WeakPassword,
    checked,
    looked_for,
    normal,
    username_of,
)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "fewer than 12"),
        ("x" * 129, "more than 128"),
        ("121212121212", "repeats few characters"),
        ("adaadaadaada", "repeats few characters"),
        ("Ada.Lovelace1", "little more than the username"),
    ],
)
def test_a_password_that_is_easily_guessed_is_refused(password: str, why: str) -> None:
    with pytest.raises(WeakPassword, match=why) as refused:
        checked(password, "ada.lovelace")
    assert password not in refused.value.message + refused.value.hint


def test_a_long_password_may_hold_the_username() -> None:
    assert checked("ada keeps seven green herons", "ada") == "ada keeps seven green herons"


@given(password=st.text(min_size=1, max_size=200), username=st.sampled_from(["ada", "x"]))
def test_an_accepted_password_has_a_length_that_is_safe_to_hash(password: str, username: str) -> None:
    try:
        accepted = checked(password, username)
    except WeakPassword:
        return
    assert SHORTEST <= len(accepted) <= LONGEST
    assert normal(accepted) == accepted


def test_one_password_typed_by_two_keyboards_is_one_password() -> None:
    assert normal("cafe\N{COMBINING ACUTE ACCENT}") == normal("caf\N{LATIN SMALL LETTER E WITH ACUTE}")


@pytest.mark.parametrize(("text", "name"), [(" Ada ", "ada"), ("a", "a"), ("ada@example.org", "ada@example.org")])
def test_a_username_is_kept_in_lower_case(text: str, name: str) -> None:
    assert username_of(text) == name


@pytest.mark.parametrize("text", ["", ".ada", "ada-", "a b", "ad\u00e4", "a" * 65, "ada\n.x", "\u212aelvin"])
def test_a_username_with_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadUsername):
        username_of(text)


def test_a_login_by_what_can_be_no_username_looks_for_nobody() -> None:
    assert looked_for(" Ada") == "ada"
    assert looked_for("\0") == ""


def test_a_password_that_is_no_text_can_still_be_hashed() -> None:
    assert normal("\ud800") == "?"
