import asyncio
from pathlib import Path

import pytest

from drover.platform.durable import EngineStore, PostgresStore, SqliteStore
from drover.platform.durable.store import prepare_postgres
from tests.databases import OWNER, RUNTIME


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> EngineStore:
    if request.param == "sqlite":
        return SqliteStore(tmp_path / "engine.db")
    url = str(request.getfixturevalue("postgres_url"))
    asyncio.run(prepare_postgres(url.replace(RUNTIME, OWNER), role=RUNTIME))
    return PostgresStore(url)
