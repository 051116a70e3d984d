"""Registry folders: what is refused, with which words, and that all else stays in service."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drover.devices.geometry import Rect
from drover.devices.picture import preview
from drover.kernel.errors import InvalidInput
from drover.screens import documents
from drover.screens.domain import App, Registry
from drover.screens.files import BadRegistry, LoadedRegistry, Refusal, load_registry
from drover.screens.pictures import crop_of
from drover.screens.writing import RegistryNotWritten, save_app, save_screen
from tests.screens.drawing import (
    BODY,
    BUTTON,
    TITLE,
    draw,
    frame_of,
    interrupt,
    leading,
    region,
    registry,
    screen,
    variant,
)

SHIPPED = Path(documents.__file__).parent / "schema"
FEED = variant(draw("Feed"), masks=(Rect(400, 0, 540, 40),))


@pytest.fixture
def shop() -> Registry:
    return registry(
        leading(screen("shop.feed", FEED, variant(draw("Feed", dark=True), name="dark")), "shop.cart"),
        screen("shop.cart", variant(draw("Cart"))),
        interrupt("global.allow", variant(draw("Allow"), BODY)),
    )


@pytest.fixture
def folder(tmp_path: Path, shop: Registry) -> Path:
    save(tmp_path, shop)
    return tmp_path


def save(folder: Path, registry: Registry) -> None:
    for app in registry.apps.values():
        save_app(folder, app)
    for one in registry.screens.values():
        save_screen(folder, one)


def edit(folder: Path, change: Callable[[Any], object], file: str = "shop/feed.json") -> LoadedRegistry:
    path = folder / file
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))
    return load_registry(folder)


def region_of(document: Any) -> Any:
    return document["variants"][0]["regions"][1]


def content(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_what_was_saved_is_loaded_again(folder: Path, shop: Registry, tmp_path_factory: pytest.TempPathFactory) -> None:
    loaded = load_registry(folder)
    assert loaded.refusals == ()
    assert set(loaded.registry.screens) == set(shop.screens)
    assert loaded.registry.apps == {"shop": App("shop", "com.example.shop")}
    feed = loaded.registry.screens["shop.feed"]
    assert [v.name for v in feed.variants] == ["light", "dark"]
    assert feed.variants[0].masks == FEED.masks
    assert feed.variants[0].actions[0].leads_to == "shop.cart"
    assert np.array_equal(feed.variants[0].regions[0].crop.gray, FEED.regions[0].crop.gray)
    assert loaded.registry.screens["global.allow"].app is None
    again = tmp_path_factory.mktemp("again")
    save(again, loaded.registry)
    assert content(again) == content(folder)


def test_screen_files_are_sorted_indented_and_end_with_a_line_break(folder: Path) -> None:
    text = (folder / "shop" / "feed.json").read_text()
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True) + "\n"


def test_the_shipped_schemas_are_those_of_the_models() -> None:
    assert {path.name: path.read_text() for path in SHIPPED.glob("*.json")} == documents.schema()


def test_saved_files_satisfy_the_schemas(folder: Path) -> None:
    screens = json.loads((SHIPPED / "screen.schema.json").read_text())
    for path in (folder / "shop" / "feed.json", folder / "global" / "allow.json"):
        jsonschema.validate(json.loads(path.read_text()), screens)
    apps = json.loads((SHIPPED / "app.schema.json").read_text())
    jsonschema.validate(json.loads((folder / "shop" / "app.json").read_text()), apps)


def test_a_short_name_leads_to_a_screen_of_the_same_folder(folder: Path) -> None:
    loaded = edit(folder, lambda d: d["variants"][0]["actions"][0].update(leads_to="cart"))
    assert loaded.registry.screens["shop.feed"].variants[0].actions[0].leads_to == "shop.cart"


def test_broken_json_is_refused_with_line_and_column(folder: Path) -> None:
    (folder / "shop" / "feed.json").write_text('{\n  "schema": 1,\n  "key" "feed"\n}')
    loaded = load_registry(folder)
    [refusal] = loaded.refusals
    assert (refusal.file, refusal.where) == ("shop/feed.json", "line 3, column 9")
    assert refusal.reason.startswith("is not JSON")
    assert set(loaded.registry.screens) == {"shop.cart", "global.allow"}


REFUSED: dict[str, tuple[Callable[[Any], object], str, str]] = {
    "unknown field": (lambda d: d.update(colour="red"), "colour", "is not a known field"),
    "wrong type": (lambda d: d.update(name=7), "name", "string"),
    "missing field": (lambda d: region_of(d).pop("rect"), "variants[0].regions[1].rect", "is missing"),
    "fraction in a rectangle": (
        lambda d: region_of(d).update(rect=[1.5, 2, 3, 4]),
        "variants[0].regions[1].rect[0]",
        "integer",
    ),
    "outside": (
        lambda d: region_of(d).update(rect=[400, 400, 700, 450]),
        "variants[0].regions[1].rect",
        "[400, 400, 700, 450] lies outside the reference of 540x1200",
    ),
    "inverted": (lambda d: region_of(d).update(rect=[330, 400, 30, 450]), "variants[0].regions[1].rect", "is empty"),
    "too small": (
        lambda d: region_of(d).update(rect=[30, 400, 34, 450]),
        "variants[0].regions[1].rect",
        "is 4x50, smaller than 8x8",
    ),
    "crop of another size": (
        lambda d: region_of(d).update(rect=[30, 400, 330, 451]),
        "variants[0].regions[1].crop",
        "is 300x50, but its rectangle 300x51",
    ),
    "no such crop": (
        lambda d: region_of(d).update(crop="crops/none.png"),
        "variants[0].regions[1].crop",
        "crops/none.png cannot be read",
    ),
    "crop above": (
        lambda d: region_of(d).update(crop="../global/crops/allow.light.body.png"),
        "variants[0].regions[1].crop",
        "leaves the app's folder",
    ),
    "absolute crop": (lambda d: region_of(d).update(crop="/etc/hostname"), "variants[0].regions[1].crop", "leaves"),
    "crop is a folder": (lambda d: region_of(d).update(crop="crops"), "variants[0].regions[1].crop", "is not a file"),
    "crop with a strange name": (
        lambda d: region_of(d).update(crop="crops/\x00.png"),
        "variants[0].regions[1].crop",
        "pattern",
    ),
    "twin variants": (lambda d: d["variants"][1].update(name="light"), "variants[1].name", "'light' is there twice"),
    "twin regions": (lambda d: region_of(d).update(name="title"), "variants[0].regions[1].name", "is there twice"),
    "twin actions": (
        lambda d: d["variants"][0]["actions"].append(d["variants"][0]["actions"][0]),
        "variants[0].actions[1].name",
        "'go_on' is there twice",
    ),
    "nothing present": (
        lambda d: [r.update(absent=True) for r in d["variants"][0]["regions"]],
        "variants[0].regions",
        "has no region that must be there",
    ),
    "no regions": (lambda d: d["variants"][0].update(regions=[]), "variants[0].regions", "at least 1 item"),
    "mask over all of a region": (
        lambda d: d["variants"][0]["masks"].append({"name": "all", "rect": list(vars_of(BODY))}),
        "variants[0].regions[1].crop",
        "is too plain",
    ),
    "leads nowhere": (
        lambda d: d["variants"][0]["actions"][0].update(leads_to="card"),
        "variants[0].actions[0].leads_to",
        "names the screen shop.card, which has no file",
    ),
    "another key": (lambda d: d.update(key="food"), "key", "is 'food', but the file is 'feed.json'"),
    "another version": (lambda d: d.update(schema=2), "schema", "1"),
    "picture of another shape": (
        lambda d: d["variants"][0].update(picture="crops/feed.light.title.png"),
        "variants[0].picture",
        "of another shape",
    ),
}


def vars_of(rect: Rect) -> tuple[int, int, int, int]:
    return rect.x1, rect.y1, rect.x2, rect.y2


@pytest.mark.parametrize("fault", REFUSED)
def test_a_bad_screen_is_refused_with_file_place_and_reason(folder: Path, fault: str) -> None:
    change, where, reason = REFUSED[fault]
    loaded = edit(folder, change)
    [refusal] = loaded.refusals
    assert (refusal.file, refusal.where) == ("shop/feed.json", where)
    assert reason in refusal.reason
    assert refusal.hint
    assert set(loaded.registry.screens) == {"shop.cart", "global.allow"}


def test_every_fault_of_a_file_is_told_at_once(folder: Path) -> None:
    def break_twice(document: Any) -> None:
        document["key"] = "food"
        region_of(document)["rect"] = [0, 0, 9999, 9]

    assert [refusal.where for refusal in edit(folder, break_twice).refusals] == ["key", "variants[0].regions[1].rect"]


def test_a_screen_may_lead_to_one_that_was_refused(folder: Path) -> None:
    loaded = edit(folder, lambda d: d.update(key="card"), "shop/cart.json")
    assert set(loaded.registry.screens) == {"shop.feed", "global.allow"}


def test_a_plain_crop_is_refused_with_its_figure(folder: Path) -> None:
    plain = frame_of(np.full((50, 300, 4), 200, dtype=np.uint8))
    (folder / "shop" / "crops" / "feed.light.body.png").write_bytes(crop_of(plain, Rect(0, 0, 300, 50)).png)
    [refusal] = load_registry(folder).refusals
    assert "too plain: its grey standard deviation is 0.0, needs 20" in refusal.reason


@pytest.mark.parametrize("name", ["crops/feed.light.body.png", "pictures/feed.light.jpg"])
def test_a_truncated_picture_is_refused(folder: Path, name: str) -> None:
    path = folder / "shop" / name
    path.write_bytes(path.read_bytes()[:-200])
    [refusal] = load_registry(folder).refusals
    assert refusal.reason == f"{name} is not a PNG or JPEG that can be read"


@pytest.mark.parametrize("name", ["crops/feed.light.body.png", "pictures/feed.light.jpg"])
def test_a_huge_picture_file_is_refused(folder: Path, name: str) -> None:
    with (folder / "shop" / name).open("ab") as stream:
        stream.truncate(40 * 1024 * 1024)
    [refusal] = load_registry(folder).refusals
    assert "is larger than" in refusal.reason


def test_a_huge_screen_file_is_refused(folder: Path) -> None:
    (folder / "shop" / "feed.json").write_bytes(b" " * (5 * 1024 * 1024))
    [refusal] = load_registry(folder).refusals
    assert "is larger than" in refusal.reason


def test_links_that_leave_the_registry_are_refused(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    for name in ("shop/crops/feed.light.body.png", "shop/cart.json"):
        moved = outside / Path(name).name
        (folder / name).rename(moved)
        (folder / name).symlink_to(moved)
    refusals = load_registry(folder).refusals
    assert [(r.file, r.where) for r in refusals] == [
        ("shop/cart.json", ""),
        ("shop/feed.json", "variants[0].regions[1].crop"),
    ]
    assert all("leaves" in refusal.reason for refusal in refusals)


def test_links_in_a_circle_pipes_and_folders_in_place_of_files_are_refused(folder: Path) -> None:
    shop = folder / "shop"
    (shop / "circle.json").symlink_to("circle.json")
    (shop / "folder.json").mkdir()
    os.mkfifo(shop / "pipe.json")
    crop = shop / "crops" / "feed.light.body.png"
    crop.unlink()
    os.mkfifo(crop)
    loaded = load_registry(folder)
    assert [refusal.file.removeprefix("shop/") for refusal in loaded.refusals] == [
        "circle.json",
        "feed.json",
        "folder.json",
        "pipe.json",
    ]
    assert set(loaded.registry.screens) == {"shop.cart", "global.allow"}


def test_an_app_without_its_file_is_told_and_its_screens_stay(folder: Path) -> None:
    (folder / "shop" / "app.json").unlink()
    loaded = load_registry(folder)
    assert [refusal.file for refusal in loaded.refusals] == ["shop/app.json"]
    assert loaded.registry.apps == {}
    assert "shop.feed" in loaded.registry.screens


def test_an_app_file_of_another_name_is_refused(folder: Path) -> None:
    loaded = edit(folder, lambda d: d.update(name="store"), "shop/app.json")
    assert loaded.refusals == (
        Refusal("shop/app.json", "name", "is 'store', but the folder is 'shop'", "name both alike"),
    )


def test_strays_and_strange_folder_names_are_told_hidden_ones_are_not(folder: Path) -> None:
    (folder / "feed.json").write_text("{}")
    (folder / "My App").mkdir()
    (folder / ".git").mkdir()
    (folder / "README.md").write_text("what this is")
    assert [str(refusal) for refusal in load_registry(folder).refusals] == [
        "feed.json: lies in no app's folder",
        "My App: is not a folder name for an app",
    ]


def test_a_registry_that_is_no_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadRegistry, match="cannot be read"):
        load_registry(tmp_path / "nothing")


def test_names_that_a_file_may_not_have_are_not_written(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"screen shop\.\.\./x cannot be written"):
        save_screen(tmp_path, screen("shop.../x", FEED))
    with pytest.raises(InvalidInput, match="app A cannot be written"):
        save_app(tmp_path, App("A", "com.example.a"))
    assert list(tmp_path.iterdir()) == []


def test_a_registry_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "shop").write_text("a file where a folder must be")
    with pytest.raises(RegistryNotWritten, match="cannot be written"):
        save_screen(tmp_path, screen("shop.feed", FEED))


def fuzzed(folder: Path, name: str, junk: bytes) -> None:
    path = folder / name
    before = path.read_bytes()
    path.write_bytes(junk)
    try:
        loaded = load_registry(folder)
    finally:
        path.write_bytes(before)
    refused = {refusal.file for refusal in loaded.refusals}
    assert ("shop/feed.json" in refused) != ("shop.feed" in loaded.registry.screens)
    assert {"shop.cart", "global.allow"} <= set(loaded.registry.screens)


FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@FUZZ
@given(junk=st.binary(max_size=300))
def test_any_bytes_in_a_screen_file_are_a_screen_or_a_refusal(folder: Path, junk: bytes) -> None:
    fuzzed(folder, "shop/feed.json", junk)


@FUZZ
@given(data=st.data())
def test_any_value_anywhere_in_a_screen_file_is_a_screen_or_a_refusal(folder: Path, data: st.DataObject) -> None:
    document = json.loads((folder / "shop" / "feed.json").read_text())
    first = document["variants"][0]
    places = [document, first, first["regions"][0], first["masks"][0], first["actions"][0]]
    place = data.draw(st.sampled_from(places))
    place[data.draw(st.sampled_from(sorted(place)))] = data.draw(JSON)
    fuzzed(folder, "shop/feed.json", json.dumps(document).encode())


@FUZZ
@given(data=st.data(), name=st.sampled_from(["crops/feed.light.title.png", "pictures/feed.light.jpg"]))
def test_any_damage_to_a_picture_is_a_screen_or_a_refusal(folder: Path, data: st.DataObject, name: str) -> None:
    whole = bytearray((folder / "shop" / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, min(len(whole), 400) - 1))] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(whole)))
    fuzzed(folder, f"shop/{name}", bytes(whole[:end]))


def test_pictures_are_cut_and_encoded_the_same_every_time() -> None:
    one, two = draw("Feed"), draw("Feed")
    assert region("title", one, TITLE).crop.png == region("title", two, TITLE).crop.png
    assert preview(one, 1080, 80).jpeg == preview(two, 1080, 80).jpeg
    assert crop_of(one, BUTTON).gray.shape == (60, 240)
