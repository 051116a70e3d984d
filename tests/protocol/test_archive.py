"""Folders that travel: the same files are the same bytes, and nothing is written outside."""

import io
import stat
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.protocol.archive import pack, safe_place, unpack
from drover.protocol.errors import BadArchive


def folder(root: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


def content_of(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def archive_of(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()


def test_a_folder_comes_out_as_it_went_in(tmp_path: Path) -> None:
    files = {"plaza/app.json": b"{}", "plaza/crops/a.png": bytes(range(256)), "global/x.json": b""}
    unpack(pack(folder(tmp_path / "a", files)), tmp_path / "b")
    assert content_of(tmp_path / "b") == files


def test_the_same_files_are_the_same_bytes_whatever_their_times_and_order(tmp_path: Path) -> None:
    first = folder(tmp_path / "a", {"x/1.json": b"1", "y/2.json": b"2"})
    second = folder(tmp_path / "b", {"y/2.json": b"2", "x/1.json": b"1"})
    (second / "x/1.json").chmod(0o600)
    assert pack(first) == pack(second)


def test_hidden_files_and_links_stay_behind(tmp_path: Path) -> None:
    source = folder(tmp_path / "a", {"x/1.json": b"1", "x/.hidden": b"2", ".git/config": b"3"})
    (source / "x/link.json").symlink_to(tmp_path / "secret")
    (source / "linked").symlink_to(tmp_path)
    unpack(pack(source), tmp_path / "b")
    assert content_of(tmp_path / "b") == {"x/1.json": b"1"}


@pytest.mark.parametrize(
    "name",
    ["../out", "a/../../out", "/etc/passwd", "a//b", "./a", "a/.", "a\\..\\b", "c:/x", "a/\x01", "", "..", "a" * 1001],
)
def test_a_name_that_leads_elsewhere_is_refused_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadArchive):
        safe_place(name)
    with pytest.raises(BadArchive):
        unpack(archive_of(("good.json", b"1"), (name or "../x", b"2")), tmp_path / "b")
    assert content_of(tmp_path) == {}


def test_a_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(BadArchive, match="no plain file"):
        unpack(archive_of((link, b"/etc/passwd")), tmp_path / "b")


def test_a_file_that_is_a_folder_too_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadArchive, match="a folder too"):
        unpack(archive_of(("a", b"1"), ("a/b", b"2")), tmp_path / "b")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadArchive, match="twice"):
        unpack(archive_of(("a", b"1"), ("a", b"2")), tmp_path / "b")


def test_an_archive_that_says_it_is_enormous_is_refused_unread(tmp_path: Path) -> None:
    payload = bytearray(archive_of(("a", b"1")))
    at = payload.index(b"PK\x01\x02")
    payload[at + 24 : at + 28] = (0xFFFFFFF0).to_bytes(4, "little")
    with pytest.raises(BadArchive, match="too large"):
        unpack(bytes(payload), tmp_path / "b")


@given(st.binary(max_size=200))
def test_noise_is_refused(tmp_path_factory: pytest.TempPathFactory, noise: bytes) -> None:
    with pytest.raises(BadArchive):
        unpack(noise, tmp_path_factory.getbasetemp() / "noise")


@given(st.data())
def test_an_archive_with_a_changed_byte_writes_nothing_outside(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    payload = bytearray(archive_of(("a/b.json", b"content" * 10), ("c.json", b"more")))
    payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    target = tmp_path_factory.mktemp("changed") / "inside"
    with suppress(BadArchive):
        unpack(bytes(payload), target)
    assert [path for path in target.parent.iterdir() if path != target] == []
