import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from drover.kernel.clock import FakeClock
from drover.sequences.domain import Effect
from drover.sequences.journal import Doubt, Ending, Journal, JournalUnusable, LastRun, Mark, OpenAct, Playing

FIRST_VERSION = """
CREATE TABLE runs (
    run TEXT PRIMARY KEY, sequence TEXT NOT NULL, digest TEXT NOT NULL, phone TEXT NOT NULL,
    from_step INTEGER NOT NULL, began_at TEXT NOT NULL, ended_at TEXT, status TEXT
) STRICT;
CREATE INDEX runs_by_phone ON runs (phone, sequence, began_at);
CREATE TABLE acts (
    run TEXT NOT NULL REFERENCES runs (run), step INTEGER NOT NULL, attempt INTEGER NOT NULL, name TEXT NOT NULL,
    effect TEXT NOT NULL, began_at TEXT NOT NULL, verified_at TEXT,
    PRIMARY KEY (run, step, attempt)
) STRICT;
INSERT INTO runs VALUES ('old', 'Post', 'digest', 'a', 1, '2026-01-01', NULL, NULL);
INSERT INTO acts VALUES ('old', 2, 1, 'open', 'repeatable', '2026-01-01', '2026-01-01');
INSERT INTO acts VALUES ('old', 3, 1, 'post', 'once', '2026-01-01', NULL);
"""


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    async with Journal(tmp_path / "data" / "journal.sqlite", FakeClock()) as opened:
        yield opened


def post(phone: str = "a") -> Playing:
    return Playing("Post", "digest", "parameters", phone)


async def last(journal: Journal) -> LastRun:
    found = await journal.last_run("Post", "a")
    assert found is not None
    return found


async def test_a_once_act_that_was_begun_and_not_verified_is_in_doubt(journal: Journal) -> None:
    await journal.begin_run("r1", post(), 1)
    await journal.begin_act("r1", 3, 1, "post", Effect.ONCE)
    assert await journal.doubt("Post", "a") == Doubt(3, "post")


async def test_an_act_left_open_is_disturbed_once_another_run_has_acted_on_the_phone(journal: Journal) -> None:
    for run, phone in (("r1", "a"), ("r2", "a"), ("r3", "b")):
        await journal.begin_run(run, post(phone), 1)
    await journal.begin_act("r2", 1, 1, "before", Effect.REPEATABLE)
    act = await journal.begin_act("r1", 3, 1, "post", Effect.ONCE)
    await journal.begin_act("r3", 1, 1, "elsewhere", Effect.REPEATABLE)
    await journal.begin_act("r1", 3, 2, "of its own", Effect.REPEATABLE)
    left = await journal.run("r1")
    assert left is not None
    assert left.open_act == OpenAct(act, 3, "post", Effect.ONCE, disturbed=False)
    await journal.begin_act("r2", 2, 1, "after", Effect.REPEATABLE)
    later = await journal.run("r1")
    assert later is not None
    assert later.open_act == OpenAct(act, 3, "post", Effect.ONCE, disturbed=True)


async def test_a_once_act_that_was_seen_is_not_in_doubt(journal: Journal) -> None:
    await journal.begin_run("r1", post(), 1)
    await journal.reach("r1", Mark(3, ""), await journal.begin_act("r1", 3, 1, "post", Effect.ONCE))
    assert await journal.doubt("Post", "a") is None


async def test_a_once_act_that_was_seen_not_to_have_happened_is_not_in_doubt(journal: Journal) -> None:
    await journal.begin_run("r1", post(), 1)
    await journal.void_act(await journal.begin_act("r1", 3, 1, "post", Effect.ONCE))
    assert await journal.doubt("Post", "a") is None
    assert (await last(journal)).marks == ()


async def test_a_repeatable_act_is_never_in_doubt(journal: Journal) -> None:
    await journal.begin_run("r1", post(), 1)
    await journal.begin_act("r1", 3, 1, "tap", Effect.REPEATABLE)
    assert await journal.doubt("Post", "a") is None


async def test_doubt_belongs_to_one_phone_and_one_sequence(journal: Journal) -> None:
    await journal.begin_run("r1", post(), 1)
    await journal.begin_act("r1", 3, 1, "post", Effect.ONCE)
    assert await journal.doubt("Post", "b") is None
    assert await journal.doubt("Like", "a") is None


async def test_only_the_last_run_counts(journal: Journal) -> None:
    await journal.begin_run("r1", post(), 1)
    await journal.begin_act("r1", 3, 1, "post", Effect.ONCE)
    await journal.begin_run("r2", post(), 1)
    assert await journal.doubt("Post", "a") is None


async def test_a_doubt_outlives_any_number_of_resumptions(journal: Journal) -> None:
    await journal.begin_run("r1", post(), 1)
    await journal.begin_act("r1", 3, 1, "post", Effect.ONCE)
    for _ in range(3):
        await journal.resume_run("r1", 3, "the phone shows plaza.new_post")
    assert await journal.doubt("Post", "a") == Doubt(3, "post")
    assert (await last(journal)).attempts == 4


async def test_an_open_once_act_is_told_before_a_later_repeatable_one(journal: Journal) -> None:
    await journal.begin_run("r1", post(), 1)
    once = await journal.begin_act("r1", 3, 1, "post", Effect.ONCE)
    await journal.begin_act("r1", 4, 1, "tap", Effect.REPEATABLE)
    assert (await last(journal)).open_act == OpenAct(once, 3, "post", Effect.ONCE)


