from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from drover.ai.files import ai_file
from drover.kernel.clock import FakeClock
from drover.platform.local_database import LocalDatabase
from tests.ai.fake_server import FakeAi


@pytest.fixture
async def server() -> AsyncIterator[FakeAi]:
    async with FakeAi() as server:
        yield server


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[LocalDatabase]:
    async with ai_file(tmp_path) as database:
        yield database
