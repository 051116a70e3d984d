import asyncio
import gzip
import logging
from collections.abc import Mapping
from dataclasses import replace

import pytest
from pydantic import SecretStr

from drover.ai.addresses import endpoint_of
from drover.ai.dialects import DIALECTS
from drover.ai.errors import (
    AiBusy,
    AiDisconnected,
    AiError,
    AiFailed,
    AiTimeout,
    AiUnreachable,
    AnswerGarbled,
    AnswerRefused,
    AnswerTooLong,
    AskRejected,
    KeyRefused,
)
from drover.ai.ports import Ask, Completion, Usage
from drover.ai.remote import RemoteAi
from drover.ai.transport import MOST_BYTES, Post
from drover.kernel.clock import FakeClock
from drover.kernel.errors import Kind, Retry
from tests.ai.fake_server import INPUT_TOKENS, OUTPUT_TOKENS, FakeAi, Raw, chat, http, messages, told

KEY = "key-of-nobody-7c1f"
ASK = Ask("caption", "Be brief.", "a sunny day", max_tokens=300, timeout_s=30.0)


def remote(server: FakeAi, api: str = "openai", *, key: str = KEY) -> RemoteAi:
    post = Post(endpoint_of(server.url, "127.0.0.1"))
    return RemoteAi(DIALECTS[api], "fake", SecretStr(key), post, FakeClock())


async def test_chat_completions_are_asked_as_their_maker_wants(server: FakeAi) -> None:
    server.will(chat("Sun!"))
    completion = await remote(server).complete(ASK)
    assert completion == Completion("Sun!", "a sunny day", "fake-1", Usage(INPUT_TOKENS, OUTPUT_TOKENS))
    seen = server.seen[0]
    assert (seen.path, seen.headers["authorization"]) == ("/v1/chat/completions", f"Bearer {KEY}")
    assert seen.headers["host"] == f"127.0.0.1:{server.port}"
    assert seen.body == {
        "model": "fake",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "a sunny day"}],
        "max_tokens": 300,
        "stream": False,
    }


async def test_messages_are_asked_as_their_maker_wants(server: FakeAi) -> None:
    server.will(messages("Su", "n!"))
    completion = await remote(server, "anthropic").complete(ASK)
    assert completion == Completion("Sun!", "a sunny day", "fake-2", Usage(INPUT_TOKENS, OUTPUT_TOKENS))
    seen = server.seen[0]
    assert (seen.path, seen.headers["x-api-key"]) == ("/v1/messages", KEY)
    assert seen.headers["anthropic-version"] == "2023-06-01"
    assert seen.body == {
        "model": "fake",
        "system": "Be brief.",
        "messages": [{"role": "user", "content": "a sunny day"}],
        "max_tokens": 300,
    }


def test_the_maker_s_own_host_is_told_the_limit_by_its_newer_name() -> None:
    body = DIALECTS["openai"].body(ASK, "fake", "api.openai.com")
    assert body["max_completion_tokens"] == 300
    assert "max_tokens" not in body


@pytest.mark.parametrize("api", ["openai", "anthropic"])
async def test_without_a_key_no_header_of_a_key_is_sent(server: FakeAi, api: str) -> None:
    await remote(server, api, key="").complete(ASK)
    assert not {"authorization", "x-api-key"} & set(server.seen[0].headers)


@pytest.mark.parametrize(
    ("api", "answer"), [("openai", chat("Sun!", usage=False)), ("anthropic", messages("Sun!", usage=False))]
)
async def test_a_server_may_be_silent_about_usage(server: FakeAi, api: str, answer: Raw) -> None:
    server.will(answer)
    completion = await remote(server, api).complete(ASK)
    assert (completion.text, completion.usage) == ("Sun!", None)


async def test_a_server_that_does_not_name_its_model_is_taken_to_have_used_the_one_asked_for(server: FakeAi) -> None:
    server.will(http(200, b'{"choices": [{"message": {"content": "Sun!"}}]}'))
    assert (await remote(server).complete(ASK)).model == "fake"


