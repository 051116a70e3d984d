"""How makers of AIs want to be asked, and how they answer: as data, one Dialect each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from drover.ai.ports import Ask, Usage


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it was read. `cut` says that the tokens did not suffice, `declined` that the AI will not write."""

    text: str
    model: str = ""
    usage: Usage | None = None
    cut: bool = False
    declined: bool = False


@dataclass(frozen=True, slots=True)
class Dialect:
    """`url` is the maker's own address, `path` comes after it.

    `headers` are given the key, which may be empty. `body` is given the question, the model and the host. `read` raises
    pydantic's ValidationError for what is no answer.
    """

    name: str
    url: str
    path: str
    headers: Callable[[str], Mapping[str, str]]
    body: Callable[[Ask, str, str], Mapping[str, object]]
    read: Callable[[bytes], Reply]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)


class _Message(_Part):
    content: str | None = None
    refusal: str | None = None


class _Choice(_Part):
    message: _Message
    finish_reason: str | None = None


class _ChatUsage(_Part):
    prompt_tokens: int = Field(ge=0)
    completion_tokens: int = Field(ge=0)


class _Chat(_Part):
    choices: list[_Choice] = Field(min_length=1)
    model: str = ""
    usage: _ChatUsage | None = None


def _chat_headers(key: str) -> Mapping[str, str]:
    return {"authorization": f"Bearer {key}"} if key else {}


def _chat_body(ask: Ask, model: str, host: str) -> Mapping[str, object]:
    # The maker's newer models refuse the older name of the limit; most compatible servers know no other.
    limit = "max_completion_tokens" if host == "api.openai.com" else "max_tokens"
    messages = [{"role": "system", "content": ask.instruction}, {"role": "user", "content": ask.prompt}]
    return {"model": model, "messages": messages, limit: ask.max_tokens, "stream": False}


def _read_chat(body: bytes) -> Reply:
    chat = _Chat.model_validate_json(body)
    choice = chat.choices[0]
    usage = chat.usage and Usage(chat.usage.prompt_tokens, chat.usage.completion_tokens)
    return Reply(
        choice.message.content or "",
        chat.model,
        usage,
        cut=choice.finish_reason == "length",
        declined=bool(choice.message.refusal) or choice.finish_reason == "content_filter",
    )


class _Block(_Part):
    type: str
    text: str = ""


class _BlockUsage(_Part):
    input_tokens: int = Field(ge=0)
    output_tokens: int = Field(ge=0)


class _Messages(_Part):
    content: list[_Block]
    model: str = ""
    stop_reason: str | None = None
    usage: _BlockUsage | None = None


def _messages_headers(key: str) -> Mapping[str, str]:
    return {"anthropic-version": "2023-06-01"} | ({"x-api-key": key} if key else {})


def _messages_body(ask: Ask, model: str, host: str) -> Mapping[str, object]:  # noqa: ARG001  dialects share the shape
    messages = [{"role": "user", "content": ask.prompt}]
    return {"model": model, "system": ask.instruction, "messages": messages, "max_tokens": ask.max_tokens}


def _read_messages(body: bytes) -> Reply:
    answer = _Messages.model_validate_json(body)
    usage = answer.usage and Usage(answer.usage.input_tokens, answer.usage.output_tokens)
    return Reply(
        "".join(block.text for block in answer.content if block.type == "text"),
        answer.model,
        usage,
        cut=answer.stop_reason == "max_tokens",
        declined=answer.stop_reason == "refusal",
    )


DIALECTS: Final[Mapping[str, Dialect]] = {
    dialect.name: dialect
    for dialect in (
        Dialect("openai", "https://api.openai.com/v1", "/chat/completions", _chat_headers, _chat_body, _read_chat),
        Dialect(
            "anthropic",
            "https://api.anthropic.com/v1",
            "/messages",
            _messages_headers,
            _messages_body,
            _read_messages,
        ),
    )
}
"""By what ai_api says."""
