"""Selectors: every form, and where errors are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.language.errors import BadSyntax, LanguageError
from drover.language.parsing import parse_selector
from drover.language.selector import AccountName, Accounts, AccountSelector, Name, Names, Owned, PhoneSelector, Selector

ALL = Names(True, ())
PLAZA1, PLAZA3, NOTES2 = (
    AccountName(Name(app), Name(name))
    for app, name in (("plaza", "account1"), ("plaza", "account3"), ("notes", "account2"))
)
PLAZA = AccountName(Name("plaza"), Name("*"))


def phones(*names: str, every: bool = False) -> Names:
    return Names(every, tuple(Name(name) for name in names))


def accounts(*names: AccountName, on: Names | Owned, every: bool = False) -> AccountSelector:
    return AccountSelector(Accounts(every, names), on)


@pytest.mark.parametrize(
    ("source", "selector"),
    [
        ("phone:phone1", PhoneSelector(phones("phone1"))),
        ("phone:phone1,phone5", PhoneSelector(phones("phone1", "phone5"))),
        ("phone:all", PhoneSelector(ALL)),
        ("phone:all-phone2,phone3", PhoneSelector(phones("phone2", "phone3", every=True))),
        ("phone:client:Acme", PhoneSelector(Owned("client", Name("Acme")))),
        ('phone:client:"Acme \\"&\\" Söhne"', PhoneSelector(Owned("client", Name('Acme "&" Söhne')))),
        ("phone:tag:blue", PhoneSelector(Owned("tag", Name("blue")))),
        ("phone:group:warm*", PhoneSelector(Owned("group", Name("warm*")))),
        ("account:plaza.account1@phone1", accounts(PLAZA1, on=phones("phone1"))),
        ("account:plaza.all@phone1", accounts(PLAZA, on=phones("phone1"))),
        ("account:all@phone1", accounts(on=phones("phone1"), every=True)),
        ("account:plaza.account1,notes.account2@phone1", accounts(PLAZA1, NOTES2, on=phones("phone1"))),
        ("account:all-plaza.account3@phone1", accounts(PLAZA3, on=phones("phone1"), every=True)),
        ("account:plaza.account1@all", accounts(PLAZA1, on=ALL)),
        ("account:plaza.all@phone1,phone5,phone8", accounts(PLAZA, on=phones("phone1", "phone5", "phone8"))),
        ("account:plaza.all@phone:all", accounts(PLAZA, on=ALL)),
        ("account:plaza.all@phone:client:Acme", accounts(PLAZA, on=Owned("client", Name("Acme")))),
        ("account:plaza.all@all-phone1", accounts(PLAZA, on=phones("phone1", every=True))),
        ("account:all-plaza.all@phone:tag:x", accounts(PLAZA, on=Owned("tag", Name("x")), every=True)),
        ("account:pl*.acc*@p*", accounts(AccountName(Name("pl*"), Name("acc*")), on=phones("p*"))),
        ("account:group:active", AccountSelector(Owned("group", Name("active")), None)),
        ("account:group:active@phone1", AccountSelector(Owned("group", Name("active")), phones("phone1"))),
        ("phone:127.0.0.1:40001", PhoneSelector(phones("127.0.0.1:40001"))),
        ("phone:allen,alloy", PhoneSelector(phones("allen", "alloy"))),
    ],
)
def test_every_form_is_understood(source: str, selector: Selector) -> None:
    assert parse_selector(source) == selector
    assert parse_selector(str(selector)) == selector


def test_names_carry_their_columns() -> None:
    selector = parse_selector("account:plaza.account1@phone1,x")
    assert isinstance(selector, AccountSelector)
    assert isinstance(selector.accounts, Accounts)
    assert isinstance(selector.phones, Names)
    (name,) = selector.accounts.names
    assert [name.app.column, name.name.column, *(each.column for each in selector.phones.names)] == [9, 15, 24, 31]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "column 1: expected `phone:` or `account:`, found the end"),
        ("phone", "column 1: expected `phone:` or `account:`, found `phone`"),
        ("Phone:all", "column 1: expected `phone:` or `account:`, found `Phone`"),
        ("phone:", "column 7: expected `all`, `all-`, a phone's name, `client:`, `tag:` or `group:`, found the end"),
        ("phone:a,", "column 9: expected a phone's name, found the end"),
        ("phone:a, b", "column 9: expected a phone's name, found ` `"),
        ("phone:a b", "column 8: expected `,` or the end, found ` `"),
        ("phone:all,b", "column 10: expected the end, found `,`"),
        ("phone:all-", "column 11: expected a phone's name, found the end"),
        ("phone:-a", "column 7: expected `all`, `all-`, a phone's name, `client:`, `tag:` or `group:`, found `-`"),
        ("phone:a,all", "column 9: expected a phone's name, found `all`"),
        ("phone:a,all-b", "column 9: expected a phone's name, found `all`"),
        ("phone:a,tag:b", "column 9: expected a phone's name, found `tag`"),
        ("phone:tag:", "column 11: expected a name, found the end"),
        ('phone:tag:"x', 'column 11: expected a name, found `"`'),
        (
            "account:plaza",
            "column 9: expected `all`, `all-`, an account such as `plaza.account1` or `group:`, found `plaza`",
        ),
        ("account:plaza.all", "column 18: expected `,` or `@`, found the end"),
        (
            "account:plaza.all@",
            "column 19: expected `phone:`, `all`, `all-`, a phone's name, `client:`, `tag:` or `group:`, found the end",
        ),
        ("phone:a,account:x", "column 9: expected a phone's name, found `account`"),
    ],
)
def test_broken_selectors_are_refused_where_they_break(source: str, message: str) -> None:
    with pytest.raises(BadSyntax) as caught:
        parse_selector(source)
    assert caught.value.message == message
    assert "phone:all-<left out>" in caught.value.hint


@given(st.text(st.sampled_from('phoneaccut:all,-*.1@ é\n"'), max_size=30) | st.text().map("account:".__add__))
def test_whatever_is_given_only_language_errors_come_with_a_column(source: str) -> None:
    problem = problem_of(source)
    assert problem is None or 1 <= problem.column <= len(source) + 1


def problem_of(source: str) -> LanguageError | None:
    try:
        parse_selector(source)
    except LanguageError as error:
        return error
    return None


@given(st.text("ab", max_size=8), st.text("ab*", min_size=1, max_size=6))
def test_a_star_matches_any_run_of_characters(name: str, pattern: str) -> None:
    assert Name(pattern).matches(name) is fits(pattern, name)


def fits(pattern: str, name: str) -> bool:
    """Say the same as plainly as it can be said, in exponential time."""
    if not pattern:
        return not name
    if pattern[0] == "*":
        return any(fits(pattern[1:], name[cut:]) for cut in range(len(name) + 1))
    return name[:1] == pattern[0] and fits(pattern[1:], name[1:])


@pytest.mark.timeout(20)
def test_a_pattern_of_many_stars_takes_no_time() -> None:
    assert not Name("*a" * 2_000 + "b").matches("a" * 20_000)
