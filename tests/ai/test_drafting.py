import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drover.ai.budgets import Budget, Ledger
from drover.ai.configuration import configured_ai
from drover.ai.drafting import KINDS, Drafting, Wanted, hashtags
from drover.ai.drafts import Draft, DraftStore, Place
from drover.ai.errors import AiFailed, AnswerTooLong, AnswerUnusable, DraftMissing
from drover.ai.files import ai_file
from drover.kernel.clock import FakeClock
from drover.platform.local_database import LocalDatabase
from drover.platform.settings import Settings
from tests.ai.fake_server import FakeAi, chat, told

PLACE = Place("acme", "run-1", "caption", "0.1")
CAPTION = Wanted("caption", "a sunny day")
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def drafting_on(server: FakeAi, database: LocalDatabase, clock: FakeClock, folder: Path) -> Drafting:
    settings = Settings(data_dir=folder, ai_api="openai", ai_url=server.url, ai_model="fake", ai_networks="127.0.0.1")
    ai = configured_ai(settings, Ledger(database, clock, Budget(100, 1_000_000)), clock, "acme")
    return Drafting(ai, DraftStore(database, clock), timeout_s=30.0)


@pytest.fixture
async def drafting(server: FakeAi, database: LocalDatabase, clock: FakeClock, tmp_path: Path) -> Drafting:
    return drafting_on(server, database, clock, tmp_path)


@pytest.fixture
def store(database: LocalDatabase, clock: FakeClock) -> DraftStore:
    return DraftStore(database, clock)


@pytest.fixture
async def elsewhere(tmp_path: Path) -> AsyncIterator[LocalDatabase]:
    """The file of `database`, as another process has it."""
    async with ai_file(tmp_path) as database:
        yield database


async def test_a_draft_is_kept_with_its_prompt_and_model(drafting: Drafting, store: DraftStore) -> None:
    draft = await drafting.draft(PLACE, CAPTION)
    assert draft == Draft(PLACE, "caption", "Draft 1: a sunny day", "a sunny day", "fake-1", NOW)
    assert await store.of_run("acme", "run-1") == [draft]
    assert await drafting.kept(PLACE) == draft


async def test_what_is_private_is_not_in_the_prompt_that_is_kept(drafting: Drafting) -> None:
    draft = await drafting.draft(PLACE, Wanted("caption", "for Ada at a@b.de", private=("Ada",)))
    assert (draft.text, draft.prompt) == ("Draft 1: for Ada at a@b.de", "for <<PRIVATE_1>> at <<EMAIL_1>>")
    assert "Ada" not in repr(Wanted("caption", "x", private=("Ada",)))


async def test_a_retry_gets_the_same_draft_and_asks_nothing(
    drafting: Drafting, server: FakeAi, elsewhere: LocalDatabase, clock: FakeClock, tmp_path: Path
) -> None:
    first = await drafting.draft(PLACE, CAPTION)
    clock.advance(60)
    restarted = drafting_on(server, elsewhere, clock, tmp_path)
    assert await restarted.draft(PLACE, Wanted("caption", "another prompt")) == first
    assert len(server.seen) == 1


async def test_every_place_has_its_own(drafting: Drafting, server: FakeAi) -> None:
    places = [
        PLACE,
        Place("acme", "run-2", "caption", "0.1"),
        Place("acme", "run-1", "bio", "0.1"),
        Place("acme", "run-1", "caption", "0.1#2"),
        Place("other", "run-1", "caption", "0.1"),
    ]
    drafts = [await drafting.draft(place, CAPTION) for place in places]
    assert len({draft.text for draft in drafts}) == len(server.seen) == 5


async def test_two_who_want_the_same_at_once_ask_once(drafting: Drafting, server: FakeAi) -> None:
    drafts = await asyncio.gather(*(drafting.draft(PLACE, CAPTION) for _ in range(5)))
    assert len(set(drafts)) == len(server.seen) == 1


async def test_the_first_of_two_processes_that_keep_a_draft_wins(
    store: DraftStore, elsewhere: LocalDatabase, clock: FakeClock
) -> None:
    first = await store.keep(PLACE, kind="caption", text="one", prompt="p", model="m")
    later = await DraftStore(elsewhere, clock).keep(PLACE, kind="caption", text="two", prompt="p", model="m")
    assert later == first


