"""Content that nothing names is removed once it is old; nothing else ever is."""

import os
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drover.kernel.clock import SystemClock
from drover.platform.blobs import BlobMissing, FolderBlobs
from drover.platform.collecting import collect

NOW = SystemClock().now()
BEFORE = NOW - timedelta(days=30)


def aged(folder: Path, digest: str, days: float) -> str:
    then = (NOW - timedelta(days=days)).timestamp()
    os.utime(folder / digest[:2] / digest[2:], (then, then))
    return digest


def kept(folder: Path, content: bytes, days: float) -> str:
    return aged(folder, FolderBlobs(folder).put(content), days)


async def nothing(before: datetime) -> Collection[str]:
    assert before == BEFORE
    return ()


@pytest.fixture
def blobs(tmp_path: Path) -> FolderBlobs:
    return FolderBlobs(tmp_path)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.binary(max_size=3), st.tuples(st.floats(0, 60), st.booleans()), max_size=12))
async def test_what_is_named_or_young_is_never_lost(files: dict[bytes, tuple[float, bool]]) -> None:
    with TemporaryDirectory() as place:
        folder = Path(place)
        digests = {content: kept(folder, content, days) for content, (days, _) in files.items()}

        async def named(_: datetime) -> Collection[str]:
            return [digests[content] for content, (_, is_named) in files.items() if is_named]

        blobs = FolderBlobs(folder)
        removed = await collect(blobs, named, BEFORE)
        left = {content for content in files if blobs.has(digests[content])}
    assert left == {content for content, (days, is_named) in files.items() if is_named or days <= 30}
    assert removed == len(files) - len(left)


@pytest.mark.parametrize("touch", ["put", "has"])
async def test_what_is_put_or_asked_after_while_names_are_looked_up_stays(
    blobs: FolderBlobs, tmp_path: Path, touch: str
) -> None:
    digest = kept(tmp_path, b"frame", 90)
    touches = {"put": lambda: blobs.put(b"frame"), "has": lambda: blobs.has(digest)}

    async def meanwhile(_: datetime) -> Collection[str]:
        touches[touch]()
        return ()

    assert await collect(blobs, meanwhile, BEFORE) == 0
    assert blobs.get(digest) == b"frame"


async def test_a_collection_that_was_cut_off_has_lost_nothing(blobs: FolderBlobs, tmp_path: Path) -> None:
    named_, unnamed = kept(tmp_path, b"named", 90), kept(tmp_path, b"unnamed", 90)
    (tmp_path / "aside").mkdir()
    for digest in (named_, unnamed):
        (tmp_path / digest[:2] / digest[2:]).rename(tmp_path / "aside" / digest)
    assert blobs.get(named_) == b"named"

    async def one(_: datetime) -> Collection[str]:
        return [named_]

    assert await collect(blobs, one, BEFORE) == 1
    assert blobs.get(named_) == b"named"
    with pytest.raises(BlobMissing):
        blobs.get(unnamed)


async def test_content_that_was_removed_may_be_put_again(blobs: FolderBlobs, tmp_path: Path) -> None:
    kept(tmp_path, b"frame", 90)
    assert await collect(blobs, nothing, BEFORE) == 1
    assert blobs.get(blobs.put(b"frame")) == b"frame"
    assert await collect(blobs, nothing, BEFORE) == 0


def test_what_another_one_has_removed_is_not_removed_twice(blobs: FolderBlobs, tmp_path: Path) -> None:
    digest = kept(tmp_path, b"frame", 90)
    assert blobs.remove(digest, BEFORE)
    assert not blobs.remove(digest, BEFORE)


async def test_files_that_are_no_content_are_left_alone(blobs: FolderBlobs, tmp_path: Path) -> None:
    (tmp_path / "README").write_text("not ours")
    assert await collect(blobs, nothing, BEFORE) == 0
    assert (tmp_path / "README").exists()
