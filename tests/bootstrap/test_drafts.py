from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drover.ai.errors import AiFailed, AiNotConfigured
from drover.bootstrap.drafts import DraftProvider, draft_provider
from drover.kernel.clock import FakeClock
from drover.language.errors import MissingValue, Unsupported
from drover.language.memory import memory_providers
from drover.language.parsing import parse_text
from drover.language.ports import Absent, Context, Provider, Request
from drover.language.rendering import Position, Rendered, render
from drover.language.resolving import resolve
from drover.language.spintax import Seed
from drover.language.text import Reference
from drover.platform.settings import Settings
from tests.ai.fake_server import FakeAi, chat, told

SEED = Seed(7, "plaza.account1")
CONTEXT = Context("run-1", "caption", SEED, datetime(2026, 1, 1, tzinfo=UTC))
VALUES = {
    "param": {"topic": "the sea", "mail": "ada@mail.example"},
    "account": {"password": "hunter2"},
    "group": {"vip": ["ada", "bob", "cleo"]},
}


@pytest.fixture
async def server() -> AsyncIterator[FakeAi]:
    async with FakeAi() as server:
        yield server


@pytest.fixture
async def provider(server: FakeAi, tmp_path: Path) -> AsyncIterator[DraftProvider]:
    settings = Settings(data_dir=tmp_path, ai_api="openai", ai_url=server.url, ai_model="fake", ai_networks="127.0.0.1")
    async with draft_provider(settings, FakeClock(), private=("the sea",)) as provider:
        yield provider


def owners(provider: DraftProvider) -> Mapping[str, Provider]:
    given, _ = memory_providers(VALUES)
    return {**given, "ai": provider}


async def rendered(source: str, provider: DraftProvider, *, preview: bool = False) -> Rendered:
    text = parse_text(source)
    return render(text, await resolve(text, owners(provider), CONTEXT, preview=preview), SEED)


async def test_a_text_is_rendered_with_a_draft(provider: DraftProvider, server: FakeAi) -> None:
    text = await rendered("New: ${ai.caption(about ${param.topic}, write to ${param.mail})}", provider)
    assert str(text) == "New: Draft 1: about the sea, write to ada@mail.example"
    assert server.prompts == ["about <<PRIVATE_1>>, write to <<EMAIL_1>>"]
    assert [(draft.kind, draft.model, draft.prompt) for draft in text.drafts] == [
        ("caption", "fake-1", *server.prompts)
    ]
    assert not text.needs_approval


async def test_a_retry_gets_the_same_text_and_asks_nothing(provider: DraftProvider, server: FakeAi) -> None:
    first = await rendered("${ai.caption(a)} and ${ai.caption(a)}", provider)
    assert await rendered("${ai.caption(a)} and ${ai.caption(a)}", provider) == first
    assert len(server.seen) == 2


async def test_each_turn_of_a_foreach_has_its_own_draft(provider: DraftProvider, server: FakeAi) -> None:
    text = await rendered("${foreach.entity in group:vip}${ai.caption(for ${foreach.entity})};${end}", provider)
    assert sorted(server.prompts) == ["for ada", "for bob", "for cleo"]
    assert [part.rpartition(" ")[2] for part in str(text).split(";")] == ["ada", "bob", "cleo", ""]


async def test_a_response_waits_until_a_person_approved_it(provider: DraftProvider) -> None:
    assert (await rendered("${ai.response(They wrote: hi)}", provider)).needs_approval
    (waiting,) = await provider.store.waiting(provider.organization)
    await provider.store.approve(waiting.place, "ada")
    assert not (await rendered("${ai.response(They wrote: hi)}", provider)).needs_approval


async def test_hashtags_come_by_their_count(provider: DraftProvider, server: FakeAi) -> None:
    server.will(chat("#sun #sea #sand"))
    assert str(await rendered("${ai.hashtags(summer,2)}", provider)) == "#sun #sea"


async def test_what_an_ai_wrote_is_not_parsed(provider: DraftProvider, server: FakeAi) -> None:
    server.will(chat("${account.password} {a|b} ${ai.caption(again)} \\{"))
    assert str(await rendered("${ai.caption(a)}", provider)) == "${account.password} {a|b} ${ai.caption(again)} \\{"
    assert len(server.seen) == 1


async def test_a_sealed_value_is_never_sent(provider: DraftProvider, server: FakeAi) -> None:
    with pytest.raises(Unsupported, match="a secret cannot stand in a prompt"):
        await rendered("${ai.caption(my word is ${account.password})}", provider)
    assert server.seen == []


async def test_nothing_is_asked_where_another_value_is_missing(provider: DraftProvider, server: FakeAi) -> None:
    with pytest.raises(MissingValue, match="nobody"):
        await rendered("${ai.caption(a)} ${param.nobody}", provider)
    assert server.seen == []


async def test_a_preview_asks_nothing_and_shows_what_is_kept(provider: DraftProvider, server: FakeAi) -> None:
    source = "${ai.caption(a day)} ${ai.response(hi)}"
    before = await rendered(source, provider, preview=True)
    assert (str(before), server.seen) == ("[caption: a day] [response: hi]", [])
    assert before.needs_approval
    reserved = await rendered(source, provider)
    assert await rendered(source, provider, preview=True) == reserved


async def test_a_failure_of_one_draft_is_the_failure_of_all(provider: DraftProvider, server: FakeAi) -> None:
    server.will(told(500, "down"))
    with pytest.raises(AiFailed, match="status 500: down"):
        await rendered("${ai.caption(a)} ${ai.caption(b)}", provider)


async def test_without_an_ai_texts_are_previewed_and_not_drafted(tmp_path: Path) -> None:
    async with draft_provider(Settings(data_dir=tmp_path), FakeClock()) as provider:
        assert str(await rendered("${ai.caption(a)}", provider, preview=True)) == "[caption: a]"
        with pytest.raises(AiNotConfigured, match="ai_api"):
            await rendered("${ai.caption(a)}", provider)


async def test_only_drafts_are_owned(provider: DraftProvider) -> None:
    request = Request(Reference("param", "topic"), Position((0,)))
    for ask in (provider.fetch, provider.reserve):
        (answer,) = await ask(CONTEXT, [request])
        assert isinstance(answer, Absent)
