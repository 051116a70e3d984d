from pathlib import Path

import pytest

from drover.platform.durable import EngineStore, SqliteStore


@pytest.fixture
def store(tmp_path: Path) -> EngineStore:
    return SqliteStore(tmp_path / "engine.db")
