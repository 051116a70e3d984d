"""Composes what the variables of texts are resolved with: a file of values, the counters of this computer, an AI."""

from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from drover.ai.configuration import missing_settings
from drover.bootstrap.drafts import DraftProvider, draft_provider
from drover.bootstrap.values import GivenValues, nothing_given
from drover.kernel.clock import Clock
from drover.language.given import given_of
from drover.language.memory import MemoryProvider
from drover.language.ports import Absent, Answer, Context, Provider, Request
from drover.language.rendering import Draft
from drover.language.text import Generated
from drover.platform.settings import Settings
from drover.sequences.counters import Counters
from drover.sequences.resolving import NothingSealed, TextSource

_OF_A_PLAY: Final = frozenset({"param", "run"})
_COUNTERS: Final = "counters.sqlite"


def provided_categories(values: GivenValues | None, settings: Settings) -> frozenset[str]:
    """Return the categories that a play has values of, beside its own."""
    given: frozenset[str] = values.categories - _OF_A_PLAY if values is not None else frozenset()
    return given if missing_settings(settings) else given | {"ai"}


@asynccontextmanager
async def text_source(
    values: GivenValues | None, settings: Settings, clock: Clock, *, seed: int, needed: Collection[str]
) -> AsyncGenerator[TextSource]:
    """Give what texts are resolved with that need values of those categories; the files for that are open meanwhile.

    Raises CountersUnusable, and what `draft_provider` raises.
    """
    given: dict[str, Provider] = {}
    opener = NothingSealed()
    if values is not None:
        opener = MemoryProvider(given_of(values.document))
        given = dict.fromkeys(values.categories, opener)
    async with AsyncExitStack() as stack:
        if "dynamic" in needed and "dynamic" not in given:
            given["dynamic"] = await stack.enter_async_context(Counters(settings.data_dir / _COUNTERS))
        if "ai" in needed and "ai" not in given:
            given["ai"] = await stack.enter_async_context(draft_provider(settings, clock))
        yield TextSource(given, opener, seed)


@asynccontextmanager
async def preview_source(
    values: GivenValues | None, settings: Settings, clock: Clock, *, seed: int, needed: Collection[str], ask_ai: bool
) -> AsyncGenerator[TextSource]:
    """Give the same for a preview, which writes nothing; `ask_ai` says that drafts are asked for, and then kept."""
    values = values or nothing_given()
    wanted = set(needed)
    more: dict[str, Provider] = {}
    if not (settings.data_dir / _COUNTERS).exists():
        wanted.discard("dynamic")
        more["dynamic"] = MemoryProvider(given_of({}))
    if not ask_ai:
        wanted.discard("ai")
        more["ai"] = _Unasked()
    async with text_source(values, settings, clock, seed=seed, needed=wanted) as source:
        own = source.providers
        if ask_ai and isinstance(drafts := own.get("ai"), DraftProvider):
            more["ai"] = _Asking(drafts)
            own = {category: provider for category, provider in own.items() if category != "ai"}
        yield TextSource({**more, **own}, source.opener, seed)


class _Unasked:
    """Shows what drafts would be asked, in brackets."""

    async def fetch(self, context: Context, requests: Sequence[Request]) -> Sequence[Answer]:  # noqa: ARG002  others need it
        """Return drafts that say what would be asked."""
        return [_unasked(request) for request in requests]

    reserve = fetch


def _unasked(request: Request) -> Answer:
    variable = request.variable
    if not isinstance(variable, Generated):
        return Absent("it is no draft")
    return Draft(f"[{variable.kind}: {request.prompt}]", variable.kind, request.prompt, "")


@dataclass(frozen=True, slots=True)
class _Asking:
    """Asks for drafts in previews too. One for a prompt is asked for once, and belongs to no run."""

    drafts: DraftProvider

    async def fetch(self, context: Context, requests: Sequence[Request]) -> Sequence[Answer]:
        """Return the drafts, each asked for unless it was before."""
        return [await self._one(context, request) for request in requests]

    reserve = fetch

    async def _one(self, context: Context, request: Request) -> Answer:
        run = f"preview {sha256(request.prompt.encode()).hexdigest()}"
        place = Context(run, context.text, context.seed, context.now)
        return (await self.drafts.reserve(place, [request]))[0]