@pytest.mark.parametrize(
    ("api", "answer", "error"),
    [
        ("openai", chat("Su", finish="length"), AnswerTooLong),
        ("openai", chat("", finish="content_filter"), AnswerRefused),
        ("openai", chat(None, refusal="I will not"), AnswerRefused),
        ("anthropic", messages("Su", stop="max_tokens"), AnswerTooLong),
        ("anthropic", messages(stop="refusal"), AnswerRefused),
    ],
)
async def test_an_answer_that_is_cut_or_declined_is_no_answer(
    server: FakeAi, api: str, answer: Raw, error: type[AiError]
) -> None:
    server.will(answer)
    with pytest.raises(error) as raised:
        await remote(server, api).complete(ASK)
    assert raised.value.paid
    assert raised.value.hint


@pytest.mark.parametrize(
    ("status", "error", "paid"),
    [
        (401, KeyRefused, False),
        (403, KeyRefused, False),
        (429, AiBusy, False),
        (529, AiBusy, False),
        (400, AskRejected, False),
        (404, AskRejected, False),
        (204, AskRejected, False),
        (500, AiFailed, True),
        (503, AiFailed, True),
    ],
)
async def test_every_status_has_its_error(server: FakeAi, status: int, error: type[AiError], *, paid: bool) -> None:
    server.will(told(status, "the model sleeps") if status != 204 else http(204, b""))
    with pytest.raises(error, match=r"127\.0\.0\.1") as raised:
        await remote(server).complete(ASK)
    assert raised.value.paid is paid
    assert raised.value.hint


@pytest.mark.parametrize(
    "body",
    [
        b'{"error": {"message": "no model fake"}}',
        b'{"error": "no model fake"}',
        b'{"message": "no\\nmodel\\u0007 fake"}',
        b'{"detail": "no model fake"}',
        b'{"type": "error", "error": {"type": "x", "message": "no model fake"}}',
    ],
)
async def test_what_the_server_says_is_wrong_is_passed_on_in_one_line(server: FakeAi, body: bytes) -> None:
    server.will(http(404, body))
    with pytest.raises(AskRejected, match=r"status 404: no model fake$"):
        await remote(server).complete(ASK)


@pytest.mark.parametrize("body", [b"<html>not found</html>", b'{"error": 7}', b'{"error": {"code": 7}}', b"[" * 90_000])
async def test_a_server_that_says_nothing_readable_is_not_quoted(server: FakeAi, body: bytes) -> None:
    server.will(http(404, body))
    with pytest.raises(AskRejected, match=r"status 404$"):
        await remote(server).complete(ASK)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "1.5"}, 1.5),
        ({"Retry-After": "999999999"}, 86_400.0),
        ({"Retry-After": "Thu, 01 Jan 2026 00:01:00 GMT"}, 60.0),
        ({"Retry-After": "Wed, 31 Dec 2025 00:00:00 GMT"}, 0.0),
        ({"Retry-After": "Thu, 01 Jan 2026 00:01:00"}, None),
        ({"Retry-After": "inf"}, None),
        ({"Retry-After": "soon"}, None),
        ({}, None),
    ],
)
async def test_the_pause_that_a_busy_server_asks_for_is_told(
    server: FakeAi, header: Mapping[str, str], seconds: float | None
) -> None:
    server.will(told(429, "slow down", header))
    with pytest.raises(AiBusy, match=r"for now: slow down$") as raised:
        await remote(server).complete(ASK)
    assert raised.value.retry_after_s == seconds
    assert raised.value.retry is Retry.WHEN_BACK


@pytest.mark.parametrize("api", ["openai", "anthropic"])
@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"<html>hello</html>", b"[]", b'{"choices": [], "content": 7}', b'{"choices": [{"message": 1}]}'],
)
async def test_garbage_is_no_answer(server: FakeAi, api: str, body: bytes) -> None:
    server.will(http(200, body))
    with pytest.raises(AnswerGarbled, match="wrong or missing") as raised:
        await remote(server, api).complete(ASK)
    assert raised.value.kind is Kind.PROTOCOL
    assert raised.value.paid
    assert raised.value.__suppress_context__, "the library's error quotes the body, which may hold anything"


