"""Timings as documents: what they leave out is filled in, and what they cannot mean is refused."""

from datetime import UTC, datetime
from typing import Any

import pytest

from drover.platform.documents import BadDocument
from drover.workflows.domain.timing import At
from drover.workflows.plan_files import read_plan
from drover.workflows.timing_files import document_of, stored_timing
from tests.workflows.documents import schedule
from tests.workflows.schedule_ledger import TIMINGS

NOW = datetime(2026, 1, 1, 12, 0, 30, tzinfo=UTC)


def read(**timing: Any) -> dict[str, object]:
    return document_of(read_plan(schedule(timing=timing), NOW).plan.timing)


@pytest.mark.parametrize("name", sorted(TIMINGS))
def test_a_timing_is_read_again_as_it_was(name: str) -> None:
    assert stored_timing(document_of(TIMINGS[name])) == TIMINGS[name]


@pytest.mark.parametrize(
    ("at", "moment"),
    [
        ("2026-07-01T14:00", "2026-07-01T12:00:00+00:00"),
        ("2026-07-01T14:00:15Z", "2026-07-01T14:00:15+00:00"),
        ("2026-07-01T14:00-05:00", "2026-07-01T19:00:00+00:00"),
        ("2026-03-29T02:30", "2026-03-29T01:30:00+00:00"),
    ],
)
def test_a_time_is_local_unless_it_has_an_offset(at: str, moment: str) -> None:
    timing = read_plan(schedule(timing={"kind": "at", "at": at, "zone": "Europe/Berlin"}), NOW).plan.timing
    assert isinstance(timing, At)
    assert timing.at.isoformat() == moment


def test_what_is_left_out_is_filled_in() -> None:
    assert read(kind="immediate") == {"kind": "immediate", "asked_at": "2026-01-01T12:00:30Z"}
    assert read(kind="recurring", rule="FREQ=HOURLY", zone="Asia/Tokyo")["starts"] == "2026-01-01T21:01"
    window = read(kind="window", opens="22:00", closes="02:00", weekdays=["MO", "SU"], zone="Asia/Tokyo")
    assert (window["first"], window["not_before"], window["weekdays"]) == (
        "2026-01-01",
        "2026-01-01T12:00:30Z",
        ["MO", "SU"],
    )


@pytest.mark.parametrize(
    ("timing", "told"),
    [
        ({"kind": "at", "at": "2026-02-30T09:00"}, "at: 2026-02-30T09:00 is no date or time"),
        ({"kind": "at", "at": "1999-01-01T09:00"}, "at: 1999-01-01T09:00 is out of range"),
        ({"kind": "at", "at": "2026-01-01T09:00", "zone": "Europe/Berlim"}, "zone: unknown time zone Europe/Berlim"),
        ({"kind": "at", "at": "2026-01-01T09:00", "zone": "../etc"}, "zone: unknown time zone"),
        ({"kind": "window", "opens": "9", "closes": "10:00"}, "timing.*opens"),
        ({"kind": "window", "opens": "09:00", "closes": "09:05", "moments": 9}, "need a window of 9 min"),
        ({"kind": "recurring", "rule": "FREQ=DAILY", "excepted": ["2026-13-01"]}, "excepted: 2026-13-01 is no date"),
        ({"kind": "yearly"}, "timing"),
    ],
)
def test_what_a_timing_cannot_mean_is_refused(timing: dict[str, Any], told: str) -> None:
    with pytest.raises(BadDocument, match=told) as caught:
        read_plan(schedule(timing=timing), NOW)
    assert caught.value.hint


def test_faults_of_target_and_timing_are_told_together() -> None:
    with pytest.raises(BadDocument) as caught:
        read_plan(schedule(target="phone:", timing={"kind": "at", "at": "1999-01-01T09:00"}), NOW)
    assert [fault.where for fault in caught.value.faults] == ["target", "timing"]
