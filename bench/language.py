"""The language: what parsing and rendering a usual line cost, the longest inputs, and thousands of random ones."""

import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from drover.language.errors import LanguageError
from drover.language.grammar import MOST_LENGTH, Rule, parse
from drover.language.rendering import Values, render
from drover.language.spintax import Seed
from drover.language.text import Text

SEED = 5
ROUNDS = 400
LINE = "Hi ${account.name}, {have a|enjoy your} {great|nice} day! ${custom.tagline} ${dynamic.date.format(YYYY-MM-DD)}"
VALUES = Values({"account.name": "Ada", "custom.tagline": "- A."}, now=datetime(2026, 3, 4, tzinfo=UTC))
RULES: tuple[Rule, ...] = ("text", "selector", "criteria")
LONGEST: tuple[tuple[Rule, str], ...] = (
    *(
        ("text", piece)
        for piece in ("{a|b}", "{a}", "${param.x}", "${ai.caption(x)}", "${ai.caption((", "\\", "\\{", "a$")
    ),
    *(
        ("text", piece)
        for piece in ("${random.account from phone:a}", "${filter.phones where a=1}", "{|", "hello {", "${x")
    ),
    ("selector", "phone:a,"),
    ("criteria", "a = 1 and "),
    ("criteria", "(not "),
)
PIECES = (
    *("${", "}", "{", "|", "\\", "$", "(", ")", ")}", ",", ".", ":", "@", "*", "-", '"', "'", " ", "\n", "=", "<", "!"),
    *("${param.x}", "${ai.caption(", "${group.filter(", "${foreach.entity in group:g}", "${end}", "${foreach.entity}"),
    *("${random.account from ", "${filter.phones where ", "phone:", "account:", "plaza.a1", "all", "all-", "client:"),
    *("and ", "or ", "not ", "in ", "contains ", "is ", "missing", "true", "7d", "12", "2026-01-31", "2026-13-99", "a"),
    *("\u00e9", "\x00", "\ud800", "\U0001f4a9", "__class__", "os.environ", "/etc/passwd", "../", "%s", "{0.__init__}"),
)


def run(*, inputs: int = 100_000) -> dict[str, Any]:
    """Return the figures; all times are of the processor, so that other work on the machine counts little."""
    text = parse("text", LINE)
    assert isinstance(text, Text)  # noqa: S101  a text was parsed
    longest = [_cost(lambda rule=rule, source=source: _outcome(rule, source), 3) for rule, source in _long_inputs()]
    dice = random.Random(SEED)  # noqa: S311  for test inputs
    outcomes = [_random_outcome(dice) for _ in range(inputs)]
    return {
        "parse_ms_p50": _cost(lambda: parse("text", LINE), ROUNDS),
        "render_ms_p50": _cost(lambda: render(text, VALUES, Seed(1, "phone1")), ROUNDS),
        "longest_ms": max(longest),
        "random_inputs": len(outcomes),
        "random_trees": outcomes.count("tree"),
        "undeclared_errors": sum(outcome not in {"tree", "error"} for outcome in outcomes),
    }


def _cost(act: Callable[[], object], rounds: int) -> float:
    """Return the median of what the act costs, in ms."""
    act()
    costs: list[float] = []
    for _ in range(rounds):
        began = time.process_time()
        act()
        costs.append((time.process_time() - began) * 1000)
    return round(statistics.median(costs), 4)


def _long_inputs() -> list[tuple[Rule, str]]:
    return [(rule, (piece * MOST_LENGTH)[:MOST_LENGTH]) for rule, piece in LONGEST]


def _random_outcome(dice: random.Random) -> str:
    source = "".join(dice.choices(PIECES, k=dice.randint(1, 16)))
    return _outcome(dice.choice(RULES), source)


def _outcome(rule: Rule, source: str) -> str:
    try:
        parse(rule, source)
    except LanguageError as error:
        return "error" if 1 <= error.column <= len(source) + 1 else f"column {error.column}"
    except Exception as error:  # noqa: BLE001  what is counted is whether there is any
        return type(error).__name__
    return "tree"
