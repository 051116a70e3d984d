"""Values that are given as they are: what a document may hold, and what is answered from it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from drover.language.errors import Ambiguous, LanguageError, MissingValue
from drover.language.given import BadValues, given_of, rows
from drover.language.memory import MemoryProvider, SecretUnknown, memory_providers
from drover.language.parsing import parse_text
from drover.language.ports import Absent, Context, Request
from drover.language.rendering import Position, render
from drover.language.resolving import resolve
from drover.language.sealed import Sealed
from drover.language.spintax import Seed
from drover.language.text import RandomNumber

CONTEXT = Context("run1", "text", Seed(1, "phone1"), datetime(2026, 3, 4, tzinfo=UTC))
PHONES = [{"name": "phone1", "charge": 80, "tags": ["new"]}, "phone2"]
ACCOUNTS = [
    {"app": "plaza", "account": "a1", "phone": "phone1", "password": "pw1", "verified": True, "groups": ["vip"]}
    | {"likes": ["chess", "go"]},
    {"app": "plaza", "account": "a2", "phone": "phone2", "joined": "2026-01-31", "seen": "2026-03-01T10:00"},
    {"app": "notes", "account": "a2", "phone": "phone1", "seen": "2026-03-01T10:00+01:00", "tags": ["x", 1]},
    {"app": "notes", "account": "a2", "phone": "phone2"},
]
NEW = [{"app": "notes", "account": "a3", "phone": "phone2", "rate": 0.5, "joined": None}]


async def answered(source: str, document: dict[str, object], *, preview: bool = False) -> str:
    return await asked(memory_providers(document)[1], source, CONTEXT, preview=preview)


async def asked(provider: MemoryProvider, source: str, context: Context, *, preview: bool = False) -> str:
    text = parse_text(source)
    categories = ("param", "account", "content", "dynamic", "ai", "group", "foreach", "random", "count", "filter")
    values = await resolve(text, dict.fromkeys(categories, provider), context, preview=preview)
    return render(text, values, context.seed).opened(provider)


@pytest.mark.parametrize(
    ("value", "shown"), [("Ada", "Ada"), (7, "7"), (1.5, "1.5"), (True, "true"), (False, "false"), (["a", 1], "a, 1")]
)
async def test_values_are_written_plainly(value: object, shown: str) -> None:
    assert await answered("${param.x}", {"param": {"x": value}}) == shown


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("${account.plaza.a1.password}", "pw1"),
        ("${group.vip.count}${group.vip.random}", "1plaza.a1@phone1"),
        ("${group.own.count} ${group.difference(own,vip)} ${group.intersection(own,own)}", "2 ann,bob ann,bob"),
        ("${group.filter(own, age > 3)}", "bob"),
        (
            "${foreach.entity in group:own}${foreach.entity.age} ${foreach.entity.since};${end}",
            "2 2026-01-31;5 2026-01-31;",
        ),
        ("${foreach.entity in group:vip}${foreach.entity.verified} ${foreach.entity.likes};${end}", "true chess, go;"),
        ("${count.accounts in phone:phone1} ${count.phones in account:plaza.a1@all}", "2 1"),
        ("${count.accounts in account:all-*.all@all} ${count.phones in phone:tag:new}", "0 1"),
        ("${random.phone from phone:phone2}", "phone2"),
        ("${filter.accounts where joined = 2026-01-31}", "plaza.a2@phone2"),
        ("${filter.accounts where seen < 2026-03-01T09:30Z}", "notes.a2@phone1"),
        ("${filter.accounts where tags contains X and rate is missing}", "notes.a2@phone1"),
        ("${filter.accounts where rate = 0.5}", "notes.a3@phone2"),
        ("${filter.phones where charge > 50}", "phone1"),
        ("${filter.phones where charge is missing}", "phone2"),
        ("${filter.phones where account.verified = true}", "phone1"),
    ],
)
async def test_sets_draws_and_counts_come_from_what_is_listed(source: str, expected: str) -> None:
    own = [{"name": name, "age": age, "since": "2026-01-31"} for name, age in (("ann", 2), ("bob", 5))]
    document: dict[str, object] = {"phones": PHONES, "accounts": ACCOUNTS[:3] + NEW, "group": {"own": own}}
    assert await answered(source, document) == expected


async def test_what_needs_no_owner_is_not_among_the_values() -> None:
    provider = MemoryProvider(given_of({}))
    request = Request(RandomNumber(1, 2), Position(()))
    assert await provider.fetch(CONTEXT, [request]) == [Absent("the values given have nothing of its kind")]


async def test_what_only_looks_like_a_date_is_a_text() -> None:
    document: dict[str, object] = {"group": {"g": [{"name": "a", "on": "2026-99-99"}]}}
    assert await answered('${group.filter(g, on = "2026-99-99")}', document) == "a"


async def test_a_phone_without_accounts_is_filtered_too() -> None:
    entities = rows(
        given_of({"phones": ["phone1", "phone2"], "accounts": [{"app": "p", "account": "a", "phone": "phone1"}]})
    )
    assert [entity.name for entity in entities] == ["phone1", "phone2"]


async def test_an_account_that_two_phones_have_is_ambiguous() -> None:
    document: dict[str, object] = {"phones": PHONES, "accounts": ACCOUNTS}
    with pytest.raises(Ambiguous, match=r"may be notes.a2@phone1, notes.a2@phone2$"):
        await answered("${account.notes.a2.bio}", document)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("${param.y}", "it is not among the values given"),
        ("${param.x}${account.plaza.a9.bio}", "it is not among the values given"),
        ("${account.plaza.a1.bio}", "it is not among the values given"),
        ("${account.bio}", "it is not among the values given"),
        ("${content.media.next}", "no file is given"),
        ("${content.media.folder(a)}${content.media.folder(a)}", "all of its 1 files are used"),
        ("${ai.caption(x)}", "no draft is given for 'x'"),
        ("${group.none.random}", "no group is called none"),
        ("${group.filter(none, a=1)}", "no group is called none"),
        ("${group.difference(vip,none)}", "no group is called none"),
        ("${group.difference(none,vip)}", "no group is called none"),
        ("${foreach.entity in group:vip}${foreach.entity.age}${end}", "plaza.a1@phone1 has none"),
    ],
)
async def test_what_is_not_given_is_missing_and_says_why(source: str, reason: str) -> None:
    document: dict[str, object] = {
        "param": {"x": 1},
        "accounts": ACCOUNTS[:1],
        "content": {"media": {"folder": {"a": ["1"]}}},
    }
    with pytest.raises(MissingValue, match=reason):
        await answered(source, document)


async def test_an_unknown_field_in_a_filter_is_an_error() -> None:
    with pytest.raises(LanguageError, match="unknown field charg"):
        await answered("${filter.phones where charg > 3}", {"phones": PHONES})


async def test_reservations_hold_for_their_run_and_move_on_for_the_next() -> None:
    _, provider = memory_providers({"counters": {"n": 4}, "content": {"media": {"next": ["a", "b", "c"]}}})
    source = "${dynamic.counter(n,1,10)} ${dynamic.counter(m,1,10)} ${content.media.next}"
    assert await asked(provider, source, CONTEXT, preview=True) == "14 1 a"
    assert await asked(provider, source, CONTEXT) == "14 1 a"
    assert await asked(provider, source, CONTEXT) == "14 1 a"
    assert await asked(provider, source, CONTEXT, preview=True) == "14 1 a"
    assert await asked(provider, source, replace(CONTEXT, text="other")) == "24 11 b"
    assert await asked(provider, source, replace(CONTEXT, run="run2")) == "34 21 c"


async def test_what_could_not_be_reserved_is_tried_again() -> None:
    _, provider = memory_providers({"content": {"media": {"next": []}}})
    for _ in range(2):
        with pytest.raises(MissingValue, match="no file is given"):
            await asked(provider, "${content.media.next}", CONTEXT)


async def test_secrets_of_the_document_are_opened_also_by_who_did_not_give_them_out() -> None:
    document: dict[str, object] = {"account": {"password": "pw"}}
    assert await answered("${account.password}", document) == "pw"
    assert MemoryProvider(given_of(document)).open(Sealed("account.password")) == "pw"


@pytest.mark.parametrize("handle", ["param.password", "account.username", "account.p.a.password", "password", ""])
def test_nothing_else_is_opened(handle: str) -> None:
    document = {"param": {"password": "x"}, "account": {"password": "pw", "username": "ada"}}
    with pytest.raises(SecretUnknown):
        MemoryProvider(given_of(document)).open(Sealed(handle))


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "the document is no object"),
        ({"params": {}}, "params: nothing is called that"),
        ({"phones": {}}, "phones is no list"),
        ({"phones": [3]}, "phones[0] is no object"),
        ({"phones": [{}]}, "phones[0] has no name"),
        ({"accounts": [{"app": "plaza"}]}, "accounts[0] has no account"),
        ({"accounts": ["x"]}, "accounts[0] is no object"),
        ({"accounts": [{"app": "plaza", "account": {}}]}, "accounts[0].account is neither a text nor a number"),
        ({"accounts": [{"app": "plaza", "account": "a", "groups": "x"}]}, "groups is no list"),
        ({"accounts": [{"app": "plaza", "account": "a", "profile": 1}]}, "profile is no object"),
        ({"group": {"g": [{"x": 1}]}}, "group.g[0] has no name"),
        ({"counters": {"n": "1"}}, "counters.n is no whole number"),
        ({"counters": {"n": True}}, "counters.n is no whole number"),
    ],
)
def test_documents_that_cannot_be_used_are_refused_saying_where(document: object, message: str) -> None:
    with pytest.raises(BadValues) as caught:
        memory_providers(document)
    assert caught.value.message == message
    assert caught.value.hint


async def test_an_object_where_a_value_is_asked_for_is_refused() -> None:
    with pytest.raises(BadValues, match=r"^param.x is neither a text nor a number$"):
        await answered("${param.x}", {"param": {"x": {"y": 1}}})


async def test_the_passwords_of_a_groups_accounts_are_sealed_each_by_itself() -> None:
    second = ACCOUNTS[1] | {"password": "pw2", "groups": ["vip"]}
    given = given_of({"phones": PHONES, "accounts": [ACCOUNTS[0], second]})
    provider = MemoryProvider(given)
    text = parse_text("${foreach.entity in group:vip}${foreach.entity.password};${end}")
    values = await resolve(text, dict.fromkeys(("group", "foreach"), provider), CONTEXT)
    rendered = render(text, values, CONTEXT.seed)
    assert rendered.text == "***;***;"
    assert rendered.opened(provider) == "pw1;pw2;"
    assert rendered.opened(MemoryProvider(given)) == "pw1;pw2;"  # as after a resume


def test_the_password_of_an_account_that_is_given_no_more_is_not_among_the_secrets() -> None:
    provider = MemoryProvider(given_of({"phones": PHONES, "accounts": ACCOUNTS}))
    with pytest.raises(SecretUnknown):
        provider.open(Sealed("foreach.entity.password of plaza.gone@phone1"))
