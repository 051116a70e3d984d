"""Which of a text's variables have no value where values are known, whichever of its choices are drawn."""

from collections.abc import Iterator, Mapping, Sequence

from drover.language.errors import LanguageError
from drover.language.ports import Context, Provider
from drover.language.resolving import resolve
from drover.language.text import Foreach, Text, Variable, references
from drover.sequences.variables import category_of


async def unprovided(text: Text, providers: Mapping[str, Provider], context: Context) -> Sequence[LanguageError]:
    """Return what is wrong with each variable that `providers` are asked for; others are left alone.

    What differs with the entity of a foreach is not looked at. Nothing is reserved.
    """
    found: dict[tuple[int, str], LanguageError] = {}
    for alone in _each_alone(text):
        if not {category_of(each) for each in references(alone)} <= providers.keys():
            continue
        try:
            await resolve(alone, providers, context, preview=True)
        except LanguageError as error:
            found.setdefault((error.column, error.reason), error)
    return tuple(found.values())


def _each_alone(text: Text) -> Iterator[Text]:
    for part in references(text):
        alone: Variable | Foreach = Foreach(part.group, Text(()), part.column) if isinstance(part, Foreach) else part
        if not any(each.category == "foreach" and not isinstance(each, Foreach) for each in references(Text((alone,)))):
            yield Text((alone,))
