"""A local AI: a real HTTP server that speaks both protocols, and misbehaves as it is told.

    async with FakeAi() as ai:
        settings = Settings(ai_api="openai", ai_url=ai.url, ai_model="fake", ai_networks="127.0.0.1")

Unless told otherwise it answers a prompt with `Draft 1: <prompt>`, in the protocol of the path asked.
"""

import asyncio
import json
import ssl
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

INPUT_TOKENS, OUTPUT_TOKENS = 20, 5


@dataclass(frozen=True)
class Seen:
    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    text: str
    """The whole request as it came."""

    @property
    def prompt(self) -> str:
        return str(self.body["messages"][-1]["content"])


@dataclass(frozen=True)
class Raw:
    """Bytes to write as they are; with `hangs` the connection then stays open and silent."""

    content: bytes
    hangs: bool = False


def http(status: int, body: bytes, headers: Mapping[str, str] | None = None, *, hangs: bool = False) -> Raw:
    lines = [f"HTTP/1.1 {status} Told", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return Raw("\r\n".join([*lines, "", ""]).encode() + body, hangs=hangs)


def told(status: int, message: str, headers: Mapping[str, str] | None = None) -> Raw:
    return http(status, json.dumps({"error": {"message": message}}).encode(), headers)


def chat(text: str | None, *, finish: str = "stop", usage: bool = True, **message: str) -> Raw:
    answer: dict[str, object] = {
        "model": "fake-1",
        "choices": [{"message": {"role": "assistant", "content": text, **message}, "finish_reason": finish}],
    }
    if usage:
        answer["usage"] = {"prompt_tokens": INPUT_TOKENS, "completion_tokens": OUTPUT_TOKENS}
    return http(200, json.dumps(answer).encode())


def messages(*texts: str, stop: str = "end_turn", usage: bool = True) -> Raw:
    answer: dict[str, object] = {
        "model": "fake-2",
        "content": [{"type": "thinking", "thinking": "hm"}, *({"type": "text", "text": text} for text in texts)],
        "stop_reason": stop,
    }
    if usage:
        answer["usage"] = {"input_tokens": INPUT_TOKENS, "output_tokens": OUTPUT_TOKENS}
    return http(200, json.dumps(answer).encode())


@dataclass
class FakeAi:
    answers: deque[Raw] = field(default_factory=deque[Raw])
    seen: list[Seen] = field(default_factory=list[Seen])
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    tls: ssl.SSLContext | None = None
    host: str = "127.0.0.1"

    @property
    def port(self) -> int:
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}/v1"

    @property
    def prompts(self) -> list[str]:
        return [seen.prompt for seen in self.seen]

    def will(self, *answers: Raw) -> None:
        """Answer with these, one after the other, and then as usual."""
        self.answers.extend(answers)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            await self._answer(reader, writer)
        writer.close()
        with suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        content = (await reader.readexactly(int(headers["content-length"]))).decode()
        seen = Seen(first.split()[1], headers, json.loads(content), head + content)
        self.seen.append(seen)
        self.asked.set()
        raw = self.answers.popleft() if self.answers else self._usual(seen)
        writer.write(raw.content)
        await writer.drain()
        if raw.hangs:
            await reader.read()

    def _usual(self, seen: Seen) -> Raw:
        speaks = messages if seen.path.endswith("/messages") else chat
        return speaks(f"Draft {len(self.seen)}: {seen.prompt}")