async def test_an_act_of_an_earlier_try_is_open_no_more_when_a_later_one_was_seen(journal: Journal) -> None:
    await journal.begin_run("r1", post(), 1)
    await journal.begin_act("r1", 2, 1, "tap", Effect.REPEATABLE)
    await journal.reach("r1", Mark(2, ""), await journal.begin_act("r1", 2, 2, "tap", Effect.REPEATABLE))
    assert (await last(journal)).open_act is None


async def test_how_far_a_run_was_is_told_with_what_the_player_kept(journal: Journal) -> None:
    assert await journal.last_run("Post", "a") is None
    await journal.begin_run("r1", post(), 4)
    marks = (Mark(4, "5"), Mark(5, '{"rounds": 2}'), Mark(4, "5"))
    for mark in marks:
        await journal.reach("r1", mark, None)
    found = await last(journal)
    assert (found.run, found.playing, found.from_step, found.marks) == ("r1", post(), 4, marks)


async def test_a_run_of_this_process_is_being_played(journal: Journal) -> None:
    await journal.begin_run("r1", post(), 1)
    assert (await last(journal)).ending is Ending.PLAYING


async def test_a_run_that_nobody_ended_was_cut_off_once_its_process_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    async with Journal(path, FakeClock()) as first, Journal(path, FakeClock()) as second:
        await first.begin_run("r1", post(), 1)
        assert (await last(second)).ending is Ending.PLAYING
    async with Journal(path, FakeClock()) as third:
        assert (await last(third)).ending is Ending.CUT_OFF
        await third.resume_run("r1", 1, "")
        assert (await last(third)).ending is Ending.PLAYING


@pytest.mark.parametrize("ending", [Ending.COMPLETED, Ending.FAILED, Ending.CUT_OFF])
async def test_a_run_that_was_ended_says_how(journal: Journal, ending: Ending) -> None:
    await journal.begin_run("r1", post(), 1)
    await journal.end_run("r1", ending)
    assert (await last(journal)).ending is ending


async def test_what_was_written_survives_a_new_process(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    async with Journal(path, FakeClock()) as first:
        await first.begin_run("r1", post(), 1)
        await first.begin_act("r1", 1, 1, "post", Effect.ONCE)
        with sqlite3.connect(path) as other:  # a second reader sees it before the first one closes
            assert other.execute("SELECT count(*) FROM acts").fetchone() == (1,)
        other.close()
    async with Journal(path, FakeClock()) as second:
        assert await second.doubt("Post", "a") == Doubt(1, "post")


async def test_a_journal_of_the_first_version_keeps_its_doubts(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    database = sqlite3.connect(path)
    database.executescript(FIRST_VERSION)
    database.close()
    async with Journal(path, FakeClock()) as journal:
        found = await last(journal)
        assert (found.ending, found.attempts) == (Ending.CUT_OFF, 1)
        assert await journal.doubt("Post", "a") == Doubt(3, "post")
        await journal.begin_act("old", 3, 1, "post", Effect.ONCE)
    async with Journal(path, FakeClock()) as again:
        assert await again.doubt("Post", "a") == Doubt(3, "post")


async def test_a_journal_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(JournalUnusable, match="is of version 99, newer than 3"):
        async with Journal(path, FakeClock()):
            pass


async def test_a_file_that_is_no_journal_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    path.write_bytes(b"this is not a database, but it is long enough to be looked at as if it were one" * 20)
    with pytest.raises(JournalUnusable, match=r"journal\.sqlite: file is not a database"):
        async with Journal(path, FakeClock()):
            pass


async def test_a_folder_that_cannot_be_made_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where a folder should be")
    with pytest.raises(JournalUnusable, match=r"journal\.sqlite: "):
        async with Journal(tmp_path / "data" / "journal.sqlite", FakeClock()):
            pass


async def test_a_closed_journal_says_so(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite", FakeClock())
    with pytest.raises(JournalUnusable, match="is closed"):
        await journal.doubt("Post", "a")


async def test_a_run_is_found_by_its_id_however_many_came_after_it(journal: Journal) -> None:
    await journal.begin_run("r1", post(), 2)
    await journal.reach("r1", Mark(2, "2"), None)
    await journal.begin_run("r2", post(), 1)
    found = await journal.run("r1")
    assert found is not None
    assert (found.run, found.playing, found.from_step, found.marks) == ("r1", post(), 2, (Mark(2, "2"),))
    assert await journal.run("r3") is None


async def test_old_runs_are_forgotten_but_for_the_last_of_each_phone_and_sequence(tmp_path: Path) -> None:
    clock = FakeClock()
    async with Journal(tmp_path / "journal.sqlite", clock) as journal:
        for run in ("r1", "r2", "r3"):
            await journal.begin_run(run, post(), 1)
            await journal.begin_act(run, 1, 1, "post", Effect.ONCE)
            await journal.reach(run, Mark(1, "1"), None)
            await journal.end_run(run, Ending.COMPLETED)
            clock.advance(100)
        await journal.begin_run("other", post("b"), 1)
        await journal.forget(clock.now() - timedelta(seconds=150))
        kept = [run for run in ("r1", "r2", "r3", "other") if await journal.run(run) is not None]
        assert kept == ["r3", "other"]
        await journal.forget(clock.now() + timedelta(days=1))
        assert await journal.run("r3") is not None
