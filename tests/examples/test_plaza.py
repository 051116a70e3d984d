"""The shipped example: its registry is the one that the tool draws, and fits every phone that the simulator makes."""

from pathlib import Path

import numpy as np
import pytest

from drover.devices.frame import Frame
from drover.screens.check.checking import check_registry
from drover.screens.files import load_registry
from drover.screens.matching.matcher import Matcher
from drover.sequences.files import load_sequence
from drover.sequences.plan import lint
from drover.simulator.handset import Look, Theme
from drover.simulator.plaza import catalog
from tools.plaza_keyboards import draw as draw_keyboards
from tools.plaza_registry import REGISTRY, THEMES, draw_apps, draw_page
from tools.plaza_screens import SCREENS, key_of

LOADED = load_registry(REGISTRY)
SHIPPED = {path.relative_to(REGISTRY): path.read_bytes() for path in REGISTRY.rglob("*.*")}
MATCHER = Matcher(LOADED.registry)


def frame(page: str, width: int, theme: Theme) -> Frame:
    look = Look(width, width * 20 // 9, theme)
    handset = catalog.settled(page, look, seed=9)
    content = handset.paint(handset.scene(0.0))
    return Frame(np.frombuffer(content, np.uint8).reshape(look.height, look.width, 4), 1, 0.0)


def test_every_file_of_the_registry_is_in_service() -> None:
    assert [str(refusal) for refusal in LOADED.refusals] == []
    assert sorted(LOADED.registry.screens) == sorted(map(key_of, SCREENS))


def test_no_two_screens_claim_one_frame_and_ways_lead_to_all() -> None:
    outcome = check_registry(LOADED)
    assert (outcome.good, [str(finding) for finding in outcome.findings]) == (True, [])


def test_the_sequence_has_nothing_to_mend() -> None:
    assert lint(load_sequence(REGISTRY.parent / "edit-profile.json"), LOADED.registry) == ()


def drawn(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.*")}


@pytest.mark.parametrize("page", SCREENS)
def test_every_screen_is_what_the_tool_draws(tmp_path: Path, page: str) -> None:
    draw_page(tmp_path, page)
    folder, _, name = key_of(page).partition(".")
    assert drawn(tmp_path) == {path: content for path, content in SHIPPED.items() if belongs(path, folder, name)}


def test_nothing_else_is_in_the_registry(tmp_path: Path) -> None:
    draw_apps(tmp_path)
    draw_keyboards(tmp_path)
    screens = [key_of(page).partition(".") for page in SCREENS]
    others = {
        path: content
        for path, content in SHIPPED.items()
        if not any(belongs(path, folder, name) for folder, _, name in screens)
    }
    assert drawn(tmp_path) == others


def belongs(path: Path, folder: str, name: str) -> bool:
    """Whether a file is of the screen `folder.name`."""
    return path.parts[0] == folder and path.name.split(".")[0] == name


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", [720, 1080, 1440])
def test_every_page_is_recognised_on_every_display(width: int, theme: Theme) -> None:
    seen = {page: MATCHER.identify(frame(page, width, theme), app="plaza").screen for page in SCREENS}
    assert {page: screen.key if screen else None for page, screen in seen.items()} == {
        page: key_of(page) for page in SCREENS
    }
