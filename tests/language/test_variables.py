"""Every form of a variable, and what is said of what is none."""

from datetime import timedelta
from decimal import Decimal

import pytest

from drover.language.criteria import All, Compare, Operator
from drover.language.errors import BadSyntax, LanguageError, TooLarge, UnknownName, Unsupported
from drover.language.parsing import parse_text
from drover.language.selector import AccountName, Accounts, AccountSelector, Name, Names, PhoneSelector
from drover.language.source import key_of, source_of
from drover.language.text import (
    Combined,
    Counter,
    CountOf,
    Filtered,
    FilterOf,
    Foreach,
    Generated,
    Literal,
    MediaFolder,
    Moment,
    Part,
    RandomChoice,
    RandomNumber,
    RandomOf,
    Reference,
    Text,
    literal,
)
from drover.language.vocabulary import FORMS

ACTIVE = All((Compare("followers", Operator.MORE, Decimal(1000)), Compare("lifecycle", Operator.EQUAL, "active")))

SPECIFIED = {
    "${param.<name>}": ("${param.name}", Reference("param", "name")),
    "${run.<name>}": ("${run.name}", Reference("run", "name")),
    "${client.name}": ("${client.name}", Reference("client", "name")),
    "${client.status}": ("${client.status}", Reference("client", "status")),
    "${client.contact.email}": ("${client.contact.email}", Reference("client", "contact.email")),
    "${client.contact.discord}": ("${client.contact.discord}", Reference("client", "contact.discord")),
    "${account.<app>.<account>.<field>}": ("${account.app.a1.name}", Reference("account", "app.a1.name")),
    "${account.plaza.account1.username}": (
        "${account.plaza.account1.username}",
        Reference("account", "plaza.account1.username"),
    ),
    "${account.plaza.account2.bio}": ("${account.plaza.account2.bio}", Reference("account", "plaza.account2.bio")),
    "${account.<field>}": ("${account.lifecycle}", Reference("account", "lifecycle")),
    "${content.hashtags.<set>}": ("${content.hashtags.set}", Reference("content", "hashtags.set")),
    "${content.caption.<template>}": ("${content.caption.t}", Reference("content", "caption.t")),
    "${content.media.next}": ("${content.media.next}", Reference("content", "media.next")),
    "${content.media.folder(<path>)}": ("${content.media.folder(a/b c)}", MediaFolder("a/b c")),
    "${dynamic.date.format(<f>)}": ("${dynamic.date.format(D)}", Moment("date", "D")),
    "${dynamic.time.format(<f>)}": ("${dynamic.time.format(H)}", Moment("time", "H")),
    "${dynamic.random.number(1-9)}": ("${dynamic.random.number(1-9)}", RandomNumber(1, 9)),
    "${dynamic.random.choice(a,b,c)}": ("${dynamic.random.choice(a,b,c)}", RandomChoice(("a", "b", "c"))),
    "${dynamic.counter(name,start,step)}": ("${dynamic.counter(name,1,-2)}", Counter("name", 1, -2)),
    "${ai.caption(<prompt>)}": ("${ai.caption(a, b)}", Generated("caption", literal("a, b"))),
    "${ai.response(<context>)}": (
        "${ai.response(${run.x} (so))}",
        Generated("response", Text((Reference("run", "x"), Literal(" (so)")))),
    ),
    "${ai.hashtags(<topic>,<count>)}": ("${ai.hashtags(a,b,3)}", Generated("hashtags", literal("a,b"), 3)),
    "${custom.<name>}": ("${custom.name}", Reference("custom", "name")),
    "${group.<g>.count}": ("${group.g.count}", Reference("group", "g.count")),
    "${group.<g>.random}": ("${group.g.random}", Reference("group", "g.random")),
    "${foreach.entity in group:<g>}": ("${foreach.entity in group:g}x${end}", Foreach("g", literal("x"))),
    "${group.filter(<g>, <criteria>)}": (
        "${group.filter(g, followers > 1000 and lifecycle = active)}",
        Filtered("g", ACTIVE),
    ),
    "${group.intersection(<a>,<b>)}": ("${group.intersection(a,b)}", Combined("intersection", "a", "b")),
    "${group.difference(<a>,<b>)}": ("${group.difference(a,b)}", Combined("difference", "a", "b")),
    "${random.account from <selector>}": (
        "${random.account from account:plaza.all@phone1}",
        RandomOf(
            "account",
            AccountSelector(Accounts(False, (AccountName(Name("plaza"), Name("*")),)), Names(False, (Name("phone1"),))),
        ),
    ),
    "${count.accounts in <selector>}": (
        "${count.accounts in phone:all}",
        CountOf("account", PhoneSelector(Names(True, ()))),
    ),
    "${filter.phones where profile.gender=male}": (
        "${filter.phones where profile.gender=male}",
        FilterOf("phone", Compare("profile.gender", Operator.EQUAL, "male")),
    ),
}
"""What the table of variables lists, word for word, and an example of each with its placeholders filled in."""


