"""Writing what was learned into a registry folder."""

import os
from collections.abc import Mapping
from pathlib import Path

from drover.screens.documents import AppFile
from drover.screens.domain import App
from drover.screens.editing import RegistryState, save_edit, state_of
from drover.screens.learning.lesson import Lesson
from drover.screens.writing import RegistryNotWritten

UNKNOWN_PACKAGE = "unknown"


def keep(lesson: Lesson, folder: Path, apps: Mapping[str, App], read: RegistryState | None = None) -> None:
    """Write the learned screens, whole, and the files of `apps`. What else the registry has stays as it is.

    `read` is the state of the registry that was learned against; None, whatever is there. Raises RegistryChanged where
    that is no longer what is there, RegistryNotWritten where the folder cannot be written to, RegistryBusy.
    """
    state = read if read is not None else state_of(folder)
    save_edit(folder, state, screens=[learned.screen for learned in lesson.learned], apps=list(apps.values()))


def refuse_unwritable(folder: Path) -> None:
    """Raise RegistryNotWritten, before anything is learned, where a registry folder could not be written to."""
    place = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    if not place.is_dir():
        raise RegistryNotWritten(f"{place} is not a folder", hint="choose another place for the registry")
    if not os.access(place, os.W_OK | os.X_OK):
        raise RegistryNotWritten(f"{place} is not writable", hint="check the folder's rights")


def apps_to_write(
    wanted: Mapping[str, AppFile | None], known: Mapping[str, App], packages: Mapping[str, str]
) -> dict[str, App]:
    """Return the apps whose files are to be written: those described beside the pictures, and those that are new.

    `packages` are those told by app; an app whose package nobody told gets one that no phone has.
    """
    found: dict[str, App] = {}
    for name, described in wanted.items():
        if described is not None:
            ways = {str(kind): way for kind, way in described.ways.items()}
            found[name] = App(name, described.package, described.by_keyboard, ways)
        elif name in packages:
            found[name] = App(name, packages[name])
        elif name not in known:
            found[name] = App(name, unknown_package(name))
    return found


def unknown_package(app: str) -> str:
    """Return the package that is written for an app whose own is not known."""
    return f"{UNKNOWN_PACKAGE}.{app if app[0].isalpha() else f'app_{app}'}"
