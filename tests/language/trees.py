"""Trees of the language as hypothesis draws them: all that the grammar can say, and some that it cannot."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from drover.language.criteria import KEYWORDS, All, Among, AnyOf, Compare, Contains, Criteria, Missing, Not, Operator
from drover.language.selector import AccountName, Accounts, AccountSelector, Name, Names, Owned, PhoneSelector
from drover.language.text import (
    SECRET_FIELDS,
    Choice,
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
    text_of,
)
from drover.language.vocabulary import ACCOUNT_FIELDS, PROFILE_FIELDS

AWKWARD = st.text(st.sampled_from("a${}|\\(), \n\té漢\N{PILE OF POO}"), max_size=12)
ANY_TEXT = st.text(max_size=12) | AWKWARD
WORDS = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,5}", fullmatch=True)
WHOLE = st.integers(-(10**18) + 1, 10**18 - 1)

# --- Criteria

FIELDS = st.from_regex(r"[a-z_][a-z0-9_]{0,5}(\.[a-z_][a-z0-9_]{0,5})?", fullmatch=True).filter(
    lambda name: name not in KEYWORDS and name.rpartition(".")[2] not in SECRET_FIELDS
)
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9)
MOMENTS = st.datetimes(datetime(1000, 1, 2), timezones=st.just(UTC))  # noqa: DTZ001 the strategy adds the zone
DURATIONS = st.integers(0, 10**8).map(lambda seconds: timedelta(seconds=seconds))
DATES = st.dates(min_value=date(1000, 1, 1))
LIKE_KEYWORDS = st.sampled_from(["and", "true", "missing", "a b", 'a"b', "7d", "12", "2026-01-01", "\\"])
VALUES = st.one_of(
    ANY_TEXT, WORDS, LIKE_KEYWORDS, st.booleans(), NUMBERS, st.integers(0, 9).map(Decimal), DATES, MOMENTS, DURATIONS
)
SINGLE = st.one_of(
    st.builds(Compare, FIELDS, st.sampled_from(Operator), VALUES),
    st.builds(Among, FIELDS, st.lists(VALUES, min_size=1, max_size=3).map(tuple)),
    st.builds(Contains, FIELDS, VALUES),
    st.builds(Missing, FIELDS),
)


def _combined(inner: st.SearchStrategy[Criteria]) -> st.SearchStrategy[Criteria]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(Not, inner), st.builds(All, several), st.builds(AnyOf, several))


CRITERIA = st.recursive(SINGLE, _combined, max_leaves=6)

# --- Selectors

PHONE_NAMES = st.from_regex(r"[a-z0-9_*][A-Za-z0-9._:*-]{0,6}", fullmatch=True).filter(
    lambda name: not name.startswith(("all", "client:", "tag:", "group:", "phone:"))
)
APPS = st.from_regex(r"[b-z*][a-z0-9_]{0,4}", fullmatch=True)
ACCOUNT_NAMES = st.builds(
    AccountName, st.builds(Name, APPS), st.builds(Name, st.sampled_from(["*", "a1", "x*", "b-2"]))
)
OWNERS = st.builds(Name, st.one_of(WORDS, ANY_TEXT))


def _either(kind: type, names: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    listed = st.lists(names, min_size=1, max_size=3).map(tuple)
    return st.one_of(st.builds(kind, st.just(True), st.just(())), st.builds(kind, st.booleans(), listed))


PHONES = _either(Names, st.builds(Name, PHONE_NAMES)) | st.builds(
    Owned, st.sampled_from(["client", "tag", "group"]), OWNERS
)
SELECTORS = st.one_of(
    st.builds(PhoneSelector, PHONES),
    st.builds(AccountSelector, _either(Accounts, ACCOUNT_NAMES), PHONES),
    st.builds(AccountSelector, st.builds(Owned, st.just("group"), OWNERS), st.none() | PHONES),
)

# --- Texts

REFERENCES = st.one_of(
    st.builds(Reference, st.sampled_from(["param", "run", "custom"]), WORDS),
    st.builds(Reference, st.just("client"), st.sampled_from(["name", "contact.email"])),
    st.builds(Reference, st.just("profile"), st.sampled_from(PROFILE_FIELDS)),
    st.builds(Reference, st.just("account"), st.sampled_from(ACCOUNT_FIELDS)),
    st.builds(Reference, st.just("account"), st.builds("{}.{}.name".format, WORDS, WORDS)),
    st.builds(Reference, st.just("content"), st.builds("hashtags.{}".format, WORDS) | st.just("media.next")),
    st.builds(Reference, st.just("group"), st.builds("{}.{}".format, WORDS, st.sampled_from(["count", "random"]))),
)


def _is_trimmed(text: Text) -> bool:
    """Whether no white space stands at either end, as the parser leaves it out."""
    ends = [text.parts[0], text.parts[-1]] if text.parts else [Literal(" ")]
    return all(not isinstance(end, Literal) or end.text == end.text.strip() for end in ends)


ARGUMENTS = AWKWARD.map(str.strip).filter(bool)
PROMPTS = st.lists(
    st.one_of(st.builds(Literal, ANY_TEXT), REFERENCES.filter(lambda each: not each.secret)), min_size=1, max_size=3
).map(text_of)
TRIMMED = PROMPTS.filter(_is_trimmed)
ENTITIES = st.sampled_from(["account", "phone"])
VARIABLES = st.one_of(
    REFERENCES,
    st.builds(MediaFolder, st.from_regex(r"[a-z(,{][a-z \-}|]{0,3}[a-z](/[a-z]{1,3})?", fullmatch=True)),
    st.builds(Moment, st.just("date"), st.sampled_from(["YYYY-MM-DD", "[a(b)c, \\] D", "MMMM D, YYYY", "h:mm a"])),
    st.builds(Moment, st.just("time"), st.sampled_from(["HH:mm", "{h}"])),
    st.tuples(WHOLE, WHOLE).map(lambda pair: RandomNumber(min(pair), max(pair))),
    st.builds(RandomChoice, st.lists(ARGUMENTS, min_size=1, max_size=3).map(tuple)),
    st.builds(Counter, WORDS, WHOLE, WHOLE.filter(bool)),
    st.builds(Generated, st.sampled_from(["caption", "response"]), TRIMMED),
    st.builds(Generated, st.just("hashtags"), TRIMMED, st.integers(1, 30)),
    st.builds(Filtered, WORDS, CRITERIA),
    st.builds(Combined, st.sampled_from(["intersection", "difference"]), WORDS, WORDS),
    st.builds(RandomOf, ENTITIES, SELECTORS),
    st.builds(CountOf, ENTITIES, SELECTORS),
    st.builds(FilterOf, ENTITIES, CRITERIA),
)


def _nested(inner: st.SearchStrategy[Text]) -> st.SearchStrategy[Text]:
    choices = st.builds(Choice, st.lists(inner, min_size=2, max_size=3).map(tuple))
    turns = st.builds(Foreach, WORDS, inner)
    return _parts(choices | turns | VARIABLES)


def _parts(special: st.SearchStrategy[Part]) -> st.SearchStrategy[Text]:
    return st.lists(st.builds(Literal, ANY_TEXT) | special, max_size=4).map(text_of)


TEXTS = st.recursive(_parts(VARIABLES), _nested, max_leaves=5)
"""Texts; some have what cannot be written as it is: a `$` right before a choice."""


def is_written_as_it_is(text: Text) -> bool:
    """Whether no literal `$` stands right before a choice, in the text or in what it holds."""
    pairs = zip(text.parts, text.parts[1:], strict=False)
    dollars = (isinstance(a, Literal) and a.text.endswith("$") and isinstance(b, Choice) for a, b in pairs)
    inner = [option for part in text.parts if isinstance(part, Choice) for option in part.options]
    inner += [part.body for part in text.parts if isinstance(part, Foreach)]
    return not any(dollars) and all(map(is_written_as_it_is, inner))
