"""The demo apps against their shipped registries: every page in all looks, states and under each popup.

Wrong is a frame that is taken for another screen than the one it shows: under a popup the page beneath is another one.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator

import cv2

from drover.devices.frame import Frame
from drover.screens.domain import RegionKind, Registry, Screen
from drover.screens.files import load_registry
from drover.screens.matching.agreement import CONTRAST, ENOUGH, MAX_BRIGHTNESS
from drover.screens.matching.matcher import Matcher
from drover.simulator.plaza import catalog
from tools import plaza_sweep
from tools.plaza_registry import NOTES_REGISTRY, REGISTRY
from tools.plaza_screens import NOTES_SCREENS, SCREENS, key_of
from tools.plaza_sweep import LOOKS, Capture, Verdict, judge, sight

SEED = 9
KINDS: tuple[Callable[[], Iterator[Capture]], ...] = (
    plaza_sweep.pages,
    plaza_sweep.states,
    plaza_sweep.typing,
    plaza_sweep.covered,
    plaza_sweep.stacked,
)
COMPARED = tuple(
    look for look in LOOKS if look.width == catalog.REFERENCE.width and (look.theme == "dark") == (look.font_scale > 1)
)
"""The looks in which every screen is held against every other page: light, and dark with large text."""


def run(seed: int = SEED, every: int = 1) -> dict[str, object]:
    """Return how many frames were looked at, what part of them was recognised, and how many were wrong.

    `every` looks at each n-th frame only, which with 5 or 7 are all captures, each in another one of the looks.
    """
    cv2.setNumThreads(1)
    registry = load_registry(REGISTRY).registry
    shipped = ((Matcher(registry), SCREENS), (Matcher(load_registry(NOTES_REGISTRY).registry), NOTES_SCREENS))
    figures: dict[str, object] = {}
    everything: Counter[Verdict] = Counter()
    for kind in KINDS:
        judged: dict[bool, Counter[Verdict]] = {False: Counter(), True: Counter()}
        for capture, look in itertools.islice(itertools.product(kind(), LOOKS), 0, None, every):
            seen = sight(capture, look, seed=seed)
            judged[look.font_scale > 1].update(judge(matcher, known, seen) for matcher, known in shipped)
        figures |= _figures(kind.__name__, judged)
        everything += judged[False] + judged[True]
    return {"frames": everything.total() // len(shipped), "wrong": everything[Verdict.WRONG], **figures} | _impostors(
        registry, shipped[0][0], seed
    )


def _figures(kind: str, judged: dict[bool, Counter[Verdict]]) -> dict[str, object]:
    normal, large = judged[False], judged[True]
    return {
        f"{kind}_answers": normal.total() + large.total(),
        f"{kind}_right_percent": round(100 * normal[Verdict.RIGHT] / normal.total(), 2),
        f"{kind}_large_right_percent": round(100 * large[Verdict.RIGHT] / large.total(), 2),
        f"{kind}_wrong": normal[Verdict.WRONG] + large[Verdict.WRONG],
    }


def _impostors(registry: Registry, matcher: Matcher, seed: int) -> dict[str, object]:
    """Return, for each screen, the page that comes closest to being taken for it, and how close that is."""
    sights = [(key_of(page), sight(_capture(page), look, seed=seed).frame) for look in COMPARED for page in SCREENS]
    closest: dict[str, tuple[float, str]] = {}
    dimmed = 0.0
    for screen in registry.screens.values():
        for page, frame in sights:
            if page == screen.key:
                continue
            correlation, contrast = _closeness(matcher, frame, screen)
            if correlation > closest.setdefault(screen.key, (0.0, ""))[0]:
                closest[screen.key] = round(correlation, 3), page
            dimmed = max(dimmed, contrast)
    most = max(correlation for correlation, _ in closest.values())
    return {
        "impostor_pairs": len(registry.screens) * (len(SCREENS) - 1) * len(COMPARED),
        "impostor_closest": most,
        "impostor_margin": round(ENOUGH - most, 3),
        "impostor_dimmed_contrast": round(dimmed, 3),
        "impostors": {key: list(closest[key]) for key in sorted(closest, key=lambda key: -closest[key][0])},
    }


def _capture(page: str) -> Capture:
    kind, _, name = page.partition(".")
    return (
        Capture("plaza.feed", plaza_sweep.WAYS[page], (name,))
        if kind == "popup"
        else Capture(page, plaza_sweep.WAYS[page])
    )


def _closeness(matcher: Matcher, frame: Frame, screen: Screen) -> tuple[float, float]:
    """Return the correlation of the region that fits worst, and, where only the light tells them apart, its contrast.

    Tints and what must be absent are left out: they only make it safer. A region that is too dark or too bright
    counts as nothing: those are pages beneath a dialog, whose writing is there.
    """
    absent = {region.name for variant in screen.variants for region in variant.regions if region.absent}
    pictures = [
        check
        for check in matcher.verify(frame, screen.key).checks
        if check.kind is RegionKind.PICTURE and check.region not in absent
    ]
    alike = min(check.correlation for check in pictures)
    lit = [
        abs(check.brightness) <= MAX_BRIGHTNESS and CONTRAST[0] <= check.contrast <= CONTRAST[1] for check in pictures
    ]
    if alike >= ENOUGH and not all(lit):
        return 0.0, min(check.contrast for check in pictures)
    return min(check.correlation if good else 0.0 for check, good in zip(pictures, lit, strict=True)), 0.0
