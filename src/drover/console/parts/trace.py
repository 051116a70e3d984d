"""The trace of a run as one component, fed with JSON."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from nicegui.element import Element


class Trace(Element, component="trace.js"):
    """Steps and tasks. `on_from(step, task)` is told from where a run is to be continued."""

    def __init__(self, on_from: Callable[[int, int], Awaitable[None]]) -> None:
        super().__init__()
        self._props["steps"] = []
        self.on("from", lambda event: on_from(int(event.args["step"]), int(event.args["task"])))

    def show(self, steps: Sequence[Mapping[str, Any]]) -> None:
        """Show these steps; nothing is sent where nothing changed."""
        shown = [dict(step) for step in steps]
        if shown != self._props["steps"]:
            self._props["steps"] = shown
            self.update()
