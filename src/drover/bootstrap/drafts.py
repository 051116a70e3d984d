"""The owner of the `ai` variables: the language's port on one side, drafts on the other; neither knows the other."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from drover.ai import drafts
from drover.ai.budgets import Ledger
from drover.ai.configuration import budget_of, configured_ai
from drover.ai.drafting import Drafting, Wanted
from drover.ai.drafts import DraftStore, Place
from drover.ai.files import ai_file
from drover.kernel.clock import Clock
from drover.language.ports import Absent, Answer, Context, Request
from drover.language.rendering import Draft
from drover.language.text import Generated
from drover.platform.settings import Settings

LOCAL_ORGANIZATION: Final = "local"
"""Whose budget is used where there is no server, and so no organizations."""
_AT_ONCE: Final = 4


@dataclass(frozen=True, slots=True)
class DraftProvider:
    """A provider of the language, for the category `ai`. What is in `private` is never sent."""

    drafting: Drafting
    store: DraftStore
    organization: str = LOCAL_ORGANIZATION
    private: tuple[str, ...] = ()

    async def fetch(self, context: Context, requests: Sequence[Request]) -> Sequence[Answer]:
        """Return the drafts that are kept; for any other what it will be asked, in brackets. Asks nothing."""
        return [await self._previewed(context, request) for request in requests]

    async def reserve(self, context: Context, requests: Sequence[Request]) -> Sequence[Answer]:
        """Return the drafts, asking for those that are not kept yet: a few at once, and none after a failure."""
        turns = asyncio.Semaphore(_AT_ONCE)
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._drafted(context, request, turns)) for request in requests]
        except BaseExceptionGroup as failures:
            failure = failures.exceptions[0]
            raise failure from failure.__cause__
        return [task.result() for task in tasks]

    async def _previewed(self, context: Context, request: Request) -> Answer:
        variable = request.variable
        if not isinstance(variable, Generated):
            return _NONE
        kept = await self.drafting.kept(self._place(context, request))
        if kept is not None:
            return _told(kept)
        return Draft(f"[{variable.kind}: {request.prompt}]", variable.kind, request.prompt, "")

    async def _drafted(self, context: Context, request: Request, turns: asyncio.Semaphore) -> Answer:
        variable = request.variable
        if not isinstance(variable, Generated):
            return _NONE
        wanted = Wanted(variable.kind, request.prompt, variable.count, self.private)
        async with turns:
            return _told(await self.drafting.draft(self._place(context, request), wanted))

    def _place(self, context: Context, request: Request) -> Place:
        return Place(self.organization, context.run, context.text, str(request.position))


_NONE: Final = Absent("only drafts have their values here", "write ${ai.caption(...)}")


@asynccontextmanager
async def draft_provider(
    settings: Settings, clock: Clock, *, organization: str = LOCAL_ORGANIZATION, private: tuple[str, ...] = ()
) -> AsyncGenerator[DraftProvider]:
    """Give the provider that the settings describe, its file open meanwhile.

    Without an AI in the settings it previews, and raises AiNotConfigured when a draft is reserved. Raises InvalidInput
    for settings that are wrong, AiFileUnusable.
    """
    async with ai_file(settings.data_dir) as database:
        ledger = Ledger(database, clock, budget_of(settings))
        store = DraftStore(database, clock)
        ai = configured_ai(settings, ledger, clock, organization)
        yield DraftProvider(Drafting(ai, store, timeout_s=settings.ai_timeout_s), store, organization, private)


def _told(draft: drafts.Draft) -> Draft:
    return Draft(draft.text, draft.kind, draft.prompt, draft.model, approved=bool(draft.approved_by))
