"""What holds for tests that take away what protects the audit trail."""

import pytest


@pytest.fixture
def postgres_url(fresh_postgres_url: str) -> str:
    """A database of each test's own."""
    return fresh_postgres_url
