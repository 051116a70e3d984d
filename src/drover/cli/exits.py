"""What a command's exit code says; the table is documented in docs/reference/exit-codes.md."""

from drover.kernel.errors import Kind

OK = 0
FAILED = 1
INTERNAL = 70
INTERRUPTED = 130
SIGNALLED = 128
"""A signal's number is added to it, as shells do: 130 for Ctrl-C, 143 for SIGTERM."""

BY_KIND = {
    Kind.FAILED: FAILED,
    Kind.INVALID: 2,
    Kind.TOO_LARGE: 2,
    Kind.UNAVAILABLE: 3,
    Kind.TIMEOUT: 4,
    Kind.REFUSED: 5,
    Kind.CONFLICT: 6,
    Kind.PROTOCOL: 7,
    Kind.UNSUPPORTED: 8,
    Kind.NOT_FOUND: 9,
    Kind.LOGGED_OUT: 10,
    Kind.THROTTLED: 11,
}
