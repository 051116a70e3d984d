"""Cursors: what a list told comes back as it was, and nothing else is taken."""

import base64
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.platform.web.pages import BadCursor, decode, encode

printable = st.text(st.characters(exclude_categories=("C", "Z")), max_size=40)
moments = st.datetimes(
    min_value=datetime(1970, 1, 1),  # noqa: DTZ001  hypothesis adds the zone
    timezones=st.builds(timezone, st.timedeltas(timedelta(hours=-12), timedelta(hours=12))),
)


@given(printable, st.integers(-(2**62), 2**62), moments)
def test_a_key_comes_back_as_it_was(text: str, number: int, moment: datetime) -> None:
    assert decode(encode((text, number, moment)), (str, int, datetime)) == (text, number, moment)


@given(moments)
def test_times_are_told_in_utc(moment: datetime) -> None:
    (back,) = decode(encode((moment,)), (datetime,))
    assert isinstance(back, datetime)
    assert back.tzinfo is UTC


@given(st.text(max_size=60))
def test_no_text_whatever_is_a_defect(cursor: str) -> None:
    try:
        decode(cursor, (str, int))
    except BadCursor:
        return
    pytest.fail(f"{cursor!r} was taken")


def cursor_of(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "value",
    [
        {},
        7,
        [],
        ["a"],
        ["a", 1, 2],
        [1, "a"],
        ["a", True],
        ["a", 1.5],
        ["a", None],
        [["a"], 1],
        ["a", 2**70],
        ["a\0", 1],
        ["a\n", 1],
    ],
)
def test_a_key_of_another_form_is_refused(value: object) -> None:
    with pytest.raises(BadCursor):
        decode(cursor_of(value), (str, int))


@pytest.mark.parametrize("value", [["2026-01-01T00:00:00"], ["soon"], [5]])
def test_a_time_must_be_one_and_tell_its_zone(value: object) -> None:
    with pytest.raises(BadCursor):
        decode(cursor_of(value), (datetime,))


def test_deep_nesting_is_refused() -> None:
    deep = base64.urlsafe_b64encode(b"[" * 100_000).decode()
    with pytest.raises(BadCursor):
        decode(deep, (str,))
