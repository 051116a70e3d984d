from pathlib import Path

import pytest

from drover.platform.blobs import BlobMissing, FolderBlobs, MemoryBlobs
from drover.platform.content import BlobContent, ContentDamaged


async def test_content_is_found_by_its_digest() -> None:
    content = BlobContent(MemoryBlobs())
    digest = await content.put(b"picture")
    assert await content.get(digest) == b"picture"


async def test_content_that_is_not_there_is_said_to_be_missing() -> None:
    with pytest.raises(BlobMissing):
        await BlobContent(MemoryBlobs()).get("0" * 64)


async def test_content_that_was_changed_on_disk_is_not_handed_out(tmp_path: Path) -> None:
    content = BlobContent(FolderBlobs(tmp_path))
    digest = await content.put(b"picture")
    (tmp_path / digest[:2] / digest[2:]).write_bytes(b"pict")
    with pytest.raises(ContentDamaged):
        await content.get(digest)
