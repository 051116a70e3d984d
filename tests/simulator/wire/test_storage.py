from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.simulator.storage import Storage, StorageError

paths = st.text("ab/.", min_size=1, max_size=12).map(lambda tail: f"/sdcard/{tail}")


def storage(limit_bytes: int = 1000) -> Storage:
    return Storage(created_s=0, limit_bytes=limit_bytes)


@given(st.binary(max_size=200))
def test_what_was_written_is_read(content: bytes) -> None:
    phone = storage()
    phone.write("/sdcard/file", content, mode=0o600, now_s=5)
    assert phone.read("/storage/emulated/0/file") == content
    assert phone.find("/sdcard/file").mode & 0o777 == 0o600
    assert phone.used_bytes == len(content)


@given(st.lists(st.tuples(st.sampled_from(["write", "remove", "folder"]), paths, st.integers(0, 400)), max_size=20))
def test_used_bytes_are_always_those_of_the_files_and_within_the_limit(acts: list[tuple[str, str, int]]) -> None:
    phone = storage()
    for act, path, size in acts:
        with suppress(StorageError):
            {
                "write": lambda path=path, size=size: phone.write(
                    path, bytes(size), mode=0o644, now_s=0, make_folders=True
                ),
                "remove": lambda path=path: phone.remove(path, recursive=True),
                "folder": lambda path=path: phone.make_folder(path, now_s=0, parents=True),
            }[act]()
    assert phone.used_bytes == _bytes_below(phone, "/")
    assert phone.used_bytes <= phone.limit_bytes


def _bytes_below(phone: Storage, folder: str) -> int:
    children = list(phone.children(folder))
    inside = sum(_bytes_below(phone, f"{folder}/{name}") for name, entry in children if entry.is_folder)
    return inside + sum(len(entry.content or b"") for _, entry in children)


def test_a_write_that_does_not_fit_leaves_the_old_file() -> None:
    phone = storage(limit_bytes=10)
    phone.write("/sdcard/file", b"12345", mode=0o644, now_s=0)
    with pytest.raises(StorageError, match="No space left on device"):
        phone.write("/sdcard/file", bytes(11), mode=0o644, now_s=0)
    assert phone.read("/sdcard/file") == b"12345"


def test_replacing_a_file_frees_its_bytes() -> None:
    phone = storage(limit_bytes=10)
    phone.write("/sdcard/file", bytes(8), mode=0o644, now_s=0)
    phone.write("/sdcard/file", bytes(10), mode=0o644, now_s=0)
    assert phone.used_bytes == 10


@pytest.mark.parametrize(
    ("path", "refusal"),
    [
        ("/system/app", "Read-only file system"),
        ("/data/app/x", "Permission denied"),
        ("/sdcard/../../../etc/passwd", "Permission denied"),
        ("/sdcard", "Is a directory"),
        ("/sdcard/no/such", "No such file or directory"),
        ("/sdcard/" + "a" * 1100, "File name too long"),
    ],
)
def test_places_that_a_shell_may_not_write_are_refused(path: str, refusal: str) -> None:
    with pytest.raises(StorageError, match=refusal):
        storage().write(path, b"x", mode=0o644, now_s=0)


def test_a_file_is_no_folder() -> None:
    phone = storage()
    phone.write("/sdcard/file", b"x", mode=0o644, now_s=0)
    with pytest.raises(StorageError, match="Not a directory"):
        phone.write("/sdcard/file/inside", b"x", mode=0o644, now_s=0)
    with pytest.raises(StorageError, match="Not a directory"):
        phone.read("/sdcard/file/inside")
    with pytest.raises(StorageError, match="Not a directory"):
        phone.find("/sdcard/file/")


def test_the_shared_storage_itself_cannot_be_removed() -> None:
    with pytest.raises(StorageError, match="Permission denied"):
        storage().remove("/sdcard", recursive=True)
