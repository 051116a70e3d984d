"""Recurring schedules: nothing left out, nothing twice, wherever and whenever clocks are changed."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from drover.workflows.domain.errors import BadRule
from drover.workflows.domain.occurrences import check, first_after, first_from, occurrences
from drover.workflows.domain.rule import parse_rule
from drover.workflows.domain.timing import Recurring
from tests.workflows.clocks import CHANGES, NO_DEADLINE, ZONES, nominal_rules, recurring

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
ALWAYS = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def shown(timing: Recurring, after: str, before: str) -> list[str]:
    """The local times, with offset, at which it comes."""
    found = occurrences(timing, 0, at(after), at(before))
    return [each.at.astimezone(timing.zone).strftime("%d %H:%M%z") for each in found]


def asked_for(rule: str, starts: datetime, after: datetime, before: datetime) -> list[datetime]:
    """The local times that dateutil finds. Moved by 7,600 years, in which calendars repeat, it soon comes to an end."""
    moved = [each.replace(year=each.year + 7600) for each in (starts, after, before)]
    found = rrulestr(f"RRULE:{rule}", dtstart=moved[0]).between(moved[1] - timedelta(microseconds=1), moved[2])
    return [each.replace(year=each.year - 7600) for each in found]


@NO_DEADLINE
@given(nominal_rules(), st.sampled_from(CHANGES), st.integers(-30, 3), st.integers(0, 24 * 60 - 1), st.integers(-3, 2))
def test_every_local_time_comes_once_whatever_the_clocks_do(
    rule: str, change: tuple[str, datetime], day: int, minute: int, first: int
) -> None:
    name, moment = change
    zone = ZoneInfo(name)
    middle = moment.astimezone(zone).replace(tzinfo=None, hour=0, minute=0)
    starts = middle + day * DAY + timedelta(minutes=minute)
    asked = asked_for(rule, starts, max(starts, middle - 8 * DAY), middle + 8 * DAY)
    moments = sorted({local.replace(tzinfo=zone).astimezone(UTC) for local in asked})
    after, before = moment + first * DAY, moment + 3 * DAY
    timing = Recurring(parse_rule(rule), starts, zone)
    found = [each.at for each in occurrences(timing, 0, after, before)]
    assert found == [each for each in moments if after <= each < before]


@settings(NO_DEADLINE, max_examples=60)
@given(
    st.sampled_from(CHANGES),
    st.sampled_from([("HOURLY", HOUR), ("MINUTELY", timedelta(minutes=1))]),
    st.integers(1, 50),
    st.integers(-28, 2),
    st.integers(0, 59),
)
def test_what_counts_in_time_that_passes_skips_no_hour_and_comes_in_none_twice(
    change: tuple[str, datetime], frequency: tuple[str, timedelta], interval: int, hours: int, minute: int
) -> None:
    name, moment = change
    zone = ZoneInfo(name)
    starts = (moment + hours * HOUR + timedelta(minutes=minute)).astimezone(zone).replace(tzinfo=None, fold=0)
    rule = parse_rule(f"FREQ={frequency[0]};INTERVAL={interval}")
    begun = starts.replace(tzinfo=zone).astimezone(UTC)
    found = [each.at for each in occurrences(Recurring(rule, starts, zone), 0, begun, begun + 30 * HOUR)]
    assert found[0] == begun
    assert {later - earlier for earlier, later in pairwise(found)} <= {interval * frequency[1]}
    assert found[-1] + interval * frequency[1] >= begun + 30 * HOUR


@settings(NO_DEADLINE, max_examples=40)
@given(
    st.sampled_from(["HOURLY", "MINUTELY"]),
    st.integers(1, 5),
    st.lists(st.integers(0, 23), max_size=3, unique=True),
    st.lists(st.integers(0, 59), max_size=3, unique=True),
    st.booleans(),
)
def test_hours_and_minutes_are_those_of_dateutil(
    frequency: str,
    interval: int,
    hours: list[int],
    minutes: list[int],
    weekends: bool,  # noqa: FBT001  drawn
) -> None:
    parts = [f"FREQ={frequency}", f"INTERVAL={interval}"]
    parts += [f"BYHOUR={','.join(map(str, hours))}"] if hours else []
    parts += [f"BYMINUTE={','.join(map(str, minutes))}"] if minutes else []
    parts += ["BYDAY=TH,SU"] if weekends else []
    rule, starts = ";".join(parts), datetime(2026, 5, 6, 7, 8)  # noqa: DTZ001  local
    until = f";UNTIL={starts + 2 * DAY:%Y%m%dT%H%M%S}"
    asked = (
        [each.replace(tzinfo=UTC) for each in rrulestr(f"RRULE:{rule}{until}", dtstart=starts)] if _ends(rule) else []
    )
    found = occurrences(
        Recurring(parse_rule(rule), starts, ZoneInfo("UTC")), 0, at("2026-05-06"), at("2026-05-08T07:08")
    )
    assert [each.at for each in found] == [each for each in asked if each < at("2026-05-08T07:08")]


def _ends(rule: str) -> bool:
    """Whether dateutil comes to an end: it refuses or goes on for ever where the interval meets no minute."""
    try:
        rrulestr(f"RRULE:{rule}", dtstart=datetime(2026, 5, 6, 7, 8))  # noqa: DTZ001  local
    except ValueError:
        return False
    return True


@NO_DEADLINE
@given(nominal_rules() | st.sampled_from(["FREQ=HOURLY;INTERVAL=5", "FREQ=MINUTELY;INTERVAL=45;BYDAY=SU"]), st.data())
def test_where_one_begins_to_look_changes_nothing(rule: str, data: st.DataObject) -> None:
    name, moment = data.draw(st.sampled_from(CHANGES))
    starts = moment.astimezone(ZoneInfo(name)).replace(tzinfo=None, minute=30, fold=0) - 5 * DAY
    timing = Recurring(parse_rule(rule), starts, ZoneInfo(name))
    first, cut, last = (moment + hours * HOUR for hours in (-200, data.draw(st.integers(-200, 100)), 100))
    whole = occurrences(timing, 7, first, last)
    assert [*occurrences(timing, 7, first, cut), *occurrences(timing, 7, cut, last)] == list(whole)
    assert len({each.id for each in whole}) == len(whole)


@NO_DEADLINE
@given(nominal_rules(), st.sampled_from(ZONES))
def test_one_after_the_other_gives_all(rule: str, zone: str) -> None:
    timing = recurring(rule, "2026-01-01T10:30", zone)
    whole = occurrences(timing, 0, at("2026-01-01"), at("2026-05-01"))[:10]
    step = first_from(timing, 0, at("2026-01-01"))
    for each in whole:
        assert step == each
        step = first_after(timing, 0, each.at)


def test_a_time_that_does_not_exist_is_shifted_forward_and_says_so() -> None:
    timing = recurring("FREQ=DAILY", "2026-03-27T02:30")
    assert shown(timing, "2026-03-28", "2026-03-31") == ["28 02:30+0100", "29 03:30+0200", "30 02:30+0200"]
    told = occurrences(timing, 0, at("2026-03-29"), at("2026-03-30"))[0].why
    assert "02:30 does not exist that day, as clocks go forward: 03:30 instead" in told


def test_a_time_that_comes_twice_is_the_first_and_says_so() -> None:
    timing = recurring("FREQ=DAILY", "2026-10-23T02:30")
    assert shown(timing, "2026-10-24", "2026-10-27") == ["24 02:30+0200", "25 02:30+0200", "26 02:30+0100"]
    assert "02:30 comes twice that day" in occurrences(timing, 0, at("2026-10-25"), at("2026-10-26"))[0].why


def test_an_hour_that_comes_twice_is_two_hours() -> None:
    timing = recurring("FREQ=HOURLY", "2026-10-25T01:30")
    hours = ["25 01:30+0200", "25 02:30+0200", "25 02:30+0100", "25 03:30+0100"]
    assert shown(timing, "2026-10-24T23:00", "2026-10-25T03:00") == hours


def test_named_hours_come_once_though_they_are_by_hour() -> None:
    timing = recurring("FREQ=HOURLY;BYHOUR=2", "2026-10-23T00:15")
    assert shown(timing, "2026-10-24", "2026-10-27") == ["24 02:15+0200", "25 02:15+0200", "26 02:15+0100"]


def test_two_times_that_become_one_moment_come_once() -> None:
    timing = recurring("FREQ=DAILY;BYHOUR=2,3;BYMINUTE=30", "2026-03-29T00:00")
    assert shown(timing, "2026-03-28", "2026-03-30") == ["29 03:30+0200"]


def test_a_day_that_is_left_out_comes_with_the_next() -> None:
    timing = recurring("FREQ=DAILY", "2011-12-28T09:00", "Pacific/Apia")
    assert shown(timing, "2011-12-28", "2011-12-31T12:00") == ["28 09:00-1000", "29 09:00-1000", "31 09:00+1400"]


def test_count_counts_from_the_start_wherever_one_looks() -> None:
    timing = recurring("FREQ=DAILY;COUNT=3", "2026-01-01T12:00", "UTC")
    assert [each.id for each in occurrences(timing, 0, at("2026-01-03"), at("2027-01-01"))] == ["r20260103T1200Z"]


@pytest.mark.parametrize(
    ("until", "last"),
    [("20260103", "03"), ("20260103T110000", "02"), ("20260103T120000", "03"), ("20260103T110000Z", "03")],
)
def test_until_is_included_as_a_day_a_local_time_or_a_moment(until: str, last: str) -> None:
    timing = recurring(f"FREQ=DAILY;UNTIL={until}", "2026-01-01T12:00")
    assert [each.id[7:9] for each in occurrences(timing, 0, *ALWAYS)][-1] == last


def test_exceptions_are_days_and_times() -> None:
    excepted: frozenset[object] = frozenset({date(2026, 1, 2), datetime(2026, 1, 3, 12)})  # noqa: DTZ001  local
    timing = recurring("FREQ=DAILY;BYHOUR=12,18;COUNT=6", "2026-01-01T00:00", "UTC", excepted)
    assert [each.id[7:12] for each in occurrences(timing, 0, *ALWAYS)] == ["01T12", "01T18", "03T18"]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=WEEKLY;INTERVAL=9999;BYMONTH=2",
        "FREQ=DAILY;BYMONTH=4;BYMONTHDAY=31",
        "FREQ=DAILY;BYSETPOS=2;BYHOUR=9",
        "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MINUTELY;INTERVAL=2;BYMINUTE=1",
        "FREQ=MINUTELY;INTERVAL=60;BYHOUR=3;BYMINUTE=5",
        "FREQ=YEARLY;BYYEARDAY=366;BYMONTH=1",
        "FREQ=DAILY;UNTIL=20251231",
    ],
)
def test_a_rule_that_never_comes_is_refused(rule: str) -> None:
    with pytest.raises(BadRule, match=r"never comes from 2026-01-01 00:00 on"):
        check(recurring(rule, "2026-01-01T00:00"))


def test_a_rule_with_all_its_times_excepted_is_refused() -> None:
    with pytest.raises(BadRule, match="but for its exceptions"):
        check(recurring("FREQ=DAILY;COUNT=1", "2026-01-01T00:00", excepted=frozenset({date(2026, 1, 1)})))


@pytest.mark.parametrize("starts", ["1999-12-31T00:00", "2500-01-01T00:00"])
def test_a_rule_that_starts_in_no_year_of_ours_is_refused(starts: str) -> None:
    with pytest.raises(BadRule, match="starts in"):
        check(recurring("FREQ=DAILY", starts))


def test_a_rare_rule_comes() -> None:
    check(recurring("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=SU", "2026-01-01T09:00"))


def test_no_rule_goes_on_for_ever() -> None:
    timing = recurring("FREQ=DAILY", "2399-12-29T09:00", "UTC")
    assert [each.id for each in occurrences(timing, 0, at("2399-12-29"), at("2400-02-01"))] == [
        "r23991229T0900Z",
        "r23991230T0900Z",
    ]


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("", "the rule is no NAME=VALUE"),
        ("FREQ=DAILY;BYHOUR", "BYHOUR is no NAME=VALUE"),
        ("BYHOUR=9", "has no FREQ"),
        ("FREQ=SECONDLY", "FREQ=SECONDLY is not kept here"),
        ("FREQ=DAILY;BYSECOND=3", "moments are whole minutes"),
        ("FREQ=DAILY;BYEASTER=1", "BYEASTER is no part of a rule"),
        ("FREQ=DAILY;FREQ=DAILY", "FREQ is given twice"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL=0 is out of range"),
        ("FREQ=DAILY;COUNT=99999999999", "COUNT=99999999999 is out of range"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20270101", "both COUNT and UNTIL"),
        ("FREQ=DAILY;BYHOUR=24", "BYHOUR=24 is out of range"),
        ("FREQ=DAILY;BYHOUR=-1", "BYHOUR=-1 is out of range"),
        ("FREQ=DAILY;BYMONTHDAY=0", "BYMONTHDAY=0 is out of range"),
        ("FREQ=DAILY;BYHOUR=x", "BYHOUR=X is out of range"),
        ("FREQ=DAILY;BYWEEKNO=2", "BYWEEKNO has no meaning with FREQ=DAILY"),
        ("FREQ=WEEKLY;BYMONTHDAY=2", "BYMONTHDAY has no meaning with FREQ=WEEKLY"),
        ("FREQ=WEEKLY;BYDAY=1MO", "BYDAY=1MO has no meaning with FREQ=WEEKLY"),
        ("FREQ=MONTHLY;BYDAY=6MO", "BYDAY=6MO has no meaning"),
        ("FREQ=MONTHLY;BYDAY=0MO", "BYDAY=0MO has no meaning"),
        ("FREQ=MONTHLY;BYDAY=XX", "BYDAY=XX is no day of the week"),
        ("FREQ=YEARLY;BYWEEKNO=2;BYDAY=1MO", "cannot be numbered"),
        ("FREQ=YEARLY;BYMONTH=2;BYDAY=53MO", "counts within the months"),
        ("FREQ=WEEKLY;WKST=XX", "WKST=XX is no day of the week"),
        ("FREQ=DAILY;UNTIL=soon", "UNTIL=SOON is no date"),
        ("FREQ=DAILY;UNTIL=20261332", "UNTIL=20261332 is no date"),
        ("FREQ=DAILY;BYSETPOS=1", "BYSETPOS chooses from nothing"),
        ("FREQ=HOURLY;BYSETPOS=1;BYMINUTE=3", "BYSETPOS has no meaning with FREQ=HOURLY"),
        (f"FREQ=DAILY;BYHOUR={'1,' * 300}1", "a rule of "),
    ],
)
def test_what_is_no_rule_is_refused_with_the_part(rule: str, reason: str) -> None:
    with pytest.raises(BadRule) as caught:
        parse_rule(rule)
    assert reason in caught.value.message
    assert caught.value.hint


@NO_DEADLINE
@given(st.text(max_size=40) | st.text("FREQBYDAILHOUMNTKS=;,-0123456789TZ", max_size=60).map("FREQ=DAILY;".__add__))
def test_any_text_is_a_rule_or_refused(text: str) -> None:
    with suppress(BadRule):
        rule = parse_rule(text)
        assert parse_rule(str(rule)) == rule
