"""Loading a registry folder: bad files are refused one by one, the rest stays in service."""

import os
import stat
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from drover.kernel.errors import InvalidInput
from drover.platform.documents import BadDocument, Fault, parse, read_text
from drover.screens.contents import inside
from drover.screens.documents import NAME, NAME_HINT, AppFile, KeyboardFile, ScreenFile
from drover.screens.domain import App, Registry, Screen
from drover.screens.keyboard import KeyboardMap
from drover.screens.keyboard_reader import KeyboardReader
from drover.screens.matching.outlining import Outlining
from drover.screens.pictures import Grays
from drover.screens.reader import ScreenReader

GLOBAL = "global"
KEYBOARDS = "keyboards"
APP_FILE = "app.json"
_SUFFIX = ".json"

Loaded = TypeVar("Loaded", App, Screen, KeyboardMap)


class BadRegistry(InvalidInput):
    """The registry cannot be read at all."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file is not in service: the file relative to the registry, where in it, what is wrong, and the cure."""

    file: str
    where: str
    reason: str
    hint: str = ""

    def __str__(self) -> str:
        """Return it as one line."""
        return ": ".join(part for part in (self.file, self.where, self.reason) if part)


@dataclass(frozen=True, slots=True)
class LoadedRegistry:
    """What is in service, and what was refused. A screen may lead to one that was refused."""

    registry: Registry
    refusals: tuple[Refusal, ...]


def load_registry(folder: Path) -> LoadedRegistry:
    """Return the registry in `folder`: one folder for each app, plus `global` and `keyboards`.

    Raises BadRegistry without a folder.
    """
    try:
        entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
        places = [entry for entry in entries if entry.is_dir()]
        files = {place: [place / name for name in sorted(os.listdir(place)) if _is_json(name)] for place in places}  # noqa: PTH208 (most names are those of pictures, for which no path is made)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise BadRegistry(f"registry {folder} cannot be read ({reason})", hint="name a folder of screens") from error
    loader = _Loader(folder, files)
    loader.refuse_strays(entry for entry in entries if _is_json(entry.name) and entry not in files)
    return loader.load()


class _Loader:
    """Reads one registry folder once."""

    def __init__(self, root: Path, files: Mapping[Path, Sequence[Path]]) -> None:
        self._root = root
        self._files = files
        self._declared = frozenset(f"{place.name}.{path.stem}" for place, paths in files.items() for path in paths)
        self._straight = frozenset(place for place in files if not place.is_symlink())
        self._refusals: list[Refusal] = []
        self._grays = Grays()
        self._outlining = Outlining()

    def load(self) -> LoadedRegistry:
        """Return all that can be used, sorted by key, and the refusals."""
        screens: dict[str, Screen] = {}
        apps: dict[str, App] = {}
        keyboards: dict[str, KeyboardMap] = {}
        for place, paths in self._files.items():
            if not NAME.match(place.name):
                self._refuse(place, [Fault("", "is not a folder name for an app", NAME_HINT)])
                continue
            self._refuse_alike(place)
            if place.name == KEYBOARDS:
                for path in paths:
                    keyboards.update(self._load(path, self._keyboard))
                continue
            if place.name != GLOBAL:
                apps.update(self._load(place / APP_FILE, self._app))
            for path in paths:
                if path.name != APP_FILE or place.name == GLOBAL:
                    screens.update(self._load(path, self._screen))
        self._outlining.finish()
        return LoadedRegistry(Registry(screens, apps, keyboards), tuple(self._refusals))

    def refuse_strays(self, paths: Iterable[Path]) -> None:
        """Refuse files that lie beside the folders."""
        for path in paths:
            self._refuse(path, [Fault("", "lies in no app's folder", f"move it to an app's folder or to {GLOBAL}/")])

    def _refuse_alike(self, place: Path) -> None:
        """Refuse files whose names differ in case only: on many a file system they are one, and the last one wins."""
        seen: dict[str, str] = {}
        for parent, folders, names in os.walk(place):
            folders.sort()
            for name in sorted(names):
                first = seen.setdefault(f"{parent}/{name}".casefold(), name)
                if first != name:
                    fault = Fault("", f"differs from {first} in case only", "rename one of them")
                    self._refuse(Path(parent, name), [fault])

    def _load(self, path: Path, read: Callable[[Path], tuple[str, Loaded]]) -> dict[str, Loaded]:
        """Return what the file holds by its name, or nothing where it was refused."""
        try:
            name, loaded = read(path)
        except BadDocument as error:
            self._refuse(path, error.faults)
            return {}
        return {name: loaded}

    def _app(self, path: Path) -> tuple[str, App]:
        document = parse(AppFile, self._text(path), path.name)
        if document.name != path.parent.name:
            reason = f"is '{document.name}', but the folder is '{path.parent.name}'"
            raise BadDocument(path.name, [Fault("name", reason, "name both alike")])
        ways = {kind: str(path.parent / way) for kind, way in document.ways.items()}
        return document.name, App(document.name, document.package, document.by_keyboard, ways)

    def _screen(self, path: Path) -> tuple[str, Screen]:
        document = parse(ScreenFile, self._text(path), path.name)
        app = None if path.parent.name == GLOBAL else path.parent.name
        reader = ScreenReader(path, app=app, known=self._declared, grays=self._grays, outlining=self._outlining)
        screen = reader.read(document)
        return screen.key, screen

    def _keyboard(self, path: Path) -> tuple[str, KeyboardMap]:
        document = parse(KeyboardFile, self._text(path), path.name)
        keyboard = KeyboardReader(path, self._grays, self._outlining).read(document)
        return keyboard.name, keyboard

    def _text(self, path: Path) -> str:
        if path.parent not in self._straight or not _is_plain(path):
            if not path.is_file() and path.exists():
                raise BadDocument(path.name, [Fault("", "is not a file", "rename or remove it")])
            if not inside(str(self._root), str(path.relative_to(self._root))):
                raise BadDocument(path.name, [Fault("", "is a link that leaves the registry", "copy the file here")])
        return read_text(path)

    def _refuse(self, path: Path, faults: Sequence[Fault]) -> None:
        file = _printable(path.relative_to(self._root).as_posix())
        self._refusals += [Refusal(file, fault.where, _printable(fault.reason), fault.hint) for fault in faults]


def _is_json(name: str) -> bool:
    return name.endswith(_SUFFIX) and name != _SUFFIX


def _is_plain(path: Path) -> bool:
    """Whether it is a file, and no link to one. What cannot be looked at is none."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def _printable(text: str) -> str:
    """Return text in which a name may stand, whatever bytes it has."""
    return text.encode(errors="backslashreplace").decode()
