"""The time by which everything is compared: this computer's, which is the databases' too."""

from drover.kernel.clock import SystemClock


def now() -> float:
    """Return seconds since 1970."""
    return SystemClock().now().timestamp()
