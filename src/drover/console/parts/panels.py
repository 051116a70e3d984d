"""Panels, facts in pairs, and questions that stand before an act."""

from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager

from nicegui import ui

from drover.console.visit import Visit, acting


@contextmanager
def panel(title: str) -> Generator[ui.element]:
    """Draw a panel with a heading; what is made inside goes into its body."""
    with ui.element("section").classes("dr-panel"):
        with ui.element("div").classes("dr-panel-head"), ui.element("h2"):
            ui.label(title)
        with ui.element("div").classes("dr-panel-body") as body:
            yield body


@contextmanager
def question(title: str) -> Generator[ui.card]:
    """Draw the card of a dialog, under its title."""
    with ui.card().classes("dr-dialog") as card:
        with ui.element("h2").classes("dr-dialog-title"):
            ui.label(title)
        yield card


@contextmanager
def dialog_of(title: str) -> Generator[ui.dialog]:
    """Open a dialog, named by its title and deleted once it is closed; what is made inside goes into it."""
    with ui.dialog(value=True) as dialog, question(title):
        dialog.props["aria-label"] = title
        yield dialog
    dialog.on("hide", dialog.delete)


class Facts:
    """Names and values in pairs, drawn again only where they changed."""

    def __init__(self) -> None:
        self._list = ui.element("dl").classes("dr-facts")
        self._shown: Sequence[tuple[str, str]] = ()

    def show(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Show these; pairs without a value are left out."""
        kept = [(name, value) for name, value in pairs if value]
        if kept == self._shown:
            return
        self._shown = kept
        self._list.clear()
        with self._list:
            for name, value in kept:
                with ui.element("dt"):
                    ui.label(name)
                with ui.element("dd"):
                    ui.label(value)


def ask(
    visit: Visit,
    title: str,
    note: str,
    yes: str,
    act: Callable[[str], Awaitable[None]],
    *,
    reason: bool = False,
    danger: bool = False,
) -> None:
    """Ask before `act` is done. With `reason`, one must be given, which `act` gets; else it gets an empty text."""
    with dialog_of(title) as dialog:
        if note:
            ui.label(note).classes("dr-note")
        why = ui.input("Reason").props("outlined dense autofocus maxlength=500").classes("dr-wide") if reason else None

        async def go() -> None:
            words = "" if why is None else str(why.value or "").strip()
            if why is not None and not words:
                why.props('error error-message="Say why"')
                return
            await act(words)
            dialog.close()

        with ui.element("div").classes("dr-buttons"):
            ui.button("Cancel", on_click=dialog.close).props("flat no-caps")
            button = ui.button(yes, on_click=acting(visit, go)).props("unelevated no-caps")
            if danger:
                button.classes("dr-danger")


def secret(title: str, note: str, value: str) -> None:
    """Show a secret this once, with a button that copies it."""
    # Made inside what was clicked, it would go away together with that.
    with ui.context.client.content, dialog_of(title) as dialog:
        dialog.props("persistent")
        ui.label(note).classes("dr-note")
        ui.label(value).classes("dr-secret")
        with ui.element("div").classes("dr-buttons"):
            copy = "() => navigator.clipboard?.writeText(document.querySelector('.dr-secret').textContent)"
            ui.button("Copy").props("outline no-caps").on("click", js_handler=copy)
            ui.button("I have kept it", on_click=dialog.close).props("unelevated no-caps")
