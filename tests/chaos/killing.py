"""Chaos as small as tests can afford: twenty kills, soon after one another."""

from collections.abc import Mapping
from typing import Any, Final

from bench.chaos.measuring import Measure, measure
from bench.chaos.verdict import NONE_OF

KILLS: Final = 20
PHONES: Final = 6
PAUSE_S: Final = 2.0
NOTHING: Final = {"kills": KILLS, **dict.fromkeys(NONE_OF, 0)}


def killed(database: str) -> Mapping[str, Any]:
    """Return the figures of twenty kills."""
    return measure(Measure(database, KILLS, PHONES, seed=20, pause_s=PAUSE_S, ahead=1), print)
