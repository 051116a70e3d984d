"""What is chosen to identify a screen: distinct, steady, and only as much as is needed."""

import cv2
import numpy as np
import pytest

from drover.devices.frame import Frame
from drover.devices.geometry import Rect, Size
from drover.screens.domain import App, Registry, Screen, ScreenKind
from drover.screens.learning import Choice, Rivals, choose, rival
from drover.screens.learning.anchoring import anchor_of, bottom_bar
from drover.screens.learning.small import overlap, small
from drover.screens.matching import Matcher
from drover.screens.regions import Anchor, Region
from tests.screens.drawing import BODY, SIZE, TITLE, covered_with, draw, frame_of, over
from tests.screens.gallery import with_dialog

FEED, CART = draw("Feed", "what is new"), draw("Cart", "two things")
SNACKBAR = Rect(0, 1100, 540, 1190)


def state(key: str, frame: Frame, kind: ScreenKind = ScreenKind.STATE) -> Rivals:
    return Rivals([rival(key, key, kind, frame)])


def identified(choice: Choice, first: Frame, frame: Frame) -> bool:
    screen = Screen("shop.it", "it", "", "shop", ScreenKind.STATE, choice.reference, (choice.variant("light", first),))
    return Matcher(Registry({screen.key: screen}, {"shop": App("shop", "com.shop")})).identify(frame).screen is not None


def with_bar(frame: Frame, words: str) -> Frame:
    pixels = frame.pixels.copy()
    cv2.rectangle(pixels, (SNACKBAR.x1, SNACKBAR.y1), (SNACKBAR.x2, SNACKBAR.y2), (30, 30, 30, 255), -1)
    cv2.putText(pixels, words, (30, 1160), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (250, 250, 250, 255), 2, cv2.LINE_AA)
    return frame_of(pixels)


def painted(frame: Frame, rect: Rect, colour: tuple[int, int, int]) -> Frame:
    pixels = frame.pixels.copy()
    pixels[rect.y1 : rect.y2, rect.x1 : rect.x2, :3] = colour
    return frame_of(pixels)


def test_regions_are_what_the_rivals_do_not_have() -> None:
    choice = choose([FEED], state("shop.cart", CART))
    assert choice.unique
    assert identified(choice, FEED, FEED)
    assert not identified(choice, FEED, CART)
    assert choice.closest == "shop.cart"
    assert choice.margin >= 0.15


def test_writing_in_lines_of_a_pixel_is_taken_where_there_is_nothing_better() -> None:
    narrow = frame_of(with_dialog(np.full((800, 360, 4), 250, np.uint8), "Rate this app"))
    choice = choose([narrow], state("shop.cart", CART))
    assert choice.unique
    assert identified(choice, narrow, narrow)


def test_each_region_tells_what_comes_closest_to_it() -> None:
    choice = choose([FEED], state("shop.cart", CART))
    button = next(each for each in choice.chosen if each.region.rect.y1 > 900)
    assert button.closest is not None
    assert button.closest.key == "shop.cart"
    assert button.closest.correlation > 0.99
    assert button.closest.margin < 0


