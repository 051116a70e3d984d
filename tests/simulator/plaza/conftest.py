from collections.abc import Callable

import pytest

from drover.simulator.plaza import catalog
from tests.simulator.plaza.person import Person


@pytest.fixture
def at() -> Callable[[str], Person]:
    """Return a person whose phone shows a page, settled."""
    return lambda page: Person(catalog.settled(page))
