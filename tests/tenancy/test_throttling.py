from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.tenancy.domain.throttling import BY_USER, Limit, Throttled, keys

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LIMIT = Limit(free=3, window=timedelta(minutes=10), first=timedelta(seconds=2), longest=timedelta(minutes=1))
TIMES = st.lists(st.integers(0, 1200), max_size=60).map(lambda ago: [NOW - timedelta(seconds=s) for s in ago])
NONE = timedelta(0)


def test_the_first_failures_cost_nothing() -> None:
    assert LIMIT.wait([NOW] * 2, NOW) == NONE


@pytest.mark.parametrize(("failures", "seconds"), [(3, 2), (4, 4), (5, 8), (8, 60), (500, 60)])
def test_each_further_failure_doubles_the_wait_up_to_the_longest(failures: int, seconds: int) -> None:
    assert LIMIT.wait([NOW] * failures, NOW) == timedelta(seconds=seconds)


def test_the_wait_is_counted_from_the_last_failure() -> None:
    assert LIMIT.wait([NOW - timedelta(seconds=1.5)] * 3, NOW) == timedelta(seconds=0.5)
    assert LIMIT.wait([NOW - timedelta(seconds=2)] * 3, NOW) == NONE


def test_failures_out_of_the_window_are_forgotten() -> None:
    assert LIMIT.wait([NOW - timedelta(minutes=10)] * 50, NOW) == NONE


def test_a_limit_without_free_tries_still_takes_the_first() -> None:
    assert Limit(free=0).wait([], NOW) == NONE


@given(failures=TIMES)
def test_the_wait_is_within_its_bounds_and_one_that_waits_is_taken(failures: list[datetime]) -> None:
    wait = LIMIT.wait(failures, NOW)
    assert NONE <= wait <= LIMIT.longest
    assert LIMIT.wait(failures, NOW + wait) == NONE


@given(failures=TIMES, more=TIMES)
def test_more_failures_never_shorten_the_wait(failures: list[datetime], more: list[datetime]) -> None:
    assert LIMIT.wait(failures + more, NOW) >= LIMIT.wait(failures, NOW)


def test_one_who_guesses_as_fast_as_allowed_gets_few_tries_a_day() -> None:
    now, failures = NOW, list[datetime]()
    while now < NOW + timedelta(days=1):
        now += BY_USER.wait(failures, now)
        failures.append(now)
    assert len(failures) < 500


def test_failures_count_by_user_and_by_address_under_keys_that_tell_neither() -> None:
    (user, _), (address, _) = keys(" Ada", "192.0.2.7")
    assert user == keys("ada", "192.0.2.8")[0][0] != address == keys("bob", "192.0.2.7")[1][0]
    assert "ada" not in user
    assert "192.0" not in address


def test_the_refusal_tells_whole_seconds_to_wait() -> None:
    assert Throttled(timedelta(seconds=1.2)).retry_after_s == 2
    assert Throttled(timedelta(0)).retry_after_s == 1
