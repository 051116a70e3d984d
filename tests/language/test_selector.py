"""Selectors: which phones are meant, why others are not, and where errors are."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.language.errors import Ambiguous, BadSyntax, LanguageError, NoSuchPhone, Unsupported
from drover.language.selector import LeftOut, Name, Selection, parse_selector, select

RACK = ("phone1", "phone2", "emulator-5554", "127.0.0.1:40001", "R5CT_x")
SERIALS = st.lists(st.text("ax19.:_-", max_size=8), min_size=1, max_size=6, unique=True)


def chosen(source: str, rack: Sequence[str] = RACK) -> tuple[str, ...]:
    return select(parse_selector(source), rack).chosen


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("phone:all", RACK),
        ("phone:phone2", ("phone2",)),
        ("phone:127.0.0.1:40001", ("127.0.0.1:40001",)),
        ("phone:emulator-5554,phone1", ("phone1", "emulator-5554")),
        ("phone:phone1,phone1", ("phone1",)),
        ("phone:phone*", ("phone1", "phone2")),
        ("phone:*", RACK),
        ("phone:phone*,phone2", ("phone1", "phone2")),
        ("phone:*:*", ("127.0.0.1:40001",)),
        ("phone:*5*", ("emulator-5554", "R5CT_x")),
        ("phone:e*5*4", ("emulator-5554",)),
        ("phone:all-phone1", RACK[1:]),
        ("phone:all-phone1,emulator-5554", ("phone2", "127.0.0.1:40001", "R5CT_x")),
        ("phone:all-phone*,R5CT_x", ("emulator-5554", "127.0.0.1:40001")),
    ],
)
def test_a_selector_chooses_in_the_order_of_the_rack(source: str, expected: tuple[str, ...]) -> None:
    assert chosen(source) == expected


def test_a_phone_listed_twice_by_the_rack_counts_once() -> None:
    assert chosen("phone:all", ["a", "b", "a"]) == ("a", "b")


def test_names_that_begin_with_all_are_names() -> None:
    assert chosen("phone:allen,alloy", ["alloy", "allen", "bob"]) == ("alloy", "allen")


def test_what_is_left_out_says_why() -> None:
    assert select(parse_selector("phone:all-phone*"), ("phone1", "x")) == Selection(
        ("x",), (LeftOut("phone1", "left out by phone* in phone:all-phone*"),)
    )
    assert select(parse_selector("phone:x"), ("phone1", "x")) == Selection(
        ("x",), (LeftOut("phone1", "not named in phone:x"),)
    )


def test_a_named_phone_that_is_not_there_is_an_error_that_lists_what_is_there() -> None:
    with pytest.raises(NoSuchPhone) as caught:
        chosen("phone:phone1,phone9", ("phone1", "phone2"))
    assert caught.value.message == "column 14: no phone is called phone9; there are: phone1, phone2"
    assert "attach" in caught.value.hint


def test_a_pattern_that_fits_nothing_is_an_error() -> None:
    with pytest.raises(NoSuchPhone, match=r"^column 7: no phone's name fits x\*; there are: phone1$"):
        chosen("phone:x*", ("phone1",))


def test_a_long_rack_is_not_listed_whole() -> None:
    with pytest.raises(NoSuchPhone, match=r"p19 and 80 more$"):
        chosen("phone:x", [f"p{number}" for number in range(100)])


def test_an_exception_that_is_not_there_explains_what_the_selector_means() -> None:
    with pytest.raises(NoSuchPhone) as caught:
        chosen("phone:all-phone2,phone3", ("phone1", "phone2"))
    assert caught.value.column == 18
    assert caught.value.hint == (
        "phone:all-phone2,phone3 means all phones but phone2, phone3: everything after `all-` is left out"
    )


@pytest.mark.parametrize("source", ["phone:all", "phone:a", "phone:all-a"])
def test_an_empty_rack_is_an_error(source: str) -> None:
    with pytest.raises(NoSuchPhone, match="selects nothing: no phone is there"):
        chosen(source, ())


def test_leaving_out_every_phone_is_an_error() -> None:
    with pytest.raises(NoSuchPhone, match=r"^column 1: phone:all-\* leaves out every phone: a, b$"):
        chosen("phone:all-*", ("a", "b"))


def test_all_but_that_is_also_a_phones_name_is_ambiguous() -> None:
    with pytest.raises(Ambiguous, match=r"^column 7: all-x is the name of a phone") as caught:
        chosen("phone:all-x,y", ("all-x", "x", "y"))
    assert caught.value.hint == "write *all-x for the phone of that name"
    assert chosen("phone:*all-x", ("all-x", "x", "y")) == ("all-x",)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "column 1: expected a kind, such as `phone`, found the end"),
        ("phone", "column 6: expected `:`, found the end"),
        ("phone1", "column 6: expected `:`, found `1`"),
        ("phone:", "column 7: expected `all`, `all-` or a phone's name, found the end"),
        ("phone:a,", "column 9: expected a phone's name, found the end"),
        ("phone:a, b", "column 9: expected a phone's name, found ` `"),
        ("phone:a b", "column 8: expected `,`, found ` `"),
        ("phone:all,b", "column 10: expected the end, found `,`"),
        ("phone:all-", "column 11: expected a phone's name, found the end"),
        ("phone:-a", "column 7: expected `all`, `all-` or a phone's name, found `-`"),
        ("phone:é", "column 7: expected `all`, `all-` or a phone's name, found `é`"),
        ("phone:a,all", "column 9: `all` cannot stand in a list"),
        ("phone:a,all-b", "column 9: `all-b` cannot stand in a list"),
    ],
)
def test_broken_selectors_are_refused_where_they_break(source: str, message: str) -> None:
    with pytest.raises(BadSyntax) as caught:
        parse_selector(source)
    assert caught.value.message == message
    assert "phone:all-<left out>" in caught.value.hint


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("account:plaza.all", "column 1: `account:` is not a selector that this version has"),
        ("Phone:all", "column 1: `Phone:` is not a selector that this version has"),
        ("phone:tag:blue", "column 7: `phone:tag:` is not a selector that this version has"),
        ("phone:client:Ada", "column 7: `phone:client:` is not a selector that this version has"),
        ("phone:all-a,group:b", "column 13: `phone:group:` is not a selector that this version has"),
    ],
)
def test_kinds_of_later_versions_are_refused_saying_which_there_are(source: str, message: str) -> None:
    with pytest.raises(Unsupported) as caught:
        parse_selector(source)
    assert caught.value.message == message
    assert "phone:all" in caught.value.hint


@given(SERIALS)
def test_naming_some_and_leaving_out_the_others_choose_alike(rack: list[str]) -> None:
    names = [f"p{serial}" for serial in rack]  # none that begins with `all` or a kind
    some, others = names[: len(names) // 2 + 1], names[len(names) // 2 + 1 :]
    everything = "phone:all-" + ",".join(others) if others else "phone:all"
    assert chosen("phone:" + ",".join(reversed(some)), names) == chosen(everything, names) == tuple(some)


@given(st.text(st.sampled_from("phoneal:,-*.1 é\n"), max_size=30) | st.text().map("phone:".__add__), SERIALS)
def test_whatever_is_given_only_language_errors_come_with_a_column(source: str, rack: list[str]) -> None:
    problem = problem_of(source, rack)
    assert problem is None or 1 <= problem.column <= len(source) + 1


def problem_of(source: str, rack: list[str]) -> LanguageError | None:
    try:
        chosen(source, rack)
    except LanguageError as error:
        return error
    return None


@given(st.text("ab", max_size=8), st.text("ab*", min_size=1, max_size=6))
def test_a_star_matches_any_run_of_characters(name: str, pattern: str) -> None:
    assert Name(pattern, 1).matches(name) is fits(pattern, name)


def fits(pattern: str, name: str) -> bool:
    """Say the same as plainly as it can be said, in exponential time."""
    if not pattern:
        return not name
    if pattern[0] == "*":
        return any(fits(pattern[1:], name[cut:]) for cut in range(len(name) + 1))
    return name[:1] == pattern[0] and fits(pattern[1:], name[1:])


@pytest.mark.timeout(20)
def test_a_pattern_of_many_stars_takes_no_time() -> None:
    assert not Name("*a" * 2_000 + "b", 1).matches("a" * 20_000)
