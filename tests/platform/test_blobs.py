from pathlib import Path

import pytest

from drover.platform.blobs import BlobMissing, BlobNotKept, Blobs, FolderBlobs, MemoryBlobs


@pytest.fixture(params=["memory", "folder"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    return {"memory": MemoryBlobs(), "folder": FolderBlobs(tmp_path)}[request.param]


def test_content_comes_back_under_its_sha_256(blobs: Blobs) -> None:
    digest = blobs.put(b"frame")
    assert digest == "9dff50df08c635815f4b19da10f756605a34a79a48d4ba48712782502975a70e"
    assert blobs.get(digest) == b"frame"


def test_the_same_content_is_kept_once(blobs: Blobs) -> None:
    assert blobs.put(b"frame") == blobs.put(b"frame")


def test_missing_content_is_an_error_that_names_the_digest(blobs: Blobs) -> None:
    with pytest.raises(BlobMissing, match="0" * 64):
        blobs.get("0" * 64)


def test_a_folder_holds_no_half_written_content(tmp_path: Path) -> None:
    FolderBlobs(tmp_path).put(b"frame")
    assert not list(tmp_path.rglob("*.part"))


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_text("a file where a folder should be")
    with pytest.raises(BlobNotKept, match="blobs: content cannot be kept"):
        FolderBlobs(tmp_path / "blobs").put(b"frame")
