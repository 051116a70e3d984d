"""Tints, texts, elements and anchors in registry files: kept byte for byte, and refused with place and cure."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drover.devices.geometry import Rect, Size
from drover.screens import documents
from drover.screens.domain import Screen, Variant
from drover.screens.files import LoadedRegistry, load_registry
from drover.screens.regions import Anchor, ExpectedText, NodeQuery, NodeRegion, TextRegion, Tint, TintRegion
from drover.screens.tints import tint_of
from drover.screens.writing import save_app, save_screen
from tests.screens import gallery
from tests.screens.drawing import BODY, BUTTON, SIZE, TITLE, draw, frame_of, region, registry, screen, variant

SHIPPED = Path(documents.__file__).parent / "schema"
FEED = draw("Feed")
LINE = Rect(30, 1196, 510, 1200)
SMALL = frame_of(gallery.scaled(draw("Feed", dark=True).pixels, 2 / 3))
SMALL_TITLE = Rect(20, 40, 220, 73)


def rich() -> Screen:
    """Return a screen with all that a file can say."""
    look = variant(FEED, TITLE, BODY, masks=(Rect(430, 0, 540, 40),))
    title = replace(look.regions[0], text=ExpectedText("Feed"), anchor=Anchor.MIDDLE)
    light = replace(
        look,
        regions=(title, look.regions[1]),
        actions=tuple(replace(action, anchor=Anchor.BOTTOM) for action in look.actions),
        tints=(
            TintRegion("button", BUTTON, tint_of(FEED, BUTTON), anchor=Anchor.BOTTOM),
            TintRegion("line", LINE, tint_of(FEED, LINE), absent=True),
        ),
        texts=(
            TextRegion("greeting", BODY, ExpectedText("a few words")),
            TextRegion("badge", BUTTON, ExpectedText(r"^\d+$", pattern=True), absent=True, anchor=Anchor.BOTTOM),
        ),
        nodes=(
            NodeRegion("list", NodeQuery("com.example.shop:id/list")),
            NodeRegion(
                "count", NodeQuery("count", ExpectedText(r"\d+ new", pattern=True)), TITLE, anchor=Anchor.BOTTOM
            ),
            NodeRegion("spinner", NodeQuery(text=ExpectedText("Loading…")), absent=True),
        ),
    )
    dark = Variant("dark", (region("title", SMALL, SMALL_TITLE),), reference=Size(360, 800))
    return replace(screen("shop.feed", light, dark), entry=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shop = registry(rich())
    save_app(tmp_path, shop.apps["shop"])
    save_screen(tmp_path, rich())
    return tmp_path


def edit(folder: Path, change: Callable[[Any], object]) -> LoadedRegistry:
    path = folder / "shop" / "feed.json"
    document = json.loads(path.read_text())
    change(document["variants"][0])
    path.write_text(json.dumps(document))
    return load_registry(folder)


def content(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_all_that_a_screen_has_is_kept_byte_for_byte(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    loaded = load_registry(folder)
    assert loaded.refusals == ()
    feed, original = loaded.registry.screens["shop.feed"], rich()
    assert feed.entry
    for found, kept in zip(feed.variants, original.variants, strict=True):
        assert found.reference == kept.reference
        assert (found.tints, found.texts, found.nodes) == (kept.tints, kept.texts, kept.nodes)
        assert [(each.text, each.anchor) for each in found.regions] == [
            (each.text, each.anchor) for each in kept.regions
        ]
        assert [each.anchor for each in found.actions] == [each.anchor for each in kept.actions]
    again = tmp_path_factory.mktemp("again")
    save_app(again, loaded.registry.apps["shop"])
    save_screen(again, feed)
    assert content(again) == content(folder)


def test_a_file_with_all_of_it_satisfies_the_schema(folder: Path) -> None:
    schema = json.loads((SHIPPED / "screen.schema.json").read_text())
    jsonschema.validate(json.loads((folder / "shop" / "feed.json").read_text()), schema)


def test_a_screen_with_none_of_it_is_written_as_before(tmp_path: Path) -> None:
    text = save_screen(tmp_path, screen("shop.feed", variant(FEED))).read_text()
    document = json.loads(text)
    assert sorted(document) == ["description", "key", "kind", "name", "reference", "schema", "variants"]
    [look] = document["variants"]
    assert sorted(look) == ["actions", "masks", "name", "picture", "regions"]
    assert sorted(look["regions"][0]) == ["absent", "crop", "name", "rect"]
    assert sorted(look["actions"][0]) == ["crop", "kind", "leads_to", "name", "rect"]


def test_the_crop_of_a_tint_is_kept_in_colour(folder: Path) -> None:
    picture = cv2.imread(str(folder / "shop" / "crops" / "feed.light.tint.button.png"))
    assert picture is not None
    expected = FEED.pixels[BUTTON.y1 : BUTTON.y2, BUTTON.x1 : BUTTON.x2, 2::-1]
    assert np.array_equal(picture, expected)


def test_a_tint_of_one_colour_is_kept_as_a_picture_of_it(tmp_path: Path) -> None:
    flat = TintRegion("line", LINE, Tint(200, 100, 50))
    save_app(tmp_path, registry(rich()).apps["shop"])
    save_screen(tmp_path, screen("shop.feed", replace(variant(FEED), tints=(flat,))))
    [found] = load_registry(tmp_path).registry.screens["shop.feed"].variants[0].tints
    assert found.tint == flat.tint


def nth(kind: str, index: int, **fields: Any) -> Callable[[Any], object]:
    return lambda look: look[kind][index].update(fields)


def without(kind: str, index: int, *fields: str) -> Callable[[Any], object]:
    return lambda look: [look[kind][index].pop(field) for field in fields]


REFUSED: dict[str, tuple[Callable[[Any], object], str, str]] = {
    "an anchor that is none": (nth("regions", 0, anchor="left"), "regions[0].anchor", "'top', 'middle' or 'bottom'"),
    "a reading of nothing": (without("regions", 0, "text"), "regions[0].text", "is missing"),
    "a text that is not read": (without("regions", 0, "ocr"), "regions[0].text", "is given, but nothing is read"),
    "a pattern that is not read": (nth("regions", 1, pattern="a"), "regions[1].pattern", "but nothing is read"),
    "text and pattern": (nth("regions", 0, pattern="a"), "regions[0].pattern", "is given, and a text too"),
    "a blank text": (nth("texts", 0, text="  "), "texts[0].text", "is blank"),
    "an empty text": (nth("texts", 0, text=""), "texts[0].text", "at least 1 character"),
    "no text": (without("texts", 0, "text"), "texts[0].text", "is missing"),
    "a broken pattern": (nth("texts", 1, pattern="(a"), "texts[1].pattern", "column"),
    "a pattern that no automaton matches": (nth("texts", 1, pattern=r"(a)\1"), "texts[1].pattern", "column"),
    "a pattern of nothing": (nth("texts", 1, pattern="a*"), "texts[1].pattern", "found in an empty text too"),
    "a text outside": (nth("texts", 0, rect=[0, 0, 9999, 60]), "texts[0].rect", "lies outside the reference"),
    "a tiny text": (nth("texts", 0, rect=[0, 0, 100, 7]), "texts[0].rect", "is 100x7, smaller than 8x8"),
    "a tiny tint": (nth("tints", 1, rect=[30, 1197, 510, 1200]), "tints[1].rect", "is 480x3, smaller than 4x4"),
    "a tint outside": (nth("tints", 0, rect=[0, 0, 541, 60]), "tints[0].rect", "lies outside the reference"),
    "a tint's crop of another size": (nth("tints", 0, rect=[0, 0, 9, 9]), "tints[0].crop", "but its rectangle 9x9"),
    "a tint's crop that is not there": (nth("tints", 0, crop="crops/none.png"), "tints[0].crop", "cannot be read"),
    "a tint under a mask": (
        lambda look: look["masks"].append({"name": "all", "rect": [30, 1190, 540, 1200]}),
        "tints[1].rect",
        "lies under masks",
    ),
    "an element of which nothing is said": (without("nodes", 0, "resource_id"), "nodes[0]", "says nothing"),
    "an element with an empty id": (nth("nodes", 0, resource_id=""), "nodes[0].resource_id", "at least 1 character"),
    "an element's broken pattern": (nth("nodes", 1, pattern="["), "nodes[1].pattern", "column"),
    "an element outside": (nth("nodes", 1, rect=[0, 0, 541, 60]), "nodes[1].rect", "lies outside the reference"),
    "a tint named as a region": (nth("tints", 0, name="title"), "tints[0].name", "'title' is there twice"),
    "a text named as a tint": (nth("texts", 0, name="line"), "texts[0].name", "'line' is there twice"),
    "an element named as a text": (nth("nodes", 2, name="badge"), "nodes[2].name", "'badge' is there twice"),
    "twin tints": (nth("tints", 1, name="button"), "tints[1].name", "'button' is there twice"),
    "an action outside": (nth("actions", 0, rect=[0, 0, 541, 60]), "actions[0].rect", "lies outside the reference"),
    "an action at no edge": (nth("actions", 0, anchor=7), "actions[0].anchor", "'top', 'middle' or 'bottom'"),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_it_is_refused_with_its_place_the_reason_and_a_cure(folder: Path, fault: str) -> None:
    change, where, reason = REFUSED[fault]
    [refusal] = edit(folder, change).refusals
    assert (refusal.file, refusal.where) == ("shop/feed.json", f"variants[0].{where}")
    assert reason in refusal.reason
    assert refusal.hint


def test_rectangles_of_a_variant_lie_within_its_own_reference(folder: Path) -> None:
    path = folder / "shop" / "feed.json"
    document = json.loads(path.read_text())
    document["variants"][1]["regions"][0]["rect"] = [200, 40, 400, 73]
    path.write_text(json.dumps(document))
    [refusal] = load_registry(folder).refusals
    assert refusal.where == "variants[1].regions[0].rect"
    assert refusal.reason == "[200, 40, 400, 73] lies outside the reference of 360x800"


def test_only_what_must_be_there_identifies_a_screen(folder: Path) -> None:
    [refusal] = edit(folder, lambda look: [each.update(absent=True) for each in look["regions"]]).refusals
    assert refusal.where == "variants[0].regions"


TEXTS = st.one_of(
    st.builds(ExpectedText, st.text(min_size=1, max_size=30).filter(str.strip)),
    st.builds(ExpectedText, st.sampled_from([r"\d+", "[a-z]{2,4}x", "(a|b)c?d"]), st.just(True)),
)
PLACES = st.builds(lambda x, y: Rect(x, y, x + 40, y + 30), st.integers(0, 500), st.integers(0, 1170))
EDGES = st.sampled_from(Anchor)
NODES = st.builds(
    NodeRegion,
    st.just("node"),
    st.builds(NodeQuery, st.sampled_from(["list", "a:id/b"]), st.none() | TEXTS),
    st.none() | PLACES,
    st.booleans(),
    EDGES,
)


@settings(max_examples=30, deadline=None)
@given(
    text=st.builds(TextRegion, st.just("text"), PLACES, TEXTS, st.booleans(), EDGES),
    node=NODES,
    absent=st.booleans(),
    place=PLACES,
    anchor=EDGES,
    title=st.none() | TEXTS,
)
def test_whatever_can_be_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory,
    text: TextRegion,
    node: NodeRegion,
    absent: bool,  # noqa: FBT001  hypothesis gives it by name
    place: Rect,
    anchor: Anchor,
    title: ExpectedText | None,
) -> None:
    folder = tmp_path_factory.mktemp("registry")
    tint = TintRegion("tint", place, tint_of(FEED, place), absent, anchor)
    look = Variant(
        "light", (replace(region("title", FEED, TITLE), text=title),), (), (), b"", (tint,), (text,), (node,)
    )
    save_app(folder, registry(rich()).apps["shop"])
    save_screen(folder, screen("shop.feed", look))
    loaded = load_registry(folder)
    assert loaded.refusals == ()
    [found] = loaded.registry.screens["shop.feed"].variants
    assert (found.tints, found.texts, found.nodes, found.regions[0].text) == ((tint,), (text,), (node,), title)
    assert loaded.registry.screens["shop.feed"].reference_of(found) == SIZE
