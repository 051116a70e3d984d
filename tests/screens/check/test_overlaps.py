"""Screens that would claim the same frame are found in the registry itself."""

from dataclasses import replace

from drover.devices.frame import Frame
from drover.devices.picture import preview
from drover.screens.check.overlaps import Overlap, find_overlaps
from drover.screens.domain import Screen, Variant
from drover.screens.regions import ExpectedText, NodeQuery, NodeRegion, TextRegion, TintRegion
from drover.screens.tints import tint_of
from tests.screens.drawing import BODY, BUTTON, TITLE, draw, frame_of, interrupt, region, registry, screen, variant

FEED = draw("Feed", "a few words")
CART = draw("Cart", "a few words")


def pairs(*screens: Screen) -> list[tuple[str, str]]:
    return [overlap.screens for overlap in find_overlaps(registry(*screens))]


def test_screens_that_differ_do_not_overlap() -> None:
    assert pairs(screen("shop.feed", variant(FEED)), screen("shop.cart", variant(CART))) == []


def test_a_screen_whose_regions_are_all_on_another_overlaps_with_it() -> None:
    feed, vague = screen("shop.feed", variant(FEED)), screen("shop.vague", variant(CART, BODY))
    assert find_overlaps(registry(feed, vague)) == (
        Overlap(
            ("shop.feed", "shop.vague"),
            "all regions of shop.vague (light) are on shop.feed (light) too",
        ),
    )


def test_crops_alone_show_an_overlap_where_there_is_no_picture() -> None:
    bare = replace(variant(FEED, TITLE, BODY), picture=b"")
    assert pairs(screen("shop.feed", bare), screen("shop.vague", variant(CART, BODY))) == [("shop.feed", "shop.vague")]
    assert pairs(screen("shop.feed", bare), screen("shop.vague", variant(CART, BUTTON))) == []


def test_screens_of_two_apps_and_global_ones_are_compared_too() -> None:
    feed = screen("shop.feed", variant(FEED))
    [overlap] = find_overlaps(registry(feed, screen("bank.feed", variant(FEED))))
    assert overlap.screens == ("bank.feed", "shop.feed")
    assert "in global/" in overlap.hint
    assert pairs(feed, screen("global.home", variant(FEED))) == [("global.home", "shop.feed")]


def test_variants_of_two_screens_are_compared_with_each_other() -> None:
    dark = variant(draw("Feed", dark=True), name="dark")
    cart = screen("shop.cart", variant(CART), replace(dark, name="night"))
    assert pairs(screen("shop.feed", variant(FEED), dark), cart) == [("shop.cart", "shop.feed")]


def test_print_that_a_small_picture_has_lost_still_tells_an_overlap() -> None:
    small = replace(variant(FEED), picture=preview(FEED, 120, 60).jpeg)
    assert pairs(screen("shop.feed", small), screen("shop.vague", variant(CART, BODY))) == [("shop.feed", "shop.vague")]
    assert pairs(screen("shop.feed", small), screen("shop.cart", variant(CART))) == []


def test_a_state_seen_around_an_interrupt_is_no_overlap_an_interrupt_on_a_state_is() -> None:
    feed = screen("shop.feed", variant(FEED, TITLE))
    popup = draw("Feed", "please update")
    assert pairs(feed, interrupt("shop.update", variant(popup, BODY))) == []
    assert pairs(feed, interrupt("shop.update", variant(FEED, BODY))) == [("shop.feed", "shop.update")]


def test_an_absent_region_tells_two_screens_apart() -> None:
    with_button = draw("Feed", button="Continue")
    without = draw("Feed", button="No")
    plain = variant(without, TITLE, BODY)
    told_apart = replace(plain, regions=(*plain.regions, region("button", with_button, BUTTON, absent=True)))
    rich = screen("shop.rich", variant(with_button, TITLE, BODY, BUTTON))
    assert pairs(rich, screen("shop.plain", told_apart)) == []
    assert pairs(rich, screen("shop.plain", plain)) == [("shop.plain", "shop.rich")]


def asking(original: Variant, *, node: str = "", text: str = "") -> Variant:
    nodes = (NodeRegion("element", NodeQuery(node)),) if node else ()
    texts = (TextRegion("words", BODY, ExpectedText(text)),) if text else ()
    return replace(original, nodes=nodes, texts=texts)


def test_screens_that_ask_for_different_elements_are_told_apart_equal_ones_are_not() -> None:
    feed = screen("shop.feed", asking(variant(FEED, TITLE), node="feed"))
    assert pairs(feed, screen("shop.wall", asking(variant(FEED, BODY), node="wall"))) == []
    assert pairs(feed, screen("shop.wall", asking(variant(FEED, BODY), node="feed"))) == [("shop.feed", "shop.wall")]
    assert pairs(feed, screen("shop.wall", variant(FEED, BODY))) == [("shop.feed", "shop.wall")]


def test_screens_that_ask_for_different_texts_are_told_apart() -> None:
    feed = screen("shop.feed", asking(variant(FEED, TITLE), text="a few words"))
    cart = screen("shop.cart", asking(variant(draw("Feed", "1,000 things"), TITLE), text="1,000 things"))
    assert pairs(feed, cart) == []
    assert pairs(feed, screen("shop.wall", asking(variant(FEED, TITLE), text="a few"))) == [("shop.feed", "shop.wall")]


def test_texts_of_pictures_that_are_too_small_to_be_read_are_compared_as_they_are_asked_for() -> None:
    small = replace(variant(FEED, TITLE), picture=preview(FEED, 120, 60).jpeg)
    feed = screen("shop.feed", asking(small, text="a few words"))
    assert pairs(feed, screen("shop.wall", asking(small, text="other words"))) == []
    assert pairs(feed, screen("shop.wall", asking(small, text="a few words"))) == [("shop.feed", "shop.wall")]


def test_a_tint_tells_two_screens_apart_with_a_picture_and_without() -> None:
    pixels = FEED.pixels.copy()
    pixels[BUTTON.y1 : BUTTON.y2, BUTTON.x1 : BUTTON.x2, :3] = (20, 200, 30)
    blue, green = tinted(FEED), tinted(frame_of(pixels))
    assert pairs(screen("shop.feed", blue), screen("shop.tab", blue)) == [("shop.feed", "shop.tab")]
    assert pairs(screen("shop.feed", blue), screen("shop.tab", green)) == []
    bare = [replace(each, picture=b"") for each in (blue, green)]
    assert pairs(screen("shop.feed", bare[0]), screen("shop.tab", bare[0])) == [("shop.feed", "shop.tab")]
    assert pairs(screen("shop.feed", bare[0]), screen("shop.tab", bare[1])) == []


def tinted(frame: Frame) -> Variant:
    return replace(variant(frame, TITLE), tints=(TintRegion("tab", BUTTON, tint_of(frame, BUTTON)),))
