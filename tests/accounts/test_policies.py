from datetime import UTC, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from drover.accounts.domain.apps import BadPolicy, Policy, Quiet, policy_of

NIGHT = Quiet(time(22), time(7), "Europe/Berlin")
NOON = Quiet(time(12), time(13), "UTC")
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
POLICIES = st.builds(
    Policy,
    st.none() | st.frozensets(st.sampled_from(["tap", "type", "swipe"])),
    st.none() | st.integers(0, 1000),
    st.none()
    | st.builds(Quiet, TIMES, TIMES, st.sampled_from(["UTC", "Asia/Tokyo"])).filter(lambda q: q.start != q.end),
)


def utc(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 7, 1, hour, minute, tzinfo=UTC)


@settings(deadline=None)
@given(POLICIES)
def test_a_policy_is_read_as_it_is_written(policy: Policy) -> None:
    assert policy_of(policy.document()) == policy


def test_an_empty_policy_allows_everything() -> None:
    policy = policy_of({})
    assert policy.allows("tap")
    assert (policy.acts_per_day, policy.quiet) == (None, None)


def test_only_the_named_kinds_of_task_are_allowed() -> None:
    policy = policy_of({"tasks": ["tap"]})
    assert policy.allows("tap")
    assert not policy.allows("type")


@pytest.mark.parametrize(
    ("hours", "now", "quiet"),
    [
        (NIGHT, utc(20), True),
        (NIGHT, utc(19, 59), False),
        (NIGHT, utc(4, 59), True),
        (NIGHT, utc(5), False),
        (NOON, utc(12), True),
        (NOON, utc(13), False),
        (NOON, utc(11, 59), False),
    ],
)
def test_quiet_hours_are_those_of_their_zone_and_go_over_midnight(hours: Quiet, now: datetime, *, quiet: bool) -> None:
    assert hours.holds(now) is quiet


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ({"speed": 1}, "policy.speed: is not known"),
        ({"tasks": "tap"}, "policy.tasks"),
        ({"tasks": [""]}, "policy.tasks"),
        ({"tasks": [1]}, "policy.tasks"),
        ({"acts_per_day": -1}, "policy.acts_per_day"),
        ({"acts_per_day": True}, "policy.acts_per_day"),
        ({"acts_per_day": 1.5}, "policy.acts_per_day"),
        ({"quiet": []}, "policy.quiet"),
        ({"quiet": {"from": "22:00"}}, "policy.quiet"),
        ({"quiet": {"from": "22:00", "to": "25:00", "zone": "UTC"}}, "policy.quiet.to"),
        ({"quiet": {"from": 22, "to": "07:00", "zone": "UTC"}}, "policy.quiet.from"),
        ({"quiet": {"from": "07:00", "to": "07:00", "zone": "UTC"}}, "policy.quiet.to"),
        ({"quiet": {"from": "22:00", "to": "07:00", "zone": "Mars/Base"}}, "policy.quiet.zone"),
        ({"quiet": {"from": "22:00", "to": "07:00", "zone": "../etc/passwd"}}, "policy.quiet.zone"),
        ({"quiet": {"from": "22:00", "to": "07:00", "zone": None}}, "policy.quiet.zone"),
    ],
)
def test_a_policy_that_cannot_be_read_says_where(document: dict[str, JsonValue], where: str) -> None:
    with pytest.raises(BadPolicy, match=where):
        policy_of(document)
