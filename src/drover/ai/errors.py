"""What can go wrong between a prompt and an answer. Library errors become one of these, once."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from drover.kernel.errors import DroverError, InvalidInput, Kind, Retry


class AiError(DroverError):
    """An AI gave no usable answer. `paid` says whether something may have been spent on it."""

    paid: bool = False


class AiNotConfigured(AiError):
    """A draft is needed, and the settings name no AI."""

    kind = Kind.UNSUPPORTED

    def __init__(self, missing: Iterable[str]) -> None:
        names = tuple(missing)
        super().__init__(
            f"no AI is configured: {', '.join(names)} not set",
            hint=f"set {', '.join(f'DROVER_{name.upper()}' for name in names)}, or write the text without ${{ai...}}",
        )
        self.missing = names


class AddressRefused(AiError):
    """The AI's host leads to an address that nothing is sent to."""

    kind = Kind.REFUSED

    def __init__(self, host: str, address: str, reason: str) -> None:
        super().__init__(
            f"ai_url leads to {host} at {address}, which is {reason}; nothing was sent",
            hint="correct ai_url, or list the network in ai_networks if this server is yours",
        )
        self.address = address


class AiUnreachable(AiError):
    """No connection to the AI's host came about."""

    kind = Kind.UNAVAILABLE
    retry = Retry.WHEN_BACK

    def __init__(self, host: str, detail: str) -> None:
        super().__init__(f"the AI at {host} is not reachable ({detail})", hint="check ai_url and the network")


class AiDisconnected(AiError):
    """The connection broke between the question and the whole answer."""

    kind = Kind.UNAVAILABLE
    retry = Retry.WHEN_BACK
    paid = True

    def __init__(self, host: str, detail: str) -> None:
        super().__init__(f"the AI at {host} broke off its answer ({detail})", hint="try again")


class AiTimeout(AiError):
    """The AI took too long. What it wrote meanwhile may still be charged."""

    kind = Kind.TIMEOUT
    retry = Retry.WHEN_BACK
    paid = True

    def __init__(self, host: str, seconds: float) -> None:
        super().__init__(
            f"the AI at {host} gave no answer in {seconds:g} s", hint="try again later, or raise ai_timeout_s"
        )


class KeyRefused(AiError):
    """The AI does not take the key."""

    kind = Kind.REFUSED

    def __init__(self, host: str, status: int) -> None:
        super().__init__(
            f"the AI at {host} refuses the key (status {status})",
            hint="set DROVER_AI_KEY to a valid key that may use ai_model",
        )


class AiBusy(AiError):
    """The AI takes no more questions for now; `retry_after_s` is its own estimate, None where it gave none."""

    kind = Kind.UNAVAILABLE
    retry = Retry.WHEN_BACK

    def __init__(self, host: str, retry_after_s: float | None, detail: str) -> None:
        when = "later" if retry_after_s is None else f"in {retry_after_s:g} s"
        super().__init__(
            f"the AI at {host} takes no more questions for now{_because(detail)}", hint=f"try again {when}"
        )
        self.retry_after_s = retry_after_s


class AiFailed(AiError):
    """The AI's server failed. Whether it charges for that is unknown."""

    kind = Kind.UNAVAILABLE
    retry = Retry.WHEN_BACK
    paid = True

    def __init__(self, host: str, status: int, detail: str) -> None:
        super().__init__(f"the AI at {host} failed with status {status}{_because(detail)}", hint="try again later")
        self.status = status


class AskRejected(AiError):
    """The AI's server does not accept the question as it is."""

    kind = Kind.REFUSED

    def __init__(self, host: str, status: int, detail: str, *, hint: str = "check ai_api, ai_url and ai_model") -> None:
        super().__init__(f"the AI at {host} rejects the question with status {status}{_because(detail)}", hint=hint)
        self.status = status


class AnswerGarbled(AiError):
    """What came back is no answer of the protocol."""

    kind = Kind.PROTOCOL
    paid = True

    def __init__(self, host: str, detail: str) -> None:
        super().__init__(
            f"the AI at {host} gave no answer that can be read ({detail})",
            hint="check that ai_url is the address of the API and that ai_api names its protocol",
        )


class AnswerTooLong(AiError):
    """An answer went over a limit: of bytes, of tokens, of characters."""

    kind = Kind.FAILED
    paid = True

    def __init__(self, what: str, limit: int, unit: str) -> None:
        super().__init__(
            f"{what} is longer than {limit} {unit}", hint="ask for less in the prompt, or set another ai_model"
        )


class AnswerRefused(AiError):
    """The AI declined to write this."""

    kind = Kind.REFUSED
    paid = True

    def __init__(self, model: str) -> None:
        super().__init__(f"{model} declines to answer this prompt", hint="word the prompt otherwise")


class AnswerUnusable(AiError):
    """There is an answer, and it does not hold what was asked for."""

    paid = True

    def __init__(self, reason: str, *, hint: str) -> None:
        super().__init__(f"the draft cannot be used: {reason}", hint=hint)


class PromptRefused(InvalidInput):
    """A prompt is empty or too long to be sent."""


class BudgetUsedUp(DroverError):
    """What an organization may spend on AI in a day is spent, or would be by this question at its worst."""

    kind = Kind.REFUSED

    def __init__(self, organization: str, day: str, what: str, *, used: str, limit: str, setting: str) -> None:
        super().__init__(
            f"the AI budget of {organization} for {day} does not allow this: {used} of {limit} {what} are used",
            hint=f"wait until 00:00 UTC, or raise {setting}",
        )
        self.what = what


class DraftMissing(DroverError):
    """No draft is kept at that place."""

    kind = Kind.NOT_FOUND


class DraftAmbiguous(DroverError):
    """The first letters of an id fit several drafts."""

    kind = Kind.INVALID

    def __init__(self, id_: str, ids: Sequence[str]) -> None:
        super().__init__(f"{id_!r} fits {len(ids)} drafts", hint=f"give more of one: {', '.join(ids[:5])}")


class AiFileUnusable(DroverError):
    """The file of drafts and budgets cannot be used."""

    kind = Kind.UNAVAILABLE

    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(
            f"file of AI drafts {path}: {detail}",
            hint="check the folder and its free space; move the file away if it is none of Drover's, or set data_dir",
        )


def _because(detail: str) -> str:
    return f": {detail}" if detail else ""