async def test_a_failure_keeps_nothing_and_the_next_try_asks_again(drafting: Drafting, server: FakeAi) -> None:
    server.will(told(500, "down"))
    with pytest.raises(AiFailed):
        await drafting.draft(PLACE, CAPTION)
    assert await drafting.kept(PLACE) is None
    assert (await drafting.draft(PLACE, CAPTION)).text == "Draft 2: a sunny day"


async def test_a_draft_is_cleaned_and_never_read_as_a_template(drafting: Drafting, server: FakeAi) -> None:
    server.will(chat(" \x1b[2JHi ${account.password}\u202e\r\n{a|b} \x07"))
    assert (await drafting.draft(PLACE, CAPTION)).text == "[2JHi ${account.password}\n{a|b}"


@pytest.mark.parametrize("answer", ["", " \n\t", "\u200b\x00"])
async def test_a_draft_of_nothing_is_refused(drafting: Drafting, server: FakeAi, answer: str) -> None:
    server.will(chat(answer))
    with pytest.raises(AnswerUnusable, match="fake-1 wrote nothing"):
        await drafting.draft(PLACE, CAPTION)


@pytest.mark.parametrize("kind", ["caption", "response", "hashtags"])
async def test_a_draft_beyond_the_limit_of_its_kind_is_refused(drafting: Drafting, server: FakeAi, kind: str) -> None:
    most = KINDS[kind].most
    server.will(chat("x" * (most + 1)))
    with pytest.raises(AnswerTooLong, match=f"{most} characters"):
        await drafting.draft(PLACE, Wanted(kind, "p", 1))  # type: ignore[arg-type]  one of the three


async def test_hashtags_are_asked_for_by_their_count(drafting: Drafting, server: FakeAi) -> None:
    server.will(chat("Sure! #sun #Sea, #sun #sand"))
    assert (await drafting.draft(PLACE, Wanted("hashtags", "summer", 2))).text == "#sun #Sea"
    assert "exactly 2 different hashtags" in str(server.seen[0].body["messages"][0]["content"])


@pytest.mark.parametrize(
    ("text", "count", "tags"),
    [
        ("#a #b #c", 2, "#a #b"),
        ("1. #a\n2. #b", 2, "#a #b"),
        ("#a#b,#c", 3, "#a #b #c"),
        ("a, b c", 3, "#a #b #c"),
        ("#A #a #b", 2, "#A #b"),
        ("# #a! #-", 1, "#a"),
        ("#s\u00fc\u00df #\u65e5\u672c", 2, "#s\u00fc\u00df #\u65e5\u672c"),
    ],
)
def test_hashtags_are_taken_from_whatever_stands_around_them(text: str, count: int, tags: str) -> None:
    assert hashtags(text, count) == tags


@pytest.mark.parametrize("text", ["#a", "#a #A", f"#a #{'b' * 101}", "#a and more"])
def test_too_few_hashtags_are_refused(text: str) -> None:
    with pytest.raises(AnswerUnusable, match="1 different hashtags instead of 2"):
        hashtags(text, 2)


async def test_a_response_waits_for_a_person(drafting: Drafting, store: DraftStore, clock: FakeClock) -> None:
    caption = await drafting.draft(PLACE, CAPTION)
    clock.advance(1)
    response = await drafting.draft(Place("acme", "run-1", "reply", "0"), Wanted("response", "They wrote: hi"))
    assert (caption.needs_approval, response.needs_approval) == (False, True)
    assert await store.waiting("acme") == [response]
    assert await store.waiting("other") == []
    clock.advance(1)
    approved = await store.approve(response.place, "ada")
    assert (approved.needs_approval, approved.approved_by, approved.approved_at) == (False, "ada", clock.now())
    assert await store.waiting("acme") == []
    assert [draft.kind for draft in await store.of_run("acme", "run-1")] == ["caption", "response"]


async def test_who_approved_first_stays(drafting: Drafting, store: DraftStore, clock: FakeClock) -> None:
    await drafting.draft(PLACE, Wanted("response", "hi"))
    first = await store.approve(PLACE, "ada")
    clock.advance(1)
    assert await store.approve(PLACE, "bob") == first


async def test_only_a_draft_that_is_there_can_be_approved(store: DraftStore) -> None:
    with pytest.raises(DraftMissing, match=r"position 0\.1 of text caption in run run-1"):
        await store.approve(PLACE, "ada")
