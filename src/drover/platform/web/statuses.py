"""The one table from kinds of failures to HTTP statuses, for whoever answers and for whoever asks."""

from collections.abc import Mapping
from typing import Final

from drover.kernel.errors import Kind

PREFIX: Final = "/api/v1"
MEDIA_TYPE: Final = "application/problem+json"
STATUSES: Final[Mapping[Kind, int]] = {
    Kind.INVALID: 422,
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
