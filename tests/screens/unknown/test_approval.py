"""An unknown screen is proposed from what it shows, and taken in only where that harms no other."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from drover.devices.frame import Frame, Pixels
from drover.devices.geometry import Rect
from drover.kernel.errors import InvalidInput
from drover.screens.check.frames import KeptFrame
from drover.screens.check.outcome import Expectation
from drover.screens.domain import Registry, ScreenKind
from drover.screens.files import load_registry
from drover.screens.finder import WordsOnPage
from drover.screens.matching.matcher import Matcher
from drover.screens.unknown.approval import KeyTaken, Naming, NotApproved, approve, refuse_unusable
from drover.screens.unknown.proposal import Proposal, UnusableCaptures, free_key, propose
from drover.screens.writing import save_app, save_screen
from tests.screens.drawing import BODY, BUTTON, TITLE, dimmed_under, draw, frame_of, key, registry, screen, variant

FEED, BASKET = draw("Feed", "news of today"), draw("Basket", "two things in it", "Pay now")
KNOWN = registry(screen("shop.feed", variant(FEED, TITLE, BODY)), screen("shop.price", variant(draw("Price"), TITLE)))


class Written:
    """Reads what the drawing says."""

    def __init__(self, title: str, place: Rect = TITLE) -> None:
        self._line = WordsOnPage(((title, place),), 0.99)

    def lines(self, pixels: Pixels) -> tuple[WordsOnPage, ...]:  # noqa: ARG002  it reads the same off any
        return (self._line,)


def changed(frame: Frame, number: int) -> Frame:
    """Return the frame with another figure in it."""
    pixels = frame.pixels.copy()
    pixels[700:730, 40 : 60 + 20 * number, :3] = 90
    return frame_of(pixels)


CAPTURES = [changed(BASKET, number) for number in range(3)]


def proposed(captures: Sequence[Frame] = CAPTURES, known: Registry = KNOWN, title: str = "Basket") -> Proposal:
    return propose(captures, known, Written(title), app="shop")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for app in KNOWN.apps.values():
        save_app(tmp_path, app)
    for each in KNOWN.screens.values():
        save_screen(tmp_path, each)
    return tmp_path


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_up_to_three_elements_that_no_other_screen_has_are_proposed() -> None:
    proposal = proposed()
    assert (proposal.key, proposal.name, proposal.kind) == ("shop.basket", "Basket", ScreenKind.STATE)
    assert (1 <= len(proposal.elements) <= 3, proposal.choice.unique, proposal.advice) == (True, True, ())
    assert all(each.rect.y2 <= 700 or each.rect.y1 >= 730 for each in proposal.elements)


def test_few_captures_and_screens_that_cannot_be_told_apart_are_said() -> None:
    proposal = proposed([FEED])
    assert proposal.key == "shop.basket"
    assert proposal.advice[0].startswith("chosen from 1 of 3 captures")
    assert any("cannot be told from shop.feed" in line for line in proposal.advice)
    assert proposal.document()["unique"] is False


def test_a_screen_on_which_nothing_is_written_has_a_key_all_the_same() -> None:
    assert (proposed(title="42").key, proposed(title="...").name) == ("shop.screen", "")


def test_a_key_that_is_taken_gets_a_number() -> None:
    assert free_key("shop.feed", {"shop.feed", "shop.feed_2"}) == "shop.feed_3"


def test_what_lies_over_a_known_screen_is_proposed_as_an_interrupt() -> None:
    popup = dimmed_under(FEED, draw("Feed", "Rate us now"), Rect(20, 300, 400, 600))
    proposal = propose([popup], KNOWN, Written("Rate us now", BODY), app="shop")
    assert (proposal.kind, proposal.covers.key if proposal.covers else "") == (ScreenKind.INTERRUPT, "shop.feed")
    assert proposal.key == "shop.rate_us_now"


@pytest.mark.parametrize("captures", [[], [BASKET, frame_of(BASKET.pixels[:1000])]], ids=["none", "sizes"])
def test_captures_that_are_not_of_one_screen_are_refused(captures: list[Frame]) -> None:
    with pytest.raises(UnusableCaptures):
        proposed(captures)


def test_an_approved_screen_is_in_the_registry_and_recognised(folder: Path) -> None:
    approved = approve(folder, proposed(), CAPTURES, Naming("shop.basket"))
    loaded = load_registry(folder)
    assert (loaded.refusals, approved.variant, approved.screen.name) == ((), "light", "Basket")
    assert key(Matcher(loaded.registry).identify(changed(BASKET, 4))) == "shop.basket"
    assert key(Matcher(loaded.registry).identify(FEED)) == "shop.feed"


def test_a_person_may_name_it_otherwise(folder: Path) -> None:
    naming = Naming("global.hint", "A hint", ScreenKind.INTERRUPT)
    screen_made = approve(folder, proposed(), CAPTURES, naming).screen
    assert (screen_made.app, screen_made.name, screen_made.kind) == (None, "A hint", ScreenKind.INTERRUPT)


def test_another_look_is_added_to_a_screen_that_is_there(folder: Path) -> None:
    dark = [changed(draw("Feed", "news of today", dark=True), number) for number in range(3)]
    approve(folder, proposed(dark), dark, Naming("shop.feed", variant="dark"))
    feed = load_registry(folder).registry.screen("shop.feed")
    assert [each.name for each in feed.variants] == ["light", "dark"]


def test_an_app_that_is_new_is_written_with_its_package(folder: Path) -> None:
    approve(folder, proposed(), CAPTURES, Naming("market.basket", package="com.market"))
    assert load_registry(folder).registry.apps["market"].package == "com.market"


def refused(folder: Path, proposal: Proposal, captures: Sequence[Frame], key: str = "shop.basket") -> str:
    before = content(folder)
    with pytest.raises(NotApproved) as caught:
        approve(folder, proposal, captures, Naming(key))
    assert content(folder) == before
    return caught.value.message


def test_what_is_recognised_already_is_refused(folder: Path) -> None:
    assert "recognised already, as shop.feed" in refused(folder, proposed([FEED]), [FEED])


def test_a_screen_that_would_claim_another_ones_frame_is_refused_with_the_reason(folder: Path) -> None:
    shared = screen("shop.basket", variant(FEED, BUTTON)).variants[0]
    proposal = proposed()
    chosen = replace(proposal.choice.chosen[0], region=shared.regions[0])
    greedy = replace(proposal, choice=replace(proposal.choice, chosen=(chosen,)))
    captures = [draw("Basket")]
    assert "it and shop.feed would claim one frame" in refused(folder, greedy, captures)


def test_kept_frames_that_stay_what_they_are_do_not_stand_in_the_way(folder: Path) -> None:
    kept = [KeptFrame("shop.feed__1.png", Expectation("shop.feed"), FEED)]
    assert approve(folder, proposed(), CAPTURES, Naming("shop.basket"), kept).regression.changes == ()


def test_a_screen_with_nothing_on_it_is_refused(folder: Path) -> None:
    blank = frame_of(np.full((1200, 540, 4), 255, np.uint8))
    assert "nothing on it is steady" in refused(folder, proposed([blank]), [blank])


@pytest.mark.parametrize("naming", [Naming("shop.feed"), Naming("shop.feed", variant="light")])
def test_a_key_that_is_there_is_refused(folder: Path, naming: Naming) -> None:
    with pytest.raises(KeyTaken):
        approve(folder, proposed(), CAPTURES, naming)


@pytest.mark.parametrize(
    "naming",
    [
        Naming("basket"),
        Naming("shop."),
        Naming("shop.Basket"),
        Naming("../x.basket"),
        Naming("market.basket"),
        Naming("global.basket"),
        Naming("shop.basket", variant="../x"),
    ],
)
def test_a_name_that_is_none_is_refused(folder: Path, naming: Naming) -> None:
    with pytest.raises(InvalidInput):
        approve(folder, proposed(), CAPTURES, naming)


@pytest.mark.parametrize(
    ("naming", "told"),
    [
        (Naming("basket"), "is no key"),
        (Naming("shop.feed"), "is in the registry already"),
        (Naming("shop.feed", variant="light"), "is in the registry already"),
        (Naming("shop.basket", variant="A b"), "--variant A b"),
        (Naming("cafe.menu"), "is no app"),
        (Naming("cafe.menu", package="cafe"), "is no name of a package"),
        (Naming("global.sale", kind=ScreenKind.STATE), "belongs to an app"),
    ],
)
def test_what_a_person_says_is_refused_before_anything_is_worked_out(naming: Naming, told: str) -> None:
    with pytest.raises((InvalidInput, KeyTaken), match=told):
        refuse_unusable(naming, KNOWN)
