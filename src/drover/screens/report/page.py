"""A page: a template filled, with its own style, script and pictures inside; and its file, whole or not at all."""

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from drover import __version__
from drover.kernel.errors import DroverError, Kind
from drover.platform.files import write_whole
from drover.screens.matching.agreement import CONTRAST, ENOUGH, MAX_BRIGHTNESS
from drover.screens.report import wording
from drover.screens.report.album import Picture

_PACKAGE = "drover.screens.report"
_POLICY = (
    "default-src 'none'; img-src data:; style-src 'sha256-{style}'; script-src 'sha256-{script}'; "
    "base-uri 'none'; form-action 'none'"
)
_FILTERS = {"duration": wording.duration, "counted": wording.counted}
_GLOBALS = {"least_likeness": ENOUGH, "most_brightness": MAX_BRIGHTNESS, "contrast_bounds": CONTRAST}


class ReportNotWritten(DroverError):
    """The report's file cannot be written."""

    kind = Kind.FAILED


def render_page(
    package: str,
    name: str,
    values: Mapping[str, object],
    pictures: Sequence[Picture],
    *,
    filters: Mapping[str, Callable[..., object]] | None = None,
) -> str:
    """Return the page of `package`'s templates `name`.html, .css and .js, which extends layout.html.

    It is one HTML document that needs nothing else, no network and, to be read, no script. Every text is escaped.
    """
    style, script = (_asset(_PACKAGE, f"layout.{kind}") + _asset(package, f"{name}.{kind}") for kind in ("css", "js"))
    page = (
        _environment(package, tuple((filters or {}).items()))
        .get_template(f"{name}.html")
        .render(
            **values,
            version=__version__,
            pictures=pictures,
            style=style,
            script=script,
            policy=_POLICY.format(style=_digest(style), script=_digest(script)),
        )
    )
    return page.encode("utf-8", "replace").decode()  # half a surrogate pair, from a broken name, has no UTF-8 form


def write_report(path: Path, html: str) -> int:
    """Write the report, replacing what was there only when it is whole; return its size in bytes.

    Raises ReportNotWritten.
    """
    content = html.encode()
    try:
        write_whole(path, content)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ReportNotWritten(f"{path}: cannot be written ({reason})", hint="choose another place") from error
    return len(content)


@cache  # a template is compiled once in a process: that takes longer than filling it
def _environment(package: str, filters: tuple[tuple[str, Callable[..., object]], ...]) -> Environment:
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package, "templates"), PackageLoader(_PACKAGE, "templates")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(_FILTERS)  # pyright: ignore[reportUnknownMemberType] jinja leaves the values untyped
    environment.filters.update(filters)  # pyright: ignore[reportUnknownMemberType] likewise
    environment.globals.update(_GLOBALS)  # pyright: ignore[reportUnknownMemberType] likewise
    return environment


def _asset(package: str, name: str) -> str:
    return files(package).joinpath("templates", name).read_text(encoding="utf-8")


def _digest(content: str) -> str:
    return base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
