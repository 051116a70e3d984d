"""Instants as people read them."""

from datetime import datetime, timedelta, timezone

from drover.sequences.report.wording import instant, machine_instant


def test_instants_are_utc() -> None:
    when = datetime(2026, 11, 21, 11, 22, 53, 120_000, tzinfo=timezone(timedelta(hours=2)))
    assert instant(when) == "2026-11-21 09:22:53 UTC"
    assert machine_instant(when) == "2026-11-21T09:22:53.120Z"
