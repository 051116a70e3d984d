"""Chaos as small as tests can afford: twenty kills, soon after one another."""

from collections.abc import Mapping
from typing import Any, Final

from bench.chaos.measuring import Measure, measure
from bench.chaos.verdict import NONE_OF

KILLS: Final = 20
PHONES: Final = 6
PAUSE_S: Final = 2.0
AWAY_S: Final = 5.0
NOTHING: Final = {"kills": KILLS, **dict.fromkeys(NONE_OF, 0)}


def killed(database: str) -> Mapping[str, Any]:
    """Return the figures of twenty kills, and of what is away for a while after them."""
    return measure(Measure(database, KILLS, PHONES, seed=20, pause_s=PAUSE_S, ahead=1, away_s=AWAY_S), print)


def completed(figures: Mapping[str, Any]) -> int:
    """Return how many runs were completed, with recovery or without."""
    return sum(count for result, count in figures["results"].items() if result.startswith("completed"))
