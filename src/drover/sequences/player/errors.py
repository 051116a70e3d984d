"""Why a step failed. Each says what was expected, what was seen, and which region tells them apart."""

from collections.abc import Mapping, Sequence

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


class NoKeyFor(StepFailed):
    """A text has characters that no keyboard map has a key for. Nothing was typed."""

    kind = Kind.UNSUPPORTED
    retry = Retry.NEVER

    def __init__(self, where: str, characters: str, keyboards: Sequence[str]) -> None:
        known = f"no keyboard map ({', '.join(keyboards)}) has" if keyboards else "there is no keyboard map with"
        super().__init__(
            f"{where}: {known} a key for {characters!r}",
            region=where,
            hint="add a keyboard map for that language, or give the phone an input method for unicode",
        )


class KeyboardNotSeen(StepFailed):
    """The on-screen keyboard is none that the registry has a map of, or does not become the one that is needed."""

    def __init__(self, where: str, detail: str) -> None:
        super().__init__(
            f"{where}: {detail}",
            region=where,
            hint="draw a map of the phone's keyboard, or switch a layout on that the registry has (see keyboards.md)",
        )


class InterruptStays(StepFailed):
    """A known interrupt comes back however often it is dismissed, or has no action to dismiss it."""

    def __init__(self, interrupt: str, times: int) -> None:
        tried = f"was dismissed {times} times and is still there" if times else "has no tap action to dismiss it"
        super().__init__(f"{interrupt} {tried}", region=interrupt, hint=f"look at the phone, or mend {interrupt}")


class NotHappened(StepFailed):
    """What is to show that an act happened does not hold, however long it is waited for."""

    def __init__(self, name: str, screen: str) -> None:
        super().__init__(
            f"{name!r} was done, and what its `happened` says does not hold",
            region=screen,
            hint="see the report's frames; correct `happened`, or the act",
        )


class OnceInDoubt(StepFailed):
    """A `once` act was begun, and nothing tells whether it happened. Only a person can tell.

    `missed` is what was looked for in vain, where the phone was looked at.
    """

    kind = Kind.CONFLICT
    retry = Retry.NEVER

    def __init__(self, phone: str, doubt: Doubt, missed: "StepFailed | None" = None) -> None:
        what = f"step {doubt.step}, {doubt.name!r}, which may be done only once"
        stopped = f"an earlier play stopped in {what}" + ("; others were on the phone since" if doubt.disturbed else "")
        looking_helps = missed is None and not doubt.disturbed
        super().__init__(
            stopped if missed is None else f"nothing tells whether it happened: {what}; {missed.message}",
            region=missed.region if missed is not None else "",
            checks=missed.checks if missed is not None else (),
            hint=f"look at phone {phone}; go on with --from-step {doubt.step + 1} if it happened, {doubt.step} if not"
            + ("; --resume tells by what the phone shows, where that can be told" if looking_helps else ""),
        )
        self.seen = missed.seen if missed is not None else None


class Astray(StepFailed):
    """The phone was away, or its player was, and shows a screen that none of the steps up to there begins on."""

    def __init__(self, missed: StepFailed) -> None:
        super().__init__(
            f"nothing tells where to go on: {missed.message}",
            region=missed.region,
            checks=missed.checks,
            hint=f"bring the phone to {missed.region.rpartition('.')[0] or 'a screen of the sequence'} and go on with"
            " --resume, or say where with --from-step",
        )
        self.seen = missed.seen


class PhoneStaysAway(DroverError):
    """The phone went away during its play, and was not back in time."""

    kind = Kind.UNAVAILABLE

    def __init__(self, error: DroverError, waited_s: float) -> None:
        super().__init__(
            f"{error.message}; it was waited for during {waited_s:g} s",
            hint="when it is back, go on with --resume; `away_s` is how long a play waits",
        )


class PlayCutOff(DroverError):
    """The last play of the sequence on some phones was cut off, and nobody said how to go on."""

    kind = Kind.CONFLICT

    def __init__(self, sequence: str, steps: Mapping[str, int]) -> None:
        where = ", ".join(f"{phone} in step {step}" for phone, step in steps.items())
        super().__init__(
            f"the last play of “{sequence}” was cut off: {where}",
            hint="go on where each phone was with --resume, or say where with --from-step (1 begins again)",
        )


class CannotResume(DroverError):
    """The phone's last play of the sequence cannot be gone on with by itself."""

    kind = Kind.CONFLICT

    def __init__(self, phone: str, step: int, reason: str) -> None:
        super().__init__(
            f"phone {phone}: its last play was cut off in step {step}, but {reason}",
            hint="look at the phone, and say where to go on with --from-step",
        )


class PlaceNotFound(StepFailed):
    """What is to be touched by its text is not on the screen, or is there more than once."""

    def __init__(self, text: str, inside: str, count: int) -> None:
        within = f" in {inside}" if inside else ""
        super().__init__(
            f"{text!r} is shown {f'{count} times' if count else 'nowhere'}{within}",
            region=text,
            hint="narrow it with `in`, or name an action of the registry",
        )


class NothingToRead(StepFailed):
    """There is no text where one is to be read, or not one of the pattern."""

    def __init__(self, where: str, text: str, pattern: str) -> None:
        seen = f"{text!r} does not match {pattern!r}" if text else "no text can be read"
        super().__init__(f"{where}: {seen}", region=where, hint="see the report's frame; mend the place or the pattern")


class MediaNotThere(StepFailed):
    """A file could not be read here, or did not arrive on the phone."""

    def __init__(self, path: str, detail: str) -> None:
        super().__init__(f"{path}: {detail}", region=path, hint="check the file, and the phone's free storage")


class AppNotInFront(StepFailed):
    """An app was started, and another one has the focus."""

    def __init__(self, package: str, front: str) -> None:
        super().__init__(
            f"{package} was started, but {front} is in front",
            region=package,
            hint="see the report's frame: something lies over it, or it has ended",
        )
