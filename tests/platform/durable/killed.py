"""A process that starts a body of three steps, and waits in the second for its end by kill -9."""

import asyncio
import sys
from pathlib import Path

from drover.platform.durable import DurableEngine, SqliteStore


async def main(store: Path, notes: Path) -> None:
    engine = DurableEngine(SqliteStore(store), executor="worker-1")

    async def note(number: int) -> int:
        with notes.open("a") as file:
            file.write(f"{number}\n")
        if number == 1:
            await asyncio.sleep(3600)
        return number

    async def body() -> int:
        return sum([await engine.step(f"note {number}", note, number) for number in range(3)])

    engine.register("count", body)
    async with engine:
        await engine.start("run-1", "count")
        await asyncio.sleep(3600)


asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
