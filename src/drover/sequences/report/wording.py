"""Words and figures as people read them."""

from datetime import UTC, datetime

from drover.sequences.record import Status

STATUS_WORDS = {
    Status.PENDING: "not started",
    Status.RUNNING: "running",
    Status.COMPLETED: "completed",
    Status.FAILED: "failed",
    Status.SKIPPED: "skipped",
}
_FORMS = (  # up to how many milliseconds a form serves, so that no figure is rounded up into the next unit
    (9.95, 1.0, ".1f", "ms"),
    (999.5, 1.0, ".0f", "ms"),
    (9_995.0, 1_000.0, ".2f", "s"),
    (59_950.0, 1_000.0, ".1f", "s"),
)


def duration(milliseconds: float) -> str:
    """Return `0 s`, `8.2 ms`, `412 ms`, `3.41 s` or `2 min 05 s`."""
    if milliseconds == 0:
        return "0 s"
    for below, divisor, digits, unit in _FORMS:
        if milliseconds < below:
            return f"{milliseconds / divisor:{digits}} {unit}"
    minutes, seconds = divmod(round(milliseconds / 1_000), 60)
    return f"{minutes} min {seconds:02d} s"


def counted(count: int, noun: str) -> str:
    """Return `1 phone`, `2 phones`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def instant(when: datetime) -> str:
    """Return `2026-11-21 09:22:53 UTC`."""
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def machine_instant(when: datetime) -> str:
    """Return the instant as HTML's `time` element reads it."""
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def headline(completed: int, failed: int, phones: int) -> str:
    """Return the verdict in one sentence."""
    if not phones:
        return "No phone was played on"
    if completed == phones:
        return "The phone completed" if phones == 1 else f"All {phones} phones completed"
    if failed:
        return "The phone failed" if phones == 1 else f"{failed} of {phones} phones failed"
    return f"{completed} of {phones} phones completed"
