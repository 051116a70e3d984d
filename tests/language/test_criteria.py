"""Criteria: how they are read, what they mean, and what does not compare."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.language.criteria import All, Among, AnyOf, Compare, Contains, Criteria, Missing, Not, Operator
from drover.language.errors import BadSyntax, LanguageError, Mismatched, UnknownName
from drover.language.fitting import Fact, Type, check, criteria_in, fits, type_of
from drover.language.parsing import parse_criteria
from tests.language.trees import CRITERIA

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
FACTS: dict[str, Fact] = {
    "followers": 4812,
    "rate": 0.5,
    "price": Decimal("12.50"),
    "lifecycle": "active",
    "bio": "Coffee & CODE",
    "city": "Malmö",
    "verified": True,
    "born": date(1995, 12, 10),
    "created": datetime(2026, 3, 1, 23, 30, tzinfo=UTC),
    "waits": timedelta(hours=36),
    "tags": ("Blue", "big"),
    "gone": None,
    "profile.gender": "male",
}
A, B, C = (Compare(name, Operator.EQUAL, Decimal(1)) for name in "abc")


@pytest.mark.parametrize(
    ("source", "criteria"),
    [
        ("a=1", A),
        (" a = 1 ", A),
        ("a = 1 or b = 1 and c = 1", AnyOf((A, All((B, C))))),
        ("(a = 1 or b = 1) and c = 1", All((AnyOf((A, B)), C))),
        ("not a = 1 and b = 1", All((Not(A), B))),
        ("not (a = 1 and b = 1)", Not(All((A, B)))),
        ("a in (1, x)", Among("a", (Decimal(1), "x"))),
        ("a not in (1)", Not(Among("a", (Decimal(1),)))),
        ('a contains "two words"', Contains("a", "two words")),
        ("a not contains b", Not(Contains("a", "b"))),
        ("a is missing", Missing("a")),
        ("a is not missing", Not(Missing("a"))),
        ("a.b_c >= -2.50", Compare("a.b_c", Operator.AT_LEAST, Decimal("-2.5"))),
        ("a < 7d", Compare("a", Operator.LESS, timedelta(days=7))),
        ("a <= 2w", Compare("a", Operator.AT_MOST, timedelta(days=14))),
        ("a > 90m", Compare("a", Operator.MORE, timedelta(minutes=90))),
        ("a != 30s", Compare("a", Operator.UNEQUAL, timedelta(seconds=30))),
        ("a = 2026-01-31", Compare("a", Operator.EQUAL, date(2026, 1, 31))),
        ("a = 2026-01-31T09:30", Compare("a", Operator.EQUAL, datetime(2026, 1, 31, 9, 30, tzinfo=UTC))),
        (
            "a = 2026-01-31T09:30:01.5+02:00",
            Compare("a", Operator.EQUAL, datetime(2026, 1, 31, 7, 30, 1, 500000, tzinfo=UTC)),
        ),
        ("a = true or b = false", AnyOf((Compare("a", Operator.EQUAL, True), Compare("b", Operator.EQUAL, False)))),
        ('a = "true"', Compare("a", Operator.EQUAL, "true")),
        ('a = "say \\"hi\\" \\\\"', Compare("a", Operator.EQUAL, 'say "hi" \\')),
        (
            "a = andy or nota = 1",
            AnyOf((Compare("a", Operator.EQUAL, "andy"), Compare("nota", Operator.EQUAL, Decimal(1)))),
        ),
        ("a = é-1.b", Compare("a", Operator.EQUAL, "é-1.b")),
    ],
)
def test_criteria_are_read(source: str, criteria: Criteria) -> None:
    assert parse_criteria(source) == criteria
    assert parse_criteria(str(criteria)) == criteria


VALUE = 'a number, a duration such as 7d, a date such as 2026-01-31 or a text such as active or "two words"'


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "column 1: expected a field, `not` or `(`, found the end"),
        ("a", "column 2: expected one of = != < <= > >=, `not`, `in`, `contains` or `is`, found the end"),
        ("a = ", f"column 5: expected {VALUE}, found the end"),
        ("a == 1", f"column 4: expected {VALUE}, found `=`"),
        ("a = 1 AND b = 1", "column 7: expected `and`, `or` or the end, found `AND`"),
        ("a = and", f"column 5: expected {VALUE}, found `and`"),
        ("(a = 1", "column 1: this ( is not closed by )"),
        ("a in (1", "column 6: this ( is not closed by )"),
        ("a = 1)", "column 6: expected `and`, `or` or the end, found `)`"),
        ("a in 1", "column 6: expected `(`, found `1`"),
        ("a is 1", "column 6: expected `not` or `missing`, found `1`"),
        ("not not a = 1", "column 5: expected a field or `(`, found `not`"),
        ("a = 2026-02-30", "column 5: 2026-02-30 is no date that there is"),
        ("a = 2026-01-01T25:00", "column 5: 2026-01-01T25:00 is no date that there is"),
        ("__import__('os')", "column 11: expected one of = != < <= > >=, `not`, `in`, `contains` or `is`, found `(`"),
        ("'a'.ljust(10**9)", "column 1: expected a field, `not` or `(`, found `'`"),
    ],
)
def test_broken_criteria_are_refused_where_they_break(source: str, message: str) -> None:
    with pytest.raises(BadSyntax) as caught:
        parse_criteria(source)
    assert caught.value.message == message
    assert caught.value.hint


@pytest.mark.parametrize(
    "source",
    [
        "followers > 1000 and lifecycle = active",
        "followers = 4812.0",
        "rate < 0.51 and rate > 0.49",
        "price = 12.5",
        "lifecycle = ACTIVE and lifecycle in (x, Active)",
        "lifecycle > aaa and lifecycle < b",
        'bio contains coffee and bio contains "code"',
        "city = malmö and city != MALMÖ",
        "tags contains blue and not tags contains bi",
        "verified = true and verified != false",
        "born < 1996-01-01 and born = 1995-12-10",
        "born > 3650d",
        "created = 2026-03-01 and created > 2026-02-28 and not created > 2026-03-01",
        "created >= 2026-03-01T23:30Z and created < 2026-03-02T00:00+00:00",
        "created < 7d and created > 2d and created in (2026-03-01)",
        "waits = 36h and waits > 1d",
        "gone is missing and gone != x and not gone = x and not gone > 1",
        "not gone contains x and not gone in (x) and bio is not missing",
        "profile.gender=male",
        "followers = 1 or followers = 4812",
    ],
)
def test_criteria_hold(source: str) -> None:
    assert fits(parse_criteria(source), FACTS, NOW)
    assert not fits(Not(parse_criteria(source)), FACTS, NOW)


def test_what_lies_ahead_is_younger_than_any_duration() -> None:
    facts: dict[str, Fact] = {"due": datetime(2026, 4, 1, tzinfo=UTC), "day": date(2026, 3, 4)}
    assert fits(parse_criteria("due < 1s"), facts, NOW)
    assert fits(parse_criteria("day = 12h"), facts, NOW)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("followers = active", "column 1: followers is a number and cannot be compared with a text"),
        ("rate > 2026-01-01", "column 1: rate is a number and cannot be compared with a date"),
        ("lifecycle > 1", "column 1: lifecycle is a text and cannot be compared with a number"),
        ("verified = yes", "column 1: verified is true or false and cannot be compared with a text"),
        ("verified > false", "column 1: verified is true or false, which has no order"),
        ("born = 1995-12-10T00:00Z", "column 1: born is a date and cannot be compared with a moment"),
        ("waits < 2026-01-01", "column 1: waits is a duration and cannot be compared with a date"),
        ("tags = blue", "column 1: tags is a list and cannot be compared with a text"),
        ("lifecycle in (active, 3)", "column 1: lifecycle is a text and cannot be compared with a number"),
        ("followers contains 4", "column 1: followers is a number: it cannot contain a number"),
        ("bio contains 4", "column 1: bio is a text: it cannot contain a number"),
    ],
)
def test_what_does_not_compare_is_refused_both_when_checked_and_when_evaluated(source: str, message: str) -> None:
    criteria = parse_criteria(source)
    types = {name: type_of(fact) for name, fact in FACTS.items() if fact is not None}
    for ask in (lambda: check(criteria, types), lambda: fits(criteria, FACTS, NOW)):
        with pytest.raises(Mismatched) as caught:
            ask()
        assert caught.value.message == message


def test_an_unknown_field_is_named_with_the_one_that_is_likely_meant() -> None:
    criteria = parse_criteria("lifecycle = active and not folowers > 3")
    for ask in (
        lambda: check(criteria, {"followers": Type.NUMBER, "lifecycle": Type.TEXT}),
        lambda: fits(criteria, FACTS, NOW),
    ):
        with pytest.raises(UnknownName) as caught:
            ask()
        assert caught.value.message == "column 28: unknown field folowers"
        assert caught.value.suggestion == "followers"


def test_sound_criteria_pass_the_check() -> None:
    types = {"a": Type.NUMBER, "b": Type.MOMENT, "c": Type.LIST}
    check(parse_criteria("a in (1, 2) or (b < 7d and not c contains x) or b = 2026-01-01 or a is missing"), types)


def test_the_comparisons_come_from_the_left() -> None:
    criteria = parse_criteria("a = 1 or not (b is missing and c contains x)")
    assert list(criteria_in(criteria)) == [A, Missing("b"), Contains("c", "x")]


@given(CRITERIA, st.dictionaries(st.sampled_from(["a", "b"]), st.none() | st.text() | st.integers()))
def test_evaluating_anything_ends_in_yes_no_or_a_language_error(criteria: Criteria, facts: dict[str, Fact]) -> None:
    known = {criterion.field: facts.get("a") for criterion in criteria_in(criteria)}
    assert outcome(criteria, known) in {True, False, "error"}
    assert outcome(criteria, facts) in {True, False, "error"}


def outcome(criteria: Criteria, facts: dict[str, Fact]) -> object:
    try:
        return fits(criteria, facts, NOW)
    except LanguageError:
        return "error"
