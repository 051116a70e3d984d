"""Which screen a frame is, and what is said where it is none."""

import math
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drover.devices.geometry import Rect, Size
from drover.screens.domain import Action, ActionKind, Registry, UnknownScreen
from drover.screens.matching import Matcher
from drover.screens.matching.agreement import MAX_BRIGHTNESS
from drover.screens.matching.template import MARGIN, Template
from drover.screens.matching.view import View
from drover.screens.regions import Crop
from tests.screens import gallery
from tests.screens.drawing import (
    BODY,
    BUTTON,
    SIZE,
    TITLE,
    draw,
    frame_of,
    interrupt,
    key,
    over,
    region,
    registry,
    screen,
    variant,
)

FEED, PROFILE, UPDATE, ALLOW = draw("Feed"), draw("Profile"), draw("Update", "now or later"), draw("Allow", "camera?")


@pytest.fixture(scope="module")
def shop() -> Registry:
    return registry(
        screen("shop.feed", variant(FEED), variant(draw("Feed", dark=True), name="dark")),
        screen("shop.profile", variant(PROFILE)),
        interrupt("shop.update", variant(UPDATE, BODY)),
        interrupt("global.allow", variant(ALLOW, BODY)),
        screen("other.start", variant(draw("Start", "elsewhere"))),
    )


@pytest.fixture(scope="module")
def matcher(shop: Registry) -> Matcher:
    return Matcher(shop)


def test_a_known_frame_is_its_screen_with_its_variant_and_checks(matcher: Matcher) -> None:
    found = matcher.identify(draw("Feed", dark=True))
    assert found.variant is not None
    assert (key(found), found.variant.name) == ("shop.feed", "dark")
    assert [(check.region, check.passed) for check in found.checks] == [("title", True), ("body", True)]
    assert found.reason == "shop.feed (dark): all 2 regions pass"


def test_an_expected_screen_is_found_on_the_short_way(matcher: Matcher) -> None:
    assert key(matcher.identify(PROFILE, app="shop", expected=("shop.feed", "shop.profile"))) == "shop.profile"


def test_a_glance_looks_at_interrupts_and_expected_screens_only(matcher: Matcher) -> None:
    assert key(matcher.recognise(FEED, app="shop", expected=("shop.feed",))) == "shop.feed"
    assert key(matcher.recognise(UPDATE, app="shop", expected=("shop.feed",))) == "shop.update"
    assert matcher.recognise(PROFILE, app="shop", expected=("shop.feed",)) is None


def test_a_frame_that_is_not_the_expected_screen_is_still_recognised(matcher: Matcher) -> None:
    assert key(matcher.identify(FEED, app="shop", expected=("shop.profile",))) == "shop.feed"


def test_an_interrupt_is_seen_over_an_expected_screen(matcher: Matcher) -> None:
    covered = over(draw("Feed", "a few words"), UPDATE, Rect(0, 380, 540, 470))
    assert key(matcher.identify(covered, app="shop", expected=("shop.feed",))) == "shop.update"


def test_the_interrupts_of_an_app_come_before_global_ones() -> None:
    both = registry(
        interrupt("global.allow", variant(UPDATE, TITLE)),
        interrupt("shop.update", variant(UPDATE, BODY)),
        screen("shop.feed", variant(FEED)),
    )
    assert key(Matcher(both).identify(UPDATE, app="shop")) == "shop.update"
    assert key(Matcher(both).identify(UPDATE)) == "shop.update"


def test_two_screens_that_claim_a_frame_leave_it_unknown_and_are_named() -> None:
    twins = registry(screen("shop.feed", variant(FEED)), screen("shop.twin", variant(FEED, TITLE)))
    found = Matcher(twins).identify(FEED)
    assert found.screen is None
    assert found.conflict == ("shop.feed", "shop.twin")
    assert "shop.feed and shop.twin all match" in found.reason


def test_the_app_in_front_decides_between_screens_of_two_apps() -> None:
    alike = registry(screen("shop.login", variant(FEED)), screen("bank.login", variant(FEED)))
    assert key(Matcher(alike).identify(FEED, app="bank")) == "bank.login"
    assert Matcher(alike).identify(FEED).conflict == ("shop.login", "bank.login")


def test_a_near_miss_says_what_passed_and_what_failed_with_figures(matcher: Matcher) -> None:
    found = matcher.identify(draw("Feed", "quite another"))
    [miss] = [miss for miss in found.near_misses if miss.screen == "shop.feed"]
    assert (miss.variant, miss.passed) == ("light", 1)
    [failed] = miss.failed
    assert failed.region == "body"
    assert failed.correlation < 0.9
    assert found.reason.startswith("no screen matches; the nearest: shop.feed: region 'body' looks different")


