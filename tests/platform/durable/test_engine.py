import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drover.platform.durable import DurableEngine, EngineBusy, EngineClosed, EngineStore, EngineUnusable, SqliteStore
from drover.platform.durable.store import PostgresStore, prepare_postgres
from tests.databases import OWNER, RUNTIME

KILLED = Path(__file__).parent / "killed.py"


class Counted:
    """A body of `steps` steps, each waiting until it may end, and a note of each step that was begun."""

    def __init__(self, store: EngineStore, *, steps: int = 3, executor: str = "worker-1", version: str = "1") -> None:
        self.begun: list[int] = []
        self.ended = asyncio.Event()
        self.may_end = asyncio.Event()
        self.waits_in: int | None = None
        self.waiting = asyncio.Event()
        self.engine = DurableEngine(store, executor=executor, version=version)
        self._steps = steps
        self.engine.register("count", self._body)

    async def _note(self, number: int) -> int:
        self.begun.append(number)
        if number == self.waits_in:
            self.waiting.set()
            await self.may_end.wait()
        return number

    async def _body(self) -> int:
        total = sum([await self.engine.step(f"note {number}", self._note, number) for number in range(self._steps)])
        self.ended.set()
        return total


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await holds():  # noqa: ASYNC110  a row changes, and tells nobody
            await asyncio.sleep(0.02)


async def nothing_unfinished(engine: DurableEngine) -> None:
    async def holds() -> bool:
        return not await engine.pending_of()

    await until(holds)


async def left_in_step(store: EngineStore, number: int, *, executor: str = "worker-1") -> Counted:
    counted = Counted(store, executor=executor)
    counted.waits_in = number
    async with counted.engine:
        await counted.engine.start("run-1", "count")
        await asyncio.wait_for(counted.waiting.wait(), 20)
    return counted


async def test_every_step_of_a_body_is_done_once(store: EngineStore) -> None:
    counted = Counted(store)
    async with counted.engine:
        await counted.engine.start("run-1", "count")
        await asyncio.wait_for(counted.ended.wait(), 20)
        await nothing_unfinished(counted.engine)
    assert counted.begun == [0, 1, 2]


async def test_an_id_starts_only_once(store: EngineStore) -> None:
    counted = Counted(store)
    async with counted.engine:
        await asyncio.gather(*(counted.engine.start("run-1", "count") for _ in range(5)))
        await asyncio.wait_for(counted.ended.wait(), 20)
        await nothing_unfinished(counted.engine)
        await counted.engine.start("run-1", "count")
        assert counted.engine.active == frozenset()
        assert await counted.engine.known(["run-1", "run-2"]) == {"run-1"}
    assert counted.begun == [0, 1, 2]


async def test_what_was_left_goes_on_at_the_step_that_had_not_ended(store: EngineStore) -> None:
    await left_in_step(store, 1)
    again = Counted(store)
    async with again.engine:
        await asyncio.wait_for(again.ended.wait(), 20)
    assert again.begun == [1, 2]


