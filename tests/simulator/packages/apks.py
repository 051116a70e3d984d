"""APKs made on the spot: a binary manifest, entries, and a JAR signature."""

import base64
import functools
import hashlib
import io
import struct
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7

ANDROID = "http://schemas.android.com/apk/res/android"
_NONE = 0xFFFFFFFF

Tag = tuple[str, Mapping[str, str], tuple["Tag", ...]]


def manifest(
    package: str = "com.example.notes", version: int = 1, *, split: str = "", min_sdk: int = 21, **attributes: str
) -> Tag:
    names = {"package": package, "android:versionCode": str(version), "android:versionName": f"1.{version}"}
    names |= {"split": split} if split else {}
    names |= {f"android:{name}": value for name, value in attributes.items()}
    children: tuple[Tag, ...] = (
        ("uses-sdk", {"android:minSdkVersion": str(min_sdk)}, ()),
        ("application", {"android:label": "Notes"}, ()),
    )
    return "manifest", names, children


def apk(root: Tag | bytes | None = None, *, signer: str = "ada", more: Mapping[str, bytes] | None = None) -> bytes:
    """A signed APK; `signer` "" leaves it unsigned."""
    root = manifest() if root is None else root
    entries = {"AndroidManifest.xml": root if isinstance(root, bytes) else binary_xml(root)} | dict(more or {})
    return archive(entries | (signature(entries, signer) if signer else {}))


def archive(entries: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in entries.items():
            file.writestr(name, content)
    return buffer.getvalue()


def signature(entries: Mapping[str, bytes], signer: str) -> dict[str, bytes]:
    lines = "".join(f"Name: {name}\r\nSHA-256-Digest: {_digest(content)}\r\n\r\n" for name, content in entries.items())
    listing = f"Manifest-Version: 1.0\r\n\r\n{lines}".encode()
    signed = f"Signature-Version: 1.0\r\nSHA-256-Digest-Manifest: {_digest(listing)}\r\n\r\n".encode()
    key, certificate = _identity(signer)
    block = (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(signed)
        .add_signer(certificate, key, hashes.SHA256())
        .sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.NoAttributes])
    )
    return {"META-INF/MANIFEST.MF": listing, "META-INF/CERT.SF": signed, "META-INF/CERT.EC": block}


@functools.cache
def _identity(name: str) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(called)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2056, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    return key, certificate


def _digest(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def binary_xml(root: Tag) -> bytes:
    """Android's binary XML: a string pool, a namespace around all, and the tags; every value is a string."""
    strings: dict[str, int] = {}
    body = _tag(root, strings)
    prefix, uri = _index("android", strings), _index(ANDROID, strings)
    space = struct.pack("<2I", prefix, uri)
    body = _node(0x0100, space) + body + _node(0x0101, space)
    pool = _pool(list(strings))
    return struct.pack("<HHI", 0x0003, 8, 8 + len(pool) + len(body)) + pool + body


def _tag(tag: Tag, strings: dict[str, int]) -> bytes:
    name, attributes, children = tag
    packed = b"".join(_attribute(key, value, strings) for key, value in attributes.items())
    index = _index(name, strings)
    start = struct.pack("<2I6H", _NONE, index, 20, 20, len(attributes), 0, 0, 0) + packed
    inside = b"".join(_tag(child, strings) for child in children)
    return _node(0x0102, start) + inside + _node(0x0103, struct.pack("<2I", _NONE, index))


def _attribute(key: str, value: str, strings: dict[str, int]) -> bytes:
    prefix, _, name = key.rpartition(":")
    space = _index(ANDROID, strings) if prefix else _NONE
    text = _index(value, strings)
    return struct.pack("<3IHBBI", space, _index(name, strings), text, 8, 0, 0x03, text)


def _node(kind: int, content: bytes) -> bytes:
    return struct.pack("<HHI2I", kind, 16, 16 + len(content), 1, _NONE) + content


def _index(text: str, strings: dict[str, int]) -> int:
    return strings.setdefault(text, len(strings))


def _pool(strings: list[str]) -> bytes:
    packed, offsets = b"", b""
    for text in strings:
        offsets += struct.pack("<I", len(packed))
        packed += struct.pack("<H", len(text)) + text.encode("utf-16-le") + b"\0\0"
    packed += b"\0" * (-len(packed) % 4)
    header = struct.pack("<5I", len(strings), 0, 0, 28 + len(offsets), 0)
    return struct.pack("<HHI", 0x0001, 28, 28 + len(offsets) + len(packed)) + header + offsets + packed
