"""Edits of one registry by several processes: none is lost, none is mixed with another, none lands in part."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drover.kernel.errors import InvalidInput, Kind
from drover.screens.domain import App, Screen
from drover.screens.editing import RegistryChanged, RegistryState, read_registry, reading, save_edit, state_of, writing
from drover.screens.files import load_registry
from drover.screens.writing import RegistryNotWritten, save_app, save_screen
from tests.screens.drawing import BODY, TITLE, draw, screen, variant

FEED, CART = screen("shop.feed", variant(draw("Feed"))), screen("shop.cart", variant(draw("Cart")))
SHOP = App("shop", "com.example.shop")
NOTHING = RegistryState({}, {})
HALF_DONE = """
import sys
from pathlib import Path
from drover.screens.editing import read_registry, save_edit
from tests.screens.test_editing import FEED, LATER

folder = Path(sys.argv[1])
while True:
    for screen in (LATER, FEED):
        _, read = read_registry(folder)
        save_edit(folder, read, screens=[screen])
        print(screen.name, flush=True)
"""
ADDING = """
import sys
from dataclasses import replace
from pathlib import Path
from drover.screens.editing import RegistryChanged, read_registry, save_edit
from tests.screens.test_editing import FEED

folder, mine = Path(sys.argv[1]), sys.argv[2]
for number in range(4):
    while True:
        loaded, read = read_registry(folder)
        assert loaded.refusals == (), loaded.refusals
        feed = loaded.registry.screens["shop.feed"]
        told = replace(feed, description=feed.description + mine)
        try:
            save_edit(folder, read, screens=[told, replace(FEED, key=f"shop.{mine}{number}")])
            break
        except RegistryChanged as changed:
            assert changed.file, changed
