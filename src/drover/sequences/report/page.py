"""The page: the template filled, with its own style, script and pictures inside; and its file, whole or not at all."""

import base64
import hashlib
import os
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from drover.kernel.errors import DroverError, Kind
from drover.platform.blobs import Blobs
from drover.screens.domain import Registry
from drover.screens.matching.agreement import CONTRAST, ENOUGH, MAX_BRIGHTNESS
from drover.sequences.record import PlayRecord
from drover.sequences.report import wording
from drover.screens.report.album import Album
from drover.sequences.report.compose import compose

_PACKAGE = "drover.sequences.report"
_POLICY = (
    "default-src 'none'; img-src data:; style-src 'sha256-{style}'; script-src 'sha256-{script}'; "
    "base-uri 'none'; form-action 'none'"
)
_FILTERS = {
    "duration": wording.duration,
    "counted": wording.counted,
    "instant": wording.instant,
    "machine_instant": wording.machine_instant,
    "status": wording.STATUS_WORDS.__getitem__,
}
_GLOBALS = {
    "headline": wording.headline,
    "least_likeness": ENOUGH,
    "most_brightness": MAX_BRIGHTNESS,
    "contrast_bounds": CONTRAST,
}


class ReportNotWritten(DroverError):
    """The report's file cannot be written."""

    kind = Kind.FAILED


def render_report(play: PlayRecord, registry: Registry, blobs: Blobs) -> str:
    """Return the report of `play` as one HTML document that needs nothing else, no network and, to be read, no script.

    Expected pictures come from `registry`, frames and differences from `blobs`; one that is gone is shown as missing.
    Every text is escaped.
    """
    album = Album(blobs)
    report = compose(play, registry, album)
    style, script = _asset("report.css"), _asset("report.js")
    page = (
        _environment()
        .get_template("report.html")
        .render(
            report=report,
            play=play,
            summary=report.summary,
            pictures=album.pictures,
            style=style,
            script=script,
            policy=_POLICY.format(style=_digest(style), script=_digest(script)),
        )
    )
    return page.encode("utf-8", "replace").decode()  # half a surrogate pair, from a broken name, has no UTF-8 form


def write_report(path: Path, html: str) -> None:
    """Write the report, replacing what was there only when it is whole. Raises ReportNotWritten."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(html, encoding="utf-8", newline="\n")
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        reason = (error.strerror or str(error)).lower()
        raise ReportNotWritten(f"{path}: cannot be written ({reason})", hint="choose another place") from error


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(_PACKAGE, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(_FILTERS)  # pyright: ignore[reportUnknownMemberType] jinja leaves the values untyped
    environment.globals.update(_GLOBALS)  # pyright: ignore[reportUnknownMemberType] likewise
    return environment


def _asset(name: str) -> str:
    return files(_PACKAGE).joinpath("templates", name).read_text(encoding="utf-8")


def _digest(content: str) -> str:
    return base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
