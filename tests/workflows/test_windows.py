"""Random moments in windows: drawn from a seed, explained, and on the days on which clocks are changed."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby, pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.workflows.domain.errors import BadTiming
from drover.workflows.domain.occurrences import check, first_from, is_once, occurrences
from drover.workflows.domain.timing import At, Immediate, Window
from tests.workflows.clocks import CHANGES, NO_DEADLINE

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 21, 10, 0, 30, tzinfo=UTC)  # a Saturday, 11:00:30 there
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def window(opens: str = "09:00", closes: str = "18:00", **fields: Any) -> Window:
    given_ = {"zone": BERLIN, "first": date(2026, 11, 21), "not_before": NOW} | fields
    return Window(time.fromisoformat(opens), time.fromisoformat(closes), **given_)  # type: ignore[arg-type]


@NO_DEADLINE
@given(
    st.sampled_from([(name, moment) for name, moment in CHANGES if name != "Pacific/Apia"]),
    st.tuples(st.integers(0, 23), st.integers(0, 59)),
    st.integers(10, 24 * 60),
    st.integers(1, 4),
    st.integers(0, 3),
    st.integers(0, 2**63),
)
def test_each_day_has_its_moments_whatever_the_clocks_do(
    change: tuple[str, datetime], opens: tuple[int, int], minutes: int, moments: int, apart: int, seed: int
) -> None:
    name, moment = change
    zone, begin = ZoneInfo(name), time(*opens)
    closes = (datetime.combine(date(2026, 1, 1), begin) + timedelta(minutes=minutes)).time()
    first = moment.astimezone(zone).date() - 3 * DAY
    not_before = datetime.combine(first, time(), zone).astimezone(UTC) - DAY
    timing = Window(begin, closes, zone, first, not_before, moments, apart * MINUTE, repetitions=6)
    found = occurrences(timing, seed, not_before, moment + 30 * DAY)
    days = {day: [each.at for each in of_day] for day, of_day in groupby(found, key=lambda each: each.id[1:9])}
    assert {len(ats) for ats in days.values()} == {moments}
    assert list(days) == [f"{first + number * DAY:%Y%m%d}" for number in range(6)]
    assert all(later - earlier >= max(1, apart) * MINUTE for ats in days.values() for earlier, later in pairwise(ats))
    for day, ats in days.items():
        opened = datetime.combine(date.fromisoformat(day), begin, zone).astimezone(UTC)
        assert opened <= ats[0]
        assert ats[-1] <= opened + timing.minutes * MINUTE + timedelta(hours=1)


@NO_DEADLINE
@given(st.integers(0, 2**63), st.integers(1, 4))
def test_a_day_that_clocks_leave_out_has_its_moments_on_the_next_and_none_comes_twice(seed: int, moments: int) -> None:
    zone, first = ZoneInfo("Pacific/Apia"), date(2011, 12, 29)  # the day after it is the 31st
    not_before = datetime(2011, 12, 28, tzinfo=UTC)
    timing = Window(time(9), time(18), zone, first, not_before, moments, repetitions=3)
    found = occurrences(timing, seed, not_before, not_before + 30 * DAY)
    assert {each.id[1:9] for each in found} <= {"20111229", "20111230", "20111231"}
    assert {each.at.astimezone(zone).day for each in found} == {29, 31}
    assert len({each.at for each in found}) == len(found)
    assert [each.id[1:9] for each in found].count("20111229") == moments
    assert 2 * moments <= len(found) <= 3 * moments


@NO_DEADLINE
@given(st.integers(0, 2**40), st.integers(-100, 200), st.sampled_from([1, 3]), st.sampled_from([None, 3]))
def test_where_one_begins_to_look_changes_nothing(seed: int, hours: int, moments: int, times: int | None) -> None:
    timing = window(moments=moments, repetitions=times, weekdays=frozenset({0, 2, 5}))
    cut, end = NOW + timedelta(hours=hours), NOW + 10 * DAY
    whole = occurrences(timing, seed, NOW - DAY, end)
    assert [*occurrences(timing, seed, NOW - DAY, cut), *occurrences(timing, seed, cut, end)] == list(whole)


@given(st.integers(0, 2**63), st.integers(1, 5))
def test_moments_lie_in_the_window_and_apart(seed: int, moments: int) -> None:
    timing = window(moments=moments, apart=timedelta(minutes=90), first=date(2026, 11, 23))
    found = [each.at.astimezone(BERLIN) for each in occurrences(timing, seed, NOW, NOW + 9 * DAY)]
    assert len(found) == moments
    assert all(time(9) <= each.time() < time(18) for each in found)
    assert all(later - earlier >= timedelta(minutes=90) for earlier, later in pairwise(found))


def test_every_minute_of_a_window_can_be_drawn() -> None:
    timing = window("09:00", "09:05", first=date(2026, 11, 23))
    drawn = {occurrences(timing, seed, NOW, NOW + 9 * DAY)[0].at.minute for seed in range(200)}
    assert drawn == set(range(5))


def test_the_reason_names_window_minute_and_seed() -> None:
    timing = window(first=date(2026, 11, 23), moments=2, apart=timedelta(hours=1), repetitions=3)
    first = occurrences(timing, 4711, NOW, NOW + 3 * DAY)[0]
    assert first.why == (
        "11:48 Europe/Berlin: minute 169 of 540 in the window 09:00 to 18:00 of Mon 2026-11-23, drawn with seed 4711;"
        " moment 1 of 2, at least 60 min apart; window 1 of 3"
    )
    assert first.at.astimezone(BERLIN).strftime("%a %H:%M") == "Mon 11:48"


def test_of_a_window_that_is_open_only_the_rest_counts() -> None:
    [found] = occurrences(window("09:00", "11:03"), 1, NOW, NOW + 9 * DAY)
    assert found.at in {datetime(2026, 11, 21, 10, minute, tzinfo=UTC) for minute in (1, 2)}
    assert "only what was left of it from 11:01 on" in found.why


def test_a_window_that_is_over_does_not_count() -> None:
    [found] = occurrences(window("09:00", "11:00"), 1, NOW, NOW + 9 * DAY)
    assert found.id[:12] == "w20261122.01"


def test_a_window_over_midnight_belongs_to_the_day_on_which_it_opens() -> None:
    timing = window("23:59", "00:01", first=date(2026, 11, 22))
    assert {occurrences(timing, seed, NOW, NOW + 3 * DAY)[0].id[:12] for seed in range(20)} == {"w20261122.01"}
    assert {occurrences(timing, seed, NOW, NOW + 3 * DAY)[0].at.astimezone(BERLIN).day for seed in range(20)} == {
        22,
        23,
    }


def test_only_its_weekdays_count() -> None:
    timing = window(weekdays=frozenset({0, 4}), repetitions=3)
    assert [each.id[:12] for each in occurrences(timing, 1, NOW, NOW + 30 * DAY)] == [
        "w20261123.01",
        "w20261127.01",
        "w20261130.01",
    ]


def test_a_window_whose_opening_does_not_exist_says_so() -> None:
    timing = window("02:30", "03:30", first=date(2026, 3, 29), not_before=datetime(2026, 3, 1, tzinfo=UTC))
    [found] = occurrences(timing, 1, datetime(2026, 3, 1, tzinfo=UTC), NOW)
    assert (found.at, "its opening 02:30 does not exist" in found.why) == (
        datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
        True,
    )


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"moments": 0}, "0 moments in a window"),
        ({"moments": 100}, "100 moments in a window"),
        ({"weekdays": frozenset[int]()}, "opens on no day of the week"),
        ({"moments": 10, "apart": timedelta(hours=1)}, "10 moments, 60 min apart, need a window of 541 min"),
    ],
)
def test_what_has_no_room_is_refused(fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadTiming, match=reason):
        window(**fields)


def test_ten_moments_an_hour_apart_fit_into_a_minute_more_than_nine_hours() -> None:
    timing = window("09:00", "18:01", moments=10, apart=timedelta(hours=1), first=date(2026, 11, 23))
    assert [each.at.hour for each in occurrences(timing, 1, NOW, NOW + 3 * DAY)] == list(range(8, 18))


def test_a_window_at_the_end_of_time_is_refused_or_ends() -> None:
    far = window(first=date(9998, 12, 31), repetitions=None)
    assert len(occurrences(far, 1, datetime(9998, 12, 30, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC))) == 1
    with pytest.raises(BadTiming, match="no window is open"):
        check(window(first=date(9999, 1, 2)))


def test_at_once_comes_once_when_it_was_asked_for() -> None:
    timing = Immediate(NOW)
    assert [(each.id, each.at) for each in occurrences(timing, 1, NOW, NOW + DAY)] == [("i20261121T100030000000", NOW)]
    assert first_from(timing, 1, NOW + MINUTE) is None
    assert is_once(timing)


def test_at_a_time_comes_then() -> None:
    timing = At(NOW + DAY, BERLIN)
    [found] = occurrences(timing, 1, NOW, NOW + 2 * DAY)
    assert (found.id, found.at, found.why) == (
        "a20261122T100030000000",
        NOW + DAY,
        "asked for 11:00 Europe/Berlin on Sun 2026-11-22",
    )
    assert first_from(timing, 1, NOW + 2 * DAY) is None
    check(timing)
