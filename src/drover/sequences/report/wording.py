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