async def test_a_body_killed_with_its_process_goes_on_at_the_next_start(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    process = subprocess.Popen([sys.executable, KILLED, tmp_path / "engine.db", notes], env=dict(os.environ))
    try:

        async def second_step_begun() -> bool:
            return notes.exists() and notes.read_text() == "0\n1\n"

        await until(second_step_begun)
    finally:
        process.kill()
        process.wait()
    again = Counted(SqliteStore(tmp_path / "engine.db"))
    async with again.engine:
        await asyncio.wait_for(again.ended.wait(), 20)
    assert notes.read_text() == "0\n1\n"


async def test_a_killed_body_runs_its_unfinished_step_again(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "engine.db")
    await left_in_step(store, 0)
    again = Counted(store)
    again.waits_in = 0
    async with again.engine:
        await asyncio.wait_for(again.waiting.wait(), 20)
        again.may_end.set()
        await asyncio.wait_for(again.ended.wait(), 20)
    assert again.begun == [0, 1, 2]


async def test_the_work_of_an_executor_that_is_gone_is_found_and_taken_over(store: EngineStore) -> None:
    await left_in_step(store, 1, executor="gone")
    other = Counted(store, executor="other")
    async with other.engine:
        found = await other.engine.pending_of({"gone"})
        assert [(one.id, one.name, one.executor) for one in found] == [("run-1", "count", "gone")]
        assert await other.engine.pending_of({"other"}) == []
        assert found[0].moved_at.tzinfo is UTC
        await other.engine.take_over([one.id for one in found])
        await asyncio.wait_for(other.ended.wait(), 20)
    assert other.begun == [1, 2]


async def test_unfinished_work_of_another_version_is_left_alone(store: EngineStore) -> None:
    await left_in_step(store, 1)
    newer = Counted(store, version="2")
    async with newer.engine:
        await newer.engine.start("run-2", "count")
        await asyncio.wait_for(newer.ended.wait(), 20)

        async def only_the_other_s() -> bool:
            return [one.id for one in await newer.engine.pending_of()] == ["run-1"]

        await until(only_the_other_s)
    assert newer.begun == [0, 1, 2]


async def test_a_cancelled_body_does_no_further_step(store: EngineStore) -> None:
    counted = Counted(store)
    counted.waits_in = 1
    async with counted.engine:
        await counted.engine.start("run-1", "count")
        await asyncio.wait_for(counted.waiting.wait(), 20)
        await counted.engine.cancel(["run-1"])
        await nothing_unfinished(counted.engine)

        async def given_up() -> bool:
            return not counted.engine.active

        await until(given_up)
    assert counted.begun == [0, 1]


async def test_draining_waits_for_what_ends_in_time(store: EngineStore) -> None:
    counted = Counted(store)
    counted.waits_in = 2
    async with counted.engine:
        await counted.engine.start("run-1", "count")
        await asyncio.wait_for(counted.waiting.wait(), 20)
        asyncio.get_running_loop().call_later(0.1, counted.may_end.set)
        assert await counted.engine.drain(20) == frozenset()
        assert counted.ended.is_set()


async def test_draining_gives_up_what_does_not_end_and_starts_nothing_more(store: EngineStore) -> None:
    counted = Counted(store)
    counted.waits_in = 0
    async with counted.engine:
        await counted.engine.start("run-1", "count")
        await asyncio.wait_for(counted.waiting.wait(), 20)
        assert await counted.engine.drain(0.05) == {"run-1"}
        assert counted.engine.active == frozenset()
        with pytest.raises(EngineClosed):
            await counted.engine.start("run-2", "count")
        with pytest.raises(EngineClosed):
            await counted.engine.take_over(["run-1"])
        assert [one.id for one in await counted.engine.pending_of()] == ["run-1"]


async def test_only_what_has_ended_is_swept(store: EngineStore) -> None:
    counted = Counted(store)
    soon = datetime.now(UTC) + timedelta(hours=1)  # noqa: TID251  the library judges by its own clock
    async with counted.engine:
        await counted.engine.start("run-1", "count")
        await asyncio.wait_for(counted.ended.wait(), 20)
        await nothing_unfinished(counted.engine)
        counted.waits_in = 0
        await counted.engine.start("run-2", "count")
        await asyncio.wait_for(counted.waiting.wait(), 20)
        assert await counted.engine.sweep(soon - timedelta(days=1)) == 0
        assert await counted.engine.sweep(soon) == 1
        assert await counted.engine.known(["run-1", "run-2"]) == {"run-2"}


async def test_one_process_runs_one_engine(tmp_path: Path) -> None:
    first = DurableEngine(SqliteStore(tmp_path / "one.db"), executor="one")
    second = DurableEngine(SqliteStore(tmp_path / "two.db"), executor="two")
    async with first:
        with pytest.raises(EngineBusy):
            await second.__aenter__()
    async with second:
        assert second.active == frozenset()


async def test_a_store_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    (tmp_path / "engine.db").mkdir()
    engine = DurableEngine(SqliteStore(tmp_path / "engine.db"), executor="one")
    with pytest.raises(EngineUnusable, match=r"engine\.db"):
        await engine.__aenter__()


async def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    store = PostgresStore("postgresql://someone:secret@127.0.0.1:1/nowhere")
    with pytest.raises(EngineUnusable) as caught:
        await DurableEngine(store, executor="one").__aenter__()
    assert "nowhere" in caught.value.message
    assert "secret" not in caught.value.message


async def test_a_schema_that_nobody_prepared_is_refused(postgres_url: str) -> None:
    with pytest.raises(EngineUnusable):
        await DurableEngine(PostgresStore(postgres_url, schema="nobody_made_it"), executor="one").__aenter__()


async def test_a_schema_is_prepared_more_than_once_without_harm(postgres_url: str) -> None:
    owner = postgres_url.replace(RUNTIME, OWNER)
    await prepare_postgres(owner, role=RUNTIME)
    await prepare_postgres(owner, role=RUNTIME)
    async with DurableEngine(PostgresStore(postgres_url), executor="one") as engine:
        assert await engine.pending_of() == []


async def test_a_schema_is_not_prepared_where_nobody_answers() -> None:
    with pytest.raises(EngineUnusable, match="nowhere"):
        await prepare_postgres("postgresql://someone:secret@127.0.0.1:1/nowhere", role=None)


async def test_users_read_nothing_of_the_library(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    counted = Counted(SqliteStore(tmp_path / "engine.db"))
    async with counted.engine:
        await counted.engine.start("run-1", "count")
        await asyncio.wait_for(counted.ended.wait(), 20)
    out, err = capfd.readouterr()
    assert out == ""
    assert all("debug" in line for line in err.splitlines())


async def test_the_loop_has_its_threads_back_when_the_engine_has_gone(tmp_path: Path) -> None:
    async with DurableEngine(SqliteStore(tmp_path / "engine.db"), executor="one") as engine:
        await engine.pending_of()
    assert await asyncio.to_thread(lambda: "done") == "done"


async def test_the_file_writes_ahead_and_holds_no_pickles(tmp_path: Path) -> None:
    counted = Counted(SqliteStore(tmp_path / "engine.db"))
    async with counted.engine:
        await counted.engine.start("run-1", "count")
        await asyncio.wait_for(counted.ended.wait(), 20)
        await nothing_unfinished(counted.engine)
    with sqlite3.connect(tmp_path / "engine.db") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("SELECT DISTINCT serialization FROM workflow_status").fetchall() == [
            ("portable_json",)
        ]
    connection.close()
