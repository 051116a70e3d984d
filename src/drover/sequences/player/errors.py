"""Why a step failed. Each says what was expected, what was seen, and which region tells them apart."""

from drover.kernel.errors import DroverError, Kind, Retry
from drover.screens.domain import RegionCheck
from drover.sequences.journal import Doubt


class StepFailed(DroverError):
    """The phone does not show what the step needs.

    `region` names what failed, `checks` are the regions looked at, `seen` is the screen found instead, if a known one.
    """

    kind = Kind.FAILED
    retry = Retry.AT_ONCE

    def __init__(self, message: str, *, region: str, checks: tuple[RegionCheck, ...] = (), hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.region = region
        self.checks = checks
        self.seen: str | None = None


class ScreenNotSeen(StepFailed):
    """The expected screen did not come, or did not come to rest, in time."""

    def __init__(self, expected: str, seen: str | None, reason: str, checks: tuple[RegionCheck, ...]) -> None:
        failed = [check for check in checks if not check.passed]
        region = f"{failed[0].screen}.{failed[0].region}" if failed else expected
        super().__init__(
            f"expected {expected}, saw {seen or 'an unknown screen'}: {reason}",
            region=region,
            checks=checks,
            hint="compare the frames in the report; then go on with --from-step, or correct the registry",
        )
        self.seen = seen


class ActionNotSeen(StepFailed):
    """The screen is the right one, but what is to be touched does not look like itself."""

    def __init__(self, action: str, check: RegionCheck) -> None:
        super().__init__(
            f"{action} cannot be touched: {check.why}",
            region=action,
            checks=(check,),
            hint="something lies over it; see the report, and add what it is to the registry as an interrupt",
        )


class FieldNotFound(StepFailed):
    """There is no text field where one is to be typed into, or it does not take the focus."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(f"{field}: {detail}", region=field, hint="correct the action's rectangle in the registry")


class TextDiffers(StepFailed):
    """A field, or a place of the screen, shows another text than it should."""

    def __init__(self, where: str, expected: str, seen: str) -> None:
        super().__init__(
            f"{where} shows {seen!r} instead of {expected!r}",
            region=where,
            hint="see the report's frames; another field may have taken the text",
        )


class InterruptStays(StepFailed):
    """A known interrupt comes back however often it is dismissed, or has no action to dismiss it."""

    def __init__(self, interrupt: str, times: int) -> None:
        tried = f"was dismissed {times} times and is still there" if times else "has no tap action to dismiss it"
        super().__init__(f"{interrupt} {tried}", region=interrupt, hint=f"look at the phone, or mend {interrupt}")


class OnceInDoubt(DroverError):
    """An earlier play was cut off in a `once` act, which may have happened. Only a person can tell."""

    kind = Kind.CONFLICT

    def __init__(self, phone: str, doubt: Doubt) -> None:
        super().__init__(
            f"phone {phone}: an earlier play stopped in step {doubt.step}, {doubt.name!r}, which may be done only once",
            hint=f"look at the phone; go on with --from-step {doubt.step + 1} if it happened, {doubt.step} if not",
        )