@pytest.mark.parametrize(("source", "part"), SPECIFIED.values(), ids=list(SPECIFIED))
def test_every_form_of_the_table_is_understood(source: str, part: Part) -> None:
    assert parse_text(source) == Text((part,))


@pytest.mark.parametrize("form", [form for form in SPECIFIED if "<" not in form and "step" not in form])
def test_forms_without_placeholders_are_understood_as_they_stand(form: str) -> None:
    assert len(parse_text(form).parts) == 1


def test_the_vocabulary_lists_every_form_of_the_table() -> None:
    listed = {form for forms in FORMS.values() for form in forms}
    filled = {"${account.plaza.account1.username}", "${account.plaza.account2.bio}"}
    filled |= {"${filter.phones where profile.gender=male}"}
    assert set(SPECIFIED) - filled <= listed


@pytest.mark.parametrize(
    "field",
    [
        *("first_name", "last_name", "birth_month", "birth_day", "birth_year"),
        *("gender", "profile_password", "interests"),
    ],
)
def test_every_field_of_a_profile_is_understood(field: str) -> None:
    assert parse_text(f"${{profile.{field}}}") == Text((Reference("profile", field),))


@pytest.mark.parametrize("field", ["username", "password", "name", "bio", "gender", "lifecycle", "followers"])
def test_every_field_of_an_account_is_understood(field: str) -> None:
    assert parse_text(f"${{account.{field}}}${{account.plaza.account1.{field}}}") == Text(
        (Reference("account", field), Reference("account", f"plaza.account1.{field}"))
    )


def test_results_of_tasks_may_be_written_with_their_older_name() -> None:
    assert parse_text("${var.x}") == parse_text("${run.x}")


@pytest.mark.parametrize(
    ("source", "secret"),
    [
        ("${account.password}", True),
        ("${account.plaza.account1.password}", True),
        ("${profile.profile_password}", True),
        ("${account.username}", False),
        ("${param.password}", False),
    ],
)
def test_passwords_are_secrets(source: str, secret: bool) -> None:  # noqa: FBT001 a case's expectation
    (reference,) = parse_text(source).parts
    assert isinstance(reference, Reference)
    assert reference.secret is secret


