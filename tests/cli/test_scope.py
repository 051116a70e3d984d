"""`drover scope parse`: what selectors mean, whom they hit, and why others are left out."""

from pathlib import Path

import pytest

from tests.cli.typed import Prompt

VALUES = {
    "phones": ["phone1", {"name": "phone2", "tags": ["blue"]}, {"name": "phone3", "client": "Acme Corp"}],
    "accounts": [
        {"app": "plaza", "account": "account1", "phone": "phone1", "groups": ["vip"]},
        {"app": "notes", "account": "account2", "phone": "phone2"},
    ],
}


@pytest.fixture
def drover(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Prompt:
    return Prompt(tmp_path, capsys)


@pytest.mark.parametrize(
    ("selector", "meaning"),
    [
        ("phone:all", "all phones"),
        ("phone:phone1", "phone phone1"),
        ("phone:phone1,phone5,p*", "phones phone1, phone5 and named like p*"),
        ("phone:all-phone2,phone3", "all phones but phone2 and phone3"),
        ('phone:client:"Acme Corp"', "the phones of client Acme Corp"),
        ("phone:tag:blue", "the phones of tag blue"),
        ("account:plaza.account1@phone1", "plaza account account1 on phone phone1"),
        ("account:plaza.all,notes.b@all", "all plaza accounts and notes account b on all phones"),
        ("account:all@phone:tag:blue", "all accounts on the phones of tag blue"),
        ("account:all-plaza.b@phone1", "all accounts but plaza account b on phone phone1"),
        ("account:group:vip", "the accounts of group vip"),
    ],
)
def test_a_selector_is_told_in_words(drover: Prompt, selector: str, meaning: str) -> None:
    told = drover("scope", "parse", selector)
    assert (told.code, told.out.splitlines(), told.err) == (0, [selector, meaning], "")


def test_what_is_written_otherwise_is_printed_as_it_should_be(drover: Prompt) -> None:
    assert drover("scope", "parse", "account:plaza.*@phone:phone1", "--json").json == {
        "ok": True,
        "selector": "account:plaza.all@phone1",
        "meaning": "all plaza accounts on phone phone1",
    }


def test_with_values_it_tells_whom_it_hits_and_why_others_not(drover: Prompt) -> None:
    told = drover("scope", "parse", "phone:all-phone2", values=VALUES)
    assert told.out.splitlines() == [
        "phone:all-phone2",
        "all phones but phone2",
        "hits 2 of 3",
        "  phone1",
        "  phone3",
        "left out:",
        "  phone2: left out by phone2 in phone:all-phone2",
    ]


def test_the_same_is_told_in_json(drover: Prompt) -> None:
    told = drover("scope", "parse", "account:all@phone:tag:blue", "--json", values=VALUES).json
    assert told["chosen"] == ["notes.account2@phone2"]
    assert told["left_out"] == [{"name": "plaza.account1@phone1", "reason": "phone1: not of tag:blue"}]


def test_everything_may_be_left_out(drover: Prompt) -> None:
    told = drover("scope", "parse", "phone:all-p*", values=VALUES)
    assert (told.code, told.out.splitlines()[2]) == (0, "hits 0 of 3")


@pytest.mark.parametrize(
    ("selector", "line", "caret"),
    [
        ("phone:phone9", "column 7: no phone is called phone9; there are: phone1, phone2, phone3", 8),
        ("account:plaza.b@phone1", "column 9: no account is called plaza.b; there are: ", 10),
        ("phone:phone1, phone2", "column 14: expected a phone's name, found ", 15),
    ],
)
def test_what_is_not_there_is_told_in_its_place(drover: Prompt, selector: str, line: str, caret: int) -> None:
    told = drover("scope", "parse", selector, values=VALUES)
    first, shown, pointer, *hint = told.err.splitlines()
    assert (told.code, told.out, shown) == (2, "", f"  {selector}")
    assert first.startswith(f"drover: {line}")
    assert pointer == " " * caret + "^"
    assert hint


def test_an_error_in_json_has_its_column(drover: Prompt) -> None:
    told = drover("scope", "parse", "phon:x", "--json")
    assert (told.code, told.err, told.json["ok"], told.json["error"]["column"]) == (2, "", False, 1)
