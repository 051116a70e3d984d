"""Figures as people read them."""

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
