"""The pages. Importing one registers it."""

from importlib import import_module
from typing import Final

MODULES: Final = ("drover.console.pages.runs",)


def load() -> None:
    """Register every page."""
    for module in MODULES:
        import_module(module)
