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
_MS_PER_S = 1000.0
_S_PER_MIN = 60.0


def duration(milliseconds: float) -> str:
    """Return `8.2 ms`, `412 ms`, `3.41 s` or `2 min 05 s`."""
    if milliseconds < 9.95:  # noqa: PLR2004 (from here on the tenth would not be read)
        return f"{milliseconds:.1f} ms"
    if milliseconds < _MS_PER_S:
        return f"{milliseconds:.0f} ms"
    seconds = milliseconds / _MS_PER_S
    if seconds < _S_PER_MIN:
        return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.1f} s"  # noqa: PLR2004 (three digits)
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"


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
