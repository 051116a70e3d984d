"""What a popup is, and which popups are open, over which app."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from drover.simulator.display.palette import Palette
from drover.simulator.windowing.view import View


@dataclass(frozen=True, slots=True)
class Popup:
    """A window in front of an app, or with `everywhere` in front of all. Its elements' actions are `answer:<answer>`.

    `back` is what the BACK key answers in its stead.
    """

    draw: Callable[[Palette], View]
    back: str
    everywhere: bool = False


@dataclass
class PopupDesk:
    """Popups over the app in whose time they came; `shown` and `dismissed` name them in order, since the start."""

    known: Mapping[str, Popup]
    shown: list[str] = field(default_factory=list[str])
    dismissed: list[str] = field(default_factory=list[str])
    _open: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def open(self, name: str, package: str) -> None:
        """Show a popup over an app; one of a name that is open there already stays alone."""
        under = "" if self.known[name].everywhere else package
        if (name, under) not in self._open:
            self._open.append((name, under))
            self.shown.append(name)

    def over(self, package: str) -> tuple[str, ...]:
        """Return the names of the popups open over an app, the front one last."""
        everywhere = tuple(name for name, under in self._open if not under)
        return (*(name for name, under in self._open if under == package), *everywhere)

    def dismiss(self, package: str) -> str:
        """Close the front popup over an app, because it was answered, and return its name."""
        name = self.over(package)[-1]
        under = "" if self.known[name].everywhere else package
        self._open.remove((name, under))
        self.dismissed.append(name)
        return name

    def close(self, name: str) -> bool:
        """Close every popup of a name, unanswered; False where none is open."""
        left = [(each, under) for each, under in self._open if each != name]
        closed = len(left) < len(self._open)
        self._open = left
        return closed

    def drop(self, package: str) -> None:
        """Close the popups over an app that ends; nobody answered them."""
        self._open = [(name, under) for name, under in self._open if under != package]
