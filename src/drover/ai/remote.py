"""The adapter: asks an AI over HTTP, and makes an answer or a declared error of whatever comes back."""

import json
import re
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import Final, cast

from pydantic import SecretStr, ValidationError

from drover.ai.cleaning import one_line
from drover.ai.dialects import Dialect, Reply
from drover.ai.errors import (
    AiBusy,
    AiError,
    AiFailed,
    AnswerGarbled,
    AnswerRefused,
    AnswerTooLong,
    AskRejected,
    KeyRefused,
)
from drover.ai.ports import Ask, Completion
from drover.ai.transport import Post, Posted
from drover.kernel.clock import Clock

_TOLD: Final = 200
_LONGEST_PAUSE_S: Final = 86_400.0
_SECONDS: Final = re.compile(r"\d{1,9}(\.\d{1,9})?", re.ASCII)
_BUSY: Final = frozenset({429, 529})
"""Too many requests; 529 is one maker's word for being overloaded."""


class RemoteAi:
    """An Ai behind an endpoint. The key is in the headers of its requests, and nowhere else."""

    def __init__(self, dialect: Dialect, model: str, key: SecretStr, post: Post, clock: Clock) -> None:
        self._dialect = dialect
        self._model = model
        self._key = key
        self._post = post
        self._clock = clock

    async def complete(self, ask: Ask) -> Completion:
        """Return the answer, whole and as it came. Raises AiError."""
        dialect, host = self._dialect, self._post.endpoint.host
        body = json.dumps(dialect.body(ask, self._model, host)).encode()
        headers = dialect.headers(self._key.get_secret_value())
        posted = await self._post.send(dialect.path, headers, body, timeout_s=ask.timeout_s)
        if posted.status != 200:  # noqa: PLR2004  HTTP's word for an answer
            raise self._error(posted)
        reply = self._reply(posted)
        model = one_line(reply.model, _TOLD) or self._model
        if reply.declined:
            raise AnswerRefused(model)
        if reply.cut:
            raise AnswerTooLong(f"the answer of {model}", ask.max_tokens, "tokens")
        return Completion(reply.text, ask.prompt, model, reply.usage)

    def _reply(self, posted: Posted) -> Reply:
        host = self._post.endpoint.host
        try:
            return self._dialect.read(posted.body)
        except ValidationError as error:
            told = self._told(posted.body)
            # `from None`: pydantic's error holds the body, which may hold anything.
            raise AnswerGarbled(host, told or f"{error.error_count()} parts of it are wrong or missing") from None

    def _error(self, posted: Posted) -> AiError:
        host, status = self._post.endpoint.host, posted.status
        told = self._told(posted.body)
        if status in {401, 403}:
            return KeyRefused(host, status)  # what the server says of a key may hold parts of it
        if status in _BUSY:
            return AiBusy(host, self._retry_after_s(posted.headers.get("retry-after", "")), told)
        if 300 <= status < 400:  # noqa: PLR2004  HTTP's range of redirects
            return AskRejected(host, status, "it redirects, which is not followed", hint="set ai_url to where it leads")
        if status >= 500:  # noqa: PLR2004  HTTP's range of the server's own failures
            return AiFailed(host, status, told)
        return AskRejected(host, status, told)

    def _told(self, body: bytes) -> str:
        """Return what the server says is wrong, in one short line, without the key; nothing where it does not say."""
        found: object = None
        with suppress(ValueError, RecursionError):
            found = json.loads(body)
        for name in ("error", "message", "detail"):
            if isinstance(found, dict):
                found = cast("dict[str, object]", found).get(name, cast("object", found))
        key = self._key.get_secret_value()
        told = found if isinstance(found, str) else ""
        return one_line(told.replace(key, "***") if key else told, _TOLD)

    def _retry_after_s(self, written: str) -> float | None:
        """Return the pause that a header asks for, in seconds or as a date; None where it cannot be read."""
        if _SECONDS.fullmatch(written):
            return min(float(written), _LONGEST_PAUSE_S)
        try:
            until = parsedate_to_datetime(written)
            seconds = (until - self._clock.now()).total_seconds()
        except (TypeError, ValueError):
            return None
        return min(max(seconds, 0.0), _LONGEST_PAUSE_S)
