"""Which variables a sequence's texts may have, found before a phone is touched. Pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from drover.language.errors import LanguageError
from drover.language.text import Foreach, Generated, Reference, Text, Variable, references
from drover.platform.documents import Fault
from drover.sequences.domain import Param
from drover.sequences.inputs import SEALED, input_text
from drover.sequences.names import unknown

OWN: Final = frozenset({"param", "run", "dynamic", SEALED})
"""Categories that every play has values of."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a text may name: inputs, the variables that tasks before it set, and the categories that are provided.

    `known`: the variables have their values already when drafts are written.
    """

    params: Collection[str]
    variables: Collection[str]
    categories: Collection[str]
    known: bool = False


def text_faults(where: str, text: Text, scope: Scope, *, typed: bool = False) -> Iterator[Fault]:
    """Yield what nothing gives a value for, at its column; `typed` is the one use that passwords have."""
    for variable in references(text):
        place = f"{where}: column {variable.column}"
        match variable:
            case Reference(category="param", name=name):
                if name not in scope.params:
                    yield unknown(place, "parameter", name, scope.params)
            case Reference(category="run", name=name):
                if name not in scope.variables:
                    yield Fault(place, f"variable {name} is set by no task before", "read it first, with `into`")
            case Reference(secret=True) if not typed and category_of(variable) in scope.categories:
                yield Fault(place, "a password can only be typed", "use it in the text of a `type` task alone")
            case _:
                if category_of(variable) not in OWN and category_of(variable) not in scope.categories:
                    yield _not_provided(place, category_of(variable))
        if isinstance(variable, Generated) and not scope.known:
            yield from _prompt_faults(where, variable)


def default_faults(params: Mapping[str, Param], categories: Collection[str]) -> Iterator[Fault]:
    """Yield what is wrong with the defaults of inputs."""
    for name, param in params.items():
        where = f"params.{name}.default"
        try:
            text = input_text(param, param.default or "")
        except LanguageError as error:
            yield Fault(where, error.message, error.hint)
            continue
        yield from input_faults(where, text, categories)


def input_faults(where: str, text: Text, categories: Collection[str]) -> Iterator[Fault]:
    """Yield what is wrong with the text of an input, which has no variables of the play."""
    own = [each for each in references(text) if isinstance(each, Reference) and each.category in {"param", "run"}]
    for variable in own:
        reason = f"an input cannot hold ${{{variable.key}}}"
        yield Fault(f"{where}: column {variable.column}", reason, "use it in the text of a task")
    if not own:
        yield from text_faults(where, text, Scope((), (), categories), typed=True)


def category_of(variable: Variable | Foreach) -> str:
    """Return the category that gives the variable its value."""
    return "group" if isinstance(variable, Foreach) else variable.category


def _not_provided(place: str, category: str) -> Fault:
    hint = "give them in a file, --values FILE, or make it an input, ${param.<name>}"
    if category == "ai":
        hint = "configure an AI, or give the draft in a file, --values FILE"
    return Fault(place, f"nothing here has values of {category}", hint)


def _prompt_faults(where: str, draft: Generated) -> Iterator[Fault]:
    for variable in references(draft.prompt):
        if isinstance(variable, Reference) and variable.category == "run":
            reason = f"the prompt holds ${{{variable.key}}}, but drafts are written before the play begins"
            yield Fault(f"{where}: column {variable.column}", reason, "leave it out of the prompt")
