"""What holds for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.databases import (  # noqa: F401  fixtures, for whoever needs a database
    database,
    database_url,
    fresh_postgres_url,
    postgres,
    postgres_template,
    postgres_url,
    shared_postgres,
    sqlite_template,
    sqlite_url,
)

_LONG = ("chaos", "rack", "cli", "workflows")
"""The folders whose files take longest. They come first, so that none of them is begun when all else is done."""

_WHOLE = ("chaos", "rack", "cli", "examples")
"""The folders that try everything together, mostly in processes of their own. What is covered is measured by the tests
of each part; measuring these as well takes minutes and hides what those leave out. So does the same on PostgreSQL, and
what a property test comes across is not the same in every run."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long files first; the order is kept among them, and among the others."""
    items.sort(key=lambda item: _folder(item) not in _LONG)
    for item in items:
        property_test = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
        if property_test or _folder(item) in _WHOLE or "[postgres" in item.name:
            item.add_marker(pytest.mark.no_cover)


def _folder(item: pytest.Item) -> str:
    return item.path.relative_to(Path(__file__).parent).parts[0]


@pytest.fixture(autouse=True)
def _logs_are_nobody_else_s() -> Iterator[None]:
    """A command that a test runs in this process sets the logs up for its own standard error, which then is closed."""
    yield
    structlog.reset_defaults()
