from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk of one's own; a test that leaves a process behind fails."""
    desk = Desk(tmp_path)
    yield desk
    assert desk.wait_until_left() == {}
