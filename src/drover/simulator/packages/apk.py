"""Reading an APK: what its manifest says, and whether it is what was signed."""

import base64
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from xml.etree.ElementTree import Element, fromstring

from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from drover.simulator.packages.refusal import InstallRefused

_ANDROID: Final = "{http://schemas.android.com/apk/res/android}"
_MANIFEST: Final = "AndroidManifest.xml"
_MOST_MANIFEST_BYTES: Final = 4 * 1024 * 1024
_MOST_ENTRY_BYTES: Final = 256 * 1024 * 1024
_V1_SUFFIXES: Final = (".RSA", ".DSA", ".EC")
_NOT_APK: Final = "INSTALL_PARSE_FAILED_NOT_APK"
_BAD_MANIFEST: Final = "INSTALL_PARSE_FAILED_MANIFEST_MALFORMED"
_NO_CERTIFICATES: Final = "INSTALL_PARSE_FAILED_NO_CERTIFICATES"


@dataclass(frozen=True, slots=True)
class Apk:
    """What one APK says of itself. `split` is empty for a base; `signer` is the certificate's SHA-256.

    `provides` are the types of split that it is (`base__abi`), `requires` those that a base does not go without, and
    `needs_split` whether it goes without any.
    """

    package: str
    version_code: int
    version_name: str
    split: str
    label: str
    min_sdk: int
    abis: frozenset[str]
    signer: str
    provides: frozenset[str]
    requires: frozenset[str]
    needs_split: bool
    size: int


