"""Figures as people read them."""

import pytest

from drover.screens.report.wording import counted, duration


@pytest.mark.parametrize(
    ("milliseconds", "shown"),
    [
        (0, "0 s"),
        (0.04, "0.0 ms"),
        (8.21, "8.2 ms"),
        (9.96, "10 ms"),
        (412.4, "412 ms"),
        (3_412, "3.41 s"),
        (38_214, "38.2 s"),
        (125_400, "2 min 05 s"),
        (59_940, "59.9 s"),
        (59_990, "1 min 00 s"),
        (999.7, "1.00 s"),
    ],
)
def test_durations_have_the_unit_and_digits_that_matter(milliseconds: float, shown: str) -> None:
    assert duration(milliseconds) == shown


@pytest.mark.parametrize(("count", "shown"), [(0, "0 phones"), (1, "1 phone"), (2, "2 phones")])
def test_one_is_singular(count: int, shown: str) -> None:
    assert counted(count, "phone") == shown
