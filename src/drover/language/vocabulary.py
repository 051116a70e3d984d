"""Which variables there are. One table: the parser checks against it, errors and the reference page list it."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from drover.language.errors import BadSyntax, UnknownName, Unsupported
from drover.language.text import Reference

PROFILE_FIELDS: Final = (
    *("first_name", "last_name", "birth_month", "birth_day", "birth_year"),
    *("gender", "profile_password", "interests"),
)
ACCOUNT_FIELDS: Final = ("username", "password", "name", "bio", "gender", "lifecycle", "followers")

FORMS: Final[Mapping[str, tuple[str, ...]]] = {
    "param": ("${param.<name>}",),
    "run": ("${run.<name>}",),
    "client": ("${client.name}", "${client.status}", "${client.contact.email}", "${client.contact.discord}"),
    "profile": ("${profile.<field>}",),
    "account": ("${account.<field>}", "${account.<app>.<account>.<field>}"),
    "content": (
        *("${content.hashtags.<set>}", "${content.caption.<template>}"),
        *("${content.media.next}", "${content.media.folder(<path>)}"),
    ),
    "dynamic": (
        *("${dynamic.date.format(<f>)}", "${dynamic.time.format(<f>)}", "${dynamic.random.number(1-9)}"),
        *("${dynamic.random.choice(a,b,c)}", "${dynamic.counter(name,start,step)}"),
    ),
    "ai": ("${ai.caption(<prompt>)}", "${ai.response(<context>)}", "${ai.hashtags(<topic>,<count>)}"),
    "custom": ("${custom.<name>}",),
    "group": (
        *("${group.<g>.count}", "${group.<g>.random}", "${group.filter(<g>, <criteria>)}"),
        *("${group.intersection(<a>,<b>)}", "${group.difference(<a>,<b>)}"),
    ),
    "foreach": ("${foreach.entity in group:<g>}", "${foreach.entity}", "${foreach.entity.<field>}"),
    "random": ("${random.account from <selector>}", "${random.phone from <selector>}"),
    "count": ("${count.accounts in <selector>}", "${count.phones in <selector>}"),
    "filter": ("${filter.phones where <criteria>}", "${filter.accounts where <criteria>}"),
}
"""Every form of a variable, by category."""

_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")
_FIELDS: Final = {"profile": PROFILE_FIELDS, "account": ACCOUNT_FIELDS}
_OLDER: Final = {"var": "run"}
"""Categories that were called otherwise, and still may be."""

_Shape = tuple[tuple[str, ...], ...]
"""What may stand at each place of a path after its category; nothing listed means any name."""


def forms_of(path: str) -> str:
    """Return the forms of what the path begins like, or all categories, as a hint."""
    category = path.partition(".")[0]
    forms = FORMS.get(_OLDER.get(category, category))
    if forms is None:
        return f"categories: {', '.join(FORMS)}; write \\${{ for a plain ${{"
    own = [form for form in forms if form.startswith((f"${{{path}(", f"${{{path} "))]
    return f"written {' or '.join(own or forms)}"


def reference(path: str, column: int) -> Reference:
    """Return the variable `${path}`, whose `$` is in `column`. Raises BadSyntax, UnknownName or Unsupported."""
    if path == "end":
        raise BadSyntax(column, "this ${end} has no foreach before it", hint=forms_of("foreach"))
    category, *names = segments(path, column)
    category = known_category(category, column)
    _follow(category, names, path, column)
    return Reference(category, ".".join(names), column)


def check_clause(path: str, column: int) -> None:
    """Raise what is wrong with a path that neither `}` nor `(` follows, such as one before ` from` or ` where`."""
    names = segments(path, column)
    category = known_category(names[0], column)
    clauses = tuple(
        form.partition(" ")[0].partition(".")[2] for form in FORMS[category] if re.match(r"\S+ (?!<)", form)
    )
    if not clauses:
        reference(path, column)
        return
    rest = ".".join(names[1:])
    if rest not in clauses:
        raise UnknownName(column + len("${") + len(names[0]) + 1, "field", rest, clauses, of=category)
    raise BadSyntax(column, f"{path} is not written so", hint=forms_of(path))


def segments(path: str, column: int) -> list[str]:
    """Return the names of a path; column as above. Raises BadSyntax where one is empty or none."""
    names = path.split(".")
    at = column + len("${")
    for name in names:
        if not _NAME.fullmatch(name):
            found = f"`{name[0]}`" if name else "`.`" if at < column + len("${") + len(path) else "the end of the path"
            raise BadSyntax(at, f"expected a name, found {found}", hint=forms_of(path), expected=("a name",))
        at += len(name) + 1
    return names


def known_category(name: str, column: int) -> str:
    """Return the category of that name. Raises UnknownName."""
    category = _OLDER.get(name, name)
    if category not in FORMS:
        raise UnknownName(column + len("${"), "category", name, FORMS, hint=forms_of(""))
    return category


def _follow(category: str, names: list[str], path: str, column: int) -> None:
    at = column + len("${") + len(path.partition(".")[0]) + 1
    shapes = list(_SHAPES[category])
    for place, name in enumerate(names):
        last = place == len(names) - 1
        here = [shape for shape in shapes if (len(shape) == place + 1 if last else len(shape) > place + 1)]
        shapes = [shape for shape in here if not shape[place] or name in shape[place]]
        if not shapes:
            known = tuple(each for shape in here for each in shape[place])
            if known:
                raise UnknownName(at, "field", name, known, of=category, hint=_hint(category, known))
            break
        at += len(name) + 1
    if not names or not shapes:
        raise Unsupported(column, f"${{{path}}} is not a variable", hint=forms_of(category), expected=FORMS[category])


def _hint(category: str, known: tuple[str, ...]) -> str:
    return f"known: {', '.join(known)}" if category in _FIELDS else forms_of(category)


def _shapes(category: str) -> Iterator[_Shape]:
    """Yield what the category's forms without arguments say."""
    for form in FORMS[category]:
        found = re.fullmatch(r"\$\{\w+\.([\w.<>]+)\}", form)
        if found is not None:
            names = found[1].split(".")
            yield tuple(_allowed(category, name) for name in names)


def _allowed(category: str, name: str) -> tuple[str, ...]:
    if name == "<field>":
        return _FIELDS.get(category, ())
    return () if name.startswith("<") else (name,)


_SHAPES: Final = {category: tuple(_shapes(category)) for category in FORMS}
