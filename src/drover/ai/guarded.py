"""What stands between every caller and an AI: limits, masking, budgets."""

from dataclasses import replace
from typing import Final

from drover.ai.budgets import Ledger, Prices, Spent, spent_on, worst_of
from drover.ai.errors import AiError, PromptRefused
from drover.ai.masking import masked
from drover.ai.ports import Ai, Ask, Completion

MOST_PROMPT: Final = 20_000
"""How many characters a prompt may have."""


class GuardedAi:
    """An Ai in front of another, for one organization."""

    def __init__(self, ai: Ai, ledger: Ledger, prices: Prices, organization: str) -> None:
        self._ai = ai
        self._ledger = ledger
        self._prices = prices
        self._organization = organization

    async def complete(self, ask: Ask) -> Completion:
        """Return the answer with what was masked put back; its prompt is the masked one, as it left.

        Raises PromptRefused, BudgetUsedUp, AiError. Where nothing tells what was charged, the worst is counted; the
        same after a cancellation.
        """
        if not ask.prompt.strip():
            raise PromptRefused(f"the prompt of a {ask.purpose} is empty", hint="say what is to be written")
        if len(ask.prompt) > MOST_PROMPT:
            raise PromptRefused(
                f"the prompt of a {ask.purpose} has {len(ask.prompt)} characters, more than {MOST_PROMPT}",
                hint="shorten it",
            )
        mask = masked(ask.prompt, ask.private)
        sent = replace(ask, prompt=mask.text, private=())
        booking = await self._ledger.book(self._organization, ask.purpose, spent_on(worst_of(sent), self._prices))
        try:
            completion = await self._ai.complete(sent)
        except AiError as error:
            if not error.paid:
                await self._ledger.settle(booking, Spent(requests=1))
            raise
        if completion.usage is not None:
            await self._ledger.settle(booking, spent_on(completion.usage, self._prices))
        return replace(completion, text=mask.restored(completion.text))
