"""The inputs of a sequence as texts: what is given for them, and what stands in their place in other texts. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from drover.kernel.errors import InvalidInput
from drover.language.errors import LanguageError
from drover.language.parsing import parse_text
from drover.language.text import Literal, Reference, Text, literal
from drover.sequences.domain import Param, Sequence

SEALED: Final = "sealed"
"""The category of a secret in a text that is ready to be played; the name is its handle. No source can name it."""


class BadParameter(InvalidInput):
    """A parameter is missing, is not one of the sequence's, or cannot be read."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What stands for a sequence's inputs. `texts` are by key (`param.caption`), `secrets` by the handles in them."""

    texts: Mapping[str, Text]
    secrets: Mapping[str, str] = field(repr=False)
    shown: Mapping[str, str]


def inputs_of(sequence: Sequence, given: Mapping[str, str], mask: str) -> Inputs:
    """Return the inputs, each given or else by its default. Raises BadParameter.

    They are texts of the language; what is given for a secret one is taken as it is, unless it is nothing but the
    reference to a sealed password.
    """
    sources = _sources(sequence, given)
    texts: dict[str, Text] = {}
    secrets: dict[str, str] = {}
    for name, source in sources.items():
        key = f"param.{name}"
        try:
            texts[key] = input_text(sequence.params[name], source)
        except LanguageError as error:
            raise BadParameter(f"parameter {name}: {error.message}", hint=error.hint) from error
        if sequence.params[name].secret and is_settled(texts[key]):
            texts[key] = Text((Reference(SEALED, key),))
            secrets[key] = source
    shown = {name: mask if sequence.params[name].secret else source for name, source in sources.items()}
    return Inputs(texts, secrets, shown)


def input_text(param: Param, source: str) -> Text:
    """Return the text of what is given for an input. Raises LanguageError."""
    if not param.secret:
        return parse_text(source)
    try:
        text = parse_text(source)
    except LanguageError:
        return literal(source)
    match text.parts:
        case (Reference(secret=True),):
            return text
        case _:
            return literal(source)


def is_settled(text: Text) -> bool:
    """Whether nothing is to be resolved before a play; what the play itself sets, and secrets, are filled in later."""
    return all(
        isinstance(part, Literal) or (isinstance(part, Reference) and part.category in {"run", SEALED})
        for part in text.parts
    )


def _sources(sequence: Sequence, given: Mapping[str, str]) -> dict[str, str]:
    unknown = sorted(set(given) - set(sequence.params))
    if unknown:
        known = ", ".join(sequence.params) or "none"
        raise BadParameter(f"parameter {unknown[0]} is not one of this sequence's", hint=f"it has: {known}")
    values = {name: given.get(name, param.default) for name, param in sequence.params.items()}
    missing = [name for name, value in values.items() if value is None]
    if missing:
        raise BadParameter(
            f"parameter {missing[0]} has no value and no default", hint=f"add --param {missing[0]}=VALUE"
        )
    return {name: value for name, value in values.items() if value is not None}
