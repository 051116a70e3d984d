"""The frames to learn from: a folder of pictures whose names say which screen they show."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from drover.kernel.errors import InvalidInput
from drover.platform.documents import BadDocument, parse, read_text
from drover.screens.check.frames import SEPARATOR, SUFFIXES, key_for
from drover.screens.documents import NAME, AppFile
from drover.screens.domain import ScreenKind, closest
from drover.screens.files import APP_FILE, GLOBAL, KEYBOARDS

POPUP = "popup_"
"""A base name that begins so is an interrupt's."""
_LONGEST = 100
_NAMING = "name it <screen>__<capture>.png, the screen in letters, digits and underscores"


class BadMaterial(InvalidInput):
    """A folder of frames cannot be learned from."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A file, or several under one name, that nothing is learned from: which, why, and the cure."""

    file: str
    reason: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """A screen to be learned, and its pictures. `app` is None for a global one."""

    key: str
    app: str | None
    kind: ScreenKind
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Material:
    """All screens to be learned, by key; `apps` are their apps, with the file of those that have one beside them.

    `own` is the app of the pictures that lie in no app's folder.
    """

    own: str
    subjects: tuple[Subject, ...]
    apps: Mapping[str, AppFile | None]
    refused: tuple[Refused, ...]


def gather(folder: Path, *, app: str | None = None, interrupts: Collection[str] = ()) -> Material:
    """Return what lies in `folder`: pictures of the app `app` (without it: named like the folder), and apps' folders.

    The screen is what stands before the first `__` of a file's name, or all of it. Interrupts are those in `global`,
    those whose name begins with `popup_`, and those named in `interrupts`, whole (`plaza.rating`) or not. What cannot
    be a key is refused, and so are names that become the same key. Raises BadMaterial where nothing is left or the
    folder cannot be read, and for an interrupt that is not there.
    """
    own = app or key_for(folder.resolve().name)
    if not NAME.match(own):
        raise BadMaterial(f"{own!r} is no name for an app", hint="give one with --app, in lower-case letters")
    gathering = _Gathering(own, interrupts)
    entries = _entries(folder)
    gathering.take(own, folder, [entry for entry in entries if entry.is_file()])
    for entry in entries:
        if entry.is_dir():
            gathering.take_folder(entry)
    return gathering.material(folder)


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise BadMaterial(f"frames {folder} cannot be read ({reason})", hint="name a folder of pictures") from error


class _Gathering:
    """Gathers once."""

    def __init__(self, own: str, interrupts: Collection[str]) -> None:
        self._own = own
        self._interrupts = interrupts
        self._subjects: dict[str, Subject] = {}
        self._apps: dict[str, AppFile | None] = {}
        self._refused: list[Refused] = []

    def take_folder(self, folder: Path) -> None:
        """Take an app's folder, or `global`."""
        if not NAME.match(folder.name) or folder.name == KEYBOARDS:
            self._refuse(folder.name, "is no name for an app", "rename it: lower-case letters, digits and underscores")
            return
        entries = _entries(folder)
        for nested in (entry for entry in entries if entry.is_dir()):
            self._refuse(f"{folder.name}/{nested.name}", "is a folder in an app's folder", "move its pictures up")
        self.take(folder.name, folder, [entry for entry in entries if entry.is_file()])

    def take(self, app: str, folder: Path, files: Sequence[Path]) -> None:
        """Take the pictures of an app, and its file."""
        pictures = [file for file in files if file.suffix.lower() in SUFFIXES]
        bases: dict[str, dict[str, list[Path]]] = {}
        for file in pictures:
            base = file.stem.partition(SEPARATOR)[0]
            bases.setdefault(key_for(base), {}).setdefault(base, []).append(file)
        for name, spellings in bases.items():
            self._take_screen(app, name, spellings)
        described = folder / APP_FILE
        if app != GLOBAL and (pictures or described in files):
            self._apps.setdefault(app, None)
            if described in files:
                self._apps[app] = self._described(app, described)

    def material(self, folder: Path) -> Material:
        """Return all that was taken."""
        missing = [name for name in self._interrupts if not any(_is_named(key, {name}) for key in self._subjects)]
        if missing:
            known = [key.partition(".")[2] for key in self._subjects]
            raise BadMaterial(f"interrupt {missing[0]} has no picture in {folder}", hint=closest(missing[0], known))
        if not self._subjects and not self._refused:
            raise BadMaterial(f"{folder} holds no pictures", hint=_NAMING)
        subjects = tuple(self._subjects[key] for key in sorted(self._subjects))
        return Material(self._own, subjects, self._apps, tuple(self._refused))

    def _take_screen(self, app: str, name: str, spellings: Mapping[str, Sequence[Path]]) -> None:
        files = sorted(file for each in spellings.values() for file in each)
        first, key = f"{files[0].parent.name}/{files[0].name}", f"{app}.{name}"
        if not NAME.match(name) or len(name) > _LONGEST or f"{name}.json" == APP_FILE:
            self._refuse(first, f"gives no key for a screen: '{name[:_LONGEST]}'", _NAMING)
        elif len(spellings) > 1:
            self._refuse(first, f"{' and '.join(sorted(spellings))} would both be {key}", "rename one of them")
        elif key in self._subjects:
            self._refuse(first, f"{key} has pictures in another folder too", "move them to one folder")
        else:
            interrupt = app == GLOBAL or name.startswith(POPUP) or _is_named(key, self._interrupts)
            kind = ScreenKind.INTERRUPT if interrupt else ScreenKind.STATE
            self._subjects[key] = Subject(key, None if app == GLOBAL else app, kind, tuple(files))

    def _described(self, app: str, path: Path) -> AppFile | None:
        try:
            described = parse(AppFile, read_text(path), f"{app}/{APP_FILE}")
        except BadDocument as error:
            self._refused += [Refused(error.file, str(fault), fault.hint) for fault in error.faults]
            return None
        if described.name != app:
            self._refuse(f"{app}/{APP_FILE}", f"is of '{described.name}', but the folder is '{app}'", "name both alike")
            return None
        return described

    def _refuse(self, file: str, reason: str, hint: str) -> None:
        self._refused.append(Refused(file, reason, hint))


def _is_named(key: str, names: Iterable[str]) -> bool:
    return any(name in (key, key.partition(".")[2]) for name in names)
