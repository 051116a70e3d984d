"""What those who answer and those who ask have in common: statuses of failures, and names in headers."""

from collections.abc import Mapping
from typing import Final

from drover.kernel.errors import Kind

PREFIX: Final = "/api/v1"
MEDIA_TYPE: Final = "application/problem+json"
SESSION_COOKIE: Final = "drover_session"
CSRF_HEADER: Final = "X-CSRF-Token"
STATUSES: Final[Mapping[Kind, int]] = {
    Kind.INVALID: 422,
    Kind.TOO_LARGE: 413,
    Kind.LOGGED_OUT: 401,
    Kind.REFUSED: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.THROTTLED: 429,
    Kind.UNSUPPORTED: 501,
    Kind.UNAVAILABLE: 503,
    Kind.TIMEOUT: 504,
    Kind.PROTOCOL: 500,
    Kind.FAILED: 500,
}