async def test_an_error_that_comes_as_an_answer_is_quoted(server: FakeAi) -> None:
    server.will(told(200, "no credits left"))
    with pytest.raises(AnswerGarbled, match="no credits left"):
        await remote(server).complete(ASK)


async def test_a_compressed_answer_is_not_unpacked(server: FakeAi) -> None:
    server.will(http(200, gzip.compress(b"0" * 10_000_000), {"Content-Encoding": "gzip"}))
    with pytest.raises(AnswerGarbled, match="compressed"):
        await remote(server).complete(ASK)


async def test_an_answer_beyond_the_limit_is_not_read_to_its_end(server: FakeAi) -> None:
    server.will(http(200, b" " * (MOST_BYTES + 1), hangs=True))
    with pytest.raises(AnswerTooLong, match=f"{MOST_BYTES} bytes"):
        await remote(server).complete(ASK)


@pytest.mark.parametrize("begun", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"])
async def test_a_server_that_falls_silent_is_not_waited_for_longer_than_told(server: FakeAi, begun: bytes) -> None:
    server.will(Raw(begun, hangs=True))
    with pytest.raises(AiTimeout, match=r"no answer in 0\.3 s") as raised:
        await remote(server).complete(replace(ASK, timeout_s=0.3))
    assert (raised.value.kind, raised.value.paid) == (Kind.TIMEOUT, True)


@pytest.mark.parametrize(
    "begun",
    [b"", b"hello\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", b"HTTP/1.1 two hundred\r\n\r\n"],
)
async def test_a_connection_that_breaks_is_told(server: FakeAi, begun: bytes) -> None:
    server.will(Raw(begun))
    with pytest.raises(AiDisconnected) as raised:
        await remote(server).complete(ASK)
    assert (raised.value.kind, raised.value.paid) == (Kind.UNAVAILABLE, True)


async def test_a_server_that_is_not_there_is_told() -> None:
    async with FakeAi() as gone:
        ai = remote(gone)
    with pytest.raises(AiUnreachable) as raised:
        await ai.complete(ASK)
    assert (raised.value.retry, raised.value.paid) == (Retry.WHEN_BACK, False)


async def test_a_redirect_is_not_followed(server: FakeAi) -> None:
    async with FakeAi() as elsewhere:
        server.will(http(307, b"", {"Location": f"{elsewhere.url}/chat/completions"}))
        with pytest.raises(AskRejected, match="redirects"):
            await remote(server).complete(ASK)
        assert elsewhere.seen == []


async def test_proxies_of_the_environment_are_not_used(server: FakeAi, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert (await remote(server).complete(ASK)).text == "Draft 1: a sunny day"


async def test_no_cookie_is_kept(server: FakeAi) -> None:
    ai = remote(server)
    server.will(http(500, b"", {"Set-Cookie": "who=me; Path=/"}))
    with pytest.raises(AiFailed):
        await ai.complete(ASK)
    await ai.complete(ASK)
    assert "cookie" not in server.seen[1].headers


@pytest.mark.parametrize("status", [200, 400, 401, 429, 500])
async def test_the_key_is_in_no_error_and_no_log(server: FakeAi, caplog: pytest.LogCaptureFixture, status: int) -> None:
    caplog.set_level(logging.DEBUG)
    server.will(told(status, f"the key {KEY} is not for this"))
    ai = remote(server)
    with pytest.raises(AiError) as raised:
        await ai.complete(ASK)
    chain = [raised.value, raised.value.__cause__, raised.value.__context__]
    shown = " ".join([*(f"{error!r} {error}" for error in chain), raised.value.hint, repr(vars(ai)), caplog.text])
    assert KEY not in shown


async def test_a_call_can_be_cancelled(server: FakeAi) -> None:
    server.will(Raw(b"", hangs=True))
    call = asyncio.create_task(remote(server).complete(ASK))
    await server.asked.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call


async def test_a_prompt_of_any_signs_arrives_as_it_is(server: FakeAi) -> None:
    prompt = 'quote " backslash \\ newline \n null \x00 emoji \N{GRINNING FACE}'
    await remote(server).complete(replace(ASK, prompt=prompt))
    assert server.prompts == [prompt]
