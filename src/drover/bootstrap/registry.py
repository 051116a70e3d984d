"""Opening registry folders for a command: bad files are told, the rest is in service."""

from collections.abc import Callable
from pathlib import Path

from drover.kernel.errors import InvalidInput
from drover.screens.domain import Registry
from drover.screens.editing import reading
from drover.screens.files import LoadedRegistry, load_registry

Tell = Callable[[str], None]
"""Takes one line for the user."""


def registry_beside(sequence_file: Path) -> Path:
    """Return the registry folder that belongs to a sequence file: `registry` in the same folder."""
    return sequence_file.parent / "registry"


def load_whole(folder: Path) -> LoadedRegistry:
    """Return the registry in `folder`, between two edits of it. Raises InvalidInput where there is none."""
    if not folder.is_dir():
        hint = "name a folder of screens; commands that play take --registry DIR"
        raise InvalidInput(f"{folder}: there is no registry folder here", hint=hint)
    with reading(folder):
        return load_registry(folder)


def open_registry(folder: Path, tell: Tell) -> Registry:
    """Return the registry in `folder`, telling of every file refused. Raises InvalidInput where nothing is usable."""
    loaded = load_whole(folder)
    for refusal in loaded.refusals:
        cure = f" ({refusal.hint})" if refusal.hint else ""
        tell(f"not in service: {folder}/{refusal}{cure}")
    if not loaded.registry.screens:
        raise InvalidInput(f"{folder}: holds no usable screen", hint="see docs/reference/registry.md")
    return loaded.registry
