"""What is sealed to an agent is opened by that agent alone, for what it was sealed for."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drover.protocol.sealing import BadPublicKey, NotOpened, new_key, public_of, seal, unseal

KEY = new_key()


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=50), st.text(max_size=20))
def test_a_secret_comes_back_where_its_key_and_use_are_the_same(secret: str, context: str) -> None:
    sealed = seal(secret, public_of(KEY), context)
    assert unseal(sealed, KEY, context) == secret
    assert sealed != seal(secret, public_of(KEY), context)


def test_another_key_or_use_opens_nothing_and_the_secret_is_not_in_the_error() -> None:
    sealed = seal("hunter2", public_of(KEY), "input a")
    for key, context in ((new_key(), "input a"), (KEY, "input b")):
        with pytest.raises(NotOpened) as error:
            unseal(sealed, key, context)
        assert "hunter2" not in f"{error.value} {error.value.__cause__!r}"


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 200), st.integers(1, 255))
def test_what_was_changed_on_the_way_is_not_opened(place: int, change: int) -> None:
    whole = bytearray(base64.b64decode(seal("hunter2", public_of(KEY), "a")))
    whole[place % len(whole)] ^= change
    with pytest.raises(NotOpened):
        unseal(base64.b64encode(whole).decode(), KEY, "a")


@pytest.mark.parametrize("sealed", ["", "!", "AAAA", base64.b64encode(bytes(60)).decode(), "\ud800"])
def test_what_was_never_sealed_is_not_opened(sealed: str) -> None:
    with pytest.raises(NotOpened):
        unseal(sealed, KEY, "a")


@pytest.mark.parametrize("public", ["", "no key", "AAAA", base64.b64encode(bytes(32)).decode()])
def test_nothing_is_sealed_to_what_is_no_key(public: str) -> None:
    with pytest.raises(BadPublicKey):
        seal("hunter2", public, "a")
