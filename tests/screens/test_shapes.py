"""Frames of another shape than the reference: what keeps to the top, the middle and the bottom is found there."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from drover.devices.frame import Frame
from drover.devices.geometry import Rect, Size
from drover.devices.uitree import UiNode
from drover.screens.domain import Action, ActionKind, Variant
from drover.screens.matching import Matcher
from drover.screens.matching.view import View, Views
from drover.screens.pictures import to_gray
from drover.screens.regions import (
    SAME_SHAPE,
    Anchor,
    ExpectedText,
    NodeQuery,
    NodeRegion,
    TextRegion,
    TintRegion,
    moved_down,
    placed,
    same_shape,
)
from drover.screens.settle import change_between
from drover.screens.tints import TOLERANCE, apart, tint_of
from drover.simulator.handset import Look, Theme
from drover.simulator.plaza import catalog
from tests.screens import gallery
from tests.screens.drawing import BODY, BUTTON, SIZE, TITLE, draw, frame_of, key, region, registry, screen, variant

FEED = draw("Feed")
CUT_AT = 700
"""Below the body and above the button nothing is drawn: there rows are cut out, or put in."""


def reshaped(frame: Frame, height: int, at: int = CUT_AT) -> Frame:
    """Return the frame with rows taken out, or put in, above row `at`: what is below keeps to the bottom."""
    pixels, more = frame.pixels, height - frame.size.height
    if more > 0:
        return frame_of(np.concatenate([pixels[:at], np.repeat(pixels[at : at + 1], more, axis=0), pixels[at:]]))
    return frame_of(np.concatenate([pixels[: at + more], pixels[at:]]))


def anchored(anchor: Anchor = Anchor.BOTTOM) -> Variant:
    button = replace(region("button", FEED, BUTTON), anchor=anchor)
    return Variant("light", (region("title", FEED, TITLE), button))


def matcher_of(*looks: Variant) -> Matcher:
    return Matcher(registry(screen("shop.feed", *looks)))


@pytest.mark.parametrize("height", [960, 1140, 1170, 1260, 1440])
@pytest.mark.parametrize("width", [360, 540, 1080])
def test_what_keeps_to_the_bottom_is_found_on_lower_and_taller_frames(width: int, height: int) -> None:
    frame = frame_of(gallery.scaled(reshaped(FEED, height).pixels, width / SIZE.width))
    found = matcher_of(anchored()).identify(frame)
    assert key(found) == "shop.feed"
    title, button = found.checks
    assert button.found_at == placed(BUTTON, Anchor.BOTTOM, SIZE, frame.size)
    assert abs(frame.size.height - button.found_at.y2 - (SIZE.height - BUTTON.y2) * width / SIZE.width) <= 1
    assert title.found_at == placed(TITLE, Anchor.TOP, SIZE, frame.size)
    assert matcher_of(anchored(Anchor.TOP)).identify(frame).screen is None


@pytest.mark.parametrize("height", [1000, 1170, 1300])
def test_what_keeps_to_the_middle_is_found_there(height: int) -> None:
    more = height - SIZE.height
    framed = reshaped(reshaped(FEED, SIZE.height + more // 2, at=300), height, at=CUT_AT + more // 2)
    middle = replace(region("body", FEED, BODY), anchor=Anchor.MIDDLE)
    found = matcher_of(Variant("light", (region("title", FEED, TITLE), middle))).identify(framed)
    assert key(found) == "shop.feed"
    assert found.checks[1].found_at.y1 == BODY.y1 + more // 2


def test_nothing_is_stretched() -> None:
    stretched = frame_of(cv2.resize(FEED.pixels, (540, 1300)))
    assert matcher_of(anchored()).identify(stretched).screen is None


def test_pixels_are_compared_as_they_are_where_the_width_is_the_references() -> None:
    found = matcher_of(anchored()).identify(reshaped(FEED, 1170))
    assert [check.correlation for check in found.checks] == pytest.approx([1, 1])


@pytest.mark.parametrize("shift", [(8, -8), (-5, 4)])
def test_a_shifted_frame_of_another_shape_is_recognised(shift: tuple[int, int]) -> None:
    frame = frame_of(gallery.shifted(reshaped(FEED, 1100).pixels, *shift))
    assert key(matcher_of(anchored()).identify(frame)) == "shop.feed"


def test_a_region_that_lies_outside_the_frame_fails_and_is_told_so() -> None:
    low = reshaped(FEED, 960)
    found = matcher_of(anchored(Anchor.TOP)).verify(low, "shop.feed")
    assert found.reason == "shop.feed: region 'button' lies outside the frame, which is 540x960"


def test_what_must_not_be_there_is_not_where_the_frame_ends() -> None:
    absent = replace(region("button", FEED, BUTTON, absent=True), anchor=Anchor.TOP)
    look = Variant("light", (region("title", FEED, TITLE), absent))
    assert key(matcher_of(look).identify(reshaped(FEED, 960))) == "shop.feed"
    assert matcher_of(look).identify(FEED).screen is None


@pytest.mark.parametrize("kind", ["tints", "texts"])
def test_tints_and_texts_outside_the_frame_fail_and_are_told_so(kind: str) -> None:
    parts = {
        "tints": TintRegion("low", BUTTON, tint_of(FEED, BUTTON)),
        "texts": TextRegion("low", BUTTON, ExpectedText("Continue")),
    }
    look = replace(variant(FEED), **{kind: (parts[kind],)})
    found = matcher_of(look).verify(reshaped(FEED, 960), "shop.feed")
    assert found.reason == "shop.feed: region 'low' lies outside the frame, which is 540x960"


def test_tints_and_elements_keep_to_the_bottom_too() -> None:
    tint = TintRegion("tint", BUTTON, tint_of(FEED, BUTTON), anchor=Anchor.BOTTOM)
    node = NodeRegion("node", NodeQuery("go"), BUTTON, anchor=Anchor.BOTTOM)
    look = replace(variant(FEED), tints=(tint,), nodes=(node,))
    frame = reshaped(FEED, 1170)
    there = UiNode(resource_id="go", bounds=placed(BUTTON, Anchor.BOTTOM, SIZE, frame.size))
    assert key(matcher_of(look).identify(frame, tree=there)) == "shop.feed"
    above = replace(there, bounds=Rect(150, 700, 390, 760))
    assert matcher_of(look).identify(frame, tree=above).screen is None


def test_a_rotated_frame_is_refused_whatever_its_shape() -> None:
    found = matcher_of(anchored()).verify(frame_of(np.rot90(reshaped(FEED, 1170).pixels)), "shop.feed")
    assert found.reason.endswith("the phone may be rotated")


def test_an_action_is_found_at_its_edge_and_told_where_it_is_outside() -> None:
    look = variant(FEED)
    feed = screen("shop.feed", look)
    matcher = Matcher(registry(feed))
    frame = reshaped(FEED, 960)
    tap = look.actions[0]
    low = replace(tap, anchor=Anchor.BOTTOM)
    seen = matcher.check_action(frame, "shop.feed", look, low)
    assert seen is not None
    assert (seen.passed, seen.found_at) == (True, feed.place_of(low, look, frame.size))
    for action in (tap, Action("bare", BUTTON, ActionKind.TAP)):
        outside = matcher.check_action(frame, "shop.feed", look, action)
        assert outside is not None
        assert (outside.passed, outside.why) == (False, "lies outside the frame, which is 540x960")
        assert matcher.pictures(frame, replace(outside, region="go_on")) is None
    assert matcher.check_action(frame, "shop.feed", look, Action("bare", BODY, ActionKind.TAP)) is None


def test_the_pictures_of_what_keeps_to_the_bottom_are_taken_from_there() -> None:
    matcher, frame = matcher_of(anchored()), reshaped(draw("Feed", button="Other"), 1170)
    failed = matcher.verify(frame, "shop.feed").checks[1]
    pictures = matcher.pictures(frame, failed)
    assert pictures is not None
    place = failed.found_at
    shown = frame.pixels[place.y1 : place.y2, place.x1 : place.x2]
    assert np.array_equal(pictures[1], to_gray(shown))


@pytest.mark.parametrize("size", [Size(540, 1202), Size(1080, 2400), Size(361, 802), Size(720, 1601)])
def test_rounded_sizes_are_of_one_shape(size: Size) -> None:
    assert same_shape(SIZE, size)
    assert all(moved_down(anchor, SIZE, size) == 0 for anchor in Anchor)
    assert placed(BUTTON, Anchor.BOTTOM, SIZE, size) == BUTTON.scaled(SIZE, size)


def test_what_is_taken_for_one_shape_is_off_by_less_than_a_region_is_looked_for() -> None:
    assert SAME_SHAPE * 2400 < 8


@pytest.mark.parametrize("height", [960, 1100, 1170, 1333, 1400])
@pytest.mark.parametrize("anchor", Anchor)
def test_a_quarter_of_a_frame_lies_as_the_anchor_says(height: int, anchor: Anchor) -> None:
    noise = np.random.default_rng(5).integers(0, 255, (height // 20 + 1, 27, 4), dtype=np.uint8)
    frame = frame_of(np.kron(noise, np.ones((20, 20, 1), dtype=np.uint8))[:height, :540])
    view = View(frame, SIZE, anchor)
    quarter = view.quarter()
    assert quarter.shape == (300, 135)
    seen = [rect for top in range(0, 1200, 80) if view.holds(rect := Rect(40, top, 120, top + 80))]
    assert len(seen) >= 8
    for rect in seen:
        cell = quarter[rect.y1 // 4 : rect.y2 // 4, rect.x1 // 4 : rect.x2 // 4]
        assert cell.mean() == pytest.approx(view.gray(rect).mean(), abs=4)


def test_one_view_serves_all_edges_of_a_frame_of_the_references_shape() -> None:
    views = Views(FEED)
    assert {views.at(SIZE, anchor) for anchor in Anchor} == {views.at(SIZE)}
    low = Views(reshaped(FEED, 1000))
    assert len({low.at(SIZE, anchor) for anchor in Anchor}) == 3


@pytest.mark.parametrize("height", [1100, 1200, 1300])
def test_a_mask_covers_wherever_its_edge_may_be_while_the_picture_settles(height: int) -> None:
    frame = reshaped(FEED, height)
    moved = frame.pixels.copy()
    moved[height - 200 : height - 140, 150:390] = 0
    other = frame_of(moved)
    assert not change_between(frame, other).small
    assert change_between(frame, other, (BUTTON,), SIZE).picture == 0
    assert not change_between(frame, other, (TITLE,), SIZE).small


PILLS = {"plaza.feed": Rect(96, 2192, 264, 2264), "plaza.profile": Rect(816, 2192, 984, 2264)}
"""What is painted behind the icon of the selected tab."""
TABS = Rect(60, 2190, 1020, 2345)
PHONES = [Size(1080, 1920), Size(1080, 2340), Size(1080, 2408), Size(1080, 2640), Size(720, 1560), Size(1440, 2960)]


def shot(page: str, width: int = 1080) -> Frame:
    look = Look(width, width * 20 // 9, "light")
    handset = catalog.settled(page, look, seed=9)
    pixels = np.frombuffer(handset.paint(handset.scene(0.0)), np.uint8)
    return frame_of(pixels.reshape(look.height, look.width, 4))


def on_phone(page: str, size: Size) -> Frame:
    """Return the page with its lists cut off, or drawn out, above the bar at the bottom."""
    frame = shot(page, size.width)
    return reshaped(frame, size.height, at=round(2100 * size.width / 1080))


@pytest.fixture(scope="module")
def tabs() -> Matcher:
    """Two pages of Plaza, told by the selected tab alone: a bar at the bottom, and the colour of one tab in it."""
    screens = []
    for page, pill in PILLS.items():
        frame = shot(page)
        bar = replace(region("tabs", frame, TABS), anchor=Anchor.BOTTOM)
        tint = TintRegion("selected", pill, tint_of(frame, pill), anchor=Anchor.BOTTOM)
        screens.append(replace(screen(page, Variant("light", (bar,), tints=(tint,))), reference=frame.size))
    return Matcher(registry(*screens))


@pytest.mark.parametrize("size", PHONES, ids=str)
@pytest.mark.parametrize("page", PILLS)
def test_a_page_of_plaza_is_told_by_its_tab_on_phones_of_other_shapes(tabs: Matcher, page: str, size: Size) -> None:
    assert key(tabs.identify(on_phone(page, size))) == page


@pytest.mark.parametrize("width", [360, 720, 1080, 1440])
@pytest.mark.parametrize("page", PILLS)
def test_a_page_of_plaza_is_told_by_its_tab_at_any_width(tabs: Matcher, page: str, width: int) -> None:
    frame = shot(page, width)
    assert key(tabs.identify(frame)) == page
    assert key(tabs.identify(frame_of(gallery.jpeg(frame.pixels)))) == page


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("scrim", [0.2, 0.32, 0.5])
def test_the_tint_of_a_tab_alone_refuses_a_scrim(theme: Theme, scrim: float) -> None:
    look = Look(1080, 2400, theme)
    handset = catalog.settled("plaza.feed", look, seed=9)
    pixels = np.frombuffer(handset.paint(handset.scene(0.0)), np.uint8).reshape(2400, 1080, 4)
    pill = PILLS["plaza.feed"]
    dim = tint_of(frame_of(gallery.dimmed(pixels, scrim)), pill)
    assert apart(tint_of(frame_of(pixels), pill), dim) > 1.5 * TOLERANCE