def test_near_misses_are_at_most_three_and_the_best_come_first() -> None:
    frames = {f"shop.s{n}": draw(f"Same {'x' * (n // 6)}", f"text {n * 7919 % 1000}") for n in range(6)}
    found = Matcher(registry(*(screen(name, variant(frame)) for name, frame in frames.items()))).identify(
        draw("Same ", "neither of them")
    )
    assert found.screen is None
    assert [miss.passed for miss in found.near_misses] == [1, 1, 1]


def test_nothing_resembles_a_stranger(matcher: Matcher) -> None:
    noise = np.random.default_rng(3).integers(0, 255, (SIZE.height, SIZE.width, 4), dtype=np.uint8)
    found = matcher.identify(frame_of(noise))
    assert (found.screen, found.near_misses) == (None, ())
    assert found.reason == "no screen of the registry resembles this frame"


def test_the_checks_of_an_expected_screen_say_why_it_is_not_there(matcher: Matcher) -> None:
    found = matcher.identify(draw("Elsewhere", "and not here"), app="shop", expected=("shop.profile",))
    assert [check.passed for check in found.checks] == [False, False]
    assert found.reason.startswith("shop.profile: region 'title' looks different (correlation ")
    assert found.reason.endswith(", needs 0.90)")


@pytest.mark.parametrize("scrim", [0.2, 0.32, 0.5, 0.7])
def test_a_dimmed_screen_is_refused_as_darker(matcher: Matcher, scrim: float) -> None:
    found = matcher.identify(frame_of(gallery.dimmed(FEED.pixels, scrim)), app="shop", expected=("shop.feed",))
    assert found.screen is None
    assert "is darker than expected by" in found.reason


def test_a_screen_with_little_contrast_is_refused_as_such(matcher: Matcher) -> None:
    pixels = FEED.pixels.astype(np.float64)
    flat = cv2.blur(pixels, (120, 120))
    found = matcher.verify(frame_of(flat + (pixels - flat) * 0.7), "shop.feed")
    assert "times the expected contrast (needs 0.80 to 1.25)" in found.reason


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_blank_frame_is_unknown_without_a_warning(matcher: Matcher, level: int) -> None:
    blank = frame_of(np.full((SIZE.height, SIZE.width, 4), level, dtype=np.uint8))
    found = matcher.identify(blank, app="shop", expected=("shop.feed",))
    assert found.screen is None
    assert all(check.correlation == 0.0 for check in found.checks)


def test_a_rotated_frame_is_unknown_and_said_to_be_rotated(matcher: Matcher) -> None:
    found = matcher.identify(frame_of(np.rot90(FEED.pixels)), app="shop", expected=("shop.feed",))
    assert found.screen is None
    assert "the phone may be rotated" in found.reason


@pytest.mark.parametrize("width", [360, 720, 810, 1080])
def test_frames_of_other_widths_are_recognised(matcher: Matcher, width: int) -> None:
    found = matcher.identify(frame_of(gallery.scaled(FEED.pixels, width / SIZE.width)))
    assert key(found) == "shop.feed"
    assert found.checks[0].found_at.width == round(TITLE.width * width / SIZE.width)


@pytest.mark.parametrize("shift", [(3, 0), (-5, 4), (8, -8), (-7, 7)])
def test_a_shifted_screen_is_found_where_it_is(matcher: Matcher, shift: tuple[int, int]) -> None:
    found = matcher.identify(frame_of(gallery.shifted(FEED.pixels, *shift)))
    assert key(found) == "shop.feed"
    place = found.checks[0].found_at
    assert (place.x1 - TITLE.x1, place.y1 - TITLE.y1) == shift


def test_a_screen_shifted_beyond_the_margin_is_unknown(matcher: Matcher) -> None:
    assert matcher.identify(frame_of(gallery.shifted(FEED.pixels, 0, 2 * MARGIN))).screen is None


def test_an_absent_region_forbids_what_it_shows() -> None:
    plain = replace(variant(FEED), regions=(*variant(FEED).regions, region("button", FEED, BUTTON, absent=True)))
    matcher = Matcher(registry(screen("shop.feed", plain)))
    assert key(matcher.identify(draw("Feed", button="No"))) == "shop.feed"
    refused = matcher.verify(FEED, "shop.feed")
    assert refused.reason == "shop.feed: region 'button' must not be there, but is"


@pytest.mark.parametrize("share", [0.4, 0.5, 0.7])
def test_an_absent_region_forbids_a_trace_of_what_it_shows(share: float) -> None:
    plain = replace(variant(FEED), regions=(*variant(FEED).regions, region("button", FEED, BUTTON, absent=True)))
    matcher = Matcher(registry(screen("shop.feed", plain)))
    other = draw("Feed", button="No")
    fading = frame_of(gallery.shifted(gallery.faded(other.pixels, FEED.pixels, share), 3, -2))
    assert matcher.identify(fading).screen is None
    assert matcher.verify(fading, "shop.feed").reason == "shop.feed: region 'button' must not be there, but is"


