"""The package manager's commands that install and remove: pm install, install-create and its kin, uninstall, dump."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from drover.simulator.packages.refusal import BadRequest, InstallRefused
from drover.simulator.packages.store import Installed, Options
from drover.simulator.phone import SimulatedPhone
from drover.simulator.profiles import Act
from drover.simulator.shell.session import USAGE_CODE, Outcome, Session, failed, printed
from drover.simulator.storage import StorageError

_WITH_VALUE: Final = frozenset({"-S", "-p", "-i", "--user", "--abi", "--install-location", "--originating-uri"})
_MOST_STREAMED_BYTES: Final = 1024 * 1024 * 1024

Handler = Callable[[Session, "_Words"], Awaitable[Outcome]]


@dataclass
class _Words:
    """A command's options with their values, and the words that are none."""

    options: dict[str, str] = field(default_factory=dict[str, str])
    rest: list[str] = field(default_factory=list[str])

    def size(self) -> int:
        """Return how many bytes will be streamed. Raises BadRequest."""
        text = self.options.get("-S", "")
        if not text.isascii() or not text.isdecimal() or int(text) > _MOST_STREAMED_BYTES:
            raise BadRequest(f"Error: must specify a size from 0 to {_MOST_STREAMED_BYTES}, not {text!r}")
        return int(text)

    def number(self) -> int:
        """Return the session that the first word names. Raises BadRequest."""
        text = self.rest[0] if self.rest else ""
        if not text.isascii() or not text.isdecimal():
            raise BadRequest(f"Error: {text!r} is no session")
        return int(text)

    def install_options(self) -> Options:
        """Return what the options say of an installation."""
        downgrade = "-d" in self.options or "--allow-downgrade" in self.options
        return Options("-R" not in self.options, downgrade, self.options.get("-p", ""))


async def manage(session: Session, words: Sequence[str]) -> Outcome | None:
    """Run `words` if they are about installing, and return what came of it; None where they are about other things."""
    handler = _COMMANDS.get(words[0]) if words else None
    if handler is None:
        return None
    try:
        return await handler(session, _parsed(words[1:]))
    except InstallRefused as error:
        return Outcome(f"Failure [{error.message}]\n".encode(), code=1)
    except (BadRequest, StorageError) as error:
        return failed(f"Error: {error.message}" if isinstance(error, StorageError) else error.message, code=USAGE_CODE)


def _parsed(words: Sequence[str]) -> _Words:
    parsed, rest = _Words(), list(words)
    while rest:
        word = rest.pop(0)
        if word in _WITH_VALUE and rest:
            parsed.options[word] = rest.pop(0)
        elif word.startswith("-") and word != "-":
            parsed.options[word] = ""
        else:
            parsed.rest.append(word)
    return parsed


async def _install(session: Session, words: _Words) -> Outcome:
    content = await _content(session, words, words.rest)
    await session.phone.delays.take(Act.APP_START)
    _appear(session, session.phone.packages.install(content, words.install_options()))
    return printed("Success")


async def _create(session: Session, words: _Words) -> Outcome:
    number = session.phone.packages.create(words.install_options())
    return printed(f"Success: created install session [{number}]")


async def _write(session: Session, words: _Words) -> Outcome:
    number = words.number()
    name = words.rest[1] if len(words.rest) > 1 else ""
    content = await _content(session, words, words.rest[2:])
    session.phone.packages.write(number, name, content)
    return printed(f"Success: streamed {len(content)} bytes")


async def _commit(session: Session, words: _Words) -> Outcome:
    await session.phone.delays.take(Act.APP_START)
    _appear(session, session.phone.packages.commit(words.number()))
    return printed("Success")


async def _abandon(session: Session, words: _Words) -> Outcome:
    session.phone.packages.abandon(words.number())
    return printed("Success")


async def _uninstall(session: Session, words: _Words) -> Outcome:
    package = words.rest[0] if words.rest else ""
    await session.phone.stop_app(package)
    session.phone.packages.uninstall(package)
    session.phone.handset.uninstall(package)
    return printed("Success")


async def _path(session: Session, words: _Words) -> Outcome:
    package = words.rest[0] if words.rest else ""
    installed = session.phone.packages.installed.get(package)
    if installed is not None:
        return printed(*(f"package:{path}" for path in installed.paths()))
    if package in session.phone.handset.packages():
        return printed(f"package:/data/app/{package}-1/base.apk")
    return Outcome(code=1)


async def _dump(session: Session, words: _Words) -> Outcome:
    return printed(*package_dump(session.phone, words.rest))


def package_dump(phone: SimulatedPhone, words: Sequence[str]) -> list[str]:
    """Return what `dumpsys package` says of the package that the first word names."""
    wanted = words[0] if words else ""
    if wanted not in phone.handset.packages():
        return [f"Unable to find package: {wanted}"]
    installed = phone.packages.installed.get(wanted)
    code, name = (installed.base.version_code, installed.base.version_name) if installed is not None else (1, "1.0")
    parts = sorted(installed.parts) if installed is not None else [""]
    return [
        "Packages:",
        f"  Package [{wanted}] (1f2e3d):",
        f"    versionCode={code} minSdk=24 targetSdk=33",
        f"    versionName={name}",
        f"    splits=[{', '.join(part or 'base' for part in parts)}]",
    ]


def _appear(session: Session, package: Installed) -> None:
    session.phone.handset.install(package.base.package, package.base.label or package.base.package)


async def _content(session: Session, words: _Words, sources: Sequence[str]) -> bytes:
    """Return a package: a file on the phone, or, with `-` or nothing named, so many bytes of the input."""
    if sources and sources[0] != "-":
        return session.phone.storage.read(sources[0])
    size = words.size()
    content = bytearray()
    while len(content) < size:
        piece = await session.read_some()
        if not piece:
            raise InstallRefused("INSTALL_FAILED_INVALID_APK", f"the stream ended after {len(content)} of {size} bytes")
        content += piece
        if len(content) > session.phone.storage.limit_bytes:
            raise InstallRefused("INSTALL_FAILED_INSUFFICIENT_STORAGE", "it does not fit on this phone")
    return bytes(content[:size])


_COMMANDS: Final[Mapping[str, Handler]] = {
    "install": _install,
    "install-create": _create,
    "install-write": _write,
    "install-commit": _commit,
    "install-abandon": _abandon,
    "uninstall": _uninstall,
    "path": _path,
    "dump": _dump,
}
