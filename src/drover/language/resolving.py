"""The second phase: ask the owners of the variables for their values, each once, in batches."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from drover.language.errors import Ambiguous, BadAnswer, MissingValue, Unsupported, shortened
from drover.language.ports import Absent, Answer, Context, Provider, Request, Several
from drover.language.rendering import Draft, Placed, Position, Value, Values, missing, prompt_of, value_of, walk
from drover.language.sealed import Sealed
from drover.language.source import key_of
from drover.language.text import (
    Foreach,
    Generated,
    Literal,
    Moment,
    RandomChoice,
    RandomNumber,
    Reference,
    Text,
    Variable,
    gives_names,
    is_reserved,
    references,
)


async def resolve(text: Text, providers: Mapping[str, Provider], context: Context, *, preview: bool = False) -> Values:
    """Return the values with which `text` is rendered for `context.seed`.

    `providers` are by category. Only what the drawn choices need is asked for, and the entities of every foreach.
    Nothing is reserved unless everything else is there, and drafts come last, as their prompts may hold what came
    before. With `preview` nothing is reserved at all. Raises MissingValue, Ambiguous, TooLarge and Unsupported with the
    column; BadAnswer where a provider breaks its contract; and what providers raise.
    """
    asked = _Asked(providers, context)
    await asked.groups(text)
    placed = [part for part in walk(text, context.seed, asked.entities) if isinstance(part, Placed)]
    drafts = [part for part in placed if isinstance(part.variable, Generated)]
    others = [part for part in [*placed, *_in_prompts(drafts)] if not isinstance(part.variable, Generated)]
    taken = [part for part in others if is_reserved(part.variable)]
    await asked.values((part for part in others if not is_reserved(part.variable)), reserve=False)
    await asked.values(taken, reserve=not preview)
    await asked.values(drafts, reserve=not preview)
    return asked.answered()


def _in_prompts(drafts: Iterable[Placed]) -> list[Placed]:
    return [part for draft in drafts for part in prompt_of(draft) if isinstance(part, Placed)]


@dataclass
class _Asked:
    """What was asked and answered so far."""

    providers: Mapping[str, Provider]
    context: Context
    entities: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    fetched: dict[str, Value] = field(default_factory=dict[str, Value])
    placed: dict[Position, Value] = field(default_factory=dict[Position, Value])

    def answered(self) -> Values:
        return Values(self.fetched, self.placed, self.entities, self.context.now)

    async def groups(self, text: Text) -> None:
        """Ask for the entities of every foreach in the text, by group."""
        found = {part.group: part for part in references(text) if isinstance(part, Foreach)}
        requests = [Request(foreach, Position(())) for foreach in found.values()]
        values = await self._answers(requests, reserve=False)
        for group, value in zip(found, values, strict=True):
            self.entities[group] = value if isinstance(value, tuple) else ()

    async def values(self, parts: Iterable[Placed], *, reserve: bool) -> None:
        """Ask for the values of these variables; for each that is the same wherever it stands, once."""
        wanted: dict[str | Position, Request] = {}
        for part in parts:
            variable = part.variable
            if isinstance(variable, Moment | RandomNumber | RandomChoice) or variable == _ENTITY:
                continue
            everywhere = not is_reserved(variable) and variable.category != "foreach"
            at = key_of(variable) if everywhere else part.position
            if at not in wanted:
                wanted[at] = Request(variable, part.position, part.entity, self._prompt(part))
        for at, value in zip(wanted, await self._answers(list(wanted.values()), reserve=reserve), strict=True):
            if isinstance(at, str):
                self.fetched[at] = value
            else:
                self.placed[at] = value

    def _prompt(self, part: Placed) -> str:
        written: list[str] = []
        for piece in prompt_of(part):
            value = piece.text if isinstance(piece, Literal) else value_of(piece, self.answered(), self.context.seed)
            if isinstance(value, Sealed):
                raise Unsupported(piece.column, "a secret cannot stand in a prompt", hint="leave it out")
            written.append(str(value))
        return "".join(written)

    async def _answers(self, requests: Sequence[Request], *, reserve: bool) -> list[Value]:
        """Return a value for each request, each provider asked once."""
        by_provider: dict[int, tuple[Provider, list[int]]] = {}
        for place, request in enumerate(requests):
            provider = self._provider(request)
            by_provider.setdefault(id(provider), (provider, []))[1].append(place)
        found: dict[int, Value] = {}
        for provider, places in by_provider.values():
            ask = provider.reserve if reserve else provider.fetch
            answers = await ask(self.context, [requests[place] for place in places])
            if len(answers) != len(places):
                raise BadAnswer(f"{type(provider).__name__} gave {len(answers)} answers to {len(places)} requests")
            found |= {place: _value(requests[place], answer) for place, answer in zip(places, answers, strict=True)}
        return [found[place] for place in range(len(requests))]

    def _provider(self, request: Request) -> Provider:
        variable = request.variable
        category = "group" if isinstance(variable, Foreach) else variable.category
        if category not in self.providers:
            raise Unsupported(variable.column, f"nothing here has values of {category}", hint="leave it out")
        return self.providers[category]


_ENTITY = Reference("foreach", "entity")


def _value(request: Request, answer: Answer) -> Value:
    """Return the answer where it is a value, and of the right kind."""
    variable = request.variable
    name = f"group {variable.group}" if isinstance(variable, Foreach) else f"${{{key_of(variable)}}}"
    match answer:
        case Absent():
            if isinstance(variable, Foreach):
                raise MissingValue(variable.column, f"{name}: {answer.reason}", hint=answer.hint)
            raise missing(variable, answer.reason, answer.hint)
        case Several():
            reason = f"{name} may be {shortened(answer.candidates)}"
            raise Ambiguous(variable.column, reason, hint="say which")
        case _:
            _check(variable, name, answer)
            return answer


def _check(variable: Variable | Foreach, name: str, value: Value) -> None:
    wanted = "names" if gives_names(variable) else "a draft" if isinstance(variable, Generated) else "a text"
    given = "names" if isinstance(value, tuple) else "a draft" if isinstance(value, Draft) else "a text"
    if given != wanted:
        raise BadAnswer(f"{name} was answered with {given} instead of {wanted}")
    if isinstance(variable, Reference) and variable.secret and not isinstance(value, Sealed):
        raise BadAnswer(f"{name} is a secret and was answered in plain")
