"""The pictures of a report, each embedded once however often it is shown."""

import base64
import hashlib
from dataclasses import dataclass

from drover.platform.blobs import BlobMissing, Blobs

_MEDIA = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


@dataclass(frozen=True, slots=True)
class Picture:
    """An embedded picture: the id to refer to it by, and its content as a data address."""

    id: str
    address: str


class Album:
    """Collects pictures while a report is made."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._pictures: dict[str, Picture] = {}

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """All pictures that were taken in, in that order."""
        return tuple(self._pictures.values())

    def keep(self, content: bytes) -> str | None:
        """Return the id of a JPEG or PNG, or None for anything else, which a browser could not show."""
        media = next((media for magic, media in _MEDIA.items() if content.startswith(magic)), None)
        if media is None:
            return None
        digest = hashlib.sha256(content).hexdigest()
        if digest not in self._pictures:
            address = f"data:{media};base64,{base64.b64encode(content).decode()}"
            self._pictures[digest] = Picture(f"p{len(self._pictures)}", address)
        return self._pictures[digest].id

    def keep_blob(self, digest: str) -> str | None:
        """Return the id of the picture kept under `digest`, or None where it is gone: the report then says so."""
        try:
            return self.keep(self._blobs.get(digest))
        except BlobMissing:
            return None
