from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from drover.platform.db.database import Database
from tests.workflows.runs.world import World, world_of


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with world_of(database, tmp_path, phones=2) as made:
        yield made
