"""Dates and times in letters."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from drover.language.dates import KNOWN, formatted
from drover.language.errors import BadSyntax, UnknownName
from drover.language.parsing import parse_text
from drover.language.rendering import Values, render
from drover.language.spintax import Seed

MORNING = datetime(2026, 3, 4, 9, 5, 7, tzinfo=UTC)
EVENING = datetime(2026, 11, 22, 21, 45, tzinfo=UTC)


@pytest.mark.parametrize(
    ("pattern", "morning", "evening"),
    [
        ("YYYY-MM-DD", "2026-03-04", "2026-11-22"),
        ("D.M.YY", "4.3.26", "22.11.26"),
        ("dddd, MMMM D", "Wednesday, March 4", "Sunday, November 22"),
        ("ddd MMM", "Wed Mar", "Sun Nov"),
        ("HH:mm:ss", "09:05:07", "21:45:00"),
        ("H:m:s", "9:5:7", "21:45:0"),
        ("h:mm A", "9:05 AM", "9:45 PM"),
        ("hh a", "09 am", "09 pm"),
        ("[D is] D[]", "D is 4", "D is 22"),
        ("D ü {|}", "4 ü {|}", "22 ü {|}"),
    ],
)
def test_patterns_are_filled_in(pattern: str, morning: str, evening: str) -> None:
    assert [formatted("date", pattern, now) for now in (MORNING, EVENING)] == [morning, evening]


@pytest.mark.parametrize(("hour", "shown"), [(0, "12 AM"), (12, "12 PM"), (13, "1 PM"), (23, "11 PM")])
def test_noon_and_midnight_are_twelve(hour: int, shown: str) -> None:
    assert formatted("time", "h A", MORNING.replace(hour=hour)) == shown


def test_the_zone_is_that_of_the_moment() -> None:
    now = MORNING.astimezone(timezone(timedelta(hours=-10)))
    text = render(parse_text("${dynamic.date.format(DD HH)}"), Values(now=now), Seed())
    assert text.text == "03 23"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("${dynamic.date.format(Q)}", "column 23: unknown letters in a date: Q"),
        ("${dynamic.date.format(YYYYY)}", "column 23: unknown letters in a date: YYYYY"),
        ("${dynamic.time.format(HH:MM)}", "column 23: unknown letters in a time: MM"),
        ("${dynamic.date.format([D)}", "column 23: the pattern has a [ without its ]"),
        ("${dynamic.date.format(D [x)}", "column 23: the pattern has a [ without its ]"),
        ("${dynamic.time.format(12:30)}", "column 23: the pattern shows nothing of a time"),
        ("${dynamic.time.format([x])}", "column 23: the pattern shows nothing of a time"),
    ],
)
def test_patterns_that_show_nothing_sensible_are_refused(source: str, message: str) -> None:
    with pytest.raises((BadSyntax, UnknownName)) as caught:
        parse_text(source)
    assert caught.value.message == message
    assert "[brackets]" in caught.value.hint


def test_a_time_has_no_letters_of_a_date() -> None:
    assert set(KNOWN["time"]) < set(KNOWN["date"])
    assert not {"MM", "DD", "YYYY"} & set(KNOWN["time"])
