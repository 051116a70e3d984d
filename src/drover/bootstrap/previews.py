"""Texts looked at before anything plays them: what they would come to, and what they have no value for."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from drover.bootstrap.texts import preview_source
from drover.bootstrap.values import GivenValues
from drover.kernel.clock import Clock
from drover.language.errors import LanguageError
from drover.language.given import given_of
from drover.language.memory import MemoryProvider
from drover.language.parsing import parse_text
from drover.language.ports import Context, Provider
from drover.language.rendering import Rendered, render
from drover.language.resolving import resolve
from drover.language.spintax import Seed
from drover.language.text import Text, references
from drover.platform.documents import Fault
from drover.platform.settings import Settings
from drover.sequences.domain import Sequence as Tasks
from drover.sequences.inputs import input_text
from drover.sequences.lint import placed_texts
from drover.sequences.providing import unprovided
from drover.sequences.variables import OWN, category_of


async def preview_text(
    source: str,
    values: GivenValues | None,
    settings: Settings,
    clock: Clock,
    seed: Seed,
    *,
    ask_ai: bool,
) -> Rendered:
    """Return what the text would come to now; nothing is reserved. Raises LanguageError, which says where."""
    text = parse_text(source)
    context = Context("preview", sha256(source.encode()).hexdigest(), seed, clock.now().astimezone())
    needed = {category_of(each) for each in references(text)}
    async with preview_source(values, settings, clock, seed=seed.number, needed=needed, ask_ai=ask_ai) as owners:
        return render(text, await resolve(text, owners.providers, context, preview=True), seed)


async def missing_values(text: Text, values: GivenValues, now: datetime) -> Sequence[LanguageError]:
    """Return what the text has no value for in a file of values."""
    return await unprovided(text, _providers(values, frozenset()), _nothing(now))


async def value_faults(
    sequence: Tasks, values: GivenValues, now: datetime, params: Mapping[str, str] | None = None
) -> Sequence[Fault]:
    """Return what a sequence's texts, and those of its inputs, have no value for in a file of values.

    `params` are given inputs; the others have their defaults. Lint has found nothing in any of them.
    """
    providers, context = _providers(values, OWN), _nothing(now)
    given = params or {}
    inputs = [
        (f"parameter {name}" if name in given else f"params.{name}.default", input_text(param, source))
        for name, param in sequence.params.items()
        if (source := given.get(name, param.default)) is not None
    ]
    return [
        Fault(f"{where}: column {error.column}", error.reason, error.hint)
        for where, text in [*inputs, *placed_texts(sequence)]
        for error in await unprovided(text, providers, context)
    ]


def _providers(values: GivenValues, without: frozenset[str]) -> Mapping[str, Provider]:
    return dict.fromkeys(values.categories - without, MemoryProvider(given_of(values.document)))


def _nothing(now: datetime) -> Context:
    return Context("check", "", Seed(), now)
