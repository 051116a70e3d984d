"""Words and colors of statuses: the same on every page."""

from datetime import datetime, timedelta
from typing import Final

from drover.fleet.domain.phones import PhoneState
from drover.workflows.domain.runs import PartStatus, ResultClass, RunStatus
from drover.workflows.domain.status import ScheduleStatus

RUN_TONES: Final = {
    RunStatus.PENDING: "",
    RunStatus.RUNNING: "info",
    RunStatus.PAUSED: "warn",
    RunStatus.COMPLETED: "good",
    RunStatus.FAILED: "bad",
    RunStatus.CANCELLED: "",
}
PART_TONES: Final = {
    PartStatus.PENDING: "",
    PartStatus.RUNNING: "info",
    PartStatus.COMPLETED: "good",
    PartStatus.FAILED: "bad",
    PartStatus.SKIPPED: "",
}
PHONE_TONES: Final = {
    PhoneState.ONLINE: "good",
    PhoneState.BUSY: "info",
    PhoneState.OFFLINE: "bad",
    PhoneState.UNAUTHORIZED: "bad",
    PhoneState.MAINTENANCE: "warn",
    PhoneState.QUARANTINED: "warn",
}
SCHEDULE_TONES: Final = {
    ScheduleStatus.PENDING: "info",
    ScheduleStatus.ACTIVE: "good",
    ScheduleStatus.PAUSED: "warn",
    ScheduleStatus.COMPLETED: "",
    ScheduleStatus.CANCELLED: "",
}
RESULTS: Final = {
    None: "",
    ResultClass.COMPLETED: "",
    ResultClass.COMPLETED_WITH_RECOVERY: "after a recovery",
    ResultClass.FAILED: "",
    ResultClass.HANDED_OVER: "handed over to a person",
}
_MINUTE_S: Final = 60
_HOUR_S: Final = 3600


def duration(began: datetime | None, ended: datetime) -> str:
    """Return how long something took, as `4.2 s`, `3 min 05 s` or `2 h 10 min`; a dash where it has not begun."""
    return "-" if began is None else span(ended - began)


def span(time: timedelta) -> str:
    """Return a span of time in words."""
    seconds = max(0.0, time.total_seconds())
    if seconds < _MINUTE_S:
        return f"{seconds:.1f} s"
    if seconds < _HOUR_S:
        return f"{int(seconds // 60)} min {int(seconds % 60):02d} s"
    return f"{int(seconds // 3600)} h {int(seconds % 3600 // 60):02d} min"


def sentence(text: str) -> str:
    """Return a text as a sentence, with a capital letter first."""
    return text[:1].upper() + text[1:]
