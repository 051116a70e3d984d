"""The pages. Importing one registers it."""

from importlib import import_module
from typing import Final

MODULES: Final = (
    "drover.console.wall.page",
    "drover.console.pages.runs",
    "drover.console.pages.run",
    "drover.console.pages.phones",
    "drover.console.pages.phone",
    "drover.console.pages.schedules",
    "drover.console.pages.users",
    "drover.console.pages.tokens",
    "drover.console.pages.password",
)


def load() -> None:
    """Register every page."""
    for module in MODULES:
        import_module(module)
