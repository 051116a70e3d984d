from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from drover.kernel.clock import FakeClock
from drover.sequences.journal import Journal
from tests.sequences.player.bench import Bench, Rollcall


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    clock = FakeClock()
    with ThreadPoolExecutor(1) as images:
        async with Journal(tmp_path / "journal.sqlite", clock) as journal:
            yield Bench(journal, images, clock, Rollcall(clock))
