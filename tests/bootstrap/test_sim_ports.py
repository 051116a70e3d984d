"""The ports of a data folder's simulated phones."""

import json
import random
import socket
from pathlib import Path

import pytest

from drover.bootstrap.sim_ports import settled_port
from drover.bootstrap.standing import DataFolderUnusable
from drover.platform.documents import BadDocument


def test_a_folder_s_phones_keep_their_ports(tmp_path: Path) -> None:
    first = settled_port(tmp_path, 3, random.Random(1))
    assert 20_000 <= first < 30_000
    assert first % 2 == 0
    assert settled_port(tmp_path, 3, random.Random(2)) == first


def test_a_port_that_is_taken_is_passed_over(tmp_path: Path) -> None:
    drawn = settled_port(tmp_path, 2, random.Random(1))
    with socket.socket() as other:
        other.bind(("127.0.0.1", drawn + 2))
        other.listen()
        second = settled_port(tmp_path / "second", 2, random.Random(1))
    assert second != drawn


@pytest.mark.parametrize("kept", ["{}", '{"port": "many"}', '{"port": 20000, "more": 1}'])
def test_a_file_that_says_something_else_is_refused(tmp_path: Path, kept: str) -> None:
    (tmp_path / "sim.json").write_text(kept)
    with pytest.raises(BadDocument, match=r"sim\.json"):
        settled_port(tmp_path, 1, random.Random(1))


def test_a_folder_that_takes_no_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataFolderUnusable):
        settled_port(tmp_path / "file" / "data", 1, random.Random(1))


def test_what_is_kept_is_a_document(tmp_path: Path) -> None:
    port = settled_port(tmp_path, 1, random.Random(1))
    assert json.loads((tmp_path / "sim.json").read_text()) == {"port": port}
