"""The matcher: which one screen of the registry a frame is, or why it is none."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from drover.devices.frame import Frame, Pixels
from drover.devices.geometry import Rect, Size
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
from drover.screens.matching.verdict import Candidate, sentence
from drover.screens.matching.view import View, Views

NEAR_MISSES = 3
_LOOKED_AT = 3
"""How many of the screens that the index finds most alike are looked at for near misses."""

Checks = tuple[RegionCheck, ...]
Match = tuple[Candidate, Checks]


class Matcher:
    """Identifies frames against one registry. Safe to be used by several threads."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
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

    def recognise(self, frame: Frame, *, app: str, expected: Sequence[str]) -> Identification | None:
        """Return the interrupt or expected screen that `frame` is, or None where it is none of them.

        What `identify` looks at first, without its search: for whoever waits, and will look again. Two that match are a
        conflict. Raises UnknownScreen.
        """
        return self._among_likely(Views(frame), {app}, [self._registry.screen(key) for key in expected])

    def identify(self, frame: Frame, *, app: str | None = None, expected: Sequence[str] = ()) -> Identification:
        """Return the one screen that `frame` is, or unknown with the reason.

        Order: interrupts of `app` (without it, of the expected screens' apps), global ones, `expected`; then all
        screens through the index, those of the app and the global ones before the rest. The first of these groups that
        holds a match decides; two matches in it are a conflict. Raises UnknownScreen for an expected key that the
        registry does not have.
        """
        wanted = [self._registry.screen(key) for key in expected]
        apps = {app} if app is not None else {screen.app for screen in wanted if screen.app is not None}
        views = Views(frame)
        return self._among_likely(views, apps, wanted) or self._searched(views, apps, wanted)

    def verify(self, frame: Frame, screen_key: str) -> Identification:
        """Return whether `frame` is that screen, with the checks of its best variant. Raises UnknownScreen."""
        best = self._best(Views(frame), self._registry.screen(screen_key))
        checks = best[1]
        if all(check.passed for check in checks):
            return _decided([best])
        return Identification(None, None, _first_failure(checks), checks, _near_misses([best]))

    def check_action(self, frame: Frame, screen_key: str, variant: Variant, action: Action) -> RegionCheck | None:
        """Return whether the action looks like its crop, or None for one without. Raises UnknownScreen."""
        if action.crop is None:
            return None
        screen = self._registry.screen(screen_key)
        candidate = self._candidate(screen, variant.name) or Candidate(screen, variant)
        return candidate.check_action(Views(frame), action, action.crop)

    def pictures(self, frame: Frame, check: RegionCheck) -> tuple[Pixels, Pixels]:
        """Return the expected picture and the one seen at `check.found_at`, both grey, at the reference resolution.

        Raises UnknownScreen; ValueError for a check that is not of this registry.
        """
        screen = self._registry.screen(check.screen)
        candidate = self._candidate(screen, check.variant)
        parts = (*candidate.variant.regions, *candidate.variant.actions) if candidate is not None else ()
        named = [(part.rect, part.crop) for part in parts if part.name == check.region and part.crop is not None]
        if not named:
            message = f"{check.screen} has no region or action {check.region} in variant {check.variant}"
            raise ValueError(message)
        place = check.found_at.scaled(frame.size, screen.reference)
        # A region and an action may share a name: the one checked is the nearer one.
        rect, crop = min(named, key=lambda part: abs(part[0].x1 - place.x1) + abs(part[0].y1 - place.y1))
        return crop.gray, View(frame, screen.reference).gray(_moved(rect, place.x1, place.y1, screen.reference))

    def _among_likely(self, views: Views, apps: set[str], wanted: Sequence[Screen]) -> Identification | None:
        """Return what the interrupts and the wanted screens say; None where none matches or nothing is known."""
        if not apps and not wanted:
            return None
        names = sorted(apps or {name for name in self._interrupts if name is not None})
        own = [key for name in names for key in self._interrupts.get(name, [])]
        for keys in (own, self._interrupts.get(None, []), dict.fromkeys(screen.key for screen in wanted)):
            matches = _matching([candidate for key in keys for candidate in self._candidates[key]], views)
            if matches:
                return _decided(matches)
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
            return _decided(list(group))
        fared = [self._best(views, screen) for screen in wanted]
        keys = {screen.key for screen in wanted}
        alike = [(c, c.checks(views)) for c in _most_alike(hits, views) if c.screen.key not in keys]
        near = _near_misses([*fared, *alike])
        checks = tuple(check for _, checks in fared for check in checks)
        return Identification(None, None, _why_unknown(checks, near), checks, near)


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


def _decided(matches: Sequence[Match]) -> Identification:
    if len(matches) > 1:
        keys = tuple(candidate.screen.key for candidate, _ in matches)
        reason = f"{' and '.join(keys)} all match this frame; give each a region that the others do not have"
        return Identification(None, None, reason, conflict=keys)
    candidate, checks = matches[0]
    regions = "its region passes" if len(checks) == 1 else f"all {len(checks)} regions pass"
    reason = f"{candidate.screen.key} ({candidate.variant.name}): {regions}"
    return Identification(candidate.screen, candidate.variant, reason, checks)


def _rank(match: Match, apps: set[str]) -> tuple[bool, bool, bool]:
    """Order groups of matches: those of the apps or global before others, interrupts first, an app's before global."""
    screen = match[0].screen
    elsewhere = bool(apps) and screen.app is not None and screen.app not in apps
    interrupt = screen.kind is ScreenKind.INTERRUPT
    return elsewhere, not interrupt, interrupt and screen.app is None


def _most_alike(hits: Sequence[Hit], views: Views) -> list[Candidate]:
    """Return the best variant of each of the few screens of which most regions pass."""
    likely = sorted(hits, key=lambda hit: -hit.likeness)[:_LOOKED_AT]
    counted = sorted(((hit.candidate.passing(views), hit.candidate) for hit in likely), key=lambda c: -c[0])
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


def _moved(rect: Rect, x: int, y: int, size: Size) -> Rect:
    """Return `rect` with its corner at (x, y), as far as `size` allows."""
    left, top = min(max(0, x), size.width - rect.width), min(max(0, y), size.height - rect.height)
    return Rect(left, top, left + rect.width, top + rect.height)
