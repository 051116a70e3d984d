"""What users see of what libraries tell: nothing, unless they ask for it."""

import logging

import pytest

from drover.platform.logging import configure_logging

TALKATIVE = "tests.a_library_that_sets_its_own_level"


@pytest.mark.parametrize(("debug", "shown"), [(False, False), (True, True)])
def test_a_library_is_heard_with_debug_alone(capsys: pytest.CaptureFixture[str], *, debug: bool, shown: bool) -> None:
    logging.getLogger(TALKATIVE).setLevel(logging.WARNING)
    configure_logging(debug=debug)
    logging.getLogger(TALKATIVE).error("something of its own")
    logging.getLogger("tests.another").error("something else")
    told = capsys.readouterr().err
    assert ("something of its own" in told, "something else" in told) == (shown, shown)
    configure_logging(debug=False)
