"""The page of a contact sheet."""

from dataclasses import dataclass

from drover.platform.blobs import MemoryBlobs
from drover.screens.report.album import Album
from drover.screens.report.figures import Box, CheckRow, CropPair, Figure, check_row
from drover.screens.report.page import render_page
from drover.screens.report.sheet import Card, Crops, Sheet, Standing, counts

_PACKAGE = "drover.screens.report"
_WORDS = {
    Standing.FAILED: "failed",
    Standing.NEAR: "near miss",
    Standing.UNKNOWN: "unknown",
    Standing.PASSED: "passed",
}


@dataclass(frozen=True, slots=True)
class CardView:
    """A card as the template draws it; `state` is its standing as a style's class, `word` as a person reads it."""

    anchor: str
    state: str
    word: str
    card: Card
    figure: Figure
    checks: tuple[CheckRow, ...]
    crops: tuple[CropPair, ...]


def render_sheet(sheet: Sheet) -> str:
    """Return the sheet as one HTML document that needs nothing else, no network and, to be read, no script.

    Every text is escaped. Cards are drawn as they come into view, so that a thousand do no harm.
    """
    album = Album(MemoryBlobs())
    cards = [_view(number, card, album) for number, card in enumerate(sheet.ordered, 1)]
    values = {
        "sheet": sheet,
        "cards": cards,
        "words": {standing.name.lower(): word for standing, word in _WORDS.items()},
        "counts": {standing.name.lower(): count for standing, count in counts(sheet.cards).items()},
    }
    return render_page(_PACKAGE, "sheet", values, album.pictures)


def _view(number: int, card: Card, album: Album) -> CardView:
    boxes = tuple(Box(mark.rect, mark.state, mark.label, mark.kind) for mark in card.marks)
    return CardView(
        anchor=f"card-{number}",
        state=card.standing.name.lower(),
        word=_WORDS[card.standing],
        card=card,
        figure=Figure("Seen", card.title, album.keep(card.picture), card.size, boxes, "there is no picture of it"),
        checks=tuple(
            check_row(check, check.region if check.screen == card.screen else f"{check.screen}.{check.region}")
            for check in card.checks
        ),
        crops=tuple(_pair(crops, album) for crops in card.crops),
    )


def _pair(crops: Crops, album: Album) -> CropPair:
    check = crops.check
    return CropPair(
        region=f"{check.screen}.{check.region}",
        screen=check.screen,
        why=check.why,
        where=check.found_at,
        size=crops.size,
        expected=album.keep(crops.expected),
        actual=album.keep(crops.seen),
    )
