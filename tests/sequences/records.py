"""Records of plays, made of values."""

from datetime import UTC, datetime

from drover.sequences.record import PhoneRecord, PlayRecord, Sight, Status, TaskRecord, Timing

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
SEEN = Sight("a.b", "light", "a.b", passed=True, reason="", checks=(), frame=None)


def task(status: Status, timing: Timing, captures: int, after: Sight | None) -> TaskRecord:
    return TaskRecord(1, "t", "tap", "repeatable", status, {}, MOMENT, timing, captures, 1, None, after)


def play(status: Status, *tasks: TaskRecord) -> PlayRecord:
    phone = PhoneRecord("phone1", "s", "m", None, status, MOMENT, 2.0, tasks)
    return PlayRecord("Try", "", "shop", "try.json", {}, MOMENT, 2.5, (phone,), "0")