"""
LATER = replace(screen("shop.feed", variant(draw("Later", "other words"), BODY, TITLE)), name="later")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_edit(tmp_path / "registry", NOTHING, screens=[FEED, CART], apps=[SHOP])
    return tmp_path / "registry"


def script(text: str, *words: str) -> "subprocess.Popen[str]":
    root = str(Path(__file__).parents[2])
    path = os.pathsep.join((root, os.environ.get("PYTHONPATH", "")))
    return subprocess.Popen(
        [sys.executable, "-c", text, *words], env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, text=True
    )


def named(folder: Path, name: str) -> Path:
    _, read = read_registry(folder)
    save_edit(folder, read, screens=[replace(FEED, name=name)])
    return folder / "shop" / "feed.json"


def test_a_registry_that_is_not_there_is_made(folder: Path) -> None:
    loaded = load_registry(folder)
    assert loaded.refusals == ()
    assert set(loaded.registry.screens) == {"shop.feed", "shop.cart"}
    assert sorted(path.name for path in folder.iterdir()) == ["shop"]


def test_an_edit_gives_the_same_files_as_saving(folder: Path, tmp_path: Path) -> None:
    save_app(tmp_path / "plain", SHOP)
    for each in (FEED, CART):
        save_screen(tmp_path / "plain", each)
    assert state_of(folder) == state_of(tmp_path / "plain")


def test_an_edit_returns_the_state_for_the_next_one(folder: Path) -> None:
    _, read = read_registry(folder)
    read = save_edit(folder, read, screens=[replace(FEED, name="One")])
    save_edit(folder, read, screens=[replace(FEED, name="Two")])
    assert load_registry(folder).registry.screens["shop.feed"].name == "Two"


def test_an_edit_of_what_changed_meanwhile_is_refused_with_file_field_and_cure(folder: Path) -> None:
    _, read = read_registry(folder)
    path = named(folder, "Theirs")
    with pytest.raises(RegistryChanged) as refused:
        save_edit(folder, read, screens=[replace(FEED, name="Mine")])
    assert (refused.value.file, refused.value.where) == ("shop/feed.json", "name")
    assert refused.value.message == "shop/feed.json: name: was changed meanwhile by another edit"
    assert refused.value.kind is Kind.CONFLICT
    assert "repeat the edit" in refused.value.hint
    assert "Theirs" in path.read_text()
    assert sorted(each.name for each in folder.iterdir()) == ["shop"]


def moved(original: Screen) -> Screen:
    first, second = original.variants[0].regions
    regions = (first, replace(second, name="other", rect=TITLE))
    return replace(original, description="x", variants=(replace(original.variants[0], regions=regions),))


def test_the_fields_that_changed_are_named_rectangles_as_a_whole(folder: Path) -> None:
    _, read = read_registry(folder)
    save_edit(folder, read, screens=[moved(FEED)])
    with pytest.raises(RegistryChanged) as refused:
        save_edit(folder, read, screens=[FEED], whole=False)
    assert refused.value.where == ("description, variants[0].regions[1].crop, variants[0].regions[1].name and more")


def test_an_edit_checked_against_the_whole_registry_is_refused_where_any_screen_changed(folder: Path) -> None:
    _, read = read_registry(folder)
    named(folder, "Theirs")
    with pytest.raises(RegistryChanged, match=r"shop/feed\.json: name"):
        save_edit(folder, read, screens=[CART])
    save_edit(folder, read, screens=[replace(CART, name="Basket")], whole=False)
    names = {each.name for each in load_registry(folder).registry.screens.values()}
    assert names == {"Theirs", "Basket"}


def test_a_file_that_was_added_or_removed_meanwhile_is_named(folder: Path) -> None:
    _, read = read_registry(folder)
    (folder / "shop" / "wall.json").write_text("{")
    with pytest.raises(RegistryChanged, match=r"shop/wall\.json: was added meanwhile"):
        save_edit(folder, read, screens=[FEED])
    (folder / "shop" / "wall.json").unlink()
    (folder / "shop" / "crops" / "feed.light.title.png").unlink()
    with pytest.raises(RegistryChanged, match=r"feed\.light\.title\.png: was removed meanwhile"):
        save_edit(folder, read, screens=[FEED])


def test_a_file_that_is_not_json_any_more_is_named_without_a_field(folder: Path) -> None:
    _, read = read_registry(folder)
    (folder / "shop" / "feed.json").write_text("{")
    with pytest.raises(RegistryChanged, match=r"^shop/feed\.json: was changed meanwhile"):
        save_edit(folder, read, screens=[FEED])


def test_a_new_screen_under_a_taken_name_is_refused(folder: Path) -> None:
    with pytest.raises(RegistryChanged, match=r"was added meanwhile"):
        save_edit(folder, NOTHING, screens=[FEED], whole=False)


def test_names_that_no_file_may_have_are_refused_and_nothing_is_written(folder: Path) -> None:
    before = state_of(folder)
    _, read = read_registry(folder)
    with pytest.raises(InvalidInput):
        save_edit(folder, read, screens=[CART, screen("shop.../x", variant(draw("X")))])
    assert state_of(folder) == before
    assert sorted(each.name for each in folder.iterdir()) == ["shop"]


def test_nothing_is_written_through_a_link_that_leaves_the_registry(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (folder / "bank").symlink_to(outside)
    _, read = read_registry(folder)
    with pytest.raises(RegistryNotWritten, match="leaves the registry"):
        save_edit(folder, read, screens=[screen("bank.feed", variant(draw("Feed")))])
    assert list(outside.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RegistryNotWritten, match="cannot be written"):
        save_edit(tmp_path / "file" / "registry", NOTHING, screens=[FEED])


def test_an_edit_that_was_cut_off_before_it_was_complete_leaves_no_trace(folder: Path) -> None:
    before = state_of(folder)
    save_screen(folder / ".edit.partial", LATER)
    loaded, read = read_registry(folder)
    assert read == before
    assert loaded.registry.screens["shop.feed"].name == FEED.name
    with writing(folder):
        pass
    assert sorted(each.name for each in folder.iterdir()) == ["shop"]


@given(st.sampled_from(range(6)))
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_an_edit_that_was_cut_off_while_it_was_moved_is_finished_by_the_next(
    tmp_path_factory: pytest.TempPathFactory, moved: int
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    read = save_edit(folder, NOTHING, screens=[FEED], apps=[SHOP])
    whole = save_edit(folder, read, screens=[LATER])
    save_screen(folder, FEED)
    save_screen(folder / ".edit", LATER)
    pictures = sorted(path for path in (folder / ".edit").rglob("*") if path.is_file() and path.suffix != ".json")
    for picture in pictures[:moved]:
        picture.replace(folder / picture.relative_to(folder / ".edit"))
    loaded, found = read_registry(folder)
    assert loaded.registry.screens["shop.feed"].name == "later"
    assert found == whole
    assert not (folder / ".edit").exists()


def test_several_may_read_at_once(folder: Path) -> None:
    with reading(folder), reading(folder):
        assert load_registry(folder).refusals == ()


def test_processes_that_edit_at_once_lose_and_mix_nothing(folder: Path) -> None:
    editors = [script(ADDING, str(folder), name) for name in "abc"]
    for editor in editors:
        editor.communicate(timeout=100)
    assert [editor.returncode for editor in editors] == [0, 0, 0]
    loaded = load_registry(folder)
    assert loaded.refusals == ()
    assert sorted(loaded.registry.screens["shop.feed"].description) == sorted("abc" * 4)
    assert len(loaded.registry.screens) == 2 + 3 * 4


def test_a_process_killed_while_it_edits_leaves_the_one_screen_or_the_other(folder: Path) -> None:
    states = {tuple(state_of(folder).documents.items())}
    editor = script(HALF_DONE, str(folder))
    assert editor.stdout is not None
    for _ in range(9):
        editor.stdout.readline()
    editor.send_signal(signal.SIGKILL)
    editor.wait(30)
    editor.stdout.close()
    loaded, read = read_registry(folder)
    assert loaded.refusals == ()
    feed = loaded.registry.screens["shop.feed"]
    meant = {FEED.name: FEED, LATER.name: LATER}[feed.name]
    assert [region.crop.png for region in feed.variants[0].regions] == [
        region.crop.png for region in meant.variants[0].regions
    ]
    save_edit(folder, read, screens=[FEED])
    assert tuple(state_of(folder).documents.items()) in states
