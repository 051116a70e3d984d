"""What a feature adds to Plaza: pages and acts, as tables."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from drover.simulator.display.marks import Box
from drover.simulator.display.widgets import SPINNER_STEPS
from drover.simulator.windowing.app import Swipe
from drover.simulator.windowing.form import Form
from drover.simulator.windowing.scroll import Scroll
from drover.simulator.windowing.timing import SPINNER_TURN_S, step_of
from drover.simulator.windowing.view import View


@dataclass(eq=False)
class Visit:
    """One stay on a page (or a sheet over it). `loaded_s` is when its content is there, `whole_s` its late part too.

    A visit has its own fields, its own scrolling, its own error and its own moment since which something is being sent.
    """

    page: str
    began_s: float
    loaded_s: float
    whole_s: float
    form: Form = field(default_factory=lambda: Form({}))
    scroll: Scroll = field(default_factory=Scroll)
    error: str = ""
    busy_since_s: float | None = None

    def loading(self, now: float) -> bool:
        """Whether the content is still to come."""
        return now < self.loaded_s

    def whole(self, now: float) -> bool:
        """Whether the late part is there, too."""
        return now >= self.whole_s

    def spinner(self, now: float) -> int:
        """Return the step of the spinner that turns since the visit began."""
        return step_of(now - self.began_s, SPINNER_TURN_S, SPINNER_STEPS)

    def busy_step(self, now: float) -> int | None:
        """Return the step of the spinner while something is being sent, else None."""
        since = self.busy_since_s
        return None if since is None else step_of(now - since, SPINNER_TURN_S, SPINNER_STEPS)


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `draw` paints it, settled or not; a page that is being loaded is named with `.loading` by its view.

    So is one that `waits` for what it sent or looks for. `also` are further names that its view may have.
    `load` and `rest` name the spans after which its content and its late part are there; a `kept` page has both at once
    when one goes back to it. `entered` is called when a visit begins, to fill its fields or draw content. A `root` has
    no page behind it: BACK leaves the app. `area` scrolls up and down by as much as `reach` returns; other swipes
    go to `swiped`. `submit` is the act of the enter key in the last field.
    """

    draw: Callable[[Visit, float], View]
    load: str = ""
    rest: str = ""
    kept: bool = False
    root: bool = False
    entered: Callable[[Visit], None] | None = None
    area: Box | None = None
    reach: Callable[[Visit, float], int] | None = None
    swiped: Callable[[Swipe, float], None] | None = None
    submit: str = ""
    waits: bool = False
    also: tuple[str, ...] = ()

    def names(self, name: str) -> tuple[str, ...]:
        """Return what the page, which is kept under `name`, may be called."""
        return (name, *self.also, *([f"{name}.loading"] if self.load or self.waits else []))


Act = Callable[[str, float], object]
"""What a tap does: called with what stands after the colon of the element's action, and the moment."""


class Feature(Protocol):
    """A part of the app: its pages and sheets by the page's name, and its acts by the action's name."""

    @property
    def pages(self) -> Mapping[str, Page]:
        """Pages and sheets that the feature draws."""
        ...

    @property
    def acts(self) -> Mapping[str, Act]:
        """What elements' actions do."""
        ...
