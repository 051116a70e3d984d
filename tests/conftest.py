"""What holds for every test."""

from collections.abc import Iterator

import pytest
import structlog

from tests.databases import (  # noqa: F401  fixtures, for whoever needs a database
    database,
    database_url,
    postgres,
    postgres_template,
    postgres_url,
    sqlite_template,
    sqlite_url,
)


@pytest.fixture(autouse=True)
def _logs_are_nobody_else_s() -> Iterator[None]:
    """A command that a test runs in this process sets the logs up for its own standard error, which then is closed."""
    yield
    structlog.reset_defaults()
