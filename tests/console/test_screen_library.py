"""Pictures of expected screens, from a registry's archive."""

from pathlib import Path

import pytest

from drover.console.screen_library import NoPicture, ScreenLibrary
from drover.platform.blobs import MemoryBlobs
from drover.platform.content import BlobContent
from drover.protocol.archive import pack

REGISTRY = Path(__file__).parents[2] / "examples" / "plaza" / "registry"


async def test_a_screen_s_picture_is_found_by_its_key() -> None:
    content = BlobContent(MemoryBlobs())
    digest = await content.put(pack(REGISTRY))
    library = ScreenLibrary(content)
    picture = await library.picture(digest, "plaza.profile")
    assert picture == (REGISTRY / "plaza" / "pictures" / "profile.light.jpg").read_bytes()
    assert await library.picture(digest, "plaza.profile") is picture


@pytest.mark.parametrize("key", ["plaza.nothing", "nothing.profile", "plaza.app", "", "../plaza.profile"])
async def test_a_screen_that_is_not_there_has_no_picture(key: str) -> None:
    content = BlobContent(MemoryBlobs())
    digest = await content.put(pack(REGISTRY))
    with pytest.raises(NoPicture):
        await ScreenLibrary(content).picture(digest, key)


async def test_what_is_no_archive_has_no_picture() -> None:
    content = BlobContent(MemoryBlobs())
    digest = await content.put(b"no archive")
    with pytest.raises(NoPicture):
        await ScreenLibrary(content).picture(digest, "plaza.profile")
