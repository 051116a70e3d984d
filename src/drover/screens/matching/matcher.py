"""The matcher: which one screen of the registry a frame is, or why it is none."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from drover.devices.frame import Frame, Pixels
from drover.devices.uitree import UiNode
from drover.screens.domain import (
    Action,
    Identification,
    NearMiss,
    RegionCheck,
    Registry,
    Screen,
    ScreenKind,
    Variant,
)
from drover.screens.matching.index import Hit, Index
from drover.screens.matching.keyboards import Keyboards
from drover.screens.matching.shown import pictures_of
from drover.screens.matching.verdict import Candidate, Checks, sentence
from drover.screens.matching.view import Views
from drover.screens.ocr import RapidOcrReader, TextReader

NEAR_MISSES = 3
_WANTS_TREE = "a screen that was looked for could be told by the UI tree only"
_LOOKED_AT = 3
"""How many of the screens that the index finds most alike are looked at for near misses."""

Match = tuple[Candidate, Checks]


class Matcher:
    """Identifies frames against one registry. Safe to be used by several threads.

    `tree` is the UI tree at the time of the frame. Where a screen could not be told without one, the answer says so in
    `wants_tree`. Texts are read by `reader`, and only where the pictures and tints of a variant passed; what reads them
    loads its model when the first text is read. Whatever identifies raises TextNotRead.
    """

    def __init__(self, registry: Registry, reader: TextReader | None = None) -> None:
        self._registry = registry
        self._reader = reader if reader is not None else RapidOcrReader()
        self.keyboards = Keyboards(registry.keyboards.values())
        self._candidates = {
            screen.key: tuple(Candidate(screen, variant) for variant in screen.variants)
            for screen in registry.screens.values()
        }
        everything = [candidate for candidates in self._candidates.values() for candidate in candidates]
        self._index = Index(everything)
        self._interrupts: dict[str | None, list[str]] = {}
        for screen in registry.screens.values():
            if screen.kind is ScreenKind.INTERRUPT:
                self._interrupts.setdefault(screen.app, []).append(screen.key)

    def recognise(
        self, frame: Frame, *, app: str, expected: Sequence[str], tree: UiNode | None = None
    ) -> Identification | None:
        """Return the interrupt or expected screen that `frame` is, or None where it is none of them.

        What `identify` looks at first, without its search: for whoever waits, and will look again. Two that match are a
        conflict; an unknown screen that wants the tree may be one of them. Raises UnknownScreen.
        """
        views = self._views(frame, tree)
        found = self._among_likely(views, {app}, [self._registry.screen(key) for key in expected])
        if found is None and views.wants_tree:
            return Identification(None, None, _WANTS_TREE, wants_tree=True)
        return found

    def identify(
        self, frame: Frame, *, app: str | None = None, expected: Sequence[str] = (), tree: UiNode | None = None
    ) -> Identification:
        """Return the one screen that `frame` is, or unknown with the reason.

        Order: interrupts of `app` (without it, of the expected screens' apps), global ones, `expected`; then all
        screens through the index, those of the app and the global ones before the rest. The first of these groups that
        holds a match decides; two matches in it are a conflict. Raises UnknownScreen for an expected key that the
        registry does not have.
        """
        wanted = [self._registry.screen(key) for key in expected]
        apps = {app} if app is not None else {screen.app for screen in wanted if screen.app is not None}
        views = self._views(frame, tree)
        return self._among_likely(views, apps, wanted) or self._searched(views, apps, wanted)

    def verify(self, frame: Frame, screen_key: str, *, tree: UiNode | None = None) -> Identification:
        """Return whether `frame` is that screen, with the checks of its best variant. Raises UnknownScreen."""
        views = self._views(frame, tree)
        best = self._best(views, self._registry.screen(screen_key))
        checks = best[1]
        if all(check.passed for check in checks):
            return _decided([best], views)
        near = _near_misses([best])
        return Identification(None, None, _first_failure(checks), checks, near, wants_tree=views.wants_tree)

    def check_action(self, frame: Frame, screen_key: str, variant: Variant, action: Action) -> RegionCheck | None:
        """Return whether the action looks like its crop; None for one without, if it lies on the frame.

        Raises UnknownScreen.
        """
        screen = self._registry.screen(screen_key)
        candidate = self._candidate(screen, variant.name) or Candidate(screen, variant)
        return candidate.check_action(Views(frame), action)

    def pictures(self, frame: Frame, check: RegionCheck) -> tuple[Pixels, Pixels] | None:
        """Return the expected picture and the one seen at `check.found_at`, at the reference resolution.

        They are grey; of a tint, in blue, green and red. None where there is nothing to compare: for an element of the
        UI tree, a text without a picture, an action without a crop, and a place outside the frame.
        Raises UnknownScreen; ValueError for a check that is not of this registry.
        """
        screen = self._registry.screen(check.screen)
        candidate = self._candidate(screen, check.variant)
        if candidate is None:
            message = f"{check.screen} has no variant {check.variant}"
            raise ValueError(message)
        return pictures_of(candidate, frame, check)

    def _views(self, frame: Frame, tree: UiNode | None) -> Views:
        return Views(frame, tree=tree, reader=self._reader)

    def _among_likely(self, views: Views, apps: set[str], wanted: Sequence[Screen]) -> Identification | None:
        """Return what the interrupts and the wanted screens say; None where none matches or nothing is known."""
        if not apps and not wanted:
            return None
        names = sorted(apps or {name for name in self._interrupts if name is not None})
        own = [key for name in names for key in self._interrupts.get(name, [])]
        for keys in (own, self._interrupts.get(None, []), dict.fromkeys(screen.key for screen in wanted)):
            matches = _matching([candidate for key in keys for candidate in self._candidates[key]], views)
            if matches:
                return _decided(matches, views)
        return None

    def _candidate(self, screen: Screen, variant: str) -> Candidate | None:
        return next((c for c in self._candidates[screen.key] if c.variant.name == variant), None)

    def _best(self, views: Views, screen: Screen) -> Match:
        """Return the variant of `screen` that fares best, and its checks."""
        return max(((c, c.checks(views)) for c in self._candidates[screen.key]), key=_merit)

    def _searched(self, views: Views, apps: set[str], wanted: Sequence[Screen]) -> Identification:
        hits = self._index.look_up(views)
        matches = _matching([hit.candidate for hit in hits if hit.impossible == 0], views)
        matches.sort(key=lambda match: _rank(match, apps))
        for _, group in groupby(matches, key=lambda match: _rank(match, apps)):
            return _decided(list(group), views)
        fared = [self._best(views, screen) for screen in wanted]
        passed = [match for match in fared if all(check.passed for check in match[1])]
        if passed:  # the quick comparison, which may miss a region that is laid out a little differently, missed one
            return _decided(passed, views)
        keys = {screen.key for screen in wanted}
        alike = [(c, c.checks(views)) for c in _most_alike(hits, views) if c.screen.key not in keys]
        near = _near_misses([*fared, *alike])
        checks = tuple(check for _, checks in fared for check in checks)
        return Identification(None, None, _why_unknown(checks, near), checks, near, wants_tree=views.wants_tree)


def _matching(candidates: Iterable[Candidate], views: Views) -> list[Match]:
    """Return one match for each screen that has one."""
    found: dict[str, Match] = {}
    for candidate in candidates:
        if candidate.screen.key in found:
            continue
        checks = candidate.match(views)
        if checks is not None:
            found[candidate.screen.key] = candidate, checks
    return list(found.values())


def _decided(matches: Sequence[Match], views: Views) -> Identification:
    if len(matches) > 1:
        keys = tuple(candidate.screen.key for candidate, _ in matches)
        reason = f"{' and '.join(keys)} all match this frame; give each a region that the others do not have"
        return Identification(None, None, reason, conflict=keys, wants_tree=views.wants_tree)
    candidate, checks = matches[0]
    count = len({check.region for check in checks})  # the text of a picture is a check of its own
    regions = "its region passes" if count == 1 else f"all {count} regions pass"
    reason = f"{candidate.screen.key} ({candidate.variant.name}): {regions}"
    return Identification(candidate.screen, candidate.variant, reason, checks, wants_tree=views.wants_tree)


def _rank(match: Match, apps: set[str]) -> tuple[bool, bool, bool]:
    """Order groups of matches: those of the apps or global before others, interrupts first, an app's before global."""
    screen = match[0].screen
    elsewhere = bool(apps) and screen.app is not None and screen.app not in apps
    interrupt = screen.kind is ScreenKind.INTERRUPT
    return elsewhere, not interrupt, interrupt and screen.app is None


def _most_alike(hits: Sequence[Hit], views: Views) -> list[Candidate]:
    """Return the best variant of each of the few screens of which most regions pass."""
    likely = sorted(hits, key=lambda hit: -hit.likeness)[:_LOOKED_AT]
    passing = [(hit.candidate.passing(views, hit.likeliest), hit.candidate) for hit in likely]
    counted = sorted(passing, key=lambda c: -c[0])
    best: dict[str, Candidate] = {}
    for passed, candidate in counted:
        if passed:
            best.setdefault(candidate.screen.key, candidate)
    return list(best.values())[:NEAR_MISSES]


def _merit(match: Match) -> tuple[int, int, float]:
    """Order how screens fare: passed regions, then few failed ones, then their correlation."""
    checks = match[1]
    passed = sum(check.passed for check in checks)
    return passed, passed - len(checks), sum(check.correlation for check in checks) / len(checks)


def _near_misses(fared: Sequence[Match]) -> tuple[NearMiss, ...]:
    ranked = sorted(fared, key=_merit, reverse=True)
    misses = [
        NearMiss(c.screen.key, c.variant.name, sum(k.passed for k in checks), tuple(k for k in checks if not k.passed))
        for c, checks in ranked
    ]
    return tuple(miss for miss in misses if miss.passed and miss.failed)[:NEAR_MISSES]


def _first_failure(checks: Checks) -> str:
    return sentence(next(check for check in checks if not check.passed))


def _why_unknown(checks: Checks, near: Sequence[NearMiss]) -> str:
    if checks:
        return _first_failure(checks)
    if near:
        return f"no screen matches; the nearest: {sentence(near[0].failed[0])}"
    return "no screen of the registry resembles this frame"
