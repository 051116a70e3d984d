"""Taking an unknown screen into the registry, when a person says so, and only where that harms no other screen."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from drover.devices.frame import Frame
from drover.kernel.errors import DroverError, InvalidInput, Kind
from drover.screens.check.frames import KeptFrame
from drover.screens.check.outcome import Finding, Regression
from drover.screens.check.regression import regression
from drover.screens.documents import NAME, NAME_HINT, PACKAGE, PACKAGE_HINT
from drover.screens.domain import App, Registry, Screen, ScreenKind
from drover.screens.editing import read_registry, save_edit
from drover.screens.files import GLOBAL
from drover.screens.matching.matcher import Matcher
from drover.screens.unknown.proposal import Proposal

_DARK: Final = 110
"""Grey level: a picture darker than this on average is of a dark theme."""
_MOST_TOLD: Final = 5


class NotApproved(DroverError):
    """The screen cannot be taken in: the registry would be worse for it. Nothing was written."""

    kind = Kind.CONFLICT

    def __init__(self, key: str, reasons: Sequence[str]) -> None:
        told = "\n".join(f"{key} is not taken in: {reason}" for reason in reasons[:_MOST_TOLD])
        super().__init__(told, hint="wait for more captures, or register it by hand (docs/reference/registry.md)")
        self.reasons = tuple(reasons)


class KeyTaken(DroverError):
    """The registry has a screen of that key already."""

    kind = Kind.CONFLICT

    def __init__(self, key: str) -> None:
        super().__init__(
            f"{key} is in the registry already", hint="choose another key, or add this as another look: --variant NAME"
        )


@dataclass(frozen=True, slots=True)
class Naming:
    """What a person said of the screen. What is empty or None is as it was proposed.

    `variant` adds a look to a screen that is there; `package` is that of an app that is not.
    """

    key: str
    name: str = ""
    kind: ScreenKind | None = None
    variant: str = ""
    package: str = ""


@dataclass(frozen=True, slots=True)
class Approved:
    """What was taken in, and what the change does besides."""

    screen: Screen
    variant: str
    regression: Regression


def refuse_unusable(naming: Naming, registry: Registry) -> None:
    """Raise for what a person said that cannot be, whatever the screen shows: InvalidInput, KeyTaken."""
    app = _app(naming, registry)
    if app is None and naming.kind is ScreenKind.STATE:
        raise _state_of_no_app(naming)
    if naming.variant and not NAME.match(naming.variant):
        raise InvalidInput(f"--variant {naming.variant}: is no name", hint=NAME_HINT)
    there = registry.screens.get(naming.key)
    if there is not None and (not naming.variant or any(each.name == naming.variant for each in there.variants)):
        raise KeyTaken(naming.key)


def approve(
    folder: Path, proposal: Proposal, captures: Sequence[Frame], naming: Naming, frames: Sequence[KeptFrame] = ()
) -> Approved:
    """Write the proposed screen into the registry in `folder`, having seen that nothing is harmed, and return it.

    All of the registry is checked with the screen in it, against `captures`, which must be it, and the kept `frames`,
    which must stay what they are. Raises KeyTaken; NotApproved with the reasons; InvalidInput for a key that is none;
    RegistryChanged where another edit came between.
    """
    loaded, state = read_registry(folder)
    before = loaded.registry
    refuse_unusable(naming, before)
    app = _app(naming, before)
    screen, variant = _screen(proposal, captures[0], naming, before)
    apps = {**before.apps, **({app.name: app} if app is not None else {})}
    after = replace(before, screens={**before.screens, screen.key: screen}, apps=apps)
    unfit = [*_unfit(proposal), *_known(before, screen, captures)]
    if unfit:
        raise NotApproved(screen.key, unfit)
    change = regression(before, after, frames)
    harm = [*_harm(change, screen.key), *_not_itself(after, screen, captures)]
    if harm:
        raise NotApproved(screen.key, harm)
    new_apps = [app] if app is not None and app.name not in before.apps else []
    save_edit(folder, state, screens=[screen], apps=new_apps)
    return Approved(screen, variant, change)


def _app(naming: Naming, registry: Registry) -> App | None:
    """Return the app that the key names, None for a global screen. Raises InvalidInput."""
    folder, dot, name = naming.key.partition(".")
    if not dot or not NAME.match(folder) or not NAME.match(name):
        raise InvalidInput(f"--key {naming.key}: is no key such as plaza.feed", hint=NAME_HINT)
    if folder == GLOBAL:
        return None
    known = registry.apps.get(folder)
    if known is not None:
        return known
    if not naming.package:
        names = ", ".join(sorted(registry.apps)) or "none"
        message = f"--key {naming.key}: {folder} is no app of the registry"
        raise InvalidInput(message, hint=f"it has: {names}; for a new one say --package")
    if not PACKAGE.match(naming.package):
        raise InvalidInput(f"--package {naming.package}: is no name of a package", hint=PACKAGE_HINT)
    return App(folder, naming.package)


def _screen(proposal: Proposal, first: Frame, naming: Naming, registry: Registry) -> tuple[Screen, str]:
    """Return the screen as it would be, and the name of the look that is new. Raises InvalidInput."""
    folder = naming.key.partition(".")[0]
    kind = naming.kind or proposal.kind
    if folder == GLOBAL and kind is ScreenKind.STATE:
        raise _state_of_no_app(naming)
    variant = naming.variant or ("dark" if float(first.pixels[:, :, :3].mean()) < _DARK else "light")
    look = proposal.choice.variant(variant, first)
    there = registry.screens.get(naming.key)
    if there is None:
        name = naming.name or proposal.name or naming.key.partition(".")[2].replace("_", " ")
        app = None if folder == GLOBAL else folder
        return Screen(naming.key, name, "", app, kind, first.size, (look,)), variant
    look = replace(look, reference=None if first.size == there.reference else first.size)
    return replace(there, variants=(*there.variants, look)), variant


def _state_of_no_app(naming: Naming) -> InvalidInput:
    message = f"--key {naming.key}: a state belongs to an app"
    return InvalidInput(message, hint="say --kind interrupt, or a key of its app")


def _unfit(proposal: Proposal) -> Iterator[str]:
    if not proposal.choice.regions:
        yield "nothing on it is steady and distinctive enough to identify it"


def _known(before: Registry, screen: Screen, captures: Sequence[Frame]) -> Iterator[str]:
    matcher = Matcher(before)
    found = {matcher.identify(capture, app=screen.app).screen for capture in captures}
    for each in found:
        if each is not None:
            yield f"it is recognised already, as {each.key}"


def _harm(change: Regression, key: str) -> Iterator[str]:
    for overlap in change.overlaps:
        yield _overlap(overlap, key)
    for each in change.changes:
        if each.harmful:
            yield f"{each.file} would be {each.after or ' and '.join(each.conflict_after) or 'unknown'}: {each.reason}"


def _overlap(overlap: Finding, key: str) -> str:
    others = " and ".join(screen for screen in overlap.screens if screen != key)
    return f"it and {others} would claim one frame: {overlap.reason}"


def _not_itself(after: Registry, screen: Screen, captures: Sequence[Frame]) -> Iterator[str]:
    matcher = Matcher(after)
    for number, capture in enumerate(captures, 1):
        found = matcher.identify(capture, app=screen.app)
        if found.screen is None or found.screen.key != screen.key:
            yield f"capture {number} would not be it: {found.reason}"
