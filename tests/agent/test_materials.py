"""What plays are made of, fetched by digest and kept for the next."""

from collections.abc import Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from drover.agent.errors import FolderUnusable, MaterialUnusable
from drover.agent.materials import MOST_FOLDERS, MOST_REGISTRIES, Materials
from drover.kernel.errors import DroverError
from drover.platform.blobs import MemoryBlobs
from drover.platform.content import BlobContent
from drover.protocol.archive import pack
from drover.screens.ocr import RapidOcrReader
from tests.agent.stand import registry_folder
from tests.agent.test_store import order


class CountingContent(BlobContent):
    """Counts what is fetched."""

    def __init__(self) -> None:
        super().__init__(MemoryBlobs())
        self.fetched: list[str] = []

    async def get(self, digest: str) -> bytes:
        self.fetched.append(digest)
        return await super().get(digest)


@pytest.fixture
def images() -> Generator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as images:
        yield images


@pytest.fixture
def content() -> CountingContent:
    return CountingContent()


@pytest.fixture
def materials(tmp_path: Path, content: CountingContent, images: ThreadPoolExecutor) -> Materials:
    return Materials(content, tmp_path / "agent", RapidOcrReader(), images)


async def packed(content: CountingContent, folder: Path, note: str = "") -> str:
    registry_folder(folder)
    (folder / "shop" / "note.txt").write_text(note)
    return await content.put(pack(folder))


async def test_a_registry_is_fetched_once_and_used_by_all(
    tmp_path: Path, content: CountingContent, materials: Materials
) -> None:
    digest = await packed(content, tmp_path / "registry")
    first, second = await materials.screens(digest), await materials.screens(digest)
    assert first is second
    assert set(first.registry.screens) == {"shop.launcher", "shop.home", "shop.cart", "shop.paid", "shop.offer"}
    assert content.fetched == [digest]


async def test_only_so_many_registries_are_kept_and_the_least_used_goes_first(
    tmp_path: Path, content: CountingContent, materials: Materials
) -> None:
    digests = [await packed(content, tmp_path / "registry", f"{n}") for n in range(MOST_REGISTRIES + 1)]
    for digest in digests[:MOST_REGISTRIES]:
        await materials.screens(digest)
    for digest in (digests[0], digests[-1], digests[0], digests[1]):
        await materials.screens(digest)
    assert content.fetched == [*digests[:MOST_REGISTRIES], digests[-1], digests[1]]


async def test_folders_of_registries_do_not_pile_up(
    tmp_path: Path, content: CountingContent, materials: Materials
) -> None:
    for number in range(MOST_FOLDERS + 2):
        await materials.screens(await packed(content, tmp_path / "registry", f"{number}"))
    assert len(list((tmp_path / "agent" / "screens").iterdir())) == MOST_FOLDERS


async def test_an_archive_without_screens_is_unusable(
    tmp_path: Path, content: CountingContent, materials: Materials
) -> None:
    (tmp_path / "registry" / "shop").mkdir(parents=True)
    (tmp_path / "registry" / "shop" / "home.json").write_text("{}")
    digest = await content.put(pack(tmp_path / "registry"))
    with pytest.raises(MaterialUnusable, match="no usable screen"):
        await materials.screens(digest)


async def test_a_failure_to_load_is_not_kept(tmp_path: Path, content: CountingContent, materials: Materials) -> None:
    digest = await content.put(b"noise")
    for _ in range(2):
        with pytest.raises(DroverError):
            await materials.screens(digest)
    assert content.fetched == [digest, digest]
    assert (await materials.screens(await packed(content, tmp_path / "registry"))).registry.screens


@pytest.mark.parametrize(
    "files",
    [{"a": b"1", "a/b": b"2"}, {"/etc/x": b"1"}, {"sub/.values.json": b"1"}, {"sequence.json/x": b"1"}, {"..": b"1"}],
)
async def test_files_that_do_not_lie_beside_a_sequence_are_refused(
    tmp_path: Path, content: CountingContent, materials: Materials, files: Mapping[str, bytes]
) -> None:
    digests = {name: await content.put(file) for name, file in files.items()}
    made = order(files=digests, sequence=await content.put(b"{}"))
    with pytest.raises(MaterialUnusable):
        await materials.script(made)
    assert not list(tmp_path.rglob("x"))


async def test_what_a_killed_agent_left_is_removed(tmp_path: Path, materials: Materials) -> None:
    (tmp_path / "agent" / "plays" / "s1.1").mkdir(parents=True)
    await materials.begin()
    assert not (tmp_path / "agent").exists()


async def test_a_folder_that_takes_no_files_is_told(
    tmp_path: Path, content: CountingContent, materials: Materials
) -> None:
    (tmp_path / "agent").write_text("in the way")
    with pytest.raises(FolderUnusable):
        await materials.screens(await packed(content, tmp_path / "registry"))
    with pytest.raises(FolderUnusable):
        await materials.script(order(sequence=await content.put(b"{}")))
