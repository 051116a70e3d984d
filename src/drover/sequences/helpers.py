"""Helpers: Python functions that a sequence may call, from installed packages or from a file of the user's."""

import importlib.util
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any, Final

from drover.kernel.errors import DroverError, InvalidInput, Kind

GROUP: Final = "drover.helpers"
"""The entry point group in which packages name their helpers."""


@dataclass(frozen=True, slots=True)
class HelperContext:
    """What a helper is told: the phone's name, the screen that was seen last, and the variables so far."""

    phone: str
    screen: str | None
    values: Mapping[str, str]


Helper = Callable[..., Coroutine[Any, Any, str | None]]
"""`async def helper(context: HelperContext, **arguments: str) -> str | None`; a sequence keeps what it returns."""


class HelperFailed(DroverError):
    """A helper raised an error, took too long, or returned something else than text."""

    kind = Kind.FAILED

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(f"helper {name}: {detail}", hint="mend the helper, or what it is given")


def load_helpers(file: Path | None) -> Mapping[str, Helper]:
    """Return the helpers of installed packages and, by the names of its coroutine functions, of a Python file.

    Raises InvalidInput for a file that cannot be loaded, and for a package's helper that cannot be.
    """
    helpers = {point.name: _installed(point) for point in entry_points(group=GROUP)}
    return helpers if file is None else {**helpers, **_in_file(file)}


def _installed(point: EntryPoint) -> Helper:
    try:
        loaded: object = point.load()
    except Exception as error:
        raise InvalidInput(
            f"helper {point.name}: {error!r}", hint=f"mend or remove the package of {point.value}"
        ) from error
    if not iscoroutinefunction(loaded):
        raise InvalidInput(f"helper {point.name} is no coroutine function", hint="write it as async def")
    return loaded


def _in_file(file: Path) -> Mapping[str, Helper]:
    specification = importlib.util.spec_from_file_location(f"drover_helpers_{file.stem}", file)
    if specification is None or specification.loader is None:
        raise InvalidInput(f"--helpers {file}: is no Python file", hint="give a file that ends in .py")
    module = importlib.util.module_from_spec(specification)
    try:
        specification.loader.exec_module(module)
    except OSError as error:
        raise InvalidInput(f"--helpers {file}: {error.strerror or error!r}", hint="check the path") from error
    except Exception as error:
        raise InvalidInput(f"--helpers {file}: {error!r}", hint="mend the file") from error
    names = [name for name in vars(module) if not name.startswith("_")]
    found = {name: value for name in names if iscoroutinefunction(value := getattr(module, name))}
    if not found:
        raise InvalidInput(f"--helpers {file}: has no coroutine function", hint="write helpers as async def")
    return found
