import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.desk import Desk


@pytest.fixture(scope="session", autouse=True)
def _ctrl_c_is_heard() -> None:
    """A shell starts what runs in its background with SIGINT ignored, and processes hand that on to their children."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk of one's own; a test that leaves a process behind fails."""
    desk = Desk(tmp_path)
    yield desk
    assert desk.wait_until_left() == {}
