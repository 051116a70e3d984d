import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest
from pydantic import SecretStr

from drover.ai.addresses import endpoint_of
from drover.ai.budgets import Budget, Ledger, Prices, Spent
from drover.ai.dialects import DIALECTS
from drover.ai.errors import AiFailed, AnswerUnusable, BudgetUsedUp, KeyRefused, PromptRefused
from drover.ai.guarded import MOST_PROMPT, GuardedAi
from drover.ai.ports import Ask
from drover.ai.remote import RemoteAi
from drover.ai.transport import Post
from drover.kernel.clock import FakeClock
from drover.platform.local_database import LocalDatabase
from tests.ai.fake_server import INPUT_TOKENS, OUTPUT_TOKENS, FakeAi, Raw, chat, told

ASK = Ask("caption", "Be brief.", "a sunny day", max_tokens=300, timeout_s=30.0)
PRICES = Prices(Decimal(10), Decimal(100))
CHARGED = INPUT_TOKENS + OUTPUT_TOKENS
WORST = Spent(1, 9 + 11 + 64 + 300, (9 + 11 + 64) * 10_000 + 300 * 100_000)


@pytest.fixture
def ledger(database: LocalDatabase, clock: FakeClock) -> Ledger:
    return Ledger(database, clock, Budget(3, 1_000))


@pytest.fixture
def ai(server: FakeAi, ledger: Ledger, clock: FakeClock) -> GuardedAi:
    post = Post(endpoint_of(server.url, "127.0.0.1"))
    remote = RemoteAi(DIALECTS["openai"], "fake", SecretStr(""), post, clock)
    return GuardedAi(remote, ledger, PRICES, "acme")


async def test_what_is_private_never_leaves_and_comes_back(ai: GuardedAi, server: FakeAi) -> None:
    prompt = "Ada, ada@mail.example, +49 170 1234567"
    completion = await ai.complete(replace(ASK, prompt=prompt, private=("Ada,",)))
    assert completion.text == f"Draft 1: {prompt}"
    assert completion.prompt == server.prompts[0] == "<<PRIVATE_1>> <<EMAIL_1>>, <<NUMBER_1>>"
    assert not any(part in server.seen[0].text for part in ("Ada", "ada@", "1234567"))


async def test_a_secret_never_leaves_and_never_comes_back(ai: GuardedAi, server: FakeAi, ledger: Ledger) -> None:
    with pytest.raises(AnswerUnusable, match="secret"):
        await ai.complete(replace(ASK, prompt="password: hunter2"))
    assert "hunter2" not in server.seen[0].text
    assert (await ledger.spent("acme")).tokens == CHARGED


async def test_what_was_charged_is_counted(ai: GuardedAi, ledger: Ledger) -> None:
    await ai.complete(ASK)
    assert await ledger.spent("acme") == Spent(1, CHARGED, INPUT_TOKENS * 10_000 + OUTPUT_TOKENS * 100_000)


@pytest.mark.parametrize(
    ("answer", "error", "counted"), [(told(401, ""), KeyRefused, Spent(1)), (told(500, ""), AiFailed, WORST)]
)
async def test_a_failure_counts_as_what_it_may_have_cost(
    ai: GuardedAi, server: FakeAi, ledger: Ledger, answer: Raw, error: type[Exception], counted: Spent
) -> None:
    server.will(answer)
    with pytest.raises(error):
        await ai.complete(ASK)
    assert await ledger.spent("acme") == counted


async def test_where_nothing_is_told_of_the_usage_the_worst_is_counted(
    ai: GuardedAi, server: FakeAi, ledger: Ledger
) -> None:
    server.will(chat("Sun!", usage=False))
    await ai.complete(ASK)
    assert await ledger.spent("acme") == WORST


async def test_a_cancelled_question_counts_at_its_worst(ai: GuardedAi, server: FakeAi, ledger: Ledger) -> None:
    server.will(Raw(b"", hangs=True))
    call = asyncio.create_task(ai.complete(ASK))
    await server.asked.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert await ledger.spent("acme") == WORST


async def test_beyond_the_budget_nothing_is_asked(ai: GuardedAi, server: FakeAi) -> None:
    for _ in range(3):
        await ai.complete(ASK)
    with pytest.raises(BudgetUsedUp):
        await ai.complete(ASK)
    assert len(server.seen) == 3


@pytest.mark.parametrize("prompt", ["", " \n ", "a" * (MOST_PROMPT + 1)])
async def test_a_prompt_that_is_empty_or_too_long_is_not_asked(
    ai: GuardedAi, server: FakeAi, ledger: Ledger, prompt: str
) -> None:
    with pytest.raises(PromptRefused, match="the prompt of a caption") as raised:
        await ai.complete(replace(ASK, prompt=prompt))
    assert raised.value.hint
    assert server.seen == []
    assert await ledger.spent("acme") == Spent()
