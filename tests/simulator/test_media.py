import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.simulator.handset import MediaFile
from drover.simulator.media import MediaScanner
from drover.simulator.storage import Storage


class Told:
    """A storage whose pictures are listed, and what was told last."""

    def __init__(self) -> None:
        self.storage = Storage(created_s=0)
        self.files: Sequence[MediaFile] = ()
        self.times = 0
        self.scanner = MediaScanner(self.storage, self._take)

    def _take(self, files: Sequence[MediaFile]) -> None:
        self.files, self.times = tuple(files), self.times + 1

    def push(self, path: str, content: bytes = b"x", now_s: int = 1) -> None:
        self.storage.write(path, content, mode=0o644, now_s=now_s, make_folders=True)

    @property
    def names(self) -> list[str]:
        return [file.path.rpartition("/")[2] for file in self.files]


def test_pictures_and_videos_are_listed_newest_first_with_digest_and_time() -> None:
    told = Told()
    told.push("/sdcard/DCIM/Camera/old.jpg", b"old", 5)
    told.push("/sdcard/Movies/new.mp4", b"new", 9)
    told.push("/sdcard/Pictures/middle.PNG", b"middle", 7)
    assert told.names == ["new.mp4", "middle.PNG", "old.jpg"]
    assert told.files[2] == MediaFile(
        "/storage/emulated/0/DCIM/Camera/old.jpg",
        hashlib.sha256(b"old").hexdigest(),
        5,
    )


@pytest.mark.parametrize(
    "path",
    ["/sdcard/Download/a.jpg", "/sdcard/DCIM/a.txt", "/sdcard/DCIM/.hidden.jpg", "/sdcard/Pictures/.thumbs/a.jpg"],
)
def test_other_folders_other_kinds_and_hidden_files_are_left_out(path: str) -> None:
    told = Told()
    told.push(path)
    assert told.names == []


def test_a_file_written_again_has_its_new_digest() -> None:
    told = Told()
    told.push("/sdcard/DCIM/a.jpg", b"one")
    first = told.files
    told.push("/sdcard/DCIM/a.jpg", b"two")
    assert told.names == ["a.jpg"]
    assert told.files != first


def test_what_is_removed_is_no_longer_listed_with_a_whole_folder_too() -> None:
    told = Told()
    told.push("/sdcard/DCIM/a.jpg")
    told.push("/sdcard/DCIM/Camera/b.jpg")
    told.storage.remove("/sdcard/DCIM/a.jpg")
    assert told.names == ["b.jpg"]
    told.storage.remove("/sdcard/DCIM", recursive=True)
    assert told.names == []


def test_a_storage_that_is_cleared_lists_nothing() -> None:
    told = Told()
    told.push("/sdcard/DCIM/a.jpg")
    told.storage.clear()
    assert told.names == []


def test_files_elsewhere_cause_no_scan() -> None:
    told = Told()
    told.push("/data/local/tmp/a.jpg")
    assert told.times == 0


@given(st.lists(st.tuples(st.sampled_from("abc"), st.binary(max_size=4), st.integers(0, 9)), max_size=12))
def test_what_is_told_is_always_what_a_new_scan_finds(pushes: list[tuple[str, bytes, int]]) -> None:
    told = Told()
    for name, content, now_s in pushes:
        told.push(f"/sdcard/DCIM/{name}.jpg", content, now_s)
    before = told.files
    told.scanner.scan()
    assert told.files == before
    assert [file.modified_s for file in told.files] == sorted((file.modified_s for file in told.files), reverse=True)