@pytest.mark.parametrize(
    ("source", "message", "suggestion"),
    [
        ("say ${foo.x}", "column 7: unknown category foo", ""),
        ("${PARAM.x}", "column 3: unknown category PARAM", ""),
        ("${os.environ}", "column 3: unknown category os", ""),
        ("${param.x.__class__}", "column 1: ${param.x.__class__} is not a variable", ""),
        ("${client.nam}", "column 10: unknown field nam of client", "name"),
        ("${client.contact.emial}", "column 18: unknown field emial of client", "email"),
        ("${client.contact}", "column 10: unknown field contact of client", ""),
        ("${profile.first}", "column 11: unknown field first of profile", "first_name"),
        ("${account.usrname}", "column 11: unknown field usrname of account", "username"),
        ("${account.plaza.account1.usrname}", "column 26: unknown field usrname of account", "username"),
        ("${account.plaza.account1}", "column 1: ${account.plaza.account1} is not a variable", ""),
        ("${content.media.nxt}", "column 17: unknown field nxt of content", "next"),
        ("${content.hashtag.x}", "column 11: unknown field hashtag of content", "hashtags"),
        ("${group.g.cuont}", "column 11: unknown field cuont of group", "count"),
        ("${param}", "column 1: ${param} is not a variable", ""),
        ("${param.a.b}", "column 1: ${param.a.b} is not a variable", ""),
        ("${param.a(1)}", "column 10: param.a takes no arguments", ""),
        ("${dynamic.conter(a,1,1)}", "column 3: unknown function dynamic.conter", "dynamic.counter"),
        ("${ai.caption}", "column 1: ${ai.caption} is not a variable", ""),
        ("${random.acount from phone:all}", "column 10: unknown field acount of random", "account"),
        ("${filter.phone where a=1}", "column 10: unknown field phone of filter", "phones"),
        ("${foreach.x in group:g}", "column 11: unknown field x of foreach", ""),
        ("${dynamic.random.choice(${run.x},b)}", "column 25: a variable cannot stand in dynamic.random.choice", ""),
        ("${ai.caption(${ai.caption(x)})}", "column 14: a draft cannot stand in a prompt", ""),
        ("${ai.caption(${profile.profile_password})}", "column 14: a secret cannot stand in a prompt", ""),
        (
            "${filter.phones where account.password = x}",
            "column 23: account.password is a secret and cannot be compared",
            "",
        ),
    ],
)
def test_what_is_no_variable_is_named_with_what_is_likely_meant(source: str, message: str, suggestion: str) -> None:
    with pytest.raises(Unsupported) as caught:
        parse_text(source)
    assert caught.value.message == message
    assert caught.value.suggestion == suggestion
    assert caught.value.hint


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("${random.account frm phone:all}", "column 1: random.account is not written so"),
        ("${foreach.entity in active}${end}", "column 1: foreach.entity is not written so"),
        ("${ai.caption()}", "column 14: ai.caption: nothing stands in its parentheses"),
        ("${dynamic.date.format( )}", "column 23: dynamic.date.format: nothing stands in its parentheses"),
        (
            "${dynamic.random.number(9)}",
            "column 25: dynamic.random.number: expected two whole numbers of at most 18 digits, such as 1-9",
        ),
        ("${dynamic.random.number(9-1)}", "column 25: dynamic.random.number: 9 is more than 1"),
        (
            "${dynamic.random.number(1-1000000000000000000)}",
            "column 25: dynamic.random.number: expected two whole numbers of at most 18 digits, such as 1-9",
        ),
        ("${dynamic.random.choice(a,,c)}", "column 25: dynamic.random.choice: an option is empty"),
        ("${dynamic.counter(a,1)}", "column 19: dynamic.counter: expected 3 arguments, found 2"),
        ("${dynamic.counter(a b,1,1)}", "column 19: dynamic.counter: `a b` is not a name"),
        (
            "${dynamic.counter(a,x,1)}",
            "column 19: dynamic.counter: start and step are whole numbers of at most 18 digits, and step is not 0",
        ),
        (
            "${dynamic.counter(a,1,0)}",
            "column 19: dynamic.counter: start and step are whole numbers of at most 18 digits, and step is not 0",
        ),
        ("${ai.hashtags(snow)}", "column 15: ai.hashtags: expected a topic, a comma and how many"),
        ("${ai.hashtags(${run.x})}", "column 15: ai.hashtags: expected a topic, a comma and how many"),
        ("${ai.hashtags(,3)}", "column 15: ai.hashtags: there is no topic"),
        ("${group.difference(a)}", "column 20: group.difference: expected 2 arguments, found 1"),
        ("${group.difference(a,b c)}", "column 20: group.difference: `b c` is not a name"),
    ],
)
def test_wrong_arguments_are_refused_saying_what_is_expected(source: str, message: str) -> None:
    with pytest.raises(BadSyntax) as caught:
        parse_text(source)
    assert caught.value.message == message
    assert "${" in caught.value.hint


def test_too_many_hashtags_are_refused_with_the_limit_named() -> None:
    with pytest.raises(TooLarge, match="at most 30 hashtags"):
        parse_text("${ai.hashtags(snow,31)}")


@pytest.mark.parametrize(
    "path", ["../x", "a/../b", "/etc/passwd", "~/x", "a//b", "./a", "a/", "c:/x", "file:x", "a\\\\b"]
)
def test_media_never_leave_the_library(path: str) -> None:
    with pytest.raises(BadSyntax, match="leads out of the client's library, or is no folder's name"):
        parse_text(f"${{content.media.folder({path})}}")


def test_arguments_may_hold_escaped_signs_and_brackets() -> None:
    text = parse_text("${dynamic.random.choice(a\\,b, \\(c\\), (d), \\{e\\}, f\\\\, g\\h, $)}")
    assert text == Text((RandomChoice(("a,b", "(c)", "(d)", "{e}", "f\\", "g\\h", "$")),))
    assert parse_text(source_of(text)) == text


def test_a_key_is_what_stands_between_the_braces() -> None:
    source = "filter.accounts where created < 7d"
    variable = FilterOf("account", Compare("created", Operator.LESS, timedelta(days=7)))
    assert parse_text(f"${{{source}}}") == Text((variable,))
    assert key_of(variable) == source


def test_an_unknown_name_is_also_an_unsupported_one() -> None:
    assert issubclass(UnknownName, Unsupported)
    assert issubclass(Unsupported, LanguageError)
