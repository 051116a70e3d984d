import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from drover.kernel.clock import FakeClock
from drover.sequences.domain import Effect
from drover.sequences.journal import Doubt, Journal, JournalUnusable


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    async with Journal(tmp_path / "data" / "journal.sqlite", FakeClock()) as opened:
        yield opened


async def begin(journal: Journal, run: str, *, phone: str = "a") -> None:
    await journal.begin_run(run, "Post", "digest", phone, 1)


async def test_a_once_act_that_was_begun_and_not_verified_is_in_doubt(journal: Journal) -> None:
    await begin(journal, "r1")
    await journal.begin_act("r1", 3, 1, "post", Effect.ONCE)
    assert await journal.doubt("Post", "a") == Doubt(3, "post")


async def test_a_verified_once_act_is_not_in_doubt(journal: Journal) -> None:
    await begin(journal, "r1")
    await journal.begin_act("r1", 3, 1, "post", Effect.ONCE)
    await journal.verify_act("r1", 3, 1)
    assert await journal.doubt("Post", "a") is None


async def test_a_repeatable_act_is_never_in_doubt(journal: Journal) -> None:
    await begin(journal, "r1")
    await journal.begin_act("r1", 3, 1, "tap", Effect.REPEATABLE)
    assert await journal.doubt("Post", "a") is None


async def test_doubt_belongs_to_one_phone_and_one_sequence(journal: Journal) -> None:
    await begin(journal, "r1")
    await journal.begin_act("r1", 3, 1, "post", Effect.ONCE)
    assert await journal.doubt("Post", "b") is None
    assert await journal.doubt("Like", "a") is None


async def test_only_the_last_run_counts(journal: Journal) -> None:
    await begin(journal, "r1")
    await journal.begin_act("r1", 3, 1, "post", Effect.ONCE)
    await begin(journal, "r2")
    assert await journal.doubt("Post", "a") is None


async def test_what_was_written_survives_a_new_process(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    async with Journal(path, FakeClock()) as first:
        await begin(first, "r1")
        await first.begin_act("r1", 1, 1, "post", Effect.ONCE)
        with sqlite3.connect(path) as other:  # a second reader sees it before the first one closes
            assert other.execute("SELECT count(*) FROM acts").fetchone() == (1,)
        other.close()
    async with Journal(path, FakeClock()) as second:
        assert await second.doubt("Post", "a") == Doubt(1, "post")


async def test_a_run_ends_with_its_status(journal: Journal, tmp_path: Path) -> None:
    await begin(journal, "r1")
    await journal.end_run("r1", "completed")
    database = sqlite3.connect(tmp_path / "data" / "journal.sqlite")
    assert database.execute("SELECT status FROM runs").fetchone() == ("completed",)
    database.close()


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
