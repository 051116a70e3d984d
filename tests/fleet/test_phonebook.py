import asyncio
import multiprocessing
import sqlite3
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Event as Flag
from pathlib import Path

import pytest

from drover.fleet.domain import Event, Happening, Hold, PhoneState
from drover.fleet.phonebook import KEPT, LedgerUnusable, PhoneBook, PhoneHeld, PhoneOccupied
from drover.kernel.clock import FakeClock, SystemClock

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def event(serial: str, word: str, *, port: str = "", minutes: int = 0) -> Event:
    return Event(NOW + timedelta(minutes=minutes), serial, port, Happening.STATE, word, "why")


async def test_history_is_told_newest_first_by_phone_and_by_port(tmp_path: Path) -> None:
    async with PhoneBook(tmp_path, FakeClock()) as book:
        await book.note(event("A", "online", port="usb:1-1"), event("B", "online", port="usb:1-2", minutes=1))
        await book.note(event("A", "offline", port="usb:1-2", minutes=2))
    async with PhoneBook(tmp_path, FakeClock()) as book:
        assert [entry.word for entry in await book.history(serial="A")] == ["offline", "online"]
        assert [entry.serial for entry in await book.history(port="usb:1-2")] == ["A", "B"]
        assert await book.history(most=1) == [event("A", "offline", port="usb:1-2", minutes=2)]


async def test_history_that_is_too_old_is_forgotten(tmp_path: Path) -> None:
    clock = FakeClock()
    async with PhoneBook(tmp_path, clock) as book:
        await book.note(event("A", "online"), event("A", "offline", minutes=5))
    clock.advance(KEPT.total_seconds() + 60)
    async with PhoneBook(tmp_path, clock) as book:
        assert [entry.word for entry in await book.history()] == ["offline"]


async def test_a_held_phone_is_given_no_work_until_it_is_released(tmp_path: Path) -> None:
    hold = Hold("A", PhoneState.QUARANTINED, "8 repairs were in vain", NOW)
    async with PhoneBook(tmp_path, FakeClock()) as book:
        await book.hold(hold)
        assert await book.holds() == {"A": hold}
        with pytest.raises(PhoneHeld, match="8 repairs"):
            async with book.occupied("A", "plays"):
                pass
        assert await book.release("A") == hold
        assert await book.release("A") is None
        async with book.occupied("A", "plays"):
            pass


async def test_a_phone_is_one_s_own_while_one_works_on_it(tmp_path: Path) -> None:
    async with PhoneBook(tmp_path, FakeClock()) as ours, PhoneBook(tmp_path, FakeClock()) as theirs:
        async with ours.occupied("A", "plays Edit the profile"):
            with pytest.raises(PhoneOccupied, match="plays Edit the profile"):
                async with theirs.occupied("A", "records"):
                    pass
            assert (await ours.others(), await theirs.others()) == ({}, {"A": "plays Edit the profile"})
        async with theirs.occupied("A", "records"):
            assert await ours.others() == {"A": "records"}


def _occupy_for_ever(folder: Path, taken: Flag) -> None:
    async def occupy() -> None:
        async with PhoneBook(folder, SystemClock()) as book, book.occupied("A", "plays"):
            taken.set()
            await asyncio.sleep(600)

    asyncio.run(occupy())


async def test_a_phone_whose_process_was_killed_is_free(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    taken = context.Event()
    process = context.Process(target=_occupy_for_ever, args=(tmp_path, taken), daemon=True)
    process.start()
    try:
        assert await asyncio.to_thread(taken.wait, 60)
        async with PhoneBook(tmp_path, SystemClock()) as book:
            assert await book.others() == {"A": "plays"}
            process.kill()
            await asyncio.to_thread(process.join, 60)
            assert await book.others() == {}
            async with book.occupied("A", "records"):
                pass
    finally:
        process.kill()
        process.join()
        process.close()


async def test_a_file_that_is_no_phone_book_is_refused_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "phones.sqlite").write_bytes(b"not a database at all" * 100)
    with pytest.raises(LedgerUnusable, match=r"phones\.sqlite"):
        async with PhoneBook(tmp_path, FakeClock()):
            pass


async def test_a_phone_book_of_a_later_drover_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "phones.sqlite") as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(LedgerUnusable, match="version 99"):
        async with PhoneBook(tmp_path, FakeClock()):
            pass


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LedgerUnusable, match="file"):
        async with PhoneBook(tmp_path / "file" / "data", FakeClock()):
            pass


async def test_a_closed_phone_book_says_so(tmp_path: Path) -> None:
    async with PhoneBook(tmp_path, FakeClock()) as book:
        pass
    with pytest.raises(LedgerUnusable, match="is closed"):
        await book.history()


async def test_a_phone_was_last_there_when_it_was_found_gone_or_else_when_it_came(tmp_path: Path) -> None:
    async with PhoneBook(tmp_path, FakeClock()) as book:
        await book.note(event("A", "online"), event("B", "online"), event("C", "offline"))
        await book.note(event("A", "offline", minutes=3), event("A", "quarantined", minutes=9))
        assert await book.last_connected("A") == NOW + timedelta(minutes=3)
        assert await book.last_connected("B") == NOW
        assert (await book.last_connected("C"), await book.last_connected("D")) == (None, None)
        assert {serial: last.word for serial, last in (await book.last_states()).items()} == {
            "A": "quarantined",
            "B": "online",
            "C": "offline",
        }
