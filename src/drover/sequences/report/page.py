"""The page of a play's report."""

from drover.platform.blobs import Blobs
from drover.screens.domain import Registry
from drover.screens.report.album import Album
from drover.screens.report.page import render_page
from drover.sequences.record import PlayRecord
from drover.sequences.report import wording
from drover.sequences.report.compose import compose
from drover.sequences.wording import describe_rounds

_PACKAGE = "drover.sequences.report"
_FILTERS = {
    "instant": wording.instant,
    "machine_instant": wording.machine_instant,
    "rounds": describe_rounds,
    "status": wording.STATUS_WORDS.__getitem__,
}


def render_report(play: PlayRecord, registry: Registry, blobs: Blobs) -> str:
    """Return the report of `play` as one HTML document that needs nothing else, no network and, to be read, no script.

    Expected pictures come from `registry`, frames and differences from `blobs`; one that is gone is shown as missing.
    Every text is escaped.
    """
    album = Album(blobs)
    report = compose(play, registry, album)
    verdict = wording.headline(report.summary.completed, report.summary.failed, report.summary.phones)
    values = {"report": report, "play": play, "summary": report.summary, "headline": verdict}
    return render_page(_PACKAGE, "report", values, album.pictures, filters=_FILTERS)
