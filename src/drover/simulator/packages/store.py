"""What is installed on a simulated phone, and the sessions in which packages come in pieces."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from drover.simulator.packages.apk import Apk, read_apk
from drover.simulator.packages.refusal import BadRequest, InstallRefused

SDK: Final = 33
ABIS: Final = frozenset({"arm64-v8a", "armeabi-v7a"})
_MOST_SESSIONS: Final = 50
_FIRST_SESSION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Installed:
    """An installed package: its base and its splits, by split name ("" for the base)."""

    parts: Mapping[str, Apk]

    @property
    def base(self) -> Apk:
        """The base APK."""
        return self.parts[""]

    @property
    def size(self) -> int:
        """Bytes on the data partition."""
        return sum(part.size for part in self.parts.values())

    def paths(self) -> Sequence[str]:
        """Return where the APKs lie, the base first."""
        folder = f"/data/app/{self.base.package}-1"
        return [f"{folder}/{f'split_{name}' if name else 'base'}.apk" for name in sorted(self.parts)]


@dataclass(frozen=True, slots=True)
class Options:
    """What `install` and `install-create` are told: replace, allow a downgrade, add to what is installed (`-p`)."""

    replace: bool = True
    downgrade: bool = False
    inherit: str = ""


@dataclass
class _Session:
    options: Options
    pieces: dict[str, bytes] = field(default_factory=dict[str, bytes])


class PackageStore:
    """Installs whole or not at all. `free_bytes` tells what the data partition has left for packages."""

    def __init__(self, built_in: Sequence[str], free_bytes: Callable[[], int]) -> None:
        self.installed: dict[str, Installed] = {}
        self._built_in = frozenset(built_in)
        self._free_bytes = free_bytes
        self._sessions: dict[int, _Session] = {}
        self._numbers = itertools.count(_FIRST_SESSION)

    @property
    def used_bytes(self) -> int:
        """Bytes that packages and open sessions take."""
        staged = sum(len(piece) for session in self._sessions.values() for piece in session.pieces.values())
        return sum(package.size for package in self.installed.values()) + staged

    @property
    def sessions(self) -> int:
        """How many sessions are open."""
        return len(self._sessions)

    def install(self, content: bytes, options: Options) -> Installed:
        """Install one APK. Raises InstallRefused."""
        self._refuse_without_space(len(content))
        return self._commit([content], options)

    def create(self, options: Options) -> int:
        """Open a session and return its number. Raises BadRequest where too many are open."""
        if len(self._sessions) >= _MOST_SESSIONS:
            raise BadRequest("java.lang.IllegalStateException: Too many active sessions for UID 2000")
        number = next(self._numbers)
        self._sessions[number] = _Session(options)
        return number

    def write(self, number: int, name: str, content: bytes) -> None:
        """Put a piece into a session, in the place of one of that name. Raises BadRequest, InstallRefused."""
        session = self._session(number)
        if not name or "/" in name or "\0" in name or name in {".", ".."}:
            raise BadRequest(f"java.lang.IllegalArgumentException: Invalid name: {name}")
        self._refuse_without_space(len(content))
        session.pieces[name] = content

    def commit(self, number: int) -> Installed:
        """Install what a session holds; the session ends, however that goes. Raises BadRequest, InstallRefused."""
        session = self._session(number)
        del self._sessions[number]
        return self._commit(list(session.pieces.values()), session.options)

    def abandon(self, number: int) -> None:
        """Forget a session and what it holds. Raises BadRequest."""
        self._session(number)
        del self._sessions[number]

    def uninstall(self, package: str) -> None:
        """Remove an installed package. Raises InstallRefused."""
        if package not in self.installed:
            code = "DELETE_FAILED_INTERNAL_ERROR"
            raise InstallRefused(code, "it is built in" if package in self._built_in else "")
        del self.installed[package]

    def _session(self, number: int) -> _Session:
        if number not in self._sessions:
            raise BadRequest(f"java.lang.SecurityException: Caller has no access to session {number}")
        return self._sessions[number]

    def _commit(self, contents: Sequence[bytes], options: Options) -> Installed:
        if not contents:
            raise InstallRefused("INSTALL_FAILED_INVALID_APK", "No packages staged")
        apks = [read_apk(content) for content in contents]
        before = self.installed.get(apks[0].package)
        parts = dict(before.parts) if options.inherit and before is not None else {}
        _refuse_strangers(apks, options)
        for apk in apks:
            parts[apk.split] = apk
        _refuse_incomplete(parts)
        if apks[0].package in self._built_in:
            raise InstallRefused("INSTALL_FAILED_UPDATE_INCOMPATIBLE", f"{apks[0].package} is built into this phone")
        if before is not None:
            _refuse_update(before.base, parts[""], options)
        package = Installed(parts)
        self.installed[package.base.package] = package
        return package

    def _refuse_without_space(self, size: int) -> None:
        if size > self._free_bytes():
            detail = "Failed to override installation location"
            raise InstallRefused("INSTALL_FAILED_INSUFFICIENT_STORAGE", detail)


def _refuse_strangers(apks: Sequence[Apk], options: Options) -> None:
    """Refuse pieces that do not belong together, or not on this phone."""
    first = apks[0]
    for apk in apks:
        if (apk.package, apk.version_code, apk.signer) != (first.package, first.version_code, first.signer):
            detail = f"{apk.split or 'base'} does not belong to {first.package} {first.version_code}"
            raise InstallRefused("INSTALL_FAILED_INVALID_APK", detail)
        if apk.min_sdk > SDK:
            raise InstallRefused("INSTALL_FAILED_OLDER_SDK", f"Requires newer sdk version #{apk.min_sdk}")
        if apk.abis and not apk.abis & ABIS:
            raise InstallRefused("INSTALL_FAILED_NO_MATCHING_ABIS", "Failed to extract native libraries, res=-113")
    if len({apk.split for apk in apks}) < len(apks):
        raise InstallRefused("INSTALL_FAILED_INVALID_APK", "Split is defined multiple times")
    if options.inherit and options.inherit != first.package:
        raise InstallRefused("INSTALL_FAILED_INVALID_APK", f"{first.package} inconsistent with {options.inherit}")


def _refuse_incomplete(parts: Mapping[str, Apk]) -> None:
    if "" not in parts:
        raise InstallRefused("INSTALL_FAILED_INVALID_APK", "Full install must include a base package")
    base = parts[""]
    there = {kind for name, part in parts.items() if name for kind in part.provides}
    missing = sorted(base.requires - there)
    if missing or (base.needs_split and len(parts) == 1):
        detail = f"Missing split for {base.package}{f': {missing[0]}' if missing else ''}"
        raise InstallRefused("INSTALL_FAILED_MISSING_SPLIT", detail)


def _refuse_update(before: Apk, after: Apk, options: Options) -> None:
    if not options.replace:
        detail = f"Attempt to re-install {after.package} without first uninstalling."
        raise InstallRefused("INSTALL_FAILED_ALREADY_EXISTS", detail)
    if before.signer != after.signer:
        detail = f"Existing package {after.package} signatures do not match newer version; ignoring!"
        raise InstallRefused("INSTALL_FAILED_UPDATE_INCOMPATIBLE", detail)
    if after.version_code < before.version_code and not options.downgrade:
        detail = f"Downgrade detected: Update version code {after.version_code} is older than current"
        raise InstallRefused("INSTALL_FAILED_VERSION_DOWNGRADE", f"{detail} {before.version_code}")
