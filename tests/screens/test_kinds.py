"""Tints, texts and elements of the UI tree: when they are looked at, and what is said of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from drover.devices.frame import Frame, Pixels
from drover.devices.geometry import Rect
from drover.devices.uitree import UiNode
from drover.screens.domain import Identification, RegionKind, Variant
from drover.screens.matching import Matcher
from drover.screens.matching.verdict import Candidate
from drover.screens.matching.view import Views
from drover.screens.ocr import TextNotRead
from drover.screens.regions import ExpectedText, NodeQuery, NodeRegion, Region, TextRegion, TintRegion
from drover.screens.tints import TOLERANCE, apart, png_of, tint_of
from tests.screens import gallery
from tests.screens.drawing import (
    BODY,
    TITLE,
    draw,
    frame_of,
    interrupt,
    key,
    region,
    registry,
    screen,
    variant,
)

FEED = draw("Feed")
BAR = Rect(0, 1140, 540, 1200)
BLUE, GREY = (40, 90, 220, 255), (150, 150, 155, 255)


@dataclass
class Reader:
    """Reads what it was told, and notes the shapes of what it was given."""

    text: str = "Feed"
    shapes: list[tuple[int, ...]] = field(default_factory=list[tuple[int, ...]])

    def read(self, pixels: Pixels) -> str:
        self.shapes.append(pixels.shape)
        return self.text


class BrokenReader:
    def read(self, pixels: Pixels) -> str:
        raise TextNotRead(f"it fails on every picture, such as one of {pixels.shape}")


def with_tab(frame: Frame, colour: Sequence[int]) -> Frame:
    pixels = frame.pixels.copy()
    pixels[BAR.y1 : BAR.y2, BAR.x1 : BAR.x2] = colour
    return frame_of(pixels)


def matcher_of(look: Variant, reader: Reader | None = None) -> Matcher:
    return Matcher(registry(screen("shop.feed", look)), reader or Reader())


def tinted(*, absent: bool = False) -> Variant:
    tab = TintRegion("tab", BAR, tint_of(with_tab(FEED, BLUE), BAR), absent)
    return replace(variant(FEED), tints=(tab,))


def titled(text: ExpectedText, *, absent: bool = False) -> Variant:
    return replace(variant(FEED, BODY), texts=(TextRegion("heading", TITLE, text, absent),))


def with_node(query: NodeQuery, rect: Rect | None = None, *, absent: bool = False) -> Variant:
    return replace(variant(FEED), nodes=(NodeRegion("list", query, rect, absent),))


def why(found: Identification) -> str:
    return next(check.why for check in found.checks if not check.passed)


def test_a_tint_tells_two_screens_apart_that_look_alike_in_grey() -> None:
    tabs = {"shop.home": (40, 90, 220, 255), "shop.search": (111, 95, 17, 255)}
    shots = {name: with_tab(FEED, colour) for name, colour in tabs.items()}
    screens = [
        screen(name, replace(variant(shot), tints=(TintRegion("tab", BAR, tint_of(shot, BAR)),)))
        for name, shot in shots.items()
    ]
    matcher = Matcher(registry(*screens))
    assert {name: key(matcher.identify(shot)) for name, shot in shots.items()} == {name: name for name in tabs}


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_tint_passes_as_far_as_the_tolerance_in_each_colour(level: int) -> None:
    matcher = matcher_of(tinted())
    near, far = list(BLUE), list(BLUE)
    near[level] += round(TOLERANCE)
    far[level] -= round(TOLERANCE) + 1
    assert key(matcher.identify(with_tab(FEED, near))) == "shop.feed"
    assert matcher.identify(with_tab(FEED, far)).screen is None


def test_what_is_wrong_with_a_tint_is_told_in_colours() -> None:
    found = matcher_of(tinted()).verify(with_tab(FEED, GREY), "shop.feed")
    failed = found.checks[-1]
    assert (failed.region, failed.kind, failed.found_at) == ("tab", RegionKind.TINT, BAR)
    assert (failed.brightness, failed.seen) == (110, "rgb(150, 150, 155)")
    assert found.reason == (
        "shop.feed: region 'tab' is rgb(150, 150, 155), not rgb(40, 90, 220): 110 levels apart (at most 6 are allowed)"
    )


def test_a_tint_that_must_not_be_there_forbids_it() -> None:
    matcher = matcher_of(tinted(absent=True))
    assert key(matcher.identify(with_tab(FEED, GREY))) == "shop.feed"
    assert why(matcher.verify(with_tab(FEED, BLUE), "shop.feed")) == "must not have this colour, but has"


def test_what_is_masked_has_no_part_in_a_tint() -> None:
    shot = with_tab(FEED, BLUE)
    masked = Rect(0, 1140, 270, 1200)
    look = replace(variant(FEED, TITLE, BODY, masks=(masked,)), tints=(TintRegion("tab", BAR, tint_of(shot, BAR)),))
    pixels = shot.pixels.copy()
    pixels[masked.y1 : masked.y2, masked.x1 : masked.x2] = GREY
    assert key(matcher_of(look).identify(frame_of(pixels))) == "shop.feed"
    assert key(matcher_of(look).identify(frame_of(gallery.scaled(pixels, 1.5)))) == "shop.feed"
    assert matcher_of(replace(look, masks=())).identify(frame_of(pixels)).screen is None


@pytest.mark.parametrize("width", [360, 720, 1080])
def test_a_tint_is_seen_at_any_width(width: int) -> None:
    matcher = matcher_of(tinted())
    assert key(matcher.identify(frame_of(gallery.scaled(with_tab(FEED, BLUE).pixels, width / 540)))) == "shop.feed"
    assert matcher.identify(frame_of(gallery.scaled(with_tab(FEED, GREY).pixels, width / 540))).screen is None


@pytest.mark.parametrize("shift", [(8, -8), (-7, -7)])
def test_a_tint_is_looked_for_where_the_pictures_were_found(shift: tuple[int, int]) -> None:
    spot = Rect(40, 860, 56, 876)
    pixels = FEED.pixels.copy()
    pixels[spot.y1 : spot.y2, spot.x1 : spot.x2] = BLUE
    look = replace(variant(FEED), tints=(TintRegion("dot", spot, tint_of(frame_of(pixels), spot)),))
    found = matcher_of(look).identify(frame_of(gallery.shifted(pixels, *shift)))
    assert key(found) == "shop.feed"
    place = found.checks[-1].found_at
    assert (place.x1 - spot.x1, place.y1 - spot.y1) == shift


def test_a_tint_without_a_picture_is_drawn_as_its_colour() -> None:
    flat = replace(tint_of(with_tab(FEED, BLUE), BAR), png=b"")
    png = png_of(flat, Rect(0, 0, 8, 4))
    assert apart(tint_of(frame_of(gallery.decode_picture(png)), Rect(0, 0, 8, 4)), flat) == 0


def test_a_text_is_read_in_the_frames_own_pixels_once_all_else_passed() -> None:
    reader = Reader()
    matcher = matcher_of(titled(ExpectedText("Feed")), reader)
    found = matcher.identify(frame_of(gallery.scaled(FEED.pixels, 2)))
    assert key(found) == "shop.feed"
    assert [shape[0] for shape in reader.shapes] == [2 * TITLE.height]
    read = found.checks[-1]
    assert (read.kind, read.region, read.seen, read.correlation) == (RegionKind.TEXT, "heading", "Feed", 1)


def test_no_text_is_read_where_a_picture_or_a_tint_failed() -> None:
    reader = Reader()
    look = replace(tinted(), texts=(TextRegion("heading", TITLE, ExpectedText("Feed")),))
    matcher = matcher_of(look, reader)
    for frame in (draw("Profile", "elsewhere"), with_tab(FEED, GREY)):
        assert matcher.identify(frame, app="shop", expected=("shop.feed",)).screen is None
        assert matcher.verify(frame, "shop.feed").screen is None
    assert reader.shapes == []
    assert [check.kind for check in matcher.verify(with_tab(FEED, GREY), "shop.feed").checks] == [
        RegionKind.PICTURE,
        RegionKind.PICTURE,
        RegionKind.TINT,
    ]


def test_what_was_read_instead_is_told() -> None:
    reader = Reader("Food")
    found = matcher_of(titled(ExpectedText("Feed")), reader).verify(
        frame_of(gallery.scaled(FEED.pixels, 2)), "shop.feed"
    )
    assert reader.shapes[-1] == (2 * TITLE.height, 2 * TITLE.width, 4)
    assert found.reason == "shop.feed: region 'heading' reads 'Food', not 'Feed'"
    assert found.checks[-1].correlation == 0.5


def test_a_pattern_is_found_in_what_is_read() -> None:
    look = titled(ExpectedText(r"^\d+ new$", pattern=True))
    assert key(matcher_of(look, Reader("12 new")).identify(FEED)) == "shop.feed"
    assert matcher_of(look, Reader("nothing new")).identify(FEED).screen is None


def test_a_text_that_must_not_be_read_forbids_it() -> None:
    look = titled(ExpectedText("Feed"), absent=True)
    assert key(matcher_of(look, Reader("Food")).identify(FEED)) == "shop.feed"
    assert why(matcher_of(look, Reader("Feed")).verify(FEED, "shop.feed")) == "must not read 'Feed', but does"


def reading_title(*, absent: bool) -> Variant:
    title: Region = replace(region("title", FEED, TITLE, absent=absent), text=ExpectedText("Feed"))
    return replace(variant(FEED), regions=(region("body", FEED, BODY), title))


def test_a_picture_with_a_text_must_look_like_it_and_read_so() -> None:
    found = matcher_of(reading_title(absent=False)).identify(FEED)
    assert [(check.region, check.kind) for check in found.checks] == [
        ("body", RegionKind.PICTURE),
        ("title", RegionKind.PICTURE),
        ("title", RegionKind.TEXT),
    ]
    assert found.reason == "shop.feed (light): all 2 regions pass"
    assert matcher_of(reading_title(absent=False), Reader("Food")).identify(FEED).screen is None


def test_a_picture_with_a_text_that_must_not_be_there_may_be_there_with_another_text() -> None:
    look, reader = reading_title(absent=True), Reader("Food")
    assert key(matcher_of(look, reader).identify(FEED)) == "shop.feed"
    times = len(reader.shapes)
    assert times > 0
    assert key(matcher_of(look, reader).identify(draw("Profile"))) == "shop.feed"
    assert len(reader.shapes) == times
    assert matcher_of(look, Reader("Feed")).identify(FEED).screen is None


def test_a_crop_is_read_once_for_all_screens_that_want_something_read_there() -> None:
    reader = Reader("Third")
    words = ("First", "Second", "Third")
    screens = [screen(f"shop.{word.lower()}", titled(ExpectedText(word))) for word in words]
    assert key(Matcher(registry(*screens), reader).identify(FEED)) == "shop.third"
    assert len(reader.shapes) == len(set(reader.shapes)) > 0


def test_a_text_that_cannot_be_read_is_an_error_and_not_an_unknown_screen() -> None:
    matcher = Matcher(registry(screen("shop.feed", titled(ExpectedText("Feed")))), BrokenReader())
    with pytest.raises(TextNotRead, match="it fails on every picture"):
        matcher.identify(FEED)


def test_without_a_reader_no_text_is_the_expected_one() -> None:
    candidate = Candidate(screen("shop.feed", titled(ExpectedText("Feed"))), titled(ExpectedText("Feed")))
    assert candidate.match(Views(FEED)) is None
    assert candidate.checks(Views(FEED))[-1].why == "cannot be read: there is nothing to read texts with"
    assert candidate.passing(Views(frame_of(np.rot90(FEED.pixels)))) == 0


def test_the_pictures_of_a_variant_that_is_not_there_are_refused() -> None:
    matcher = matcher_of(tinted())
    check = replace(matcher.verify(FEED, "shop.feed").checks[0], variant="dusk")
    with pytest.raises(ValueError, match="has no variant dusk"):
        matcher.pictures(FEED, check)


def test_a_matcher_of_pictures_alone_reads_nothing() -> None:
    matcher = Matcher(registry(screen("shop.feed", variant(FEED))), BrokenReader())
    assert key(matcher.identify(FEED)) == "shop.feed"
    assert matcher.identify(draw("Profile", "elsewhere")).screen is None


ROW = Rect(0, 300, 540, 360)
TREE = UiNode(
    children=(
        UiNode(text="Feed", resource_id="com.example.shop:id/heading", bounds=TITLE),
        UiNode(description="3 new posts", resource_id="com.example.shop:id/count", bounds=ROW),
    )
)

FOUND: dict[str, tuple[NodeQuery, Rect | None]] = {
    "its whole id": (NodeQuery("com.example.shop:id/heading"), None),
    "its id after the slash": (NodeQuery("heading"), None),
    "its text": (NodeQuery(text=ExpectedText("Feed")), None),
    "its description": (NodeQuery(text=ExpectedText("3 new posts")), None),
    "a pattern": (NodeQuery(text=ExpectedText(r"^\d+ new", pattern=True)), None),
    "id and text": (NodeQuery("count", ExpectedText("3 new posts")), None),
    "its place": (NodeQuery("heading"), Rect(0, 0, 540, 200)),
}
MISSING: dict[str, tuple[NodeQuery, Rect | None]] = {
    "another id": (NodeQuery("head"), None),
    "a part of its text": (NodeQuery(text=ExpectedText("Fee")), None),
    "id and text of two": (NodeQuery("heading", ExpectedText("3 new posts")), None),
    "another pattern": (NodeQuery(text=ExpectedText(r"^\d+ old", pattern=True)), None),
    "another place": (NodeQuery("heading"), Rect(0, 300, 540, 600)),
}


@pytest.mark.parametrize("query", FOUND)
def test_an_element_is_found_by(query: str) -> None:
    found = matcher_of(with_node(*FOUND[query])).identify(FEED, tree=TREE)
    assert (key(found), found.wants_tree) == ("shop.feed", False)
    assert found.checks[-1].kind is RegionKind.NODE
    forbidden = matcher_of(with_node(*FOUND[query], absent=True)).verify(FEED, "shop.feed", tree=TREE)
    assert why(forbidden).endswith("must not be in the UI tree, but is")


@pytest.mark.parametrize("query", MISSING)
def test_an_element_is_not_found_by(query: str) -> None:
    found = matcher_of(with_node(*MISSING[query])).verify(FEED, "shop.feed", tree=TREE)
    assert found.screen is None
    assert "is not in the UI tree" in found.reason
    assert key(matcher_of(with_node(*MISSING[query], absent=True)).identify(FEED, tree=TREE)) == "shop.feed"


def test_a_missing_element_is_named_with_what_was_asked_for() -> None:
    look = with_node(NodeQuery("count", ExpectedText("4 new posts")), ROW)
    assert matcher_of(look).verify(FEED, "shop.feed", tree=TREE).reason == (
        "shop.feed: region 'list' the element count with the text '4 new posts' is not in the UI tree at its place"
    )


def test_an_elements_place_is_scaled_with_the_frame() -> None:
    tree = UiNode(resource_id="heading", bounds=Rect(60, 120, 660, 220))
    look = with_node(NodeQuery("heading"), TITLE)
    assert key(matcher_of(look).identify(frame_of(gallery.scaled(FEED.pixels, 2)), tree=tree)) == "shop.feed"


def test_without_a_tree_a_screen_that_needs_one_is_unknown_and_wants_it() -> None:
    matcher = matcher_of(with_node(NodeQuery("heading")))
    for found in (
        matcher.identify(FEED),
        matcher.recognise(FEED, app="shop", expected=("shop.feed",)),
        matcher.verify(FEED, "shop.feed"),
    ):
        assert found is not None
        assert (found.screen, found.wants_tree) == (None, True)
    assert why(matcher.verify(FEED, "shop.feed")) == (
        "asks for the element heading in the UI tree, of which there is none"
    )


def test_a_tree_is_not_wanted_where_a_picture_failed() -> None:
    matcher = matcher_of(with_node(NodeQuery("heading")))
    elsewhere = draw("Profile", "elsewhere")
    assert not matcher.identify(elsewhere, app="shop", expected=("shop.feed",)).wants_tree
    assert matcher.recognise(elsewhere, app="shop", expected=("shop.feed",)) is None


def test_a_screen_that_is_known_without_a_tree_still_says_that_another_might_be_meant() -> None:
    cover = interrupt("shop.cover", with_node(NodeQuery("cover"), absent=False))
    matcher = Matcher(registry(cover, screen("shop.feed", variant(FEED))))
    found = matcher.identify(FEED, app="shop", expected=("shop.feed",))
    assert (key(found), found.wants_tree) == ("shop.feed", True)
    told = matcher.identify(FEED, app="shop", expected=("shop.feed",), tree=UiNode(resource_id="cover"))
    assert (key(told), told.wants_tree) == ("shop.cover", False)


def test_the_pictures_of_a_tint_are_in_colour() -> None:
    matcher, frame = matcher_of(tinted()), frame_of(gallery.scaled(with_tab(FEED, GREY).pixels, 2))
    pictures = matcher.pictures(frame, matcher.verify(frame, "shop.feed").checks[-1])
    assert pictures is not None
    expected, seen = pictures
    assert expected.shape == seen.shape == (BAR.height, BAR.width, 3)
    assert tuple(expected[5, 5]) == BLUE[2::-1]
    assert tuple(seen[5, 5]) == GREY[2::-1]


def test_a_text_without_a_picture_and_an_element_have_no_pictures() -> None:
    look = replace(titled(ExpectedText("Feed")), nodes=(NodeRegion("list", NodeQuery("list")),))
    matcher = matcher_of(look)
    text, node = matcher.verify(FEED, "shop.feed", tree=TREE).checks[-2:]
    assert [matcher.pictures(FEED, check) for check in (text, node)] == [None, None]


def test_the_text_of_a_picture_has_the_pictures_pictures() -> None:
    matcher = matcher_of(reading_title(absent=False), Reader("Food"))
    pictures = matcher.pictures(FEED, matcher.verify(FEED, "shop.feed").checks[-1])
    assert pictures is not None
    assert np.array_equal(*pictures)


def test_variants_have_references_of_their_own() -> None:
    small = frame_of(gallery.scaled(draw("Feed", dark=True).pixels, 2 / 3))
    title = Rect(20, 40, 220, 73)
    dark = Variant("dark", (region("title", small, title),), reference=small.size)
    matcher = matcher_of(variant(FEED))
    both = Matcher(registry(screen("shop.feed", variant(FEED), dark)))
    assert matcher.identify(small).screen is None
    for frame in (small, draw("Feed", dark=True)):
        found = both.identify(frame)
        assert found.variant is not None
        assert (key(found), found.variant.name) == ("shop.feed", "dark")
        assert found.checks[0].found_at.width == round(title.width * frame.size.width / small.size.width)
