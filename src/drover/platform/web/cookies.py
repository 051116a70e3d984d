"""The cookie that a session's secret travels in: given and taken back in one way, whoever answers."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from drover.platform.web.statuses import SESSION_COOKIE


def give_session(response: Response, request: Request, secret: str, longest: timedelta) -> None:
    """Set the session's cookie: for this host alone, out of reach of scripts, and of requests from other sites."""
    response.set_cookie(
        SESSION_COOKIE,
        secret,
        max_age=int(longest.total_seconds()),
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )


def take_session_back(response: Response) -> None:
    """Have the browser forget the session's cookie."""
    response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="strict")
