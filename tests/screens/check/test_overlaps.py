"""Screens that would claim the same frame are found in the registry itself."""

from dataclasses import replace

from drover.devices.picture import preview
from drover.screens.check.overlaps import Overlap, find_overlaps
from drover.screens.domain import Screen
from tests.screens.drawing import BODY, BUTTON, TITLE, draw, interrupt, region, registry, screen, variant

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
