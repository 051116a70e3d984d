"""Which popups are open, over which app, and how they were answered."""

from dataclasses import dataclass, field
from typing import Final

from drover.simulator.plaza.store import Store

# What BACK answers in the popup's stead.
_BACK_ANSWERS: Final = {"update": "later", "permission": "deny", "unknown": "ok"}
_PERMISSIONS: Final = {"allow": "allowed", "deny": "denied"}


@dataclass
class PopupDesk:
    """Popups over the app in whose time they came; `shown` and `dismissed` name them in order, since the start."""

    shown: list[str] = field(default_factory=list[str])
    dismissed: list[str] = field(default_factory=list[str])
    _open: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def open(self, name: str, package: str) -> None:
        """Show a popup over an app; one of a name that is open there already stays alone."""
        if (name, package) not in self._open:
            self._open.append((name, package))
            self.shown.append(name)

    def over(self, package: str) -> tuple[str, ...]:
        """Return the names of the popups open over an app, the front one last."""
        return tuple(name for name, under in self._open if under == package)

    def answer(self, package: str, answer: str, store: Store) -> None:
        """Close the front popup over an app; Plaza's own ones store the answer."""
        name = self.over(package)[-1]
        self._open.remove((name, package))
        self.dismissed.append(name)
        if name == "permission":
            store.permission = _PERMISSIONS[answer]
        if name == "update":
            store.update = answer

    def back(self, package: str, store: Store) -> None:
        """Answer the front popup as BACK does."""
        self.answer(package, _BACK_ANSWERS[self.over(package)[-1]], store)

    def drop(self, package: str) -> None:
        """Close the popups over an app that ends; nobody answered them."""
        self._open = [(name, under) for name, under in self._open if under != package]
