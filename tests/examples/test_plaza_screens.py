"""The shipped registries over everything that the demo apps show: never another screen, least of all under a popup.

Each capture is looked at in one of four looks by turns; `python -m bench plaza_screens` looks at all in all twelve.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest

from drover.devices.frame import Frame
from drover.screens.domain import Registry
from drover.screens.files import load_registry
from drover.screens.matching.matcher import Matcher
from drover.simulator.handset import Look
from drover.simulator.plaza.catalog import POPUPS
from tools import plaza_sweep
from tools.plaza_registry import NOTES_REGISTRY, REGISTRY
from tools.plaza_screens import NOTES_SCREENS, SCREENS
from tools.plaza_sweep import LOOKS, WAYS, Capture, Verdict, judge, sight

PLAZA, NOTES = load_registry(REGISTRY), load_registry(NOTES_REGISTRY)
MATCHERS = {"plaza": (Matcher(PLAZA.registry), SCREENS), "notes": (Matcher(NOTES.registry), NOTES_SCREENS)}
SMALL = tuple(look for look in LOOKS if look.width == 720)
LARGE = tuple(look for look in SMALL if look.font_scale > 1)


def failures(captures: Iterator[Capture], looks: Sequence[Look]) -> list[str]:
    """Return what is not right, each capture looked at in the next look, with the registry of its app."""
    found: list[str] = []
    for number, capture in enumerate(captures):
        look = looks[number % len(looks)]
        seen = sight(capture, look, seed=3 + number)
        matcher, known = MATCHERS["notes" if capture.page.startswith("notes") else "plaza"]
        there = seen.shown.startswith("popup.") if capture.popups else seen.shown == capture.page
        verdict = judge(matcher, known, seen)
        if verdict is not Verdict.RIGHT or not there:
            found.append(f"{capture.title} at {look} shows {seen.shown}: {verdict.value}")
    return found


def test_every_page_is_recognised_with_large_text() -> None:
    assert failures(plaza_sweep.pages(), LARGE) == []


def test_what_was_typed_stored_and_scrolled_is_no_hindrance() -> None:
    assert failures(plaza_sweep.states(), SMALL) == []


def test_the_keyboard_is_no_hindrance() -> None:
    assert failures(plaza_sweep.typing(), SMALL) == []


@pytest.mark.parametrize("popup", POPUPS)
def test_a_popup_over_any_page_is_itself_or_unknown_and_never_the_page(popup: str) -> None:
    over = (capture for capture in plaza_sweep.covered() if capture.popups == (popup,))
    assert failures(over, SMALL) == []


def test_of_two_popups_the_front_one_is_seen() -> None:
    assert failures(plaza_sweep.stacked(), SMALL) == []


def without_middle(registry: Registry) -> Registry:
    """Return the registry without empty places and without what must be absent."""
    screens = {
        key: replace(
            screen,
            variants=tuple(
                replace(variant, tints=(), regions=tuple(each for each in variant.regions if not each.absent))
                for variant in screen.variants
            ),
        )
        for key, screen in registry.screens.items()
    }
    return replace(registry, screens=screens)


@pytest.mark.parametrize("page", ["plaza.feed", "plaza.search", "plaza.slots", "plaza.story"])
def test_only_what_is_checked_in_the_middle_tells_a_popup_that_dims_nothing(page: str) -> None:
    seen = sight(Capture(page, WAYS[page], ("unknown",)), SMALL[0], seed=5)
    assert judge(Matcher(without_middle(PLAZA.registry)), SCREENS, seen) is Verdict.WRONG
    assert judge(MATCHERS["plaza"][0], SCREENS, seen) is Verdict.RIGHT


@pytest.mark.parametrize(("page", "cut"), [("plaza.feed", 2100), ("plaza.post", 1640), ("plaza.own_story", 2160)])
def test_on_a_taller_display_bars_are_looked_for_at_its_bottom(page: str, cut: int) -> None:
    pixels = sight(Capture(page, WAYS[page]), Look(1080, 2400, "light"), seed=5).frame.pixels
    taller = np.concatenate([pixels[:cut], np.repeat(pixels[cut : cut + 1], 240, axis=0), pixels[cut:]])
    answer = MATCHERS["plaza"][0].identify(Frame(taller, 1, 0.0), app="plaza")
    assert (answer.screen.key if answer.screen is not None else answer.reason) == page