def read_apk(content: bytes) -> Apk:
    """Return what an APK says. Raises InstallRefused, whatever the bytes are."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = _entries(archive)
            manifest = _manifest(_read(archive, entries, _MANIFEST, _MOST_MANIFEST_BYTES))
            return _described(manifest, entries, _signer(archive, entries), len(content))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise InstallRefused(_NOT_APK, f"not a readable archive: {error}") from error


def _entries(archive: zipfile.ZipFile) -> Mapping[str, zipfile.ZipInfo]:
    entries: dict[str, zipfile.ZipInfo] = {}
    for info in archive.infolist():
        parts = info.filename.replace("\\", "/").split("/")
        if ".." in parts or info.filename.startswith(("/", "\\")) or "\0" in info.orig_filename:
            raise InstallRefused(_NOT_APK, f"the entry {info.filename!r} leads out of the package")
        if info.filename in entries:
            raise InstallRefused(_NOT_APK, f"the entry {info.filename!r} is there twice")
        entries[info.filename] = info
    return entries


def _read(archive: zipfile.ZipFile, entries: Mapping[str, zipfile.ZipInfo], name: str, most_bytes: int) -> bytes:
    if name not in entries:
        raise InstallRefused("INSTALL_PARSE_FAILED_UNEXPECTED_EXCEPTION", f"{name} is missing")
    # What an entry says of its size may be wrong; so no more than allowed is ever unpacked.
    with archive.open(entries[name]) as file:
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise InstallRefused(_NOT_APK, f"the entry {name} is larger than {most_bytes} bytes")
    return content


def _manifest(content: bytes) -> Element:
    # Its tables of resources take 0.4 s to load, in every process with simulated phones; few install anything.
    from pyaxmlparser import axmlprinter  # noqa: PLC0415  # pyright: ignore[reportMissingTypeStubs]  see above; no types

    printer: Any = axmlprinter.AXMLPrinter
    try:
        root = fromstring(printer(content).get_xml())  # noqa: S314  written by the printer: there is no document type
    except Exception as error:  # the parser raises whatever its slip was: struct.error, AssertionError, ...
        raise InstallRefused(_BAD_MANIFEST, f"{_MANIFEST} cannot be read: {error!r}") from error
    if root.tag != "manifest":
        raise InstallRefused(_BAD_MANIFEST, f"{_MANIFEST} has no <manifest>")
    return root


def _described(manifest: Element, entries: Mapping[str, zipfile.ZipInfo], signer: str, size: int) -> Apk:
    package = manifest.get("package", "")
    if not all(part.isidentifier() for part in package.split(".")) or "." not in package:
        raise InstallRefused("INSTALL_PARSE_FAILED_BAD_PACKAGE_NAME", f"{package!r} is no package name")
    application = manifest.find("application")
    sdk = manifest.find("uses-sdk")
    return Apk(
        package=package,
        version_code=_number(manifest, "versionCode"),
        version_name=_text(manifest, "versionName"),
        split=manifest.get("split", ""),
        label=_text(application, "label") if application is not None else "",
        min_sdk=_number(sdk, "minSdkVersion") if sdk is not None else 1,
        abis=frozenset(name.split("/")[1] for name in entries if name.startswith("lib/") and name.count("/") > 1),
        signer=signer,
        provides=_words(manifest, "splitTypes"),
        requires=_words(manifest, "requiredSplitTypes"),
        needs_split=_text(manifest, "isSplitRequired") == "true"
        or (application is not None and _text(application, "isSplitRequired") == "true"),
        size=size,
    )


def _text(element: Element, name: str) -> str:
    return element.get(f"{_ANDROID}{name}", "")


def _number(element: Element, name: str) -> int:
    text = _text(element, name) or "0"
    try:
        return int(text, 0)
    except ValueError:
        raise InstallRefused(_BAD_MANIFEST, f"{name} is {text!r}, which is no number") from None


def _words(element: Element, name: str) -> frozenset[str]:
    return frozenset(word.strip() for word in _text(element, name).split(",") if word.strip())


def _signer(archive: zipfile.ZipFile, entries: Mapping[str, zipfile.ZipInfo]) -> str:
    """Return the SHA-256 of the certificate that signed every entry (JAR signing, version 1)."""
    name = next((name for name in sorted(entries) if name.startswith("META-INF/") and name.endswith(_V1_SUFFIXES)), "")
    if not name:
        raise InstallRefused(_NO_CERTIFICATES, "the package is not signed")
    listing = _read(archive, entries, "META-INF/MANIFEST.MF", _MOST_MANIFEST_BYTES)
    signed = _read(archive, entries, f"{name.rpartition('.')[0]}.SF", _MOST_MANIFEST_BYTES)
    said = next(_sections(signed), dict[str, str]()).get("SHA-256-Digest-Manifest", "")
    if said != _digest(listing):
        raise InstallRefused(_NO_CERTIFICATES, "the list of entries is not the one that was signed")
    digests = {
        section["Name"]: section.get("SHA-256-Digest", "") for section in _sections(listing) if "Name" in section
    }
    for entry in (entry for entry in entries if not entry.startswith("META-INF/") and not entry.endswith("/")):
        if digests.get(entry) != _digest(_read(archive, entries, entry, _MOST_ENTRY_BYTES)):
            raise InstallRefused(_NO_CERTIFICATES, f"the entry {entry} is not what was signed")
    try:
        certificates = pkcs7.load_der_pkcs7_certificates(_read(archive, entries, name, _MOST_MANIFEST_BYTES))
    except ValueError as error:
        raise InstallRefused(_NO_CERTIFICATES, f"{name} cannot be read: {error}") from error
    if not certificates:
        raise InstallRefused(_NO_CERTIFICATES, f"{name} has no certificate")
    return hashlib.sha256(certificates[0].public_bytes(Encoding.DER)).hexdigest()


def _sections(content: bytes) -> Iterator[dict[str, str]]:
    """Yield the sections of a JAR manifest; lines that begin with a space go on the one before."""
    text = content.decode("utf-8", "replace").replace("\r\n", "\n").replace("\n ", "")
    for section in text.split("\n\n"):
        pairs = (line.partition(": ") for line in section.splitlines())
        if found := {name: value for name, separator, value in pairs if separator}:
            yield found


def _digest(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()
