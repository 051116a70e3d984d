"""The second example: its registry is the one that the tool draws, and its sequence fits it."""

from pathlib import Path

from drover.screens.check.checking import check_registry
from drover.screens.files import load_registry
from drover.sequences.files import load_sequence
from drover.sequences.plan import lint
from tools.plaza_registry import NOTES_APPS, NOTES_REGISTRY, draw_apps, draw_page
from tools.plaza_screens import NOTES_SCREENS, key_of

LOADED = load_registry(NOTES_REGISTRY)


def test_every_file_of_the_registry_is_in_service_no_two_screens_claim_one_frame_and_ways_lead_to_all() -> None:
    outcome = check_registry(LOADED)
    assert (outcome.good, [str(finding) for finding in outcome.findings]) == (True, [])
    assert sorted(LOADED.registry.screens) == sorted(map(key_of, NOTES_SCREENS))


def test_the_registry_is_what_the_tool_draws(tmp_path: Path) -> None:
    draw_apps(tmp_path, NOTES_APPS)
    for page in NOTES_SCREENS:
        draw_page(tmp_path, page)
    shipped = {path.relative_to(NOTES_REGISTRY): path.read_bytes() for path in NOTES_REGISTRY.rglob("*.*")}
    assert {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.*")} == shipped


def test_the_sequence_has_nothing_to_mend() -> None:
    assert lint(load_sequence(NOTES_REGISTRY.parent / "write-note.json"), LOADED.registry) == ()
