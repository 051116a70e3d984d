"""The data folder of a running `drover up`."""

import os
import stat
from pathlib import Path

import pytest

from drover.bootstrap.standing import AlreadyUp, DataFolderUnusable, Standing, occupied, standing_of, told
from drover.platform.documents import BadDocument

HERE = Standing("http://127.0.0.1:8420", "drv_x")


def test_a_second_one_on_the_folder_is_refused_and_told_by_whom(tmp_path: Path) -> None:
    with occupied(tmp_path), pytest.raises(AlreadyUp, match=f"process {os.getpid()}"), occupied(tmp_path):
        pass


def test_the_folder_is_free_again_afterwards(tmp_path: Path) -> None:
    with occupied(tmp_path):
        pass
    with occupied(tmp_path), pytest.raises(AlreadyUp), occupied(tmp_path):
        pass


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataFolderUnusable, match="cannot be used"), occupied(tmp_path / "file" / "data"):
        pass


def test_what_it_tells_is_for_its_user_alone_and_gone_afterwards(tmp_path: Path) -> None:
    with told(tmp_path, HERE):
        (path,) = tmp_path.iterdir()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert standing_of(tmp_path) == HERE
    assert standing_of(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "up.json").mkdir()
    with pytest.raises(DataFolderUnusable), told(tmp_path, HERE):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["up.json"]


def test_a_file_that_says_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "up.json").write_text('{"url": 1}')
    with pytest.raises(BadDocument, match="token: is missing"):
        standing_of(tmp_path)


def test_a_secret_is_not_printed() -> None:
    assert "drv_x" not in repr(HERE)
