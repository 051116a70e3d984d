"""Counters count once for each place in a run, in whatever process, and a preview counts nothing."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drover.language.ports import Absent, Context, Request
from drover.language.rendering import Position
from drover.language.spintax import Seed
from drover.language.text import Counter, Reference
from drover.sequences.counters import Counters, CountersUnusable

NOW = datetime(2026, 3, 4, tzinfo=UTC)
POSTS = Counter("posts", 1, 2)


def context(run: str = "r", text: str = "t") -> Context:
    return Context(run, text, Seed(), NOW)


def places(*numbers: int, counter: Counter = POSTS) -> Sequence[Request]:
    return [Request(counter, Position((number,))) for number in numbers]


async def test_a_counter_begins_at_its_start_and_grows_by_its_step(tmp_path: Path) -> None:
    async with Counters(tmp_path / "c.sqlite") as counters:
        assert await counters.reserve(context(), places(0, 1)) == ["1", "3"]
        assert await counters.reserve(context("s"), places(0)) == ["5"]
        assert await counters.reserve(context(), places(0, counter=Counter("down", 0, -(10**18)))) == ["1"]
        assert await counters.reserve(context(), places(5, 6, counter=Counter("down", 0, -(10**18)))) == [
            "0",
            str(-(10**18)),
        ]


async def test_the_same_place_of_a_run_has_the_same_number_for_good(tmp_path: Path) -> None:
    async with Counters(tmp_path / "c.sqlite") as counters:
        first = await counters.reserve(context(), places(0, 1))
    async with Counters(tmp_path / "c.sqlite") as counters:
        assert await counters.reserve(context(), places(1, 0, 2)) == [*reversed(first), "5"]


async def test_a_preview_shows_what_comes_and_takes_nothing(tmp_path: Path) -> None:
    async with Counters(tmp_path / "c.sqlite") as counters:
        assert await counters.fetch(context(), places(0, 1)) == ["1", "3"]
        assert await counters.fetch(context(), places(0)) == ["1"]
        assert await counters.reserve(context("other"), places(0)) == ["1"]


async def test_many_at_once_never_share_a_number(tmp_path: Path) -> None:
    async with Counters(tmp_path / "c.sqlite") as one, Counters(tmp_path / "c.sqlite") as other:
        taken = await asyncio.gather(
            *(
                each.reserve(context(f"{name}{run}"), places(0))
                for run in range(20)
                for name, each in (("a", one), ("b", other))
            )
        )
    assert sorted(int(str(number)) for (number,) in taken) == list(range(1, 81, 2))


async def test_anything_else_is_no_counter(tmp_path: Path) -> None:
    async with Counters(tmp_path / "c.sqlite") as counters:
        asked = [Request(Reference("dynamic", "x"), Position((0,)))]
        assert await counters.fetch(context(), asked) == [Absent("it is no counter")]


async def test_a_file_that_holds_no_counters_is_named(tmp_path: Path) -> None:
    (tmp_path / "c.sqlite").write_text("no database, but long enough to be looked at as one " * 20)
    with pytest.raises(CountersUnusable, match=r"c\.sqlite: file is not a database"):
        async with Counters(tmp_path / "c.sqlite"):
            pass
