"""An app that somebody installed: one page with its label and nothing to do."""

from collections.abc import Mapping

from drover.simulator.display.marks import DISPLAY, Fill, Label, Placed, Sheet, Weight
from drover.simulator.display.palette import Palette
from drover.simulator.display.widgets import app_bar, paragraph, title
from drover.simulator.windowing.app import Modest, Swipe
from drover.simulator.windowing.form import Form
from drover.simulator.windowing.popups import Popup
from drover.simulator.windowing.view import Element, View, fixed_text


class PlainApp(Modest):
    """Shows its label and its package; implements `App`."""

    def __init__(self, package: str, label: str, palette: Palette) -> None:
        self.running = False
        self.busy = False
        self.form = Form({})
        self.page_names = (package,)
        self.popups: Mapping[str, Popup] = {}
        self._package = package
        self._label = label
        self._palette = palette

    def open(self, ready_s: float) -> None:
        """Show the page."""
        del ready_s
        self.running = True

    def close(self) -> None:
        """End."""
        self.running = False

    def act(self, action: str, now: float) -> None:
        """Nothing on the page can be tapped."""
        del action, now

    def back(self, now: float) -> bool:
        """Leave."""
        del now
        return False

    def enter(self, now: float, *, astray: bool) -> bool:
        """Keep the keyboard as it is: there are no fields."""
        del now, astray
        return False

    def swipe(self, swipe: Swipe, now: float) -> None:
        """Stay: nothing scrolls."""
        del swipe, now

    def views(self, now: float) -> tuple[View, ...]:
        """Return the page."""
        del now
        palette = self._palette
        heading = title(palette, self._label)
        style = (42, Weight.REGULAR, palette.muted)
        words = paragraph(f"{self._package} was installed on this phone.", (54, 400), style, 972, lines=3, leading=60)
        marks = (Fill(DISPLAY, palette.background), *app_bar(palette, heading), *words)
        elements = (fixed_text("title", heading), *(_words(row, line) for row, line in enumerate(words)))
        return (View(self._package, self._package, (Placed(Sheet(DISPLAY, marks)),), elements),)


def _words(row: int, line: Label) -> Element:
    return fixed_text(f"words_{row + 1}", line)
