import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from drover.platform.db.database import Database
from tests.browser import chromium  # noqa: F401  a fixture
from tests.console.stage import Stage, staged


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """A served console, one a module, whose tests run on its loop."""
    folder = tmp_path_factory.mktemp("console")
    shutil.copyfile(sqlite_template, folder / "drover.db")
    async with Database.open(f"sqlite:///{folder / 'drover.db'}") as database, staged(database, folder) as made:
        yield made
