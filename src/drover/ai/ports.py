"""The port that everything asks an AI through."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Ask:
    """A question. `purpose` is what it is accounted under, such as `caption`.

    `instruction` is Drover's own and is sent as it stands; `prompt` is a user's and may hold anything. What is in
    `private` never leaves, nor what looks like a secret, an e-mail address or a phone number. `max_tokens` bounds the
    answer, `timeout_s` the whole call.
    """

    purpose: str
    instruction: str
    prompt: str
    max_tokens: int
    timeout_s: float
    private: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Usage:
    """What was charged for, in tokens."""

    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Completion:
    """What the AI wrote, the prompt as it left, the model that says it answered, and the usage if it tells."""

    text: str
    prompt: str
    model: str
    usage: Usage | None = None


class Ai(Protocol):
    """Who answers questions."""

    async def complete(self, ask: Ask) -> Completion:
        """Return the answer, whole and as it came. Raises AiError, BudgetUsedUp and PromptRefused."""
        ...
