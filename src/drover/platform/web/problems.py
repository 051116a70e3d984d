"""Failures as RFC 9457 problems: one table from kinds to statuses, and codes that stay."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from drover.kernel.errors import DroverError, Kind, Retry
from drover.platform.documents import BadDocument, json_path
from drover.platform.web.statuses import MEDIA_TYPE, STATUSES

_WORDS: Final[Mapping[int, tuple[str, str]]] = {
    404: ("no_such_path", "nothing is there"),
    405: ("method_not_allowed", "that cannot be done with this path"),
}
_REASONS: Final[Mapping[str, str]] = {"missing": "is missing", "extra_forbidden": "is not a known field"}
_log = structlog.get_logger(__name__)


class FieldFault(BaseModel):
    """One thing wrong with a request: which part, where in it (`timing.at`, `limit`), and what."""

    part: str
    field: str
    reason: str


class Problem(BaseModel):
    """The body of every answer that is a failure. `code` never changes; `title` and `detail` are for people."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    retry: str = Retry.NEVER.value
    hint: str = ""
    errors: list[FieldFault] = []


_PLACE: Final = "#/components/schemas/{model}"
PROBLEM_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    "default": {
        "description": "A failure",
        "content": {MEDIA_TYPE: {"schema": {"$ref": _PLACE.format(model="Problem")}}},
    }
}


def document_problems(document: dict[str, Any]) -> None:
    """Have an OpenAPI document tell of problems, instead of the framework's own form of refusals."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    model = Problem.model_json_schema(ref_template=_PLACE)
    schemas |= model.pop("$defs") | {"Problem": model}
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    for operation in (operation for path in document["paths"].values() for operation in path.values()):
        operation["responses"].pop("422", None)


def code_of(kind_of_error: type[DroverError]) -> str:
    """Return the stable code of an error: its class name in snake_case."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", kind_of_error.__name__).lower()


def problem_of(error: DroverError) -> Problem:
    """Return what is told of a failure."""
    code = code_of(type(error))
    faults = error.faults if isinstance(error, BadDocument) else ()
    return _problem(
        code,
        STATUSES[error.kind],
        error.message,
        hint=error.hint,
        retry=error.retry,
        errors=[FieldFault(part="body", field=fault.where, reason=fault.reason) for fault in faults],
    )


def refusal(error: DroverError) -> JSONResponse:
    """Return the answer that tells of `error`; with when to ask again where the error knows it."""
    headers: dict[str, str] = {}
    if error.retry_after_s is not None:
        headers["Retry-After"] = str(max(1, round(error.retry_after_s)))
    if error.kind is Kind.LOGGED_OUT:
        headers["WWW-Authenticate"] = "Bearer"
    return _answer(problem_of(error), headers)


def tell_problems(app: FastAPI) -> None:
    """Have `app` answer every failure with a problem."""

    async def declared(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, DroverError)  # noqa: S101  the handler is registered for it
        return refusal(error)

    async def unfit(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101  the handler is registered for it
        return _answer(_unfit(error.errors()))

    async def plain(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)  # noqa: S101  the handler is registered for it
        code, detail = _WORDS.get(error.status_code, ("not_understood", str(error.detail).lower()))
        return _answer(_problem(code, error.status_code, detail), error.headers)

    app.add_exception_handler(DroverError, declared)
    app.add_exception_handler(RequestValidationError, unfit)
    app.add_exception_handler(HTTPException, plain)


class TellDefects:
    """The outermost layer: a defect of Drover is logged, and answered without its details."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            _log.exception("a request met a defect", path=scope.get("path"), error=repr(error))
            if begun or scope["type"] != "http":
                raise
            defect = _problem("internal", 500, "an unexpected error", hint="the log of the process tells more")
            await _answer(defect)(scope, receive, send)


def _unfit(details: Sequence[Mapping[str, Any]]) -> Problem:
    faults = [_fault(detail) for detail in details]
    told = "; ".join(f"{fault.field or fault.part}: {fault.reason}" for fault in faults)
    return _problem("invalid_request", 422, told, hint="openapi.json tells what can be given", errors=faults)


def _fault(detail: Mapping[str, Any]) -> FieldFault:
    part, *where = detail["loc"]
    if detail["type"] == "json_invalid":
        return FieldFault(part=str(part), field="", reason="is not JSON")
    message = str(detail["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    reason = _REASONS.get(detail["type"]) or message[:1].lower() + message[1:]
    return FieldFault(part=str(part), field=json_path(where), reason=reason)


def _problem(
    code: str,
    status: int,
    detail: str,
    *,
    hint: str = "",
    retry: Retry = Retry.NEVER,
    errors: Sequence[FieldFault] = (),
) -> Problem:
    return Problem(
        type=f"urn:drover:problem:{code}",
        title=code.replace("_", " ").capitalize(),
        status=status,
        detail=detail,
        code=code,
        retry=retry.value,
        hint=hint,
        errors=list(errors),
    )


def _answer(problem: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse(problem.model_dump(), problem.status, headers, MEDIA_TYPE)
