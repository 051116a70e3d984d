"""`drover up` on files is killed with -9 twenty times while runs go on; `make chaos` does it for longer."""

import pytest

from tests.chaos.killing import NOTHING, completed, killed


@pytest.mark.rack
@pytest.mark.timeout(900)
def test_nothing_is_lost_or_doubled_by_twenty_kills() -> None:
    figures = killed("sqlite")
    assert {name: figures[name] for name in NOTHING} == NOTHING, figures["details"]
    assert figures["ended_by_itself"] == 0
    assert figures["once_acts"] >= 2 * completed(figures)
