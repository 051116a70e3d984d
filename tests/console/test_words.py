from datetime import UTC, datetime, timedelta

import pytest

from drover.console.words import duration, sentence, span

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(-1, "0.0 s"), (4.24, "4.2 s"), (59.9, "59.9 s"), (185, "3 min 05 s"), (7800, "2 h 10 min")],
)
def test_spans_of_time_are_told_in_two_units_at_most(seconds: float, told: str) -> None:
    assert span(timedelta(seconds=seconds)) == told
    assert duration(NOW, NOW + timedelta(seconds=seconds)) == told


def test_what_has_not_begun_took_no_time() -> None:
    assert duration(None, NOW) == "-"


def test_a_sentence_begins_with_a_capital_letter() -> None:
    assert [sentence(text) for text in ("", "it failed", "Plaza")] == ["", "It failed", "Plaza"]
