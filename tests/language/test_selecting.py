"""What selectors hit, and why the rest is left out."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.language.errors import Ambiguous, LanguageError, NothingSelected
from drover.language.parsing import parse_selector
from drover.language.selecting import Account, Inventory, LeftOut, Phone, Selection, hits, rack_of, select

RACK = ("phone1", "phone2", "emulator-5554", "127.0.0.1:40001", "R5CT_x")
SERIALS = st.lists(st.text("ax19.:_-", max_size=8), min_size=1, max_size=6, unique=True)
OFFICE = Inventory(
    (
        Phone("phone1", "Acme Corp", frozenset({"blue", "new"}), frozenset({"warm"})),
        Phone("phone2", "Acme Corp", frozenset({"blue"})),
        Phone("phone3", "Brand"),
    ),
    (
        Account("plaza", "account1", "phone1", frozenset({"active"})),
        Account("plaza", "account2", "phone1"),
        Account("notes", "account1", "phone1", frozenset({"active"})),
        Account("plaza", "account3", "phone2", frozenset({"active"})),
        Account("plaza", "account4"),
    ),
)


def chosen(source: str, rack: Sequence[str] = RACK) -> tuple[str, ...]:
    return select(parse_selector(source), rack_of(rack)).chosen


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


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('phone:client:"Acme Corp"', "phone1 phone2"),
        ("phone:client:*", "phone1 phone2 phone3"),
        ("phone:tag:new", "phone1"),
        ("phone:tag:b*", "phone1 phone2"),
        ("phone:group:warm", "phone1"),
        ("account:plaza.account1@phone1", "plaza.account1@phone1"),
        ("account:plaza.all@phone1", "plaza.account1@phone1 plaza.account2@phone1"),
        ("account:all@phone1", "plaza.account1@phone1 plaza.account2@phone1 notes.account1@phone1"),
        ("account:plaza.account1,notes.account1@phone1", "plaza.account1@phone1 notes.account1@phone1"),
        ("account:all-plaza.account1,plaza.account2@phone1", "notes.account1@phone1"),
        ("account:*.account1@all", "plaza.account1@phone1 notes.account1@phone1"),
        ("account:plaza.all@phone1,phone2", "plaza.account1@phone1 plaza.account2@phone1 plaza.account3@phone2"),
        ("account:plaza.all@all-phone1", "plaza.account3@phone2"),
        (
            "account:all@phone:tag:blue",
            "plaza.account1@phone1 plaza.account2@phone1 notes.account1@phone1 plaza.account3@phone2",
        ),
        ("account:group:active", "plaza.account1@phone1 notes.account1@phone1 plaza.account3@phone2"),
        ("account:group:active@phone2", "plaza.account3@phone2"),
    ],
)
def test_a_selector_chooses_among_phones_and_accounts_with_all_that_is_known(source: str, expected: str) -> None:
    assert " ".join(select(parse_selector(source), OFFICE).chosen) == expected


def test_a_phone_listed_twice_by_the_rack_counts_once() -> None:
    assert chosen("phone:all", ["a", "b", "a"]) == ("a", "b")


def test_names_that_begin_with_all_are_names() -> None:
    assert chosen("phone:allen,alloy", ["alloy", "allen", "bob"]) == ("alloy", "allen")


@pytest.mark.parametrize(
    ("source", "left_out"),
    [
        (
            "phone:all-phone1,phone2",
            {
                "phone1": "left out by phone1 in phone:all-phone1,phone2",
                "phone2": "left out by phone2 in phone:all-phone1,phone2",
            },
        ),
        ("phone:phone1,phone3", {"phone2": "not named in phone:phone1,phone3"}),
        ("phone:tag:blue", {"phone3": "not of tag:blue"}),
        (
            "account:plaza.all@phone2",
            {
                "plaza.account1@phone1": "phone1: not named in account:plaza.all@phone2",
                "plaza.account2@phone1": "phone1: not named in account:plaza.all@phone2",
                "notes.account1@phone1": "not named in account:plaza.all@phone2",
                "plaza.account4@": "is on no phone",
            },
        ),
        (
            "account:group:active@phone:tag:new",
            {
                "plaza.account2@phone1": "not of group:active",
                "plaza.account3@phone2": "phone2: not of tag:new",
                "plaza.account4@": "not of group:active",
            },
        ),
    ],
)
def test_what_is_left_out_says_why(source: str, left_out: dict[str, str]) -> None:
    selection = select(parse_selector(source), OFFICE)
    assert {left.name: left.reason for left in selection.left_out} == left_out


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("phone:phone1,phone9", "column 14: no phone is called phone9; there are: phone1, phone2, phone3"),
        ("phone:x*", "column 7: no phone's name fits x*; there are: phone1, phone2, phone3"),
        ("phone:tag:red", "column 11: no phone is of tag red; there are: blue, new"),
        ("phone:client:Nobody", "column 14: no phone is of client Nobody; there are: Acme Corp, Brand"),
        (
            "account:plaza.account9@all",
            (
                "column 9: no account is called plaza.account9; there are: "
                "plaza.account1, plaza.account2, notes.account1, plaza.account3, plaza.account4"
            ),
        ),
        ("account:group:cold", "column 15: no account is of group cold; there are: active"),
        ("account:plaza.all@phone9", "column 19: no phone is called phone9; there are: phone1, phone2, phone3"),
        (
            "account:notes.all@phone2",
            (
                "column 1: account:notes.all@phone2 leaves out every account: plaza.account1@phone1, "
                "plaza.account2@phone1, notes.account1@phone1, plaza.account3@phone2, plaza.account4@"
            ),
        ),
        ("phone:all-*", "column 1: phone:all-* leaves out every phone: phone1, phone2, phone3"),
    ],
)
def test_what_is_not_there_is_an_error_that_lists_what_is(source: str, message: str) -> None:
    with pytest.raises(NothingSelected) as caught:
        select(parse_selector(source), OFFICE)
    assert caught.value.message == message
    assert caught.value.hint


def test_nothing_left_can_also_be_an_answer() -> None:
    assert hits(parse_selector("phone:all-*"), rack_of(["a"])) == Selection(
        (), (LeftOut("a", "left out by * in phone:all-*"),)
    )


def test_tags_that_nothing_has_are_said_to_be_none() -> None:
    with pytest.raises(NothingSelected, match=r"no phone is of tag x; no phone has one$"):
        chosen("phone:tag:x")


def test_a_long_rack_is_not_listed_whole() -> None:
    with pytest.raises(NothingSelected, match=r"p19 and 80 more$"):
        chosen("phone:x", [f"p{number}" for number in range(100)])


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        (
            "phone:all-phone2,phone9",
            "phone:all-phone2,phone9 means all phones but phone2, phone9: everything after `all-` is left out",
        ),
        (
            "account:all-*.all@all",
            "account:all-*.all@all means all accounts but *.all: everything after `all-` is left out",
        ),
        ("phone:phone9", "correct the name, or attach that phone; `*` matches any run of characters"),
    ],
)
def test_an_exception_that_fits_not_explains_what_the_selector_means(source: str, hint: str) -> None:
    with pytest.raises(NothingSelected) as caught:
        select(parse_selector(source), OFFICE)
    assert caught.value.hint == hint


@pytest.mark.parametrize("source", ["phone:all", "phone:a", "phone:all-a", "phone:tag:x"])
def test_an_empty_rack_is_an_error(source: str) -> None:
    with pytest.raises(NothingSelected, match="selects nothing: no phone is there"):
        chosen(source, ())


def test_a_rack_without_accounts_is_an_error_for_their_selectors() -> None:
    with pytest.raises(NothingSelected, match="selects nothing: no account is there"):
        chosen("account:all@all")


def test_all_but_that_is_also_a_phones_name_is_ambiguous() -> None:
    with pytest.raises(Ambiguous, match=r"^column 7: all-x is the name of a phone") as caught:
        chosen("phone:all-x,y", ("all-x", "x", "y"))
    assert caught.value.hint == "write *all-x for the phone of that name"
    assert chosen("phone:*all-x", ("all-x", "x", "y")) == ("all-x",)


@given(SERIALS)
def test_naming_some_and_leaving_out_the_others_choose_alike(rack: list[str]) -> None:
    names = [f"p{serial}" for serial in rack]  # none that begins with `all` or a kind
    some, others = names[: len(names) // 2 + 1], names[len(names) // 2 + 1 :]
    everything = "phone:all-" + ",".join(others) if others else "phone:all"
    assert chosen("phone:" + ",".join(reversed(some)), names) == chosen(everything, names) == tuple(some)


@given(st.text(st.sampled_from("phoneal:,-*.1"), max_size=30).map("phone:".__add__), SERIALS)
def test_whatever_is_selected_only_language_errors_come(source: str, rack: list[str]) -> None:
    try:
        assert chosen(source, rack)
    except LanguageError as error:
        assert error.column >= 1  # noqa: PT017 either is right
