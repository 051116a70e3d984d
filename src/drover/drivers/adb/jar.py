"""The jar of uiautomator2's service, which comes inside the package `uiautomator2`; its Python is not imported."""

import hashlib
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Self

from drover.kernel.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Jar:
    """The jar's bytes, and the digest by which a phone knows whether it has it."""

    content: bytes = field(repr=False)
    md5: str

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the jar in a file. Raises InvalidInput."""
        try:
            content = path.read_bytes()
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise InvalidInput(f"setting u2_jar: {path}: {reason}", hint="correct or unset the setting") from error
        return cls(content, hashlib.md5(content, usedforsecurity=False).hexdigest())


def installed_jar() -> Path | None:
    """Return where the installed package `uiautomator2` keeps its jar; None without that package."""
    try:
        path = Path(str(distribution("uiautomator2").locate_file("uiautomator2/assets/u2.jar")))
    except PackageNotFoundError:
        return None
    return path if path.is_file() else None