def test_regions_lie_apart_and_below_the_status_bar() -> None:
    choice = choose([FEED], state("shop.cart", CART))
    rects = [each.region.rect for each in choice.chosen]
    assert len({rect.center.y * 3 // SIZE.height for rect in rects}) == 3
    assert all(rect.y1 >= SIZE.height * 0.04 for rect in rects)
    assert not any(overlap(a, b) for a in rects for b in rects if a is not b)


def test_what_differs_between_captures_is_masked_and_no_region_lies_there() -> None:
    captures = [draw("Feed", words) for words in ("one new", "two old", "33 more")]
    choice = choose(captures, state("shop.cart", CART))
    assert any(overlap(mask, BODY) for mask in choice.masks)
    assert not any(overlap(region.rect, BODY) for region in choice.regions)
    assert any("captures differ" in each.reason for each in choice.rejected)
    assert identified(choice, captures[0], draw("Feed", "not yet seen"))


def test_pictures_of_the_screen_itself_are_no_rivals() -> None:
    choice = choose([FEED], state("shop.feed", FEED) + state("shop.cart", CART), key="shop.feed")
    assert choice.unique


def test_identical_pictures_cannot_be_told_apart_and_are_named() -> None:
    choice = choose([FEED], state("shop.twin", FEED))
    assert not choice.unique
    assert [(each.key, each.reason) for each in choice.confusers] == [("shop.twin", "the pictures are identical")]


def test_a_screen_that_shows_less_than_another_asks_for_what_must_be_absent() -> None:
    more = with_bar(FEED, "Saved your draft")
    choice = choose([FEED], state("shop.saved", more))
    assert choice.unique
    assert [region.name for region in choice.regions if region.absent] == ["without1"]
    assert len(choice.chosen) == 3
    assert identified(choice, FEED, FEED)
    assert not identified(choice, FEED, more)


def test_a_screen_that_shows_more_than_another_has_a_region_there() -> None:
    more = with_bar(FEED, "Saved your draft")
    choice = choose([more], state("shop.feed", FEED))
    assert choice.unique
    assert any(overlap(region.rect, SNACKBAR) for region in choice.regions)
    assert not identified(choice, more, FEED)


def test_two_screens_that_differ_in_a_colour_alone_are_told_apart_by_a_tint() -> None:
    tab = Rect(60, 700, 200, 760)
    chosen, other = painted(FEED, tab, (40, 90, 200)), painted(FEED, tab, (200, 60, 40))
    choice = choose([chosen], state("shop.other", other))
    assert choice.unique
    assert [overlap(tint.rect, tab) for tint in choice.tints] == [True]
    assert len(choice.chosen) == 3
    assert identified(choice, chosen, chosen)
    assert not identified(choice, chosen, other)


def test_a_state_need_not_be_told_from_an_interrupt_over_it() -> None:
    covered = over(FEED, draw("Update now"), TITLE)
    assert choose([FEED], state("shop.popup_update", covered, ScreenKind.INTERRUPT)).unique


def test_an_interrupt_is_known_by_itself_and_not_by_what_is_behind_it() -> None:
    popup = over(FEED, draw("Update", "please do"), BODY)
    choice = choose([popup], state("shop.feed", FEED), kind=ScreenKind.INTERRUPT)
    assert choice.unique
    assert all(overlap(region.rect, Rect(100, 400, 400, 450)) for region in choice.regions)
    assert any("what is behind" in each.reason for each in choice.rejected)
    assert {region.anchor for region in choice.regions} == {Anchor.MIDDLE}


def test_what_changes_all_around_an_interrupt_does_not_take_it_away() -> None:
    words = ("here is something new", "nothing of it is left", "quite another wording")
    popup = Rect(30, 200, 500, 900)
    captures = [over(covered_with(each), draw("Update", "     please do"), popup) for each in words]
    choice = choose(captures, state("shop.feed", covered_with("Feed of today")), kind=ScreenKind.INTERRUPT)
    assert choice.unique
    assert all(overlap(region.rect, Rect(100, 400, 400, 450)) for region in choice.regions)


def test_a_flat_picture_gives_no_regions() -> None:
    choice = choose([frame_of(np.full((1200, 540, 4), 240, np.uint8))], Rivals([]))
    assert not choice.unique
    assert choice.chosen == ()


def test_without_rivals_any_texture_will_do() -> None:
    choice = choose([FEED], Rivals([]))
    assert choice.unique
    assert (choice.closest, choice.margin) == ("", 1.0)


def test_without_captures_there_is_nothing_to_choose() -> None:
    with pytest.raises(ValueError, match="no capture"):
        choose([], Rivals([]))


def test_the_pictures_of_a_registry_are_rivals_but_for_those_named() -> None:
    choice = choose([CART], Rivals([]))
    screen = Screen("shop.cart", "Cart", "", "shop", ScreenKind.STATE, SIZE, (choice.variant("light", CART),))
    registry = Registry({screen.key: screen}, {})
    assert [each.key for each in Rivals.of_registry(registry)] == ["shop.cart"]
    assert list(Rivals.of_registry(registry, without=["shop.cart"])) == []


def test_frames_that_do_not_fit_the_cache_are_loaded_again() -> None:
    loaded: list[str] = []

    def loading(name: str) -> Frame:
        loaded.append(name)
        return FEED

    kept = [rival(name, name, ScreenKind.STATE, FEED, lambda name=name: loading(name)) for name in ("a", "b")]
    rivals = Rivals(kept, cache_bytes=FEED.pixels.nbytes)
    for each in (kept[0], kept[0], kept[1], kept[0]):
        rivals.frame(each)
    assert loaded == ["a", "b", "a"]


def test_going_through_more_frames_than_fit_loads_only_those_that_do_not() -> None:
    loaded: list[str] = []

    def loading(name: str) -> Frame:
        loaded.append(name)
        return FEED

    kept = [rival(name, name, ScreenKind.STATE, FEED, lambda name=name: loading(name)) for name in "abcd"]
    rivals = Rivals(kept, cache_bytes=3 * FEED.pixels.nbytes)
    for each in (*kept, *kept):
        rivals.frame(each)
    assert loaded == ["a", "b", "c", "d", "c", "d"]


def test_however_many_places_there_are_each_rival_is_looked_at_a_few_times_only() -> None:
    loaded: list[str] = []

    def loading(name: str) -> Frame:
        loaded.append(name)
        return draw(name)

    names = [f"Page {letter}{letter}" for letter in "abcdefghijkmnop"]
    kept = [rival(name, name, ScreenKind.STATE, draw(name), lambda name=name: loading(name)) for name in names]
    choice = choose([draw("Feed", "news"), draw("Feed", "no news")], Rivals(kept, cache_bytes=0))
    assert choice.unique
    assert len(loaded) <= 2 * len(names) + 3 * len(choice.chosen)


def test_what_is_in_a_bar_at_the_bottom_keeps_to_the_bottom() -> None:
    bar = bottom_bar(small(with_bar(FEED, "Home  Search  You")))
    assert bar is not None
    assert anchor_of(Rect(30, 1120, 200, 1180), SIZE, ScreenKind.STATE, bar) is Anchor.BOTTOM
    assert anchor_of(TITLE, SIZE, ScreenKind.STATE, bar) is Anchor.TOP
    assert bottom_bar(small(draw("Feed", button=""))) is None


def test_regions_survive_a_registry_of_another_size() -> None:
    larger = frame_of(cv2.resize(CART.pixels, (720, 1600)))
    choice = choose([FEED], state("shop.cart", larger))
    assert choice.unique
    assert choice.reference == Size(540, 1200)
    assert all(isinstance(each.region, Region) for each in choice.chosen)
