"""A list as one component: rows are JSON, and sent again only where they changed."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Query
from nicegui.element import Element
from nicegui.events import GenericEventArguments

Cell = Mapping[str, Any]
Row = Mapping[str, Any]
OnAct = Callable[[str, str], Awaitable[None]]
Cursor = Annotated[str | None, Query(max_length=512)]
"""Where in a list a page of it begins, as the address says."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `kind` is how its cells look (`num`, `wrap`, `tight`); a `hidden` label is for screen readers alone."""

    key: str
    label: str
    kind: str = ""
    hidden: bool = False


class Listing(Element, component="listing.js"):
    """A table. `on_act(row, act)` is told which button of which row was pressed."""

    def __init__(self, label: str, columns: Sequence[Column], *, empty: str, on_act: OnAct | None = None) -> None:
        super().__init__()
        self._props["label"] = label
        self._props["columns"] = [
            {"key": one.key, "label": one.label, "kind": one.kind, "hidden": one.hidden} for one in columns
        ]
        self._props["empty"] = empty
        self._props["rows"] = []
        if on_act is not None:
            self.on("act", lambda event: on_act(*_pressed(event)))

    def show(self, rows: Sequence[Row]) -> None:
        """Show these rows, each a mapping with `id`, `id_words` where it has buttons, and a cell per column."""
        shown = [dict(row) for row in rows]
        if shown != self._props["rows"]:
            self._props["rows"] = shown
            self.update()


def text(value: object, *, sub: str = "", mono: bool = False, main: bool = False, title: str = "") -> Cell:
    """Return a cell of plain text."""
    return _set(text=str(value), sub=sub, mono=mono, main=main, title=title)


def link(value: str, href: str, *, sub: str = "") -> Cell:
    """Return a cell that leads to another view."""
    return _set(text=value, href=href, sub=sub)


def badge(value: str, tone: str, *, live: bool = False, sub: str = "") -> Cell:
    """Return a state; `live` pulses while something is under way."""
    return {"text": value, "tone": tone, **_set(live=live, sub=sub)}


def tags(values: Sequence[str]) -> Cell:
    """Return tags side by side."""
    return {"tags": list(values)}


def acts(*given: tuple[str, str] | tuple[str, str, str]) -> Cell:
    """Return buttons, each an act's word, its label, and its tone."""
    return {"acts": [{"act": one[0], "label": one[1], "tone": one[2] if len(one) > 2 else ""} for one in given]}  # noqa: PLR2004  a tone is given


def _set(**fields: object) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in ("", False, None)}


def _pressed(event: GenericEventArguments) -> tuple[str, str]:
    return str(event.args["row"]), str(event.args["act"])
