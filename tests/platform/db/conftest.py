"""What holds for tests that try what may be done to a database and its schema."""

import pytest


@pytest.fixture
def postgres_url(fresh_postgres_url: str) -> str:
    """A database of each test's own."""
    return fresh_postgres_url
