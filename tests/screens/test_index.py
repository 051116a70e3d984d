"""The index: whatever the matcher accepts, it admits, and little else."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drover.devices.frame import Frame
from drover.devices.geometry import Rect, Size
from drover.screens.domain import Screen, Variant
from drover.screens.matching.index import Hit, Index
from drover.screens.matching.outline import outline, outlines
from drover.screens.matching.outlining import Outlining
from drover.screens.matching.template import Template
from drover.screens.matching.verdict import Candidate
from drover.screens.matching.view import Views
from drover.screens.regions import Anchor, Region
from tests.screens import gallery
from tests.screens.drawing import BODY, BUTTON, SIZE, TITLE, draw, frame_of, region, screen, variant
from tests.screens.gallery import FOLDER, Shot
from tests.screens.wear import Wear

WEAR = st.builds(
    Wear,
    x=st.integers(-8, 8),
    y=st.integers(-8, 8),
    width=st.sampled_from([0, 0, 720, 1440]),
    quality=st.sampled_from([100, 75, 60]),
    gain=st.floats(0.8, 1.25),
    offset=st.integers(-12, 12),
    clock=st.booleans(),
)
HARMLESS = {
    "nothing": Wear(),
    "JPEG of quality 60": Wear(quality=60),
    "JPEG of quality 75": Wear(quality=75),
    "720 wide": Wear(width=720, quality=75),
    "1440 wide": Wear(width=1440),
    "left and up": Wear(x=-8, y=-8),
    "right and down": Wear(x=8, y=8),
    "right and up": Wear(x=7, y=-5),
    "another clock": Wear(clock=True),
    "darker": Wear(offset=-9),
    "lighter": Wear(offset=9),
    "duller": Wear(gain=0.86),
}
TITLES = ("Feed", "Inbox", "Search", "Profile", "Settings", "Camera", "Friends", "Orders")


@cache
def shots() -> tuple[Shot, ...]:
    """Return every fourth of the screenshots: they differ most."""
    return tuple(gallery.load_gallery()[::4])


@cache
def shelf() -> tuple[dict[str, Candidate], Index]:
    registry = gallery.register(list(shots()))
    found = {key: Candidate(each, each.variants[0]) for key, each in registry.screens.items()}
    return found, Index(list(found.values()))


def survivors(hits: list[Hit]) -> list[Candidate]:
    return [hit.candidate for hit in hits if hit.impossible == 0]


def index_of(*screens: Screen) -> tuple[list[Candidate], Index]:
    candidates = [Candidate(each, look) for each in screens for look in each.variants]
    return candidates, Index(candidates)


def accepted(candidate: Candidate, frame: Frame) -> bool:
    """Whether the matcher accepts it; it does so without looking at outlines."""
    return all(check.passed for check in candidate.checks(Views(frame)))


needs_screenshots = pytest.mark.skipif(not FOLDER.is_dir(), reason="the screenshots of shared/screens are not here")


@needs_screenshots
@settings(max_examples=60, deadline=None)
@given(number=st.integers(0, 21), wear=WEAR)
def test_what_the_matcher_accepts_of_a_worn_screenshot_the_index_admits(number: int, wear: Wear) -> None:
    shot = shots()[number]
    candidates, index = shelf()
    frame = gallery.frame_of(wear.of(shot.pixels))
    admitted = candidates[shot.key] in survivors(index.look_up(Views(frame)))
    assert admitted or not accepted(candidates[shot.key], frame)


@needs_screenshots
@pytest.mark.parametrize("wear", HARMLESS)
def test_harmlessly_worn_screenshots_are_admitted_and_most_others_are_not(wear: str) -> None:
    candidates, index = shelf()
    some = shots()[::3]
    left = [survivors(index.look_up(Views(gallery.frame_of(HARMLESS[wear].of(shot.pixels))))) for shot in some]
    assert [candidates[shot.key] in each for shot, each in zip(some, left, strict=True)] == [True] * len(some)
    assert np.mean([len(each) for each in left]) <= len(candidates) / 2


@settings(max_examples=60, deadline=None)
@given(
    height=st.integers(900, 1500),
    width=st.sampled_from([SIZE.width, 720, 480]),
    x=st.integers(-6, 6),
    y=st.integers(-6, 6),
    anchors=st.tuples(st.sampled_from(Anchor), st.sampled_from(Anchor)),
)
def test_what_the_matcher_accepts_on_a_frame_of_another_shape_the_index_admits(
    height: int, width: int, x: int, y: int, anchors: tuple[Anchor, Anchor]
) -> None:
    first = draw("Feed")
    regions = (
        replace(region("title", first, TITLE), anchor=anchors[0]),
        replace(region("button", first, BUTTON), anchor=anchors[1]),
    )
    [candidate], index = index_of(screen("shop.feed", Variant("light", regions)))
    pixels = _as_tall_as(first, height)
    frame = gallery.frame_of(Wear(x=x, y=y, width=width).of(pixels))
    admitted = survivors(index.look_up(Views(frame))) == [candidate]
    assert admitted or not accepted(candidate, frame)


@pytest.mark.parametrize("height", [1000, 1130, 1301, 1444])
def test_a_bottom_that_keeps_to_the_edge_is_admitted_on_any_height(height: int) -> None:
    first = draw("Feed")
    button = replace(region("button", first, BUTTON), anchor=Anchor.BOTTOM)
    look = Variant("light", (region("title", first, TITLE), button))
    [candidate], index = index_of(screen("shop.feed", look))
    frame = gallery.frame_of(_as_tall_as(first, height))
    assert accepted(candidate, frame)
    assert survivors(index.look_up(Views(frame))) == [candidate]


def test_every_variant_is_looked_up_by_its_own_reference() -> None:
    plain, large = draw("Feed"), gallery.scaled(draw("Feed", dark=True).pixels, 4 / 3)
    own = Size(720, 1600)
    rect = Rect(40, 80, 440, 147)
    dark = Variant("dark", (region("title", frame_of(large), rect),), reference=own)
    candidates, index = index_of(screen("shop.feed", variant(plain), dark))
    assert survivors(index.look_up(Views(frame_of(large)))) == [candidates[1]]
    assert survivors(index.look_up(Views(plain))) == [candidates[0]]
    assert survivors(index.look_up(Views(draw("Feed", dark=True)))) == [candidates[1]]


def test_what_has_no_outline_survives_always() -> None:
    first, other = draw("Feed"), draw("Elsewhere", "quite another text")
    small = Variant("small", (Region("dot", Rect(41, 70, 61, 90), region("dot", first, Rect(41, 70, 61, 90)).crop),))
    masked = variant(first, TITLE, masks=(Rect(30, 60, 90, 110),))
    candidates, index = index_of(screen("shop.small", small), screen("shop.masked", masked))
    assert survivors(index.look_up(Views(other))) == candidates


def test_what_must_not_be_there_neither_admits_nor_excludes() -> None:
    first, other = draw("Feed"), draw("Inbox")
    look = Variant("light", (region("body", first, BODY), region("title", first, TITLE, absent=True)))
    [candidate], index = index_of(screen("shop.other", look))
    assert survivors(index.look_up(Views(other))) == [candidate]
    assert survivors(index.look_up(Views(first))) == [candidate]


def test_a_rotated_frame_has_no_hits() -> None:
    candidates, index = index_of(screen("shop.feed", variant(draw("Feed"))))
    turned = frame_of(np.rot90(draw("Feed").pixels))
    assert len(candidates) == 1
    assert index.look_up(Views(turned)) == []


def test_hits_come_in_the_registrys_order_with_what_is_impossible() -> None:
    drawn = [screen(f"shop.{title.lower()}", variant(draw(title), TITLE, BODY)) for title in TITLES]
    dark, light = draw("Feed", dark=True), draw("Feed")
    mixed = Variant("mixed", (region("title", dark, TITLE), region("body", light, BODY)))
    candidates, index = index_of(*drawn, screen("shop.mixed", mixed))
    hits = index.look_up(Views(draw("Search")))
    assert [hit.candidate for hit in hits] == candidates
    assert (hits[2].impossible, hits[-1].impossible) == (0, 1)
    assert max(hits, key=lambda hit: hit.likeness).candidate is candidates[2]


def test_a_hit_names_the_region_that_is_likeliest_there() -> None:
    light, dark = draw("Feed"), draw("Feed", dark=True)
    mixed = Variant("mixed", (region("title", dark, TITLE), region("body", light, BODY)))
    [candidate], index = index_of(screen("shop.mixed", mixed))
    title, body = candidate.probes
    assert [hit.likeliest for hit in index.look_up(Views(light))] == [body]
    assert [hit.likeliest for hit in index.look_up(Views(dark))] == [title]


def test_of_what_has_no_outline_no_region_is_the_likeliest() -> None:
    masked = variant(draw("Feed"), TITLE, masks=(Rect(30, 60, 90, 110),))
    _, index = index_of(screen("shop.masked", masked))
    assert [hit.likeliest for hit in index.look_up(Views(draw("Inbox")))] == [None]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 999), sizes=st.lists(st.tuples(st.integers(8, 200), st.integers(8, 90)), max_size=5))
def test_outlines_worked_out_together_are_those_worked_out_one_by_one(seed: int, sizes: list[tuple[int, int]]) -> None:
    rng = np.random.default_rng(seed)
    places = [(int(x), int(y)) for x, y in rng.integers(0, 300, (len(sizes), 2))]
    rects = [Rect(x, y, x + width, y + height) for (x, y), (width, height) in zip(places, sizes, strict=True)]
    regions = [(rng.integers(0, 255, (rect.height, rect.width), dtype=np.uint8), rect) for rect in rects]
    together, singly = outlines(regions), [outline(*each) for each in regions]
    assert [each is None for each in together] == [each is None for each in singly]
    for one, other in zip(filter(None, together), filter(None, singly), strict=True):
        assert one.rect == other.rect
        np.testing.assert_array_equal(one.low, other.low)
        np.testing.assert_array_equal(one.high, other.high)
        np.testing.assert_allclose(one.patterns * one.scale, other.patterns * other.scale, atol=1.5 * one.scale)


@pytest.mark.parametrize("count", [1, 16, 37])
def test_templates_have_their_outlines_once_all_are_worked_out(count: int) -> None:
    feed, outlining = draw("Feed"), Outlining()
    templates = [Template(region("title", feed, TITLE).crop, TITLE) for _ in range(count)]
    for template in templates:
        outlining.add(template)
    outlining.finish()
    assert [template.outlined for template in templates] == [True] * count
    known = outline(templates[0].gray, TITLE)
    assert known is not None
    assert [template.outline.scale for template in templates if template.outline] == [known.scale] * count


def test_an_index_of_nothing_finds_nothing() -> None:
    assert Index([]).look_up(Views(draw("Feed"))) == []


def _as_tall_as(frame: Frame, height: int) -> np.ndarray:
    """Return the picture with rows put in, or taken out, where nothing is drawn."""
    rows = np.arange(frame.size.height)
    missing = height - len(rows)
    kept = np.concatenate([rows[:700], np.full(max(0, missing), 700), rows[700 + max(0, -missing) :]])
    return frame.pixels[kept]
