"""Where things are drawn over the frames of a report."""

from dataclasses import replace

from drover.devices.geometry import Rect, Size
from drover.platform.blobs import MemoryBlobs
from drover.screens.domain import RegionKind, Registry
from drover.screens.regions import Anchor, ExpectedText, NodeQuery, NodeRegion, TextRegion, Tint, TintRegion
from drover.screens.report.album import Album
from drover.screens.report.figures import Box
from drover.sequences.record import Evidence
from drover.sequences.report.sights import Exhibitor
from tests.sequences.report.plays import BUTTON, SIZE, STATUS_BAR, TITLE, check, jpeg, not_seen, registry, screen
from tests.sequences.report.plays import draw as drawn

LOWER = Size(1080, 2100)
UP = 300


def figures(shop: Registry, **changes: object) -> dict[str, tuple[Size, set[Box]]]:
    blobs = MemoryBlobs()
    frame = Evidence(blobs.put(jpeg(drawn("saved"))), LOWER)
    sight = replace(not_seen("saved", blobs), frame=frame, **changes)
    view = Exhibitor(shop, Album(blobs)).sight(sight, "After", "plaza.saved.continue")
    return {figure.caption: (figure.size, set(figure.boxes)) for figure in view.figures}


def test_an_action_that_failed_is_drawn_at_its_edge_and_masks_where_they_are() -> None:
    saved = screen("saved")
    [look] = saved.variants
    low = replace(look.actions[0], anchor=Anchor.BOTTOM)
    kept = replace(saved, variants=(replace(look, actions=(low,)),))
    size, boxes = figures(Registry({**registry().screens, saved.key: kept}, {}))["Seen"]
    assert size == LOWER
    up = Rect(BUTTON.x1, BUTTON.y1 - UP, BUTTON.x2, BUTTON.y2 - UP)
    assert {Box(up, "failed", "continue"), Box(STATUS_BAR, "mask", "ignored zone")} <= boxes


def test_what_is_no_picture_is_drawn_too_and_told_by_its_own_check() -> None:
    saved = screen("saved")
    [look] = saved.variants
    corner, line = Rect(0, 100, 50, 150), Rect(0, 200, 50, 230)
    rich = replace(
        look,
        tints=(TintRegion("tint", corner, Tint(1, 2, 3)),),
        texts=(TextRegion("text", line, ExpectedText("Saved")),),
        nodes=(NodeRegion("anywhere", NodeQuery("saved")),),
        reference=SIZE,
    )
    kept = replace(saved, reference=Size(540, 1200), variants=(rich,))
    title = check("saved", "title", TITLE)
    unread = replace(check("saved", "title", TITLE, passed=False), kind=RegionKind.TEXT, seen="Safed")
    tint = replace(check("saved", "tint", corner), kind=RegionKind.TINT)
    found = figures(Registry({**registry().screens, saved.key: kept}, {}), checks=(title, tint, unread))
    size, boxes = found["Expected"]
    assert size == SIZE
    states = {(box.label, box.state) for box in boxes}
    assert {("title", "failed"), ("tint", "passed"), ("text", "unchecked")} <= states
    assert "anywhere" not in {label for label, _ in states}