def test_what_is_under_a_mask_does_not_matter() -> None:
    clock = Rect(132, 60, 330, 110)
    feed = draw("Feed 10:42")
    masked = Matcher(registry(screen("shop.feed", variant(feed, TITLE, BODY, masks=(clock,)))))
    assert key(masked.identify(draw("Feed 23:59"))) == "shop.feed"
    assert masked.identify(draw("Food 10:42")).screen is None
    assert key(masked.identify(frame_of(gallery.shifted(feed.pixels, 5, -3)))) == "shop.feed"
    unmasked = Matcher(registry(screen("shop.feed", variant(feed, TITLE, BODY))))
    assert unmasked.identify(draw("Feed 23:59")).screen is None


def test_an_unknown_screen_is_answered_with_the_closest_names(matcher: Matcher) -> None:
    with pytest.raises(UnknownScreen, match=r"shop\.profil is not in the registry") as caught:
        matcher.identify(FEED, expected=("shop.profil",))
    assert "shop.profile" in caught.value.hint


def test_an_action_is_seen_by_its_crop(matcher: Matcher, shop: Registry) -> None:
    look = shop.screens["shop.feed"].variants[0]
    action = look.actions[0]
    seen = matcher.check_action(FEED, "shop.feed", look, action)
    assert seen is not None
    assert (seen.region, seen.passed, seen.found_at) == ("go_on", True, BUTTON)
    missing = matcher.check_action(draw("Feed", button="Wait"), "shop.feed", look, action)
    assert missing is not None
    assert not missing.passed
    assert "looks different" in missing.why
    assert matcher.check_action(FEED, "shop.feed", look, Action("back", BUTTON, ActionKind.TAP)) is None


def test_the_pictures_of_a_failed_check_are_what_was_expected_and_what_was_seen(
    matcher: Matcher, shop: Registry
) -> None:
    other = draw("Help")
    [failed] = [check for check in matcher.verify(other, "shop.feed").checks if not check.passed]
    both = matcher.pictures(other, failed)
    assert both is not None
    expected, actual = both
    assert np.array_equal(expected, shop.screens["shop.feed"].variants[0].regions[0].crop.gray)
    assert actual.shape == expected.shape
    assert not np.array_equal(actual, expected)


def test_pictures_of_a_check_of_another_registry_are_refused(matcher: Matcher) -> None:
    check = replace(matcher.verify(FEED, "shop.feed").checks[0], region="elsewhere")
    with pytest.raises(ValueError, match="has no region or action elsewhere"):
        matcher.pictures(FEED, check)


@settings(max_examples=200, deadline=None)
@given(
    seed=st.integers(0, 2**16),
    width=st.integers(8, 90),
    height=st.integers(8, 60),
    dx=st.integers(-MARGIN, MARGIN),
    dy=st.integers(-MARGIN, MARGIN),
)
def test_the_outline_never_rejects_a_shifted_region(seed: int, width: int, height: int, dx: int, dy: int) -> None:
    grain = np.random.default_rng(seed).integers(0, 255, (16, 16), dtype=np.uint8)
    gray = np.asarray(cv2.resize(grain, (160, 160), interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
    rect = Rect(40, 50, 40 + width, 50 + height)
    template = Template(Crop(gray[rect.y1 : rect.y2, rect.x1 : rect.x2], b""), rect)
    moved = frame_of(cv2.cvtColor(gallery.shifted(gray, dx, dy), cv2.COLOR_GRAY2RGBA))
    assert template.quick(View(moved, Size(160, 160))).good


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**16), gain=st.floats(0.3, 1.0), offset=st.integers(-60, 60))
def test_the_figures_are_those_of_the_formulas(seed: int, gain: float, offset: int) -> None:
    gray = np.random.default_rng(seed).integers(0, 255, (40, 60), dtype=np.uint8)
    seen = np.clip(gray * gain + offset, 0, 255).astype(np.uint8)
    rect = Rect(0, 0, 60, 40)
    view = View(frame_of(cv2.cvtColor(seen, cv2.COLOR_GRAY2RGBA)), Size(60, 40))
    figures = Template(Crop(gray, b""), rect).best(view)
    assert figures.rect == rect
    assert figures.correlation == pytest.approx(np.corrcoef(gray.ravel(), seen.ravel())[0, 1], abs=1e-6)
    assert figures.brightness == pytest.approx(float(seen.mean()) - float(gray.mean()), abs=1e-6)
    assert figures.contrast == pytest.approx(seen.std() / gray.std(), abs=1e-6)
    assert figures.good == (
        figures.correlation >= 0.9 and abs(figures.brightness) <= MAX_BRIGHTNESS and 0.8 <= figures.contrast <= 1.25
    )
    assert not math.isnan(figures.correlation)
